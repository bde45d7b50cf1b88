// What the counters of the network mean for people: how much in a day, of which kinds, how sizes and gaps spread. Pure.
import type { Schemas } from '../../api/client';

type Traffic = Schemas['Traffic'];
type Tally = Schemas['Tally'];
type Both = Schemas['TrafficBothWays'];

// Before that, a rate would say more about the start than about a day.
const kWorthARateMs = 20 * 3_600_000;
const kDayMs = 86_400_000;

// How counters since the start are shown: as they are, or as a day's.
export interface Basis {
  perDay: boolean;
  factor: number;
}
export function basis(sinceMs: number): Basis {
  return sinceMs >= kWorthARateMs ? { perDay: true, factor: kDayMs / sinceMs } : { perDay: false, factor: 1 };
}
// Nothing that has happened is shown as never.
export const inBasis = (count: number, { factor }: Basis): number => (count === 0 ? 0 : Math.max(1, Math.round(count * factor)));

export const messagesOf = (traffic: Traffic): Tally => sum(Object.values(traffic.messages));

const kNothing: Tally = { count: 0, bytes: 0, relayed: 0, here: 0 };
function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (all, one) => ({ count: all.count + one.count, bytes: all.bytes + one.bytes, relayed: all.relayed + one.relayed, here: all.here + one.here }),
    kNothing,
  );
}

export interface Row {
  name: string;
  up: Tally; // from the bridge
  down: Tally; // to the bridge
}

function rows(up: Readonly<Record<string, Tally>>, down: Readonly<Record<string, Tally>>): Row[] {
  const names = [...new Set([...Object.keys(up), ...Object.keys(down)])];
  return names
    .map((name) => ({ name, up: up[name] ?? kNothing, down: down[name] ?? kNothing }))
    .sort((a, b) => b.up.count + b.down.count - (a.up.count + a.down.count) || a.name.localeCompare(b.name));
}
// The most frequent first.
export const byKind = (both: Both): Row[] => rows(both.to_cloud.messages, both.to_bridge.messages);
export const byType = (both: Both): Row[] => rows(both.to_cloud.by_type, both.to_bridge.by_type);

export interface Bar {
  above: number | null; // of the step before; null: from zero
  atMost: number | null; // null: whatever is larger
  count: number;
  share: number; // of the longest bar
}

// From the first to the last that has anything. Buckets count only their own.
export function bars(buckets: readonly { at_most: number | null; count: number }[]): Bar[] {
  const used = buckets.map((bucket) => bucket.count > 0);
  const first = used.indexOf(true);
  if (first < 0) return [];
  const last = used.lastIndexOf(true);
  const most = Math.max(...buckets.map((bucket) => bucket.count));
  return buckets.slice(first, last + 1).map((bucket, index) => ({
    above: first + index === 0 ? null : buckets[first + index - 1]!.at_most,
    atMost: bucket.at_most,
    count: bucket.count,
    share: bucket.count / most,
  }));
}

export type Link = 'live' | 'waiting' | 'off';

// How the two ways of a bridge are: to Millrace, and on to the cloud.
export function links(connected: boolean, path: Schemas['CloudPath']): { bridge: Link; cloud: Link } {
  const cloud = path === 'none' ? 'off' : path === 'standing_in' ? 'waiting' : 'live';
  return { bridge: connected ? 'live' : 'waiting', cloud };
}
