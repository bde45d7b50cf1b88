// What a usual day of this house looks like, hour by hour, and how today compares. Pure.
//
// Usual is the median of the days before, not their mean: one day with the sprinklers on is not usual.
import type { UsageBucket } from '../../api/client';
import { dateOf } from '../../words/zones';

export const kDaysBefore = 28;
const kFewestDays = 3;

export interface DaySoFar {
  hours: number[]; // volume since midnight at the end of each hour; today's ends with now
  usual: number[] | null; // the same of a usual day, one for each of 24 hours; null while too few days are known
  usualByNow: number | null;
}

type Bucket = Pick<UsageBucket, 'start' | 'end' | 'volume'>;

const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

// `buckets` are hours of the last weeks in order, up to now (milliseconds). Days before `known` (the first reading)
// were not measured.
export function daySoFar(buckets: readonly Bucket[], now: number, zone: string, known: number): DaySoFar {
  const today = dateOf(now, zone);
  const days = new Map<string, number[]>(); // date → volume since midnight by hour
  for (const bucket of buckets) {
    const date = dateOf(bucket.start, zone);
    const hours = days.get(date) ?? days.set(date, []).get(date)!;
    hours.push((hours.at(-1) ?? 0) + bucket.volume);
  }
  const hours = days.get(today) ?? [];
  days.delete(today);
  const first = dateOf(known, zone);
  // A day of the clock change has 23 or 25 hours; its shape still counts, cut or filled to 24.
  const whole = [...days].filter(([date, sums]) => date > first && sums.length >= 23).map(([, sums]) => sums);
  if (whole.length < kFewestDays) return { hours, usual: null, usualByNow: null };
  const usual = Array.from({ length: 24 }, (_, hour) => median(whole.map((sums) => sums[hour] ?? sums.at(-1)!)));
  return { hours, usual, usualByNow: usualAt(usual, hours.length, buckets.at(-1), now) };
}

// Within the hour under way a usual day is taken to run evenly.
function usualAt(usual: readonly number[], hour: number, last: Bucket | undefined, now: number): number {
  const index = Math.min(Math.max(hour - 1, 0), usual.length - 1);
  const before = index === 0 ? 0 : usual[index - 1]!;
  const start = last === undefined ? now : Date.parse(last.start);
  const share = Math.min(1, Math.max(0, (now - start) / 3_600_000));
  return before + (usual[index]! - before) * share;
}

// How much more (positive) or less today is than usual, as a share; null where there is nothing to compare with.
export function comparedToUsual(today: number, usualByNow: number | null): number | null {
  return usualByNow === null || usualByNow <= 0 ? null : today / usualByNow - 1;
}
