// The history's figures in words: the sum and what it is compared with, what else is worth knowing, table and download.
import { html, nothing } from 'lit';
import { categoryName } from '../../parts/categories';
import { t } from '../../texts';
import { number, unitName, volume, volumeWithUnit } from '../../words/numbers';
import { formatted, span } from '../../words/times';
import { dateOf } from '../../words/zones';
import type { Shown } from './address';
import { exportAddress } from './ask';
import type { Bar } from './figures';
import type { Question } from './question';
import { kHour } from './ranges';
import type { Scene } from './scene';
import { barName, comparisonSentence } from './words';

export interface Told {
  scene: Scene;
  question: Question;
  shown: Shown;
  unit: string;
  zone: string;
  now: number;
  calibrated: boolean;
  split: boolean; // the answer tells kinds of use apart
}

const kMostRows = 750;
const about = (told: Told): string => (told.calibrated ? '' : '≈\u202f');

export function headline(told: Told) {
  const { scene, unit } = told;
  return html`<div class="sum" data-part="total">
    <h3 class="sr">${t.history.chartHeading}</h3>
    <p class="quiet small">${scene.running ? t.history.inAllSoFar : t.history.inAll}</p>
    ${scene.sums.known
      ? html`<p class="big">${about(told)}${volume(scene.sums.volume)}<span class="unit"> ${unitName(unit)}</span></p>${comparison(told)}`
      : html`<p class="big quiet">${t.shell.unknown}</p>`}
  </div>`;
}

function comparison({ scene, shown, question, unit }: Told) {
  if (scene.before === null) return nothing;
  const sentence = comparisonSentence(
    scene.sums.volume, scene.before, unit, shown.range, shown.compare, scene.running, question.zoomed, scene.otherKnown,
  );
  return html`<p class="compared" data-part="compared">${sentence}</p>`;
}

export function tiles(told: Told) {
  const { scene, unit, zone, question, shown } = told;
  const { sums } = scene;
  const tile = (name: string, value: string, detail: string | typeof nothing = nothing) =>
    html`<div><dt>${name}</dt><dd class="middle">${value}</dd>${detail === nothing ? nothing : html`<dd class="small quiet">${detail}</dd>`}</div>`;
  return html`<dl class="tiles">
    ${sums.aDay === null ? nothing : tile(t.history.aDay, about(told) + volumeWithUnit(sums.aDay, unit))}
    ${sums.highest === null
      ? nothing
      : tile(t.history.highest, about(told) + volumeWithUnit(sums.highest.volume, unit), barName(question.step, shown.range, sums.highest, zone))}
    ${sums.unknown < kHour / 2 ? nothing : tile(t.history.unknownFor, span(sums.unknown / 1000))}
  </dl>`;
}

export function table(told: Told, open: boolean, toggled: (event: Event) => void) {
  return html`<details ?open=${open} @toggle=${toggled} data-part="table">
    <summary>${t.history.table}</summary>
    ${open ? rows(told) : nothing}
  </details>`;
}

function rows({ scene, question, shown, unit, zone, split }: Told) {
  const bars = scene.bars.slice(0, kMostRows);
  const compared = scene.before !== null;
  const categories = split ? scene.sums.categories.map(([name]) => name) : [];
  const cell = (value: number | null) => html`<td class="number">${value === null ? t.shell.unknown : volume(value)}</td>`;
  const row = (bar: Bar) => html`<tr>
    <th scope="row">${barName(question.step, shown.range, bar, zone)}</th>
    ${cell(bar.volume)}${compared ? cell(bar.previous_volume) : nothing}
    ${categories.map((name) => cell(bar.categories[name] ?? 0))}
  </tr>`;
  return html`<div class="scroll rows" tabindex="0" role="region" aria-label=${t.history.table}>
      <table>
        <thead><tr>
          <th scope="col">${t.history.columns.time}</th>
          <th scope="col" class="number">${t.history.columns.volume} (${unitName(unit)})</th>
          ${compared ? html`<th scope="col" class="number">${t.history.columns.before} (${unitName(unit)})</th>` : nothing}
          ${categories.map((name) => html`<th scope="col" class="number">${categoryName(name)}</th>`)}
        </tr></thead>
        <tbody>${bars.map(row)}</tbody>
      </table>
    </div>
    ${scene.bars.length > bars.length ? html`<p class="small quiet">${t.history.tableTooLong(number(bars.length, 0), number(scene.bars.length, 0))}</p>` : nothing}`;
}

export function downloads(told: Told, uuid: string) {
  const { question, shown, zone, now, split, scene } = told;
  const bucket = question.step === 'hour' ? 'hour' : question.bucket;
  const edges = { from: question.window.from, to: Math.min(question.window.to, now) };
  if (edges.to <= edges.from) return nothing;
  const name = (format: string) => `millrace-${dateOf(edges.from, zone)}-${shown.range}-${bucket}.${format}`;
  const link = (format: 'csv' | 'json', text: string) =>
    html`<a class="button" href=${exportAddress(uuid, bucket, edges, format, split)} download=${name(format)} data-part=${format}>${text}</a>`;
  const count = bucket === 'minute' ? Math.ceil((edges.to - edges.from) / 60_000) : scene.bars.length;
  return html`<div class="stack downloads">
    <h3>${t.history.download}</h3>
    <div class="row">${link('csv', t.history.csv)}${link('json', t.history.json)}</div>
    <p class="small quiet">${t.history.downloadWords(number(count, 0), t.history.downloadRows[bucket])}</p>
  </div>`;
}

export const sinceWords = (since: number, zone: string): string =>
  t.history.before(formatted(since, zone, { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' }));
