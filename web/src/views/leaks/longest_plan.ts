// Each day's longest run as bars, with the house's own longest and the limit as lines that say what they are.
import type { Schemas } from '../../api/client';
import type uPlot from 'uplot';
import type { Plan } from '../../charts/chart';
import { limitPlan } from '../../charts/limit_plan';
import { t } from '../../texts';
import { number } from '../../words/numbers';
import { fullDay, span } from '../../words/times';
import { dayOf } from '../../words/zones';
import { stepOf } from './limit_words';

type Part = Schemas['PartLimit'];

const kFont = '600 12px system-ui, sans-serif';

export function longestPlan(part: Part, zone: string): Plan {
  const step = stepOf(Math.max(part.limit_seconds, ...part.days.map((day) => day.longest_seconds)));
  const say = (value: number) => span(value * step);
  const axis = { 1: t.words.seconds, 60: t.words.minutes, 3600: t.words.hours }[step];
  const days = part.days.map((day) => {
    const [from, to] = dayOf(day.date, zone).map((time) => new Date(time).toISOString()) as [string, string];
    return { start: from, end: to, value: day.longest_seconds / step, limit: part.limit_seconds / step };
  });
  const plan = limitPlan(days, { zone, say, name: (day) => fullDay(day.start, zone), axis: (value) => axis(number(value, 1)) });
  const usual = (part.usual_seconds ?? 0) / step;
  const limit = part.limit_seconds / step;
  return {
    ...plan,
    shape: `${plan.shape} ${usual} ${limit}`,
    options: (look) => {
      const options = plan.options(look);
      const lines = (plot: uPlot) => {
        const { ctx, bbox } = plot;
        const at = (value: number) => plot.valToPos(value, 'y', true);
        const line = 16 * devicePixelRatio;
        ctx.save();
        ctx.font = kFont.replace('12px', `${12 * devicePixelRatio}px`);
        ctx.textBaseline = 'bottom';
        ctx.textAlign = 'left';
        const write = (words: string, y: number, colour: string) => {
          ctx.fillStyle = colour;
          ctx.fillText(words, bbox.left + 6 * devicePixelRatio, y - 3 * devicePixelRatio);
        };
        write(`${t.leaks.axisLimit}: ${say(limit)}`, at(limit), look.colour('--warn'));
        if (usual > 0) {
          ctx.strokeStyle = look.colour('--water');
          ctx.lineWidth = 1.5 * devicePixelRatio;
          ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
          ctx.beginPath();
          ctx.moveTo(bbox.left, at(usual));
          ctx.lineTo(bbox.left + bbox.width, at(usual));
          ctx.stroke();
          if (at(usual) - at(limit) > line) write(`${t.leaks.axisUsual}: ${say(usual)}`, at(usual), look.colour('--water'));
        }
        ctx.restore();
      };
      // Room for the words above the limit's line.
      return { ...options, scales: { ...options.scales, y: { range: (_plot, _min, most) => [0, Math.max(most, limit) * 1.18 || 1] } }, hooks: { ...options.hooks, draw: [lines] } };
    },
  };
}
