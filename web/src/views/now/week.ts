// Hours put together to days of the site. Pure.
import type { UsageBucket } from '../../api/client';
import { dateOf } from '../../words/times';

type Bucket = Pick<UsageBucket, 'start' | 'end' | 'volume'>;

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
  return [...days.values()];
}
