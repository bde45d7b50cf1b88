// What the list of uses is made of: sums, filters, the lane of a day, and which alarm a use belongs to. Pure.
import type { Alarm, Schemas, Use } from '../../api/client';
import { isWater } from '../../words/alarms';

export interface Filter {
  category: string | null; // of the API, 'uncategorised' for those without; null: all
  least: number; // volume in the answer's unit
}

export interface Sum {
  uses: number;
  volume: number;
  seconds: number;
}

type Summed = Pick<Use, 'category' | 'volume' | 'seconds'>;

export const passes = (use: Pick<Summed, 'category' | 'volume'>, filter: Filter): boolean =>
  use.volume >= filter.least && (filter.category === null || (use.category ?? 'uncategorised') === filter.category);

export function sum(uses: readonly Summed[]): Sum {
  const total = { uses: 0, volume: 0, seconds: 0 };
  for (const use of uses) {
    ++total.uses;
    total.volume += use.volume;
    total.seconds += use.seconds;
  }
  return total;
}

// Each kind's sum, what took the most water first and what nobody named last.
export function sumsByCategory(uses: readonly Summed[]): [category: string, sum: Sum][] {
  const kinds = new Map<string, Summed[]>();
  for (const use of uses) {
    const kind = use.category ?? 'uncategorised';
    kinds.set(kind, [...(kinds.get(kind) ?? []), use]);
  }
  const last = (kind: string) => (kind === 'uncategorised' ? 1 : 0);
  return [...kinds]
    .map(([kind, of]): [string, Sum] => [kind, sum(of)])
    .sort((a, b) => last(a[0]) - last(b[0]) || b[1].volume - a[1].volume);
}

// What took the most this month first, then what did in all, and what nobody knows last.
export const thirstiestFirst = (kinds: readonly Schemas['CategoryWater'][]): Schemas['CategoryWater'][] => {
  const last = ({ category }: Schemas['CategoryWater']) => (category === 'uncategorised' ? 1 : 0);
  return [...kinds].sort((a, b) => last(a) - last(b) || b.month - a.month || b.total - a.total);
};

// The water alarm that a use belongs to: as the use says, or else the one whose time it overlaps, an open one first.
export function alarmOf(use: Pick<Use, 'start' | 'end' | 'alarm'>, alarms: readonly Alarm[]): Alarm | null {
  if (use.alarm !== null && use.alarm !== undefined) return alarms.find((alarm) => alarm.id === use.alarm) ?? null;
  const start = Date.parse(use.start);
  const end = Date.parse(use.end);
  const over = alarms.filter((alarm) => isWater(alarm.rule) && Date.parse(alarm.since) < end && Date.parse(alarm.at) > start);
  return over.find((alarm) => alarm.state !== 'cleared') ?? over[0] ?? null;
}

export interface Block {
  x: number; // shares of the day and of the lane's height
  width: number;
  height: number;
}

// A use in the lane of the day [from, to]: as wide as it is long, as high as it flows. High flows are far apart and low
// ones are many, so heights go by the square root.
export function blockOf(use: Pick<Use, 'start' | 'end' | 'peak_flow'>, from: number, to: number, most: number): Block {
  const share = (time: string) => Math.min(1, Math.max(0, (Date.parse(time) - from) / (to - from)));
  const x = share(use.start);
  return { x, width: share(use.end) - x, height: most > 0 ? Math.max(0.12, Math.min(1, Math.sqrt(use.peak_flow / most))) : 1 };
}

// The use under a place in the lane, or the nearest within `reach` of it; shares of the day. The smallest where
// several lie over each other.
export function useAt(blocks: readonly Block[], x: number, reach: number): number | null {
  let best: number | null = null;
  let distance = reach;
  blocks.forEach((block, index) => {
    const away = Math.max(0, block.x - x, x - block.x - block.width);
    const nearer = away < distance || (away === distance && best !== null && block.width < blocks[best]!.width);
    if (away > reach || (best !== null && !nearer)) return;
    best = index;
    distance = away;
  });
  return best;
}

// The points of a use's shape as a line in a box, from and to zero.
export function sparkPoints(shape: readonly number[], width: number, height: number): string {
  const most = Math.max(...shape, 0);
  if (shape.length === 0 || most === 0) return `0,${height} ${width},${height}`;
  const step = width / shape.length;
  const points = shape.flatMap((flow, index) => {
    const y = round(height - (flow / most) * height);
    return [`${round(index * step)},${y}`, `${round((index + 1) * step)},${y}`];
  });
  return [`0,${height}`, ...points, `${width},${height}`].join(' ');
}
const round = (value: number): number => Math.round(value * 100) / 100;
