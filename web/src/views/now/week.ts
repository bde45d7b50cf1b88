// Hours put together to days of the site. Pure.
//
// The last day is not over, but its bar is as wide as the others: it ends where a day of 24 hours does.
import type { UsageBucket } from '../../api/client';
import { dateOf } from '../../words/zones';

type Bucket = Pick<UsageBucket, 'start' | 'end' | 'volume'>;

const kDayMs = 86_400_000;

export function byDay(hours: readonly Bucket[], zone: string): Bucket[] {
  const days = new Map<string, Bucket>();
  for (const hour of hours) {
    const date = dateOf(hour.start, zone);
    const day = days.get(date);
    if (day === undefined) days.set(date, { ...hour });
    else {
      day.end = hour.end;
      day.volume += hour.volume;
    }
  }
  const list = [...days.values()];
  const last = list.at(-1);
  if (last !== undefined) last.end = new Date(Math.max(Date.parse(last.end), Date.parse(last.start) + kDayMs)).toISOString();
  return list;
}
