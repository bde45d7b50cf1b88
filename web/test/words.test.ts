import { afterEach, describe, expect, it } from 'vitest';
import { languageFor, speak } from '../src/texts';
import { bytes, flow, flowWithUnit, number, percent, volume, volumeWithUnit } from '../src/words/numbers';
import { ago, clock, day, fullDay, month, span, when } from '../src/words/times';

afterEach(() => speak('en'));

const kDenver = 'America/Denver';
const kNow = '2026-11-28T19:05:00Z'; // 12:05 in Denver
const narrow = (text: string) => text.replaceAll('\u202f', ' ');

describe('times', () => {
  it('are those of the site, in the order of the language', async () => {
    await speak('en', 'en-GB');
    expect([clock(kNow, kDenver), clock(kNow, 'Asia/Tokyo')]).toEqual(['12:05', '04:05']);
    expect(day(kNow, kDenver)).toBe('Sat 28 Nov');
    await speak('es');
    expect(fullDay(kNow, kDenver)).toBe('sábado, 28 de noviembre de 2026');
    expect(month(kNow, kDenver)).toBe('noviembre de 2026');
  });
  it('say the day where it is not today, and the year where it is another', async () => {
    await speak('en', 'en-GB');
    expect(when('2026-11-28T14:30:00Z', kNow, kDenver)).toBe('07:30');
    expect(when('2026-11-28T06:30:00Z', kNow, kDenver)).toBe('yesterday, 23:30');
    expect(when('2026-11-20T14:30:00Z', kNow, kDenver)).toBe('20 Nov, 07:30');
    expect(when('2025-11-20T14:30:00Z', kNow, kDenver)).toBe('20 Nov 2025, 07:30');
  });
});

describe('spans', () => {
  it.each([
    [-5, '0 s'], [89, '89 s'], [90, '2 min'], [720, '12 min'], [5399, '90 min'], [7200, '2 h'], [7500, '2 h 5 min'],
    [35 * 3600, '35 h'], [36 * 3600, '2 days'], [3 * 86_400, '3 days'],
  ])('%d seconds are %s', (seconds, words) => expect(span(seconds)).toBe(words));

  it('are told as gone by, but for what is now', () => {
    expect(ago('2026-11-28T19:04:56Z', kNow)).toBe('just now');
    expect(ago('2026-11-28T19:00:00Z', kNow)).toBe('5 min ago');
  });
});

describe('numbers', () => {
  it('are written as the language does, though asked in another before', async () => {
    expect(number(1234.5, 1)).toBe('1,234.5');
    await speak('es');
    expect(number(12_345.5, 1)).toBe('12.345,5');
    expect(number(2, 2, 2)).toBe('2,00');
  });
  it('have the digits that a meter can be trusted for', () => {
    expect([0.1234, 1.234, 12.34, 1234.4].map(volume)).toEqual(['0.123', '1.23', '12.3', '1,234']);
    expect([0, 0.5, 1.234, 12.34].map(flow)).toEqual(['0', '0.5', '1.23', '12.3']);
  });
  it('that are not known are a dash', () => {
    expect([volume(null), volume(undefined), flow(null), flow(undefined)]).toEqual(['–', '–', '–', '–']);
  });
  it('stand with their unit, in its own letters', () => {
    expect(narrow(volumeWithUnit(1.5, 'm3'))).toBe('1.5 m³');
    expect(narrow(flowWithUnit(2.25, 'gal/min'))).toBe('2.25 gal/min');
    expect(narrow(volumeWithUnit(1, 'barrels'))).toBe('1 barrels');
  });
  it('are shares with a digit more where they are small', () => {
    expect([0, 0.051, 0.5, 1.25].map(percent).map(narrow)).toEqual(['0 %', '5.1 %', '50 %', '125 %']);
  });
  it('are bytes in steps of a thousand', () => {
    expect([999, 1500, 150_000, 2_340_000, 5e15].map(bytes).map(narrow)).toEqual(['999 B', '1.5 kB', '150 kB', '2.3 MB', '5,000 TB']);
  });
});

describe('the language', () => {
  it('is the one chosen, else the first wanted that there is, else English', () => {
    expect(languageFor('es', ['en-GB'])).toBe('es');
    expect(languageFor(null, ['fr-FR', 'es-MX', 'en'])).toBe('es');
    expect(languageFor(null, ['ES'])).toBe('es');
    expect(languageFor('tlh', ['fr'])).toBe('en');
    expect(languageFor(null, [])).toBe('en');
  });
  it('is no property that all objects have', () => {
    expect(languageFor('toString', [])).toBe('en');
  });
});
