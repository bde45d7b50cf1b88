// Times that are marked behind a chart, hatched, because nothing is known of them: unknown must not look like zero.
import type uPlot from 'uplot';
import type { Look } from './chart';

export interface Band {
  from: number; // Unix seconds
  to: number;
  words: string; // what it means
}

const kStripesApart = 7; // CSS pixels
const kNarrowest = 2;

// For the hook `drawAxes`, so that it lies above the grid and below the bars.
export function bandPainter(bands: readonly Band[], look: Look): (plot: uPlot) => void {
  const line = look.colour('--quiet');
  const ground = look.colour('--raised');
  return (plot) => {
    const { ctx, bbox } = plot;
    const pixels = devicePixelRatio;
    for (const band of bands) {
      const at = (time: number) => Math.min(Math.max(plot.valToPos(time, 'x', true), bbox.left), bbox.left + bbox.width);
      const left = at(band.from);
      const width = at(band.to) - left;
      if (width <= 0 && (band.to < (plot.scales['x']?.min ?? 0) || band.from > (plot.scales['x']?.max ?? 0))) continue;
      ctx.save();
      ctx.beginPath();
      ctx.rect(left, bbox.top, Math.max(width, kNarrowest * pixels), bbox.height);
      ctx.clip();
      ctx.fillStyle = ground;
      ctx.fill();
      ctx.strokeStyle = line;
      ctx.globalAlpha = 0.45;
      ctx.lineWidth = pixels;
      ctx.beginPath();
      const apart = kStripesApart * pixels;
      // Tied to the plot, not to the band, so that neighbours' stripes meet.
      const first = Math.floor((left - bbox.height - bbox.left) / apart) * apart + bbox.left;
      for (let x = first; x < left + width + apart; x += apart) {
        ctx.moveTo(x, bbox.top + bbox.height);
        ctx.lineTo(x + bbox.height, bbox.top);
      }
      ctx.stroke();
      ctx.restore();
    }
  };
}

export const bandOver = (bands: readonly Band[], from: number, to: number): Band | undefined =>
  bands.find((band) => band.from < to && band.to > from);

export const bandsShape = (bands: readonly Band[]): string => bands.map((band) => `${band.from}-${band.to}`).join();
