// Axes that all charts share: time by the site's clock, and a quantity from zero up.
import uPlot from 'uplot';
import { formatted } from '../words/times';
import { number } from '../words/numbers';
import type { Look } from './chart';

const kFont = '12px system-ui, sans-serif';
const kDay = 86_400;

export const siteDate = (zone: string) => (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), zone);

function stepOptions(step: number): Intl.DateTimeFormatOptions {
  if (step < kDay) return { hour: '2-digit', minute: '2-digit' };
  if (step < 28 * kDay) return { day: 'numeric', month: 'short' };
  if (step < 360 * kDay) return { month: 'short' };
  return { year: 'numeric' };
}

export function timeAxis(look: Look, zone: string): uPlot.Axis {
  return {
    stroke: look.colour('--quiet'),
    font: kFont,
    grid: { show: false },
    ticks: { stroke: look.colour('--line'), width: 1, size: 4 },
    size: 26,
    gap: 4,
    space: 56,
    values: (_plot, splits, _axis, _space, step) => splits.map((at) => formatted(at * 1000, zone, stepOptions(step))),
  };
}

export function quantityAxis(look: Look, said = (value: number) => number(value, 3)): uPlot.Axis {
  return {
    stroke: look.colour('--quiet'),
    font: kFont,
    grid: { stroke: look.colour('--line'), width: 1 },
    ticks: { show: false },
    gap: 6,
    space: 40,
    size: (_plot, values) => 14 + 7 * Math.max(4, ...(values ?? []).map((text) => text?.length ?? 0)),
    values: (_plot, splits) => splits.map(said),
  };
}

// From zero, with some air above; one unit high where there is nothing.
export const fromZero: uPlot.Scale = { range: (_plot, _min, max) => [0, max > 0 ? max * 1.08 : 1] };

// All of `from` to `to`, also where the data does not reach; what somebody zooms to, if it is less.
export function timeScale(times: ArrayLike<number>, from: number, to: number): uPlot.Scale {
  const first = times[0];
  const last = times[times.length - 1];
  return {
    time: true,
    range: (_plot, min, max) => (min == null || (min === first && (max === last || times.length === 1)) ? [from, to] : [min, max]),
  };
}
