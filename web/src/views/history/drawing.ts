// The history's charts and their legend.
import { html, nothing } from 'lit';
import { barsPlan } from '../../charts/bars_plan';
import type { Plan } from '../../charts/chart';
import { flowPlan } from '../../charts/flow_plan';
import { heatPlan, hourName } from '../../charts/heat_plan';
import { stackedPlan } from '../../charts/stacked_plan';
import { categoryName, categoryProperty } from '../../parts/categories';
import { styled } from '../../parts/styled';
import { t } from '../../texts';
import { flowWithUnit, percent, volumeWithUnit } from '../../words/numbers';
import { day } from '../../words/times';
import type { Shown } from './address';
import { byDayAndHour, flowsOf, type Reading } from './figures';
import type { Told } from './figures_card';
import type { Question } from './question';
import { kHour } from './ranges';
import type { Scene } from './scene';
import { barName } from './words';

export interface Paint {
  scene: Scene;
  question: Question;
  shown: Shown;
  unit: string;
  flowUnit: string;
  zone: string;
  split: boolean;
}

const inSeconds = ({ from, to }: { from: number; to: number }): [number, number] => [from / 1000, to / 1000];

export function waterPlan({ scene, question, shown, unit, zone, split }: Paint): Plan {
  const [from, to] = inSeconds(question.window);
  const whole = inSeconds(question.whole);
  if (question.heat) {
    const heat = byDayAndHour(scene.bars);
    const name = (at: number, hour: number | null) =>
      hour === null ? day(at * 1000, zone) : t.history.dayAndHour(day(at * 1000, zone), t.history.fromTo(hourName(hour), hourName(hour + 1)));
    return heatPlan(heat, unit, zone, name, { whole, from, to, bands: scene.bands });
  }
  const frame = { from, to, whole, bands: scene.bands };
  const name = (bar: { start: string; end: string }) => barName(question.step, shown.range, bar, zone);
  const categories = scene.sums.categories.map(([category]) => category);
  return split ? stackedPlan(scene.bars, categories, unit, zone, name, frame) : barsPlan(scene.bars, unit, zone, name, frame);
}

export interface FlowDrawing {
  plan: Plan;
  most: string;
  single: boolean; // of single reports
}

export function flowDrawing({ scene, question, unit, flowUnit, zone }: Paint, reports: Reading[] | null, now: number): FlowDrawing | null {
  if (scene.flow === null) return null;
  const [from, to] = inSeconds(question.window);
  const points = reports === null ? scene.flow : flowsOf(reports, unit, flowUnit, from, Math.min(to, now / 1000));
  const most = points.flows.reduce<number>((high, flow) => Math.max(high, flow ?? 0), 0);
  const plan = flowPlan(points, flowUnit, zone, from, to, { whole: inSeconds(question.whole), bands: scene.bands });
  return { plan, most: flowWithUnit(most, flowUnit), single: reports !== null };
}

const swatch = (colour: string) => html`<span class="swatch" aria-hidden="true" ${styled({ background: `var(${colour})` })}></span>`;

const entry = (colour: string, name: string, detail: string) =>
  html`<li>${swatch(colour)}<span>${name}</span>${detail === '' ? nothing : html`<span class="quiet number">${detail}</span>`}</li>`;

// What the colours mean: beside the chart's buttons where it is short.
export function keys({ scene, question, split }: Told) {
  if (question.heat) {
    return html`<span class="row scale small quiet" aria-hidden="true">${t.history.heatLess}<span class="ramp"></span>${t.history.heatMore}</span>`;
  }
  if (scene.before === null || scene.otherKnown === 'none') return nothing;
  return html`<ul class="legend">
    ${split ? nothing : entry('--bar', t.history.comparison.legendNow, '')}${entry('--bar-soft', t.history.columns.before, '')}
  </ul>`;
}

export function legend({ scene, question, unit, split }: Told) {
  const { sums } = scene;
  const kinds = sums.categories.map(([name, part]) =>
    entry(categoryProperty(name), categoryName(name), `${volumeWithUnit(part, unit)} · ${percent(part / Math.max(sums.volume, 1e-9))}`),
  );
  return html`
    ${question.heat ? html`<p class="small quiet">${t.history.heatWords}</p>` : nothing}
    ${split && kinds.length > 0 ? html`<ul class="legend" aria-label=${t.history.legend} data-part="legend">${kinds}</ul>` : nothing}
    ${sums.unknown < kHour / 2
      ? nothing
      : html`<p class="small quiet"><span class="swatch hatched" aria-hidden="true"></span> ${t.history.gapsWords}
          ${scene.recovered > 0 ? t.history.gapsRecovered(volumeWithUnit(scene.recovered, unit)) : nothing}</p>`}`;
}
