// Days, weeks, months and years of the site's calendar, and how finely they are shown. Pure: dates are `YYYY-MM-DD`,
// moments are milliseconds of Unix time, and a day has 23, 24 or 25 hours.
import { dateAfter, dateOf, momentOf, wallAt, wallOf } from '../../words/zones';

export const ranges = ['day', 'week', 'month', 'year', 'all'] as const;
export type Range = (typeof ranges)[number];

export type Comparison = 'none' | 'previous' | 'week' | 'year';

// How long a bar is; those of minutes are put together from the API's minutes.
export const steps = ['1', '5', '15', '30', 'hour', 'day', 'week', 'month', 'year'] as const;
export type Step = (typeof steps)[number];
export type ApiBucket = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

export interface Edges {
  from: number;
  to: number; // not included
}

export const kHour = 3_600_000;
export const kDay = 24 * kHour;
const kStepMs: Record<Step, number> = {
  '1': 60_000, '5': 300_000, '15': 900_000, '30': 1_800_000, hour: kHour, day: kDay, week: 7 * kDay, month: 30 * kDay, year: 365 * kDay,
};
// Minutes are asked of two days at most, or an answer would be slow to come and to read.
const kMostMinutesMs = 50 * kHour;
const kBarWidth = 6; // CSS pixels, the narrowest that can be told apart and pointed at

// The first day of the range that a date lies in. Weeks begin on Monday, as the API's do.
export function startOf(range: Range, date: string): string {
  if (range === 'week') return dateAfter(date, -((new Date(wallAt(date)).getUTCDay() + 6) % 7));
  if (range === 'month') return `${date.slice(0, 7)}-01`;
  if (range === 'year') return `${date.slice(0, 4)}-01-01`;
  return date;
}

// The same day so many months later; the last of a month that is too short for it.
function addMonths(date: string, months: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10);
}

export function shift(range: Range, date: string, by: number): string {
  if (range === 'day') return dateAfter(date, by);
  if (range === 'week') return dateAfter(date, 7 * by);
  if (range === 'month') return addMonths(startOf('month', date), by);
  if (range === 'year') return addMonths(startOf('year', date), 12 * by);
  return date;
}

// `since` is when the first was heard, for all years; these are whole years.
export function edgesOf(range: Range, date: string, zone: string, since: number, now: number): Edges {
  const begin = (day: string) => momentOf(wallAt(day), zone);
  if (range === 'all') {
    const first = startOf('year', dateOf(Math.min(since, now), zone));
    return { from: begin(first), to: begin(shift('year', dateOf(now, zone), 1)) };
  }
  const first = startOf(range, date);
  return { from: begin(first), to: begin(shift(range, first, 1)) };
}

// The date whose range is set beside that of `date`; null where there is none.
export function counterpart(range: Range, date: string, comparison: Comparison): string | null {
  if (comparison === 'none' || range === 'all') return null;
  if (comparison === 'previous') return shift(range, date, -1);
  if (comparison === 'week') return dateAfter(date, -7);
  if (range === 'week') return dateAfter(date, -364); // the same days of the week
  return addMonths(startOf(range, date), -12);
}

// Which comparisons make sense.
export function comparisonsOf(range: Range): Comparison[] {
  if (range === 'all') return ['none'];
  if (range === 'day') return ['none', 'previous', 'week', 'year'];
  return range === 'year' ? ['none', 'previous'] : ['none', 'previous', 'year'];
}

// A part of a range in its counterpart: at the same time by the clock.
export function sameTimeIn(part: Edges, whole: Edges, other: Edges, zone: string): Edges {
  const move = (moment: number) => momentOf(wallOf(other.from, zone) + wallOf(moment, zone) - wallOf(whole.from, zone), zone);
  if (part.from === whole.from && part.to === whole.to) return other;
  return { from: move(part.from), to: move(part.to) };
}

export function stepsOf(range: Range): Step[] {
  if (range === 'day') return ['1', '5', '15', '30', 'hour'];
  if (range === 'week') return ['hour', 'day'];
  if (range === 'month') return ['hour', 'day', 'week'];
  if (range === 'year') return ['hour', 'day', 'week', 'month'];
  return ['month', 'year'];
}

// The bars that fit: of what was asked for, or else by the time shown and the width in CSS pixels.
export function stepFor(range: Range, span: number, width: number, zoomed: boolean, wanted: Step | null): Step {
  if (!zoomed && wanted !== null && stepsOf(range).includes(wanted)) return wanted;
  if (!zoomed && range === 'week') return 'day';
  if (!zoomed && range === 'month') return 'day';
  if (!zoomed && range === 'year') return 'month';
  if (!zoomed && range === 'all') return span > 3 * 366 * kDay ? 'year' : 'month';
  const most = Math.max(24, width / kBarWidth);
  const fits = (step: Step) => span / kStepMs[step] <= most && (kStepMs[step] >= kHour || span <= kMostMinutesMs);
  return steps.find(fits) ?? 'year';
}

export const minutesOf = (step: Step): number | null => (/^\d+$/.test(step) ? Number(step) : null);
export const apiBucket = (step: Step): ApiBucket => (minutesOf(step) !== null ? 'minute' : (step as ApiBucket));

// What a touch of a bar leads to: the range of that bar.
export function below(step: Step): Range | null {
  return step === 'year' || step === 'month' || step === 'week' || step === 'day' ? step : null;
}
