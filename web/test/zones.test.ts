import { describe, expect, it } from 'vitest';
import { timeOfDay, when } from '../src/words/times';
import { dateAfter, dateOf, dayOf, isDate, isToday, momentOf, timeTyped, timeZones, typedTime, wallAt, wallOf } from '../src/words/zones';

const kDenver = 'America/Denver';
const iso = (moment: number) => new Date(moment).toISOString();
const hours = ([from, to]: [number, number]) => (to - from) / 3_600_000;

describe("A zone's days", () => {
  it('begin at its midnight, wherever the browser is', () => {
    expect(iso(dayOf('2026-11-28', kDenver)[0])).toBe('2026-11-28T07:00:00.000Z');
    expect(iso(dayOf('2026-11-28', 'Pacific/Auckland')[0])).toBe('2026-11-27T11:00:00.000Z');
  });

  it('have 23 or 25 hours where the clock changes', () => {
    const days = ['2026-03-08', '2026-07-01', '2026-11-01'].map((date) => hours(dayOf(date, kDenver)));
    expect(days).toEqual([23, 24, 25]);
    expect(['2026-03-29', '2026-10-25'].map((date) => hours(dayOf(date, 'Europe/Berlin')))).toEqual([23, 25]);
    expect(['2026-04-05', '2026-10-04'].map((date) => hours(dayOf(date, 'Australia/Lord_Howe')))).toEqual([24.5, 23.5]);
  });

  it('begin at one where the clock skips midnight', () => {
    const first = { 'America/Santiago': '2026-09-06', 'Asia/Beirut': '2026-03-29', 'America/Havana': '2026-03-08' };
    for (const [zone, date] of Object.entries(first)) {
      const [from, to] = dayOf(date, zone);
      expect(typedTime(from, zone)).toBe(`${date}T01:00`);
      expect(hours([from, to])).toBe(23);
      expect([dateOf(from, zone), dateOf(from - 1, zone)]).toEqual([date, dateAfter(date, -1)]);
      expect(dayOf(dateAfter(date, -1), zone)[1]).toBe(from);
    }
  });

  it('are told by a moment, or by a time as the API has it', () => {
    expect(dateOf('2026-11-28T23:30:00-07:00', kDenver)).toBe('2026-11-28');
    expect(dateOf(Date.parse('2026-11-29T06:59:59Z'), kDenver)).toBe('2026-11-28');
    expect([isToday('2026-11-28', Date.parse('2026-11-29T06:59:59Z'), kDenver), isToday('2026-11-29', Date.parse('2026-11-29T06:59:59Z'), kDenver)]).toEqual([true, false]);
  });

  it('follow each other over months, years and leap days', () => {
    expect([dateAfter('2026-12-31', 1), dateAfter('2026-03-01', -1), dateAfter('2028-02-28', 1)]).toEqual(['2027-01-01', '2026-02-28', '2028-02-29']);
  });

  it('are told from what is no date', () => {
    expect(['2026-03-01', '2026-13-01', '2026-02-30', '2026-2-3', '42', undefined].map(isDate)).toEqual([true, false, false, false, false, false]);
  });
});

describe("A zone's clock", () => {
  it('shows a time at a moment, and the moment of a time', () => {
    expect(iso(momentOf(wallAt('2026-11-28', 13 * 60 + 30), kDenver))).toBe('2026-11-28T20:30:00.000Z');
    expect(wallOf(Date.parse('2026-11-28T20:30:05.250Z'), kDenver)).toBe(Date.parse('2026-11-28T13:30:05.250Z'));
  });

  it('shows an hour twice, of which the first counts', () => {
    expect(iso(momentOf(wallAt('2026-11-01', 90), kDenver))).toBe('2026-11-01T07:30:00.000Z');
    expect(iso(momentOf(wallAt('2026-10-25', 150), 'Europe/Berlin'))).toBe('2026-10-25T00:30:00.000Z');
  });

  it('leaves an hour out, for which the jump stands', () => {
    expect(iso(momentOf(wallAt('2026-03-08', 150), kDenver))).toBe('2026-03-08T09:00:00.000Z');
  });
});

describe('A time that is typed', () => {
  it("is the zone's", () => {
    expect(timeTyped('2026-11-28T09:05', kDenver)).toBe(Date.parse('2026-11-28T09:05:00-07:00'));
    expect(timeTyped('2026-07-01T09:05', kDenver)).toBe(Date.parse('2026-07-01T09:05:00-06:00'));
    expect(timeTyped('2026-07-01T09:05', 'Australia/Lord_Howe')).toBe(Date.parse('2026-07-01T09:05:00+10:30'));
    expect(typedTime(Date.parse('2026-11-28T00:30:40-07:00'), kDenver)).toBe('2026-11-28T00:30');
  });
  it('may be none', () => {
    expect([timeTyped('', kDenver), timeTyped('2026-13-01T00:00', kDenver)]).toEqual([null, null]);
  });
});

it('The list of zones has the present one though the browser does not know it', () => {
  const zones = timeZones('Etc/Made-Up');
  expect(zones).toContain('Etc/Made-Up');
  expect(zones).toContain(kDenver);
  expect(zones.filter((zone) => zone === 'UTC')).toHaveLength(1);
});

describe('A time in words', () => {
  it('knows yesterday on days of 23 and 25 hours', () => {
    const shown = (time: string, now: string) => when(time, now, kDenver);
    // Half an hour into the day after a short one, 24 hours ago was the day before yesterday.
    expect(shown('2026-03-07T23:50:00-07:00', '2026-03-09T00:30:00-06:00')).not.toContain('yesterday');
    expect(shown('2026-03-08T12:00:00-06:00', '2026-03-09T00:30:00-06:00')).toContain('yesterday');
    // Half an hour before the end of a long day, 24 hours ago was today.
    expect(shown('2026-10-31T12:00:00-06:00', '2026-11-01T23:30:00-07:00')).toContain('yesterday');
  });
  it('of the day ends at midnight', () => {
    expect([timeOfDay('00:00'), timeOfDay('24:00')].map((words) => /12:00\sAM/.test(words))).toEqual([true, true]);
  });
});
