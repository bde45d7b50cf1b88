// Paints bars that are as wide as the time they stand for, be it a minute or a month of 28 to 31 days.
import type uPlot from 'uplot';

const kGapShare = 0.16;
const kWidestGap = 8; // CSS pixels
const kWidest = 72;
const kRoundest = 5;
// Narrower ones cannot be told apart; the highest of each column of pixels is painted.
const kNarrowest = 2; // device pixels

export interface BarForm {
  wider?: boolean; // for what stands behind the bars
  round?: boolean;
  floors?: readonly number[]; // where each bar begins; else at zero
}

export function barPaths(ends: readonly number[], { wider = false, round = true, floors }: BarForm = {}): uPlot.Series.PathBuilder {
  return (plot, series, first, last) => {
    const fill = new Path2D();
    const starts = plot.data[0];
    const values = plot.data[series]!;
    const base = plot.valToPos(0, 'y', true);
    const left = (index: number) => plot.valToPos(starts[index]!, 'x', true);
    const from = Math.max(0, first - 1); // the one that began before what is shown
    const pixels = devicePixelRatio;
    const usual = plot.valToPos(ends[last] ?? starts[last]!, 'x', true) - left(last);
    if (usual < kNarrowest) {
      paintColumns(plot, fill, starts, values, from, last, base);
      return { fill };
    }
    for (let i = from; i <= last; ++i) {
      const value = values[i];
      if (value == null || value <= (floors?.[i] ?? 0)) continue;
      const begin = left(i);
      const width = plot.valToPos(ends[i]!, 'x', true) - begin;
      const gap = Math.min(width * kGapShare, kWidestGap * pixels) * (wider ? 0.25 : 1);
      const painted = Math.min(width - gap, kWidest * pixels * (wider ? 1.15 : 1));
      const top = plot.valToPos(value, 'y', true);
      const height = (floors === undefined ? base : plot.valToPos(floors[i]!, 'y', true)) - top;
      const radius = round ? Math.min(painted * 0.25, kRoundest * pixels, height) : 0;
      const x = begin + (width - painted) / 2;
      if (radius > 0.5) fill.roundRect(x, top, painted, height, [radius, radius, 0, 0]);
      else fill.rect(x, top, painted, height);
    }
    return { fill };
  };
}

function paintColumns(
  plot: uPlot, fill: Path2D, starts: ArrayLike<number>, values: ArrayLike<number | null | undefined>,
  from: number, last: number, base: number,
): void {
  let column = -1;
  let highest = 0;
  const paint = () => {
    if (highest <= 0) return;
    const top = plot.valToPos(highest, 'y', true);
    fill.rect(column, top, 1, base - top);
  };
  for (let i = from; i <= last; ++i) {
    const at = Math.floor(plot.valToPos(starts[i]!, 'x', true));
    if (at !== column) {
      paint();
      column = at;
      highest = 0;
    }
    highest = Math.max(highest, values[i] ?? 0);
  }
  paint();
}

// Which of the times, rising, a moment belongs to: the last that has begun.
export function indexAt(starts: ArrayLike<number>, moment: number): number | null {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= moment) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? null : low - 1;
}
