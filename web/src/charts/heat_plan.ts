// A year of hours: a column for each day, a row for each hour of the clock, the darker the more water.
//
//   heatPlan({ days, cells, ends }, 'L', zone, name)
import type uPlot from 'uplot';
import { t } from '../texts';
import { volumeWithUnit } from '../words/numbers';
import { timeOfDay } from '../words/times';
import { siteDate, timeAxis, timeScale } from './axes';
import { bandPainter, bandsShape } from './bands';
import type { BarsFrame } from './bars_plan';
import type { Look, Plan } from './chart';

const kHours = 24;
const kLevels = 8;

export interface HeatCells {
  days: number[]; // starts, Unix seconds, rising
  ends: number[];
  cells: (number | null)[][]; // of each day, by the hour of the clock; null: not known, or yet to come
}

export function heatPlan(
  heat: HeatCells, unit: string, zone: string, name: (day: number, hour: number | null) => string, frame: BarsFrame = {},
): Plan {
  const most = heat.cells.reduce((high, day) => day.reduce<number>((most, cell) => Math.max(most, cell ?? 0), high), 0);
  const sums = heat.cells.map((day) => day.reduce<number>((sum, cell) => sum + (cell ?? 0), 0));
  const from = frame.from ?? heat.days[0] ?? 0;
  const to = frame.to ?? heat.ends.at(-1) ?? 1;
  const bands = frame.bands ?? [];
  return {
    data: [heat.days, sums] as uPlot.AlignedData,
    shape: `heat ${unit} ${zone} ${from} ${to} ${sums.reduce((a, b) => a + b, 0)} ${bandsShape(bands)}`,
    window: [from, to],
    whole: frame.whole ?? [from, to],
    describe: (index, height) => {
      const day = heat.days[index];
      if (day === undefined) return '';
      const hour = height === null ? null : Math.min(kHours - 1, Math.max(0, Math.floor(height)));
      const volume = hour === null ? sums[index]! : (heat.cells[index]![hour] ?? null);
      return `${name(day, hour)} · ${volume === null ? t.charts.unknown : volumeWithUnit(volume, unit)}`;
    },
    options: (look) => ({
      tzDate: siteDate(zone),
      scales: { x: timeScale(heat.days, from, to), y: { range: [0, kHours], dir: -1 } },
      axes: [
        timeAxis(look, zone),
        {
          stroke: look.colour('--quiet'),
          font: '12px system-ui, sans-serif',
          grid: { show: false },
          ticks: { show: false },
          size: (_plot, values) => 14 + 7 * Math.max(1, ...(values ?? []).map((text) => text.length)),
          gap: 6,
          splits: () => [0, 6, 12, 18, 24],
          values: (_plot, splits) => splits.map((hour) => hourName(hour)),
        },
      ],
      hooks: {
        ...(bands.length > 0 ? { drawAxes: [bandPainter(bands, look)] } : {}),
        draw: [(plot) => paint(plot, heat, most, look)],
      },
      series: [{}, { show: true, label: t.charts.volume, width: 0, paths: () => null, points: { show: false } }],
    }),
  };
}

// An hour of the clock, wherever it stands.
export const hourName = (hour: number): string => timeOfDay(`${hour}:00`);

const heatColour = (look: Pick<Look, 'colour'>, level: number): string =>
  `color-mix(in srgb, ${look.colour('--water')} ${Math.round(8 + (92 * level) / kLevels)}%, ${look.colour('--card')})`;

function paint(plot: uPlot, heat: HeatCells, most: number, look: Look): void {
  const { ctx, bbox } = plot;
  const levels = Array.from({ length: kLevels + 1 }, () => new Path2D());
  const rows = Array.from({ length: kHours + 1 }, (_, hour) => Math.round(plot.valToPos(hour, 'y', true)));
  const { min = 0, max = 0 } = plot.scales['x'] ?? {};
  heat.days.forEach((day, index) => {
    const end = heat.ends[index]!;
    if (end <= min! || day >= max!) return;
    const left = Math.round(plot.valToPos(day, 'x', true));
    const width = Math.max(1, Math.round(plot.valToPos(end, 'x', true)) - left);
    const gap = width > 6 * devicePixelRatio ? devicePixelRatio : 0;
    heat.cells[index]!.forEach((cell, hour) => {
      if (cell === null) return;
      // By the root, so that small uses are seen beside a garden's watering.
      const level = most > 0 ? Math.ceil(Math.sqrt(cell / most) * kLevels) : 0;
      levels[level]!.rect(left, rows[hour]!, width - gap, rows[hour + 1]! - rows[hour]! - gap);
    });
  });
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  levels.forEach((path, level) => {
    ctx.fillStyle = heatColour(look, level);
    ctx.fill(path);
  });
  ctx.restore();
}
