// Volumes of buckets of time as bars; behind them, pale, their counterparts of an earlier time, where there are any.
//
//   barsPlan(usage.items, 'L', zone, (bucket) => clock(bucket.start, zone))
//   barsPlan(usage.items, 'L', zone, name, { from, to, whole, bands })   a part of a range, with times that are unknown
//
// A bucket whose `volume` is null is not drawn: nothing is known of it.
import type uPlot from 'uplot';
import { t } from '../texts';
import { volumeWithUnit } from '../words/numbers';
import { fromZero, quantityAxis, siteDate, timeAxis, timeScale } from './axes';
import { type Band, bandOver, bandPainter, bandsShape } from './bands';
import { barPaths } from './bars';
import type { Look, Plan } from './chart';

export interface Bucket {
  start: string;
  end: string;
  volume: number | null;
  previous_volume?: number | null;
}

export interface BarsFrame {
  from?: number; // Unix seconds; what is shown, where it is not just the buckets
  to?: number;
  whole?: [number, number]; // how far one can zoom out
  bands?: readonly Band[];
}

const seconds = (time: string): number => Date.parse(time) / 1000;

// What all plans of bars have in common: their buckets on the axis of time, and the pale ones behind.
export interface BarSeries {
  values: (number | null)[];
  colour: string; // a custom property, such as '--bar'
  label: string;
  round?: boolean;
  floors?: number[]; // where each bar begins; else at zero
}

export function barSeriesPlan(
  buckets: readonly Bucket[], unit: string, zone: string, describe: (bucket: Bucket) => string, frame: BarsFrame, bars: BarSeries[], kind: string,
): Plan {
  const starts = buckets.map((bucket) => seconds(bucket.start));
  const ends = buckets.map((bucket) => seconds(bucket.end));
  const compared = buckets.some((bucket) => bucket.previous_volume != null);
  const from = frame.from ?? starts[0] ?? 0;
  const to = frame.to ?? ends.at(-1) ?? 1;
  const bands = frame.bands ?? [];
  const series = (look: Look, colour: string, label: string, paths: uPlot.Series.PathBuilder): uPlot.Series => ({
    label, fill: look.colour(colour), stroke: look.colour(colour), width: 0, paths, points: { show: false },
  });
  return {
    data: [
      starts,
      ...(compared ? [buckets.map((bucket) => bucket.previous_volume ?? null)] : []),
      ...bars.map((one) => one.values),
    ] as uPlot.AlignedData,
    shape: `${kind} ${unit} ${zone} ${compared} ${from} ${to} ${starts[0]} ${ends.at(-1)} ${starts.length} ${bars.length} ${bandsShape(bands)}`,
    window: [from, to],
    whole: frame.whole ?? [from, to],
    describe: (index) => {
      const bucket = buckets[index];
      if (bucket === undefined) return '';
      const band = bandOver(bands, starts[index]!, ends[index]!);
      return band === undefined ? describe(bucket) : `${describe(bucket)}\n${band.words}`;
    },
    options: (look) => ({
      tzDate: siteDate(zone),
      scales: { x: timeScale(starts, from, to), y: fromZero },
      axes: [timeAxis(look, zone), quantityAxis(look)],
      hooks: bands.length > 0 ? { drawAxes: [bandPainter(bands, look)] } : {},
      series: [
        {},
        ...(compared ? [series(look, '--bar-soft', t.charts.before, barPaths(ends, { wider: true }))] : []),
        ...bars.map((one) => series(look, one.colour, one.label, barPaths(ends, { round: one.round ?? true, ...(one.floors === undefined ? {} : { floors: one.floors }) }))),
      ],
    }),
  };
}

// `name` says which bucket it is: "14:00 to 15:00".
export function barsPlan(
  buckets: readonly Bucket[], unit: string, zone: string, name: (bucket: Bucket) => string, frame: BarsFrame = {},
): Plan {
  const describe = (bucket: Bucket) => {
    const volume = bucket.volume === null ? t.charts.unknown : volumeWithUnit(bucket.volume, unit);
    const before = bucket.previous_volume == null ? '' : `\n${t.charts.beforeIt(volumeWithUnit(bucket.previous_volume, unit))}`;
    return `${name(bucket)} · ${volume}${before}`;
  };
  const values = buckets.map((bucket) => bucket.volume);
  return barSeriesPlan(buckets, unit, zone, describe, frame, [{ values, colour: '--bar', label: t.charts.volume }], 'bars');
}
