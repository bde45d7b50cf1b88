import { describe, expect, it } from 'vitest';
import { comparedToUsual, daySoFar } from '../src/views/now/usual_day';
import { byDay } from '../src/views/now/week';

const kHour = 3_600_000;
const kZone = 'America/Denver';
const kMidnight = Date.UTC(2026, 10, 28, 7); // of the 28th in Denver

// Hours from so many days before the 28th up to `now`, which may be in the middle of one.
function hours(days: number, now: number, volume: (day: number, hour: number) => number) {
  const list = [];
  for (let start = kMidnight - days * 24 * kHour; start < now; start += kHour) {
    const [day, hour] = [Math.floor((start - kMidnight) / (24 * kHour)), ((start - kMidnight) / kHour + 24 * days) % 24];
    list.push({ start: new Date(start).toISOString(), end: new Date(Math.min(now, start + kHour)).toISOString(), volume: volume(day, hour) });
  }
  return list;
}

describe('a usual day', () => {
  const known = kMidnight - 100 * 24 * kHour;

  it('is the median of the days before, so that one with sprinklers on changes nothing', () => {
    const now = kMidnight + 10 * kHour;
    const so = daySoFar(hours(5, now, (day) => (day === -2 ? 1000 : 2)), now, kZone, known);
    expect(so.usual).toEqual(Array.from({ length: 24 }, (_, hour) => 2 * (hour + 1)));
    expect(so.hours).toEqual(Array.from({ length: 10 }, (_, hour) => 2 * (hour + 1)));
  });
  it('of an even number of days is between the two in the middle', () => {
    const now = kMidnight + kHour;
    expect(daySoFar(hours(4, now, (day) => -day), now, kZone, known).usual![0]).toBe(2.5);
  });
  it('is as far as this minute: within the hour it runs evenly', () => {
    const now = kMidnight + 9.5 * kHour;
    expect(daySoFar(hours(4, now, () => 4), now, kZone, known).usualByNow).toBeCloseTo(9 * 4 + 2);
  });
  it('is not known from too few days, and the day that measuring began on is none', () => {
    const now = kMidnight + kHour;
    expect(daySoFar(hours(2, now, () => 1), now, kZone, known)).toMatchObject({ usual: null, usualByNow: null });
    const first = kMidnight - 3 * 24 * kHour + 5 * kHour;
    expect(daySoFar(hours(3, now, () => 1), now, kZone, first).usual).toBeNull();
    expect(daySoFar(hours(4, now, () => 1), now, kZone, first - 24 * kHour).usual).not.toBeNull();
  });
  it('compares as a share, where there is something to compare with', () => {
    expect(comparedToUsual(150, 100)).toBeCloseTo(0.5);
    expect(comparedToUsual(50, 100)).toBeCloseTo(-0.5);
    expect([comparedToUsual(50, 0), comparedToUsual(50, null)]).toEqual([null, null]);
  });
});

describe('days made of hours', () => {
  it('are those of the site, not of Greenwich', () => {
    const days = byDay(hours(1, kMidnight + 2 * kHour, () => 1), kZone);
    expect(days.map((day) => [day.start, day.volume])).toEqual([['2026-11-27T07:00:00.000Z', 24], ['2026-11-28T07:00:00.000Z', 2]]);
  });
  it('are whole on the axis, the one under way too', () => {
    expect(byDay(hours(0, kMidnight + 1.5 * kHour, () => 1), kZone)[0]!.end).toBe('2026-11-29T07:00:00.000Z');
  });
  it('leave their hours as they were', () => {
    const list = hours(0, kMidnight + 3 * kHour, () => 1);
    byDay(list, kZone);
    expect(list.map((hour) => hour.volume)).toEqual([1, 1, 1]);
  });
});
