// The flow around an alarm as a chart: its time shaded, its limit dashed where that is a flow.
import type uPlot from 'uplot';
import type { Plan } from '../../charts/chart';
import { flowPlan } from '../../charts/flow_plan';
import { t } from '../../texts';

export interface Marked {
  from: number; // Unix seconds
  to: number;
  limit: number | null; // a flow
}

const kNarrowest = 3;

export function momentPlan(times: number[], flows: number[], unit: string, zone: string, window: [number, number], mark: Marked): Plan {
  const plan = flowPlan({ times, flows }, unit, zone, ...window);
  return {
    ...plan,
    data: [...plan.data, times.map(() => mark.limit)] as uPlot.AlignedData,
    shape: `${plan.shape} ${mark.from} ${mark.to} ${mark.limit}`,
    options: (look) => {
      const options = plan.options(look);
      const shade = (plot: uPlot) => {
        const { ctx, bbox } = plot;
        const at = (time: number) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(time, 'x', true)));
        ctx.save();
        ctx.fillStyle = look.colour('--bad-soft');
        ctx.fillRect(at(mark.from), bbox.top, Math.max(kNarrowest, at(mark.to) - at(mark.from)), bbox.height);
        ctx.fillStyle = look.colour('--bad');
        ctx.fillRect(at(mark.from), bbox.top, Math.max(kNarrowest, at(mark.to) - at(mark.from)), 3 * devicePixelRatio);
        ctx.restore();
      };
      return {
        ...options,
        hooks: { ...options.hooks, drawAxes: [shade] },
        series: [...options.series, { label: t.charts.limit, stroke: look.colour('--warn'), width: 2, dash: [6, 4], points: { show: false } }],
      };
    },
  };
}
