import { describe, expect, it, vi } from 'vitest';
import type { Schemas } from '../src/api/client';

type Limits = Schemas['Limits'];
type Part = Schemas['PartLimit'];
type Rate = Schemas['RateLimit'];

vi.stubGlobal('document', { baseURI: 'http://localhost/' });
vi.stubGlobal('navigator', { languages: ['en-GB'] });
vi.stubGlobal('localStorage', { getItem: () => null });
const { flowsOf, momentOfAlarm } = await import('../src/views/leaks/moment');
const { weekBlocks } = await import('../src/views/leaks/week');
const { enteredValue, fieldsOf, shownValue } = await import('../src/views/leaks/rule_fields');
const { firstShown, stepOf, whyLimit } = await import('../src/views/leaks/limit_words');
const { en } = await import('../src/texts/en');
const { es } = await import('../src/texts/es');

describe('The moment of an alarm', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  it('begins half an hour before and ends half an hour after, but never in the future', () => {
    const past = momentOfAlarm({ since: '2026-11-28T08:00:00Z', at: '2026-11-28T09:00:00Z' }, now);
    expect([new Date(past.from).toISOString(), new Date(past.to).toISOString(), past.bucket]).toEqual(['2026-11-28T07:30:00.000Z', '2026-11-28T09:30:00.000Z', 'minute']);
    expect(momentOfAlarm({ since: '2026-11-28T11:00:00Z', at: '2026-11-28T11:59:00Z' }, now).to).toBe(now);
  });
  it('asks for coarser buckets where it is long', () => {
    expect(momentOfAlarm({ since: '2026-11-20T08:00:00Z', at: '2026-11-28T09:00:00Z' }, now).bucket).toBe('hour');
    expect(momentOfAlarm({ since: '2026-01-20T08:00:00Z', at: '2026-11-28T09:00:00Z' }, now).bucket).toBe('day');
  });
  it('makes flows of volumes, in the unit of flows, and of the running minute what is past of it', () => {
    const minute = (start: string, end: string, volume: number) => ({ start: `2026-11-28T${start}Z`, end: `2026-11-28T${end}Z`, volume });
    const items = [minute('11:00:00', '11:01:00', 6), minute('11:01:00', '11:02:00', 3), minute('11:02:00', '11:03:00', 1)];
    const at = (time: string) => Date.parse(`2026-11-28T${time}Z`);
    expect(flowsOf({ unit: 'gal', items }, 'gal/min', at('12:00:00')).flows.map((flow) => Number(flow.toFixed(6)))).toEqual([6, 3, 1]);
    expect(flowsOf({ unit: 'gal', items }, 'gal/min', at('11:01:30')).flows.map((flow) => Number(flow.toFixed(6)))).toEqual([6, 6]);
    expect(flowsOf({ unit: 'm3', items: [minute('11:00:00', '11:01:00', 0.006)] }, 'm3/h', at('12:00:00')).flows[0]).toBeCloseTo(0.36);
    expect(flowsOf({ unit: 'ccf', items: [minute('11:00:00', '12:00:00', 0.06)] }, 'gal/min', at('12:00:00')).flows[0]).toBeCloseTo(0.748, 3);
  });
});

describe('The week', () => {
  it('has windows on their days, and what is left of one on the day after', () => {
    const night = { days: ['sun' as const], from: '22:00', to: '06:00', mode: 'away' as const };
    expect(weekBlocks([night], 'sun')).toEqual([{ x: 22 / 24, width: 1 - 22 / 24, mode: 'away' }]);
    expect(weekBlocks([night], 'mon')).toEqual([{ x: 0, width: 0.25, mode: 'away' }]);
    expect(weekBlocks([night], 'tue')).toEqual([]);
  });
  it('knows the midnight at the end', () => {
    expect(weekBlocks([{ days: ['mon'], from: '18:00', to: '24:00' }], 'mon')).toEqual([{ x: 0.75, width: 0.25 }]);
    expect(weekBlocks([{ days: ['mon'], from: '18:00', to: '24:00' }], 'tue')).toEqual([]);
  });
});

describe('Limits of the owner', () => {
  const [flow, minutes] = fieldsOf.burst!;
  const [volts] = fieldsOf.battery_low!;
  it("are entered in the site's unit and given in litres, minutes and millivolts", () => {
    expect(enteredValue(flow!, '10', 'gal/min')).toBeCloseTo(37.854);
    expect(enteredValue(minutes!, '1.5', 'gal/min')).toBe(1.5);
    expect(enteredValue(volts!, '2.45', 'gal/min')).toBe(2450);
    expect(enteredValue(flow!, ' ', 'gal/min')).toBeNull();
  });
  it('show as they were entered', () => {
    expect(shownValue(flow!, enteredValue(flow!, '10.5', 'gal/min'), 'gal/min')).toBe('10.5');
    expect(shownValue(volts!, 2500, 'L/min')).toBe('2.5');
    expect(shownValue(minutes!, null, 'L/min')).toBe('');
  });
  it('are not refused because of the rounding of their unit', () => {
    expect(enteredValue(flow!, '264.2', 'gal/min')).toBe(1000); // 1000.1 L/min
    expect(enteredValue(flow!, '300', 'gal/min')).toBeGreaterThan(1000); // the daemon says no
  });
});

describe('Learned limits', () => {
  const part = (more: Partial<Part> = {}): Part => ({
    part: 'day', from: '09:00', to: '24:00', limit_seconds: 7200, limit_source: 'learned', usual_seconds: 4800, sprinklers: [], running: null, days: [], ...more,
  });
  const rate = (parts: Part[], on = true): Rate => ({ flow_at_least: 1, rule: 'continuous_flow', on, parts });
  it('say why, for every source', () => {
    expect(whyLimit(part(), 28)).toBe('Your longest in 28 days: 80 min. Half as much again: the alarm comes after 2 h.');
    const all = (['fallback', 'learned', 'owner', 'floor'] as const).flatMap((limit_source) => [80, 0, null].map((usual_seconds) => whyLimit(part({ limit_source, usual_seconds }), 28)));
    for (const words of all) expect(words).toMatch(/2 h.*\.$|2 h,.*\.$/);
    expect(whyLimit(part({ limit_source: 'floor', usual_seconds: 0 }), 28)).toContain('nothing ran like that');
  });
  it('show first what is learned', () => {
    const floor = part({ limit_source: 'floor' });
    const limits = { items: [rate([floor, floor]), rate([floor, part()]), rate([floor, floor])] } as Pick<Limits, 'items'>;
    expect(firstShown(limits)).toEqual([1, 1]);
  });
  it('are drawn in seconds, minutes or hours', () => {
    expect([stepOf(100), stepOf(600), stepOf(5 * 3600)]).toEqual([1, 60, 3600]);
  });
});

it('Every rule has words for what it watches, in both languages', () => {
  for (const texts of [en, es]) expect(Object.keys(texts.leaks.watches).sort()).toEqual(Object.keys(texts.alarms.titles).sort());
});
