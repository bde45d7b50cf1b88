// A measured value over time, as a line between its own limits rather than from zero.
import uPlot from 'uplot';
import { when } from '../words/times';
import { quantityAxis, siteDate, timeAxis } from './axes';
import type { Plan } from './chart';

export interface ValueSeries {
  times: number[]; // Unix seconds, rising
  values: number[];
}

// `least`: the smallest height of the axis, so that noise does not look like a mountain. `words` is a
// value with its unit, `now` the daemon's clock.
export function valuePlan(points: ValueSeries, now: number, zone: string, name: string, least: number, words: (value: number) => string): Plan {
  return {
    data: [points.times, points.values],
    shape: `value ${name} ${zone}`,
    describe: (index) => {
      const time = points.times[index];
      const value = points.values[index];
      return time === undefined || value === undefined ? '' : `${when(time * 1000, now, zone)} · ${words(value)}`;
    },
    options: (look) => ({
      tzDate: siteDate(zone),
      scales: {
        x: { time: true },
        y: {
          range: (_plot, min, max) => {
            const air = Math.max(0, least - (max - min)) / 2 + (max - min) * 0.08;
            return [min - air, max + air];
          },
        },
      },
      axes: [timeAxis(look, zone), quantityAxis(look)],
      series: [
        {},
        {
          label: name,
          stroke: look.colour('--water'),
          width: 1.75,
          paths: uPlot.paths.linear!(),
          points: { show: points.times.length < 60, size: 5, fill: look.colour('--water') },
        },
      ],
    }),
  };
}
