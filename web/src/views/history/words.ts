// The history's ranges, bars and comparisons in words. Pure.
import { locale, t } from '../../texts';
import { number, percent, volumeWithUnit } from '../../words/numbers';
import { clock, day, formatted, fullDay, month, span } from '../../words/times';
import type { Gap, Totals } from './figures';
import { type Comparison, type Edges, kDay, kHour, type Range, type Step } from './ranges';

const year = (moment: number, zone: string): string => formatted(moment, zone, { year: 'numeric' });

// "23 – 29 November 2026"; `to` is not included.
function daysFromTo({ from, to }: Edges, zone: string, length: 'long' | 'short'): string {
  const format = new Intl.DateTimeFormat(locale, { day: 'numeric', month: length, ...(length === 'long' ? { year: 'numeric' } : {}), timeZone: zone });
  return format.formatRange(from, to - 1);
}

export function rangeName(range: Range, edges: Edges, zone: string): string {
  if (range === 'day') return fullDay(edges.from, zone);
  if (range === 'week') return daysFromTo(edges, zone, 'long');
  if (range === 'month') return month(edges.from, zone);
  return range === 'year' ? year(edges.from, zone) : t.history.allYears;
}

// A part that somebody zoomed to: "Sat, 28 Nov, 14:00 – 15:00", "3 – 9 Nov".
export function partName({ from, to }: Edges, zone: string): string {
  if (to - from > 2 * kDay) return daysFromTo({ from, to }, zone, 'long');
  const format = new Intl.DateTimeFormat(locale, {
    weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone: zone,
  });
  return format.formatRange(from, to);
}

interface Span {
  start: string;
  end: string;
}

export function barName(step: Step, range: Range, bar: Span, zone: string): string {
  const edges = { from: Date.parse(bar.start), to: Date.parse(bar.end) };
  if (step === 'year') return year(edges.from, zone);
  if (step === 'month') return month(edges.from, zone);
  if (step === 'week') return daysFromTo(edges, zone, 'short');
  if (step === 'day') return day(edges.from, zone);
  const times = t.history.fromTo(clock(edges.from, zone), clock(edges.to, zone));
  return range === 'day' ? times : t.history.dayAndTime(day(edges.from, zone), times);
}

// "12 % less than the week before; 812 L against 923 L."
export function comparisonSentence(
  now: number, before: number, unit: string, range: Range, comparison: Comparison, running: boolean, zoomed: boolean,
  known: 'all' | 'partly' | 'none',
): string {
  const text = t.history.comparison;
  const other = (zoomed ? text.partOf : text.against)[comparison === 'week' ? 'sameWeekday' : comparison === 'year' ? 'yearAgo' : range]!;
  const volumes = [volumeWithUnit(now, unit), volumeWithUnit(before, unit)] as const;
  if (known === 'none') return text.unknown(other);
  if (known === 'partly') return text.partly(other, ...volumes);
  if (before === 0) return text.nothing(other, ...volumes);
  const change = now / before - 1;
  if (Math.abs(change) < 0.005) return (running ? text.sameSoFar : text.same)(other, ...volumes);
  // Nobody reads "1,240 % more" as what it is.
  if (change > 2) return (running ? text.timesSoFar : text.times)(number(now / before, 1), other, ...volumes);
  const share = percent(Math.abs(change));
  if (change > 0) return (running ? text.moreSoFar : text.more)(share, other, ...volumes);
  return (running ? text.lessSoFar : text.less)(share, other, ...volumes);
}

export function gapWords(gap: Gap, unit: string): string {
  const cause = t.history.causes[gap.cause] ?? t.history.causes['unknown']!;
  return gap.recovered_volume > 0 ? t.history.gapRecovered(cause, volumeWithUnit(gap.recovered_volume, unit)) : t.history.gap(cause);
}

// What the chart shows, for who cannot see it.
export function chartSentence(name: string, sums: Totals, unit: string, nameOf: (bar: Span) => string): string {
  if (!sums.known) return t.history.labelNothing(name);
  const parts = [t.history.label(name, volumeWithUnit(sums.volume, unit))];
  if (sums.highest !== null) parts.push(t.history.labelHighest(nameOf(sums.highest), volumeWithUnit(sums.highest.volume, unit)));
  if (sums.unknown >= kHour / 2) parts.push(t.history.labelUnknown(span(sums.unknown / 1000)));
  return parts.join(' ');
}
