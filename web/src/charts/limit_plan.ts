// A value of each day as bars, with a limit as a dashed line across; days above their limit stand out.
//
//   limitPlan(days, { zone, say: (minutes) => span(minutes * 60), name: (day) => fullDay(day.start, zone) })
//
// A value of null is a day that nothing is known of, a limit of null a day that had none.
import type uPlot from 'uplot';
import { t } from '../texts';
import { fromZero, quantityAxis, siteDate, timeAxis, timeScale } from './axes';
import { type Band, bandOver, bandPainter, bandsShape } from './bands';
import { barPaths } from './bars';
import type { Plan } from './chart';

export interface LimitDay {
  start: string;
  end: string;
  value: number | null;
  limit: number | null;
}

export interface LimitWords {
  zone: string;
  say: (value: number) => string; // with its unit
  name: (day: LimitDay) => string;
  axis?: (value: number) => string; // shorter, for the axis; else a plain number
  bands?: readonly Band[];
}

const seconds = (time: string): number => Date.parse(time) / 1000;

export function limitPlan(days: readonly LimitDay[], words: LimitWords): Plan {
  const starts = days.map((day) => seconds(day.start));
  const ends = days.map((day) => seconds(day.end));
  const over = (day: LimitDay) => day.value !== null && day.limit !== null && day.value > day.limit;
  const bands = words.bands ?? [];
  const [from, to] = [starts[0] ?? 0, ends.at(-1) ?? 1];
  // A step line ends where its last point stands, so the last limit is drawn to the end of its day.
  const limits: uPlot.Series.PathBuilder = (plot, series, first, last) => {
    const stroke = new Path2D();
    let y: number | null = null;
    for (let i = first; i <= last; ++i) {
      const limit = plot.data[series]![i];
      if (limit == null) {
        y = null;
        continue;
      }
      const x = plot.valToPos(starts[i]!, 'x', true);
      const next = plot.valToPos(limit, 'y', true);
      if (y === null) stroke.moveTo(x, next);
      else stroke.lineTo(x, next);
      stroke.lineTo(plot.valToPos(ends[i]!, 'x', true), next);
      y = next;
    }
    return { stroke };
  };
  return {
    data: [
      starts,
      days.map((day) => (over(day) ? null : day.value)),
      days.map((day) => (over(day) ? day.value : null)),
      days.map((day) => day.limit),
    ] as uPlot.AlignedData,
    shape: `limit ${words.zone} ${from} ${to} ${starts.length} ${bandsShape(bands)}`,
    window: [from, to],
    whole: [from, to],
    describe: (index) => {
      const day = days[index];
      if (day === undefined) return '';
      const value = day.value === null ? t.charts.unknown : words.say(day.value);
      const lines = [`${words.name(day)} · ${value}`];
      if (day.limit !== null) lines.push(t.charts.limitOf(words.say(day.limit)));
      const band = bandOver(bands, starts[index]!, ends[index]!);
      return (band === undefined ? lines : [...lines, band.words]).join('\n');
    },
    options: (look) => ({
      tzDate: siteDate(words.zone),
      scales: { x: timeScale(starts, from, to), y: fromZero },
      axes: [timeAxis(look, words.zone), quantityAxis(look, words.axis)],
      hooks: bands.length > 0 ? { drawAxes: [bandPainter(bands, look)] } : {},
      series: [
        {},
        { label: t.charts.value, fill: look.colour('--bar'), width: 0, paths: barPaths(ends), points: { show: false } },
        { label: t.charts.overLimit, fill: look.colour('--bad'), width: 0, paths: barPaths(ends), points: { show: false } },
        { label: t.charts.limit, stroke: look.colour('--warn'), width: 2, dash: [6, 4], paths: limits, points: { show: false } },
      ],
    }),
  };
}
