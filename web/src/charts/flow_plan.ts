// Flow over time, as steps: a flow holds until the next one is told.
import uPlot from 'uplot';
import { t } from '../texts';
import { flowWithUnit } from '../words/numbers';
import { clock } from '../words/times';
import { fromZero, quantityAxis, siteDate, timeAxis, timeScale } from './axes';
import { type Band, bandOver, bandPainter, bandsShape } from './bands';
import type { Plan } from './chart';

export interface FlowPoints {
  times: number[]; // Unix seconds, rising
  flows: (number | null)[]; // null: not known
}

export interface FlowFrame {
  whole?: [number, number]; // how far one can zoom out
  bands?: readonly Band[];
}

// `from` and `to`: what is shown, where it is not just the points.
export function flowPlan(points: FlowPoints, unit: string, zone: string, from?: number, to?: number, frame: FlowFrame = {}): Plan {
  const bands = frame.bands ?? [];
  const window: [number, number] | undefined = from !== undefined && to !== undefined ? [from, to] : undefined;
  return {
    data: [points.times, points.flows],
    shape: `flow ${unit} ${zone} ${window?.join() ?? ''} ${bandsShape(bands)}`,
    ...(window === undefined ? {} : { window, whole: frame.whole ?? window }),
    describe: (index) => {
      const time = points.times[index];
      if (time === undefined) return '';
      const band = bandOver(bands, time, time + 1);
      return `${clock(time * 1000, zone)} · ${band === undefined ? flowWithUnit(points.flows[index], unit) : band.words}`;
    },
    options: (look) => ({
      tzDate: siteDate(zone),
      scales: { x: window === undefined ? { time: true } : timeScale(points.times, ...window), y: fromZero },
      axes: [timeAxis(look, zone), quantityAxis(look)],
      hooks: bands.length > 0 ? { drawAxes: [bandPainter(bands, look)] } : {},
      series: [
        {},
        {
          label: t.charts.flow,
          stroke: look.colour('--water'),
          fill: `color-mix(in srgb, ${look.colour('--bar')} 22%, transparent)`,
          width: 1.5,
          paths: uPlot.paths.stepped!({ align: 1 }),
          points: { show: false },
        },
      ],
    }),
  };
}
