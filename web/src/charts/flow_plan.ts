// Flow over time, as steps: a flow holds until the next one is told.
import uPlot from 'uplot';
import { t } from '../texts';
import { flowWithUnit } from '../words/numbers';
import { clock } from '../words/times';
import { fromZero, quantityAxis, siteDate, timeAxis } from './axes';
import type { Plan } from './chart';

export interface FlowPoints {
  times: number[]; // Unix seconds, rising
  flows: (number | null)[]; // null: not known
}

export function flowPlan(points: FlowPoints, unit: string, zone: string, from?: number, to?: number): Plan {
  return {
    data: [points.times, points.flows],
    shape: `flow ${unit} ${zone}`,
    describe: (index) => {
      const time = points.times[index];
      return time === undefined ? '' : `${clock(time * 1000, zone)} · ${flowWithUnit(points.flows[index], unit)}`;
    },
    options: (look) => ({
      tzDate: siteDate(zone),
      scales: {
        x: { time: true, ...(from !== undefined && to !== undefined ? { range: [from, to] as [number, number] } : {}) },
        y: fromZero,
      },
      axes: [timeAxis(look, zone), quantityAxis(look)],
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
