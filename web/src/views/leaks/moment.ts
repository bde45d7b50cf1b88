// The flow around an alarm: what is asked for, and how buckets of volume become flow. Pure.
import type { Finding } from '../../words/alarms';
import { flowOf } from '../../words/units';

const kMinute = 60_000;
const kAround = 30 * kMinute;
// As many minutes as a chart can show, and the API gives.
const kMostMinutes = 3 * 24 * 60;
const kMostHours = 90 * 24;

export interface Moment {
  from: number; // milliseconds of Unix time
  to: number;
  bucket: 'minute' | 'hour' | 'day';
}

export function momentOfAlarm(alarm: Pick<Finding, 'since' | 'at'>, now: number): Moment {
  const from = Date.parse(alarm.since) - kAround;
  const to = Math.max(from + kMinute, Math.min(Date.parse(alarm.at) + kAround, now));
  const minutes = (to - from) / kMinute;
  return { from, to, bucket: minutes <= kMostMinutes ? 'minute' : minutes / 60 <= kMostHours ? 'hour' : 'day' };
}

export interface Volumes {
  unit: string;
  items: readonly { start: string; end: string; volume: number }[];
}

// A bucket that has only just begun says little about the flow.
const kTooShort = 15_000;

// Mean flows of buckets, in the unit of flows; the running one's over what of it is past.
export function flowsOf(usage: Volumes, flowUnit: string, now: number): { times: number[]; flows: number[] } {
  const lengthOf = (item: Volumes['items'][number]) => Math.min(Date.parse(item.end), now) - Date.parse(item.start);
  const items = usage.items.filter((item) => lengthOf(item) >= kTooShort);
  return {
    times: items.map((item) => Date.parse(item.start) / 1000),
    flows: items.map((item) => flowOf(item.volume, lengthOf(item) / 1000, usage.unit, flowUnit)),
  };
}
