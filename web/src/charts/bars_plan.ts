// Volumes of buckets of time as bars; behind them, pale, the same buckets of an earlier time, where asked for.
import uPlot from 'uplot';
import { t } from '../texts';
import { volumeWithUnit } from '../words/numbers';
import { fromZero, quantityAxis, siteDate, timeAxis } from './axes';
import type { Plan } from './chart';

export interface Bucket {
  start: string;
  end: string;
  volume: number;
  previous_volume?: number;
}

const seconds = (time: string): number => Date.parse(time) / 1000;

// `name` says which bucket it is: "14:00 to 15:00".
export function barsPlan(buckets: readonly Bucket[], unit: string, zone: string, name: (bucket: Bucket) => string): Plan {
  const starts = buckets.map((bucket) => seconds(bucket.start));
  const compared = buckets.some((bucket) => bucket.previous_volume !== undefined);
  const end = buckets.length > 0 ? seconds(buckets[buckets.length - 1]!.end) : 0;
  const paths = uPlot.paths.bars!({ size: [0.82, 60], align: 1, radius: 0.12 });
  const pale = uPlot.paths.bars!({ size: [0.98, 72], align: 1, radius: 0.12 });
  return {
    data: [
      starts,
      ...(compared ? [buckets.map((bucket) => bucket.previous_volume ?? null)] : []),
      buckets.map((bucket) => bucket.volume),
    ] as uPlot.AlignedData,
    shape: `bars ${unit} ${zone} ${compared} ${starts[0]} ${end} ${buckets.length}`,
    describe: (index) => {
      const bucket = buckets[index];
      if (bucket === undefined) return '';
      const before = bucket.previous_volume === undefined ? '' : ` (${volumeWithUnit(bucket.previous_volume, unit)})`;
      return `${name(bucket)} · ${volumeWithUnit(bucket.volume, unit)}${before}`;
    },
    options: (look) => ({
      tzDate: siteDate(zone),
      scales: { x: { time: true, range: (_plot, min, max) => [min, max === starts.at(-1) ? end : max] }, y: fromZero },
      axes: [timeAxis(look, zone), quantityAxis(look)],
      series: [
        {},
        ...(compared
          ? [{ label: t.charts.volume, fill: look.colour('--bar-soft'), stroke: look.colour('--bar-soft'), width: 0, paths: pale, points: { show: false } }]
          : []),
        { label: t.charts.volume, fill: look.colour('--bar'), stroke: look.colour('--bar'), width: 0, paths, points: { show: false } },
      ],
    }),
  };
}
