import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Schemas } from '../src/api/client';

type Finding = Schemas['Finding'];
type Measure = Schemas['Explanation']['measure'];

const document_ = JSON.parse(readFileSync(new URL('../../daemon/api/openapi.json', import.meta.url), 'utf8'));
const rules: Schemas['Rule'][] = document_.components.schemas.Rule.enum;
const sources: Schemas['Explanation']['limit_source'][] = document_.components.schemas.Explanation.properties.limit_source.enum;
const measures: Measure[] = document_.components.schemas.Explanation.properties.measure.enum;
const unitOf: Record<Measure, string | null> = { duration: 's', flow: 'gal/min', volume: 'gal', count: null, voltage: 'mV', percent: '%', none: null };
const units = { unit: 'gal', flow_unit: 'gal/min', zone: 'America/Denver' };

function finding(rule: Schemas['Rule'], known: Partial<Schemas['Explanation']> = {}, more: Partial<Finding> = {}): Finding {
  const measure = known.measure ?? 'duration';
  return {
    rule, title: 'daemon title', severity: 'warning', sentence: 'daemon sentence',
    since: '2026-11-23T02:10:00-07:00', at: '2026-11-23T04:10:00-07:00', volume: 6.42, rate: 0.0534,
    explanation: {
      measure, unit: unitOf[measure], observed: 7200, limit: 7200, limit_source: 'learned', usual: 4800, learned_days: 28,
      flow_at_least: null, detail: '', ...known,
    },
    ...more,
  };
}

// The texts are chosen once in a page's life, so each language gets its own page.
async function inLanguage(language: 'en' | 'es') {
  vi.resetModules();
  vi.stubGlobal('localStorage', { getItem: () => language, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: [language === 'en' ? 'en-GB' : 'es-ES'] });
  vi.stubGlobal('document', { documentElement: {}, baseURI: 'http://localhost/' });
  await (await import('../src/texts')).chooseLanguage();
  return import('../src/words/alarms');
}

afterEach(() => vi.unstubAllGlobals());

describe.each(['en', 'es'] as const)('Alarms in %s', (language) => {
  it('have a title and whole sentences for every rule, measure and source of the limit', async () => {
    const { alarmSentence, alarmTitle } = await inLanguage(language);
    const titles = new Set<string>();
    for (const rule of rules) {
      titles.add(alarmTitle(finding(rule)));
      expect(alarmTitle(finding(rule))).not.toBe('daemon title');
      for (const measure of measures)
        for (const limit_source of sources)
          for (const usual of [4800, 0, null])
            for (const flow_at_least of [0.02, null])
              for (const numbers of [{ observed: 7200, limit: 7200 }, { observed: null, limit: null }]) {
                const said = alarmSentence(finding(rule, { measure, limit_source, usual, flow_at_least, ...numbers }), units);
                expect(said).toMatch(/^.{12,}\.$/);
                expect(said).not.toMatch(/undefined|null|NaN|\[object|daemon|\.\.| {2}| \./);
              }
    }
    expect(titles.size).toBe(rules.length);
  });

  it('of rules that this page does not know are told in the words of the daemon', async () => {
    const { alarmSentence, alarmTitle } = await inLanguage(language);
    const odd = finding('frozen_pipe' as Schemas['Rule']);
    expect(alarmTitle(odd)).toBe('daemon title');
    expect(alarmSentence(odd, units)).toBe('daemon sentence');
  });

  it('say what the device adds', async () => {
    const { alarmSentence } = await inLanguage(language);
    expect(alarmSentence(finding('device_moved', { measure: 'none', detail: 'magnet 812.' }), units)).toMatch(/magnet 812\.$/);
  });
});

describe('Alarms of what is heard by Bluetooth', () => {
  const place = 'Boiler, basement';
  it('say where the puck lies, and not that the device adds it', async () => {
    const { alarmSentence } = await inLanguage('en');
    const said = (rule: Schemas['Rule'], known: Partial<Schemas['Explanation']> = {}) => alarmSentence(finding(rule, { measure: 'none', limit_source: 'fallback', detail: place, ...known }), units).replace(/\u202f/g, ' ');
    expect(said('puck_wet')).toBe('The leak puck “Boiler, basement” feels water since 02:10. Look at once.');
    expect(said('puck_silent', { measure: 'duration', observed: 90000, limit: 86400 })).toBe(
      'Nothing was heard of the leak puck “Boiler, basement” for 25 h, since 02:10. The limit is 24 h. It cannot tell of water meanwhile.',
    );
    expect(said('puck_battery', { measure: 'percent', observed: 12, limit: 15 })).toBe('The battery of the leak puck “Boiler, basement” is down to 12 %. Change it soon.');
    expect(said('puck_battery')).toBe('The battery of the leak puck “Boiler, basement” is low, it says. Change it soon.');
  });
  it('tell a meter that needs no bridge from a sensor', async () => {
    const { alarmSentence } = await inLanguage('en');
    const silent = (detail: string) => alarmSentence(finding('sensor_silent', { limit_source: 'fallback', detail }), units);
    expect(silent(place)).toMatch(/^Nothing was heard of the meter “Boiler, basement” for 2 h, since 02:10\. /);
    expect(silent(place)).not.toMatch(/bridge|adds/);
    expect(silent('')).toContain('though its bridge is connected');
  });
  it('say it in Spanish too', async () => {
    const { alarmSentence } = await inLanguage('es');
    const said = (rule: Schemas['Rule'], known: Partial<Schemas['Explanation']> = {}) => alarmSentence(finding(rule, { measure: 'none', limit_source: 'fallback', detail: place, ...known }), units).replace(/\u202f/g, ' ');
    expect(said('puck_wet')).toBe('El detector de fugas «Boiler, basement» nota agua desde las 02:10. Vaya a mirar enseguida.');
    expect(said('puck_battery', { measure: 'percent', observed: 12, limit: 15 })).toBe('La pila del detector de fugas «Boiler, basement» ha bajado al 12 %. Cámbiela pronto.');
    expect(said('sensor_silent', { measure: 'duration' })).toContain('del contador «Boiler, basement»');
  });
});

describe('An alarm in words', () => {
  it('says what is going on, how much water that is, and why it is an alarm', async () => {
    const { alarmSentence } = await inLanguage('en');
    expect(alarmSentence(finding('continuous_flow', { flow_at_least: 0.0421 }), units).replace(/\u202f/g, ' ')).toBe(
      'Water has not rested for 2 h. 6.4 gal since 02:10, 0.053 gal/min on average and never under 0.042 gal/min. ' +
        'In this house it rested within 80 min on each of the last 28 days; the limit learned from that is 2 h.',
    );
  });

  it('names the day where the water began on another one, by the clock of the site', async () => {
    const { alarmSentence } = await inLanguage('es');
    const said = alarmSentence(finding('away_use', { measure: 'volume', observed: 6.42, limit: 0.1, limit_source: 'fallback' }, { since: '2026-11-23T06:50:00Z', at: '2026-11-23T07:10:00Z' }), units);
    expect(said).toContain('desde el 22 nov a las 23:50');
    expect(said).not.toContain('como en todas las casas'); // no house teaches this limit
  });

  it('does not call a budget used up before it is', async () => {
    const { alarmSentence } = await inLanguage('en');
    const budget = (observed: number) => alarmSentence(finding('budget_day', { measure: 'volume', observed, limit: 100, limit_source: 'owner' }), units);
    expect(budget(99.99)).toContain('99\u202f% of the budget');
    expect(budget(100)).toContain('is used up');
  });
});
