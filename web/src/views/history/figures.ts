// What is drawn and said of the API's buckets: put together, set beside an earlier time, summed up. Pure.
import type { Schemas } from '../../api/client';
import { flowOf } from '../../words/units';
import { kDay } from './ranges';

export type Item = Schemas['UsageBucket'];
export type Answer = Schemas['Usage'];
export type Gap = Schemas['Gap'];

export interface Bar {
  start: string;
  end: string;
  from: number; // milliseconds of Unix time
  to: number;
  volume: number | null; // null: nothing is known
  previous_volume: number | null;
  categories: Record<string, number>;
}

// What the site's clock shows at the start of a bucket, in milliseconds as if it were UTC; the API writes it so.
const wallStart = (time: string): number => Date.parse(`${time.slice(0, 19)}Z`);

export const barOf = (item: Item): Bar => ({
  start: item.start,
  end: item.end,
  from: Date.parse(item.start),
  to: Date.parse(item.end),
  volume: item.volume,
  previous_volume: null,
  categories: item.categories ?? {},
});

// Bars of so many minutes by the site's clock; none goes over a change of the clock.
export function merged(items: readonly Bar[], minutes: number): Bar[] {
  if (minutes <= 1) return [...items];
  const length = minutes * 60_000;
  const found: Bar[] = [];
  let last = NaN;
  for (const item of items) {
    const turn = Math.floor(wallStart(item.start) / length) * length - (wallStart(item.start) - item.from);
    const bar = found.at(-1);
    if (bar === undefined || turn !== last) {
      found.push({ ...item, categories: { ...item.categories } });
      last = turn;
      continue;
    }
    bar.end = item.end;
    bar.to = item.to;
    bar.volume = sum(bar.volume, item.volume);
    bar.previous_volume = sum(bar.previous_volume, item.previous_volume);
    for (const [name, volume] of Object.entries(item.categories)) bar.categories[name] = (bar.categories[name] ?? 0) + volume;
  }
  return found;
}

const sum = (one: number | null, other: number | null): number | null => (one === null ? other : one + (other ?? 0));

// Puts each bar's counterpart behind it. Within days they belong together by the clock, so that an hour stands beside
// the same hour also on a day that has 23 or 25; longer ones by their turn.
export function compared(bars: readonly Bar[], others: readonly Bar[], byClock: boolean): Bar[] {
  // From midnight on, for a first hour that a clock jumps over.
  const midnight = (bar: Bar | undefined) => (bar === undefined ? 0 : Math.floor(wallStart(bar.start) / kDay) * kDay);
  const begin = midnight(bars[0]);
  const otherBegin = midnight(others[0]);
  const place = (bar: Bar, index: number, first: number) => (byClock ? wallStart(bar.start) - first : index);
  const found = new Map<number, number | null>();
  others.forEach((other, index) => {
    const key = place(other, index, otherBegin);
    found.set(key, sum(found.get(key) ?? null, other.volume));
  });
  return bars.map((bar, index) => ({ ...bar, previous_volume: found.get(place(bar, index, begin)) ?? null }));
}

// Leaves out what has not come yet, and says of what lies in silence and shows nothing that it is not known.
export function known(bars: readonly Bar[], silences: readonly { from: number; to: number }[], now: number): Bar[] {
  const silent = (bar: Bar) => silences.some((one) => one.from <= bar.from && one.to >= Math.min(bar.to, now));
  return bars.filter((bar) => bar.from < now).map((bar) => (bar.volume === 0 && silent(bar) ? { ...bar, volume: null } : bar));
}

const kUnnamed = 'uncategorised';

export interface Totals {
  volume: number;
  known: boolean; // of any of it
  aDay: number | null; // of the days that are known; null for less than two
  highest: Bar | null;
  categories: [string, number][]; // the largest first, what nobody has named last
  unknown: number; // milliseconds of which nothing is known
}

export function totals(bars: readonly Bar[], silences: readonly { from: number; to: number }[], now: number): Totals {
  let volume = 0;
  let highest: Bar | null = null;
  const categories = new Map<string, number>();
  for (const bar of bars) {
    volume += bar.volume ?? 0;
    if ((bar.volume ?? 0) > (highest?.volume ?? 0)) highest = bar;
    for (const [name, part] of Object.entries(bar.categories)) categories.set(name, (categories.get(name) ?? 0) + part);
  }
  const from = bars[0]?.from ?? 0;
  const to = Math.min(bars.at(-1)?.to ?? 0, now);
  const unknown = silences.reduce((all, one) => all + Math.max(0, Math.min(one.to, to) - Math.max(one.from, from)), 0);
  const days = (to - from - unknown) / kDay;
  return {
    volume,
    known: bars.some((bar) => bar.volume !== null),
    aDay: days > 1.5 ? volume / days : null,
    highest,
    categories: [...categories].filter(([, part]) => part > 0).sort(([a, one], [b, other]) => Number(a === kUnnamed) - Number(b === kUnnamed) || other - one),
    unknown,
  };
}

// What was used in the time before; where the range still runs, up to the same point of it, so that the two can be
// compared. The bar that is running counts as far as it has come.
export function beforeSoFar(bars: readonly Bar[], others: readonly Bar[], now: number, to: number): number {
  if (to <= now) return others.reduce((all, other) => all + (other.volume ?? 0), 0);
  return bars.reduce((all, bar) => all + (bar.previous_volume ?? 0) * Math.min(1, (now - bar.from) / (bar.to - bar.from)), 0);
}

// Hours as columns of days: what a heat map shows.
export function byDayAndHour(bars: readonly Bar[]): { days: number[]; ends: number[]; cells: (number | null)[][] } {
  const days: number[] = [];
  const ends: number[] = [];
  const cells: (number | null)[][] = [];
  let day = NaN;
  for (const bar of bars) {
    const wall = wallStart(bar.start);
    const midnight = Math.floor(wall / kDay);
    if (midnight !== day) {
      day = midnight;
      days.push(bar.from / 1000);
      ends.push(0);
      cells.push(Array.from({ length: 24 }, () => null));
    }
    ends[ends.length - 1] = bar.to / 1000;
    const hour = Math.floor((wall % kDay) / 3_600_000);
    const row = cells.at(-1)!;
    row[hour] = sum(row[hour] ?? null, bar.volume);
  }
  return { days, ends, cells };
}

export type Reading = Schemas['Reading'];

// While water runs a sensor reports every few seconds. What it reports after a longer pause did not run evenly, but at
// the pause's end.
const kLongestBetween = 15; // seconds
const kUsualBetween = 5;

// Flow between readings, from `from` to `to` in Unix seconds. A reading may be told again later; it counts once.
export function flowsOf(readings: readonly Reading[], unit: string, flowUnit: string, from: number, to: number): { times: number[]; flows: (number | null)[] } {
  const times: number[] = [];
  const flows: (number | null)[] = [];
  let before = from;
  let counted = -1;
  for (const reading of readings) {
    const at = Date.parse(reading.time) / 1000;
    if (reading.kind === 'repeat' || (reading.kind !== 'first' && reading.total_peaks === counted)) continue;
    counted = reading.total_peaks;
    if (at <= before) continue;
    const even = at - before <= kLongestBetween;
    const seconds = even ? at - before : kUsualBetween;
    if (!even) {
      times.push(before);
      flows.push(0);
    }
    times.push(at - seconds);
    flows.push(reading.kind === 'catch_up' || reading.kind === 'first' ? null : flowOf(reading.volume, seconds, unit, flowUnit));
    before = at;
  }
  times.push(before, Math.max(before + 1, to));
  flows.push(0, 0);
  return rising(times, flows);
}

// A chart's times must rise; of two at one time the later stands.
function rising(times: number[], flows: (number | null)[]): { times: number[]; flows: (number | null)[] } {
  const found: { times: number[]; flows: (number | null)[] } = { times: [], flows: [] };
  times.forEach((time, index) => {
    const last = found.times.at(-1);
    if (last !== undefined && time < last) return;
    if (last === time) found.flows[found.flows.length - 1] = flows[index]!;
    else {
      found.times.push(time);
      found.flows.push(flows[index]!);
    }
  });
  return found;
}
