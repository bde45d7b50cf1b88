// What the history shows, as it stands in the address: `#/history/day/2026-11-28?compare=week&split=category`.
import { href, type Route } from '../../shell/route';
import { isDate } from '../../words/zones';
import { type Comparison, comparisonsOf, type Range, ranges, type Step, steps } from './ranges';

export interface Shown {
  range: Range;
  date: string;
  compare: Comparison;
  split: boolean;
  by: Step | null; // null: as it fits
  zoom: [number, number] | null; // Unix seconds
}

const oneOf = <T extends string>(all: readonly T[], name: string | null | undefined): T | null => all.find((one) => one === name) ?? null;

// Whatever an address says that makes no sense is left out; a date in the future is today.
export function parseShown(route: Route, today: string): Shown {
  const range = oneOf(ranges, route.path[0]) ?? 'day';
  const asked = route.path[1];
  const [from = NaN, to = NaN] = (route.query.get('zoom') ?? '').split('-').map(Number);
  return {
    range,
    date: isDate(asked) && asked < today ? asked : today,
    compare: oneOf(comparisonsOf(range), route.query.get('compare')) ?? 'none',
    split: route.query.get('split') === 'category',
    by: oneOf(steps, route.query.get('by')),
    zoom: to > from && from > 0 ? [from, to] : null,
  };
}

export function addressOf(shown: Shown): string {
  const query: Record<string, string> = {};
  if (comparisonsOf(shown.range).includes(shown.compare) && shown.compare !== 'none') query['compare'] = shown.compare;
  if (shown.split) query['split'] = 'category';
  if (shown.by !== null) query['by'] = shown.by;
  if (shown.zoom !== null) query['zoom'] = shown.zoom.map(Math.round).join('-');
  return href('history', shown.range === 'all' ? ['all'] : [shown.range, shown.date], query);
}
