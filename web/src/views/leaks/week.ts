// Windows of the week as blocks of a day. Pure.
import type { Schemas } from '../../api/client';

type Weekday = Schemas['Weekday'];
type Window = Schemas['WeekWindow'] & { mode?: Schemas['HouseMode'] };
const days: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export interface WeekBlock {
  x: number; // shares of the day
  width: number;
  mode?: Schemas['HouseMode'];
}

const share = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) / 1440;
};

// What of the windows falls on a day, those that began on the day before included.
export function weekBlocks(windows: readonly Window[], day: Weekday): WeekBlock[] {
  const before = days[(days.indexOf(day) + 6) % 7]!;
  return windows.flatMap((window) => {
    const from = share(window.from);
    const to = share(window.to);
    const mode = window.mode === undefined ? {} : { mode: window.mode };
    const block = (x: number, end: number): WeekBlock[] => (end > x ? [{ x, width: end - x, ...mode }] : []);
    const over = to <= from;
    return [
      ...(window.days.includes(day) ? block(from, over ? 1 : to) : []),
      ...(over && window.days.includes(before) ? block(0, to) : []),
    ];
  });
}
