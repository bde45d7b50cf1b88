// Today's volume since midnight, growing, over that of a usual day.
import uPlot from 'uplot';
import { t } from '../texts';
import { volumeWithUnit } from '../words/numbers';
import { clock } from '../words/times';
import { fromZero, quantityAxis, siteDate, timeAxis } from './axes';
import type { Plan } from './chart';

export function dayPlan(
  ends: readonly number[], // Unix seconds, the ends of the day's hours
  today: readonly (number | null)[],
  usual: readonly number[] | null,
  unit: string,
  zone: string,
): Plan {
  return {
    data: [[...ends], ...(usual === null ? [] : [[...usual]]), [...today]] as uPlot.AlignedData,
    shape: `day ${unit} ${zone} ${usual !== null} ${ends[0]}`,
    nearest: true,
    describe: (index) => {
      const end = ends[index];
      if (end === undefined) return '';
      const parts = [clock(end * 1000, zone)];
      if (today[index] != null) parts.push(volumeWithUnit(today[index], unit));
      if (usual !== null) parts.push(t.now.usually(volumeWithUnit(usual[index], unit)));
      return parts.join(' · ');
    },
    options: (look) => ({
      tzDate: siteDate(zone),
      scales: { x: { time: true }, y: fromZero },
      axes: [timeAxis(look, zone), quantityAxis(look)],
      series: [
        {},
        ...(usual === null
          ? []
          : [{ label: t.now.usualDay, stroke: look.colour('--quiet'), width: 1.5, dash: [5, 4], points: { show: false } }]),
        {
          label: t.words.today,
          stroke: look.colour('--water'),
          fill: `color-mix(in srgb, ${look.colour('--bar')} 22%, transparent)`,
          width: 2,
          points: { show: false },
        },
      ],
    }),
  };
}
