// The days of the site's calendar, as dates `YYYY-MM-DD` and as the moments they begin. Pure.
import { clock, dateOf } from './times';

const kDay = 86_400_000;
const kMinute = 60_000;

export const isDate = (text: string | undefined): text is string => text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

// The date so many days later, or earlier.
export function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * kDay).toISOString().slice(0, 10);
}

// How far the zone's clock is ahead of UTC at a moment, in milliseconds.
function ahead(time: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(time);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(time / 1000) * 1000;
}

// When a time of a date is at the site, in milliseconds of Unix time; where the clock skips it, the moment it is
// skipped, where it comes twice, the first.
export function momentOf(date: string, minutes: number, zone: string): number {
  const wall = Date.parse(`${date}T00:00:00Z`) + minutes * kMinute;
  const one = wall - ahead(wall - kDay, zone);
  const other = wall - ahead(wall + kDay, zone);
  const [early, late] = one < other ? [one, other] : [other, one];
  if (early + ahead(early, zone) === wall) return early;
  if (late + ahead(late, zone) === wall) return late;
  // Skipped: the first moment of the new offset.
  let [before, after] = [early - kDay / 4, late + kDay / 4];
  const offset = ahead(before, zone);
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000;
    if (ahead(middle, zone) === offset) before = middle;
    else after = middle;
  }
  return after;
}

// A day from its midnight to the next; 23 or 25 hours long where the clock changes.
export const dayOf = (date: string, zone: string): [from: number, to: number] => [momentOf(date, 0, zone), momentOf(dateAfter(date, 1), 0, zone)];

// Minutes since midnight by the site's clock.
export function minuteOf(time: number, zone: string): number {
  const local = time + ahead(time, zone);
  return Math.floor((((local % kDay) + kDay) % kDay) / kMinute);
}

export const isToday = (date: string, now: number, zone: string): boolean => date === dateOf(now, zone);

// A time of the API, "14:05" or "24:00", as clocks are read here: "2:05 PM".
export function timeOfDay(time: string): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return clock(Date.UTC(2026, 0, 1, hours, minutes), 'UTC');
}
