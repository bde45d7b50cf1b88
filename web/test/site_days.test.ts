import { describe, expect, it } from 'vitest';
import { dateAfter, dayOf, isDate, minuteOf, momentOf } from '../src/words/site_days';

const iso = (time: number) => new Date(time).toISOString();
const hours = ([from, to]: [number, number]) => (to - from) / 3_600_000;

describe("The site's days", () => {
  it('begin at its midnight, wherever the browser is', () => {
    expect(iso(dayOf('2026-11-28', 'America/Denver')[0])).toBe('2026-11-28T07:00:00.000Z');
    expect(iso(dayOf('2026-11-28', 'Pacific/Auckland')[0])).toBe('2026-11-27T11:00:00.000Z');
  });

  it('have 23 or 25 hours where the clock changes', () => {
    expect(hours(dayOf('2026-03-29', 'Europe/Berlin'))).toBe(23);
    expect(hours(dayOf('2026-10-25', 'Europe/Berlin'))).toBe(25);
    expect(hours(dayOf('2026-11-01', 'America/Denver'))).toBe(25);
    expect(hours(dayOf('2026-03-08', 'America/Denver'))).toBe(23);
    expect(hours(dayOf('2026-07-01', 'America/Denver'))).toBe(24);
  });

  it('begin when the clock has skipped midnight', () => {
    // Cuba's clocks go from 00:00 to 01:00.
    expect(iso(dayOf('2026-03-08', 'America/Havana')[0])).toBe('2026-03-08T05:00:00.000Z');
    expect(hours(dayOf('2026-03-08', 'America/Havana'))).toBe(23);
  });

  it('have times of the clock', () => {
    expect(iso(momentOf('2026-11-28', 13 * 60 + 30, 'America/Denver'))).toBe('2026-11-28T20:30:00.000Z');
    expect(minuteOf(Date.parse('2026-11-28T20:30:59Z'), 'America/Denver')).toBe(13 * 60 + 30);
    expect(iso(momentOf('2026-10-25', 150, 'Europe/Berlin'))).toBe('2026-10-25T00:30:00.000Z'); // the first 02:30
  });

  it('follow each other over months and years', () => {
    expect(dateAfter('2026-12-31', 1)).toBe('2027-01-01');
    expect(dateAfter('2026-03-01', -1)).toBe('2026-02-28');
    expect([isDate('2026-03-01'), isDate('2026-13-01'), isDate('42'), isDate(undefined)]).toEqual([true, false, false, false]);
  });
});
