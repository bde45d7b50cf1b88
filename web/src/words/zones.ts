// A time zone's clock and calendar. Pure.
//
// A moment is milliseconds of Unix time. A date is `YYYY-MM-DD`. A wall time is what the zone's clock shows, in
// milliseconds as if that were UTC. A day has 23, 24 or 25 hours, and may begin at one o'clock.
export type Time = string | number; // RFC 3339, as the API has it, or a moment

const kMinute = 60_000;
const kDay = 86_400_000;

export const momentOfTime = (time: Time): number => (typeof time === 'number' ? time : Date.parse(time));

const formats = new Map<string, Intl.DateTimeFormat>();

// How far the zone's clock is ahead of UTC at a moment, in milliseconds.
function ahead(moment: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(moment)) part[type] = Number(value);
  const wall = Date.UTC(part['year']!, part['month']! - 1, part['day']!, part['hour']!, part['minute']!, part['second']!);
  return wall - Math.floor(moment / 1000) * 1000;
}

export const wallOf = (moment: number, zone: string): number => moment + ahead(moment, zone);

// When the clock shows a wall time: the first such moment where it comes twice, the moment of the jump where the clock
// leaves it out.
export function momentOf(wall: number, zone: string): number {
  const one = wall - ahead(wall - kDay, zone);
  const other = wall - ahead(wall + kDay, zone);
  const [early, late] = one < other ? [one, other] : [other, one];
  if (wallOf(early, zone) === wall) return early;
  if (wallOf(late, zone) === wall) return late;
  let [before, after] = [early - kDay / 4, late + kDay / 4];
  const offset = ahead(before, zone);
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000;
    if (ahead(middle, zone) === offset) before = middle;
    else after = middle;
  }
  return after;
}

const dateOfWall = (wall: number): string => new Date(wall).toISOString().slice(0, 10);

// The wall time of a date and so many minutes after its midnight.
export const wallAt = (date: string, minutes = 0): number => Date.parse(`${date}T00:00:00Z`) + minutes * kMinute;

export const isDate = (text: string | undefined): text is string =>
  text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(wallAt(text)) && dateOfWall(wallAt(text)) === text;

export const dateOf = (time: Time, zone: string): string => dateOfWall(wallOf(momentOfTime(time), zone));

// The date so many days later, or earlier.
export const dateAfter = (date: string, days: number): string => dateOfWall(wallAt(date) + days * kDay);

export const isToday = (date: string, now: number, zone: string): boolean => date === dateOf(now, zone);

// A day from its midnight to the next.
export const dayOf = (date: string, zone: string): [from: number, to: number] => [
  momentOf(wallAt(date), zone),
  momentOf(wallAt(dateAfter(date, 1)), zone),
];

// `2026-11-28T14:05`, as the browser's own field for date and time gives and takes it.
export const typedTime = (moment: number, zone: string): string => new Date(wallOf(moment, zone)).toISOString().slice(0, 16);

// Null where it is no time.
export function timeTyped(text: string, zone: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return null;
  const wall = Date.parse(`${text.slice(0, 16)}:00Z`);
  return Number.isNaN(wall) ? null : momentOf(wall, zone);
}

// The zones that a browser knows, for a list to search in.
export function timeZones(present: string): string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return [...new Set([present, 'UTC', ...known])].filter((zone) => zone !== '').sort();
}
