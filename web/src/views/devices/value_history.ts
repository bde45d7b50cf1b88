// One value of a device over a day, a month or a year:  <mr-devices-value .device=${uuid} number="32" …>
//
// A day is one question. A longer time is looked at in so many moments, each a small question.
import { css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../../charts/chart';
import { valuePlan } from '../../charts/value_plan';
import { Asked } from '../../parts/asked';
import { HouseElement } from '../../parts/element';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import { number as said } from '../../words/numbers';
import { when } from '../../words/times';
import { inWholes, moments, type ValuePoints, valuePoints } from './condition';
import { kLargestPage, type StateReport, statesOf } from './device_words';

type Range = 'day' | 'month' | 'year';
const kDayMs = 86_400_000;
const kRanges: Record<Range, { ms: number; questions: number }> = {
  day: { ms: kDayMs, questions: 1 },
  month: { ms: 30 * kDayMs, questions: 30 },
  year: { ms: 365 * kDayMs, questions: 36 },
};
// A report need not hold every number.
const kReportsPerMoment = 6;
const kAtOnce = 4;

@customElement('mr-devices-value')
export class DeviceValue extends HouseElement {
  static override styles = [
    common,
    css`
      :host { --chart-height: 170px; }
      :host > * + * { margin-top: 0.6rem; }
    `,
  ];
  @property() device = '';
  @property() number = '';
  @property() name = ''; // in words
  @property() meaning: string | null = null; // the API's name of it
  @property() measuredIn = '';
  @property({ type: Number }) least = 4;
  @property() start: Range = 'month';
  @state() private range: Range | null = null;
  private readonly points = new Asked<ValuePoints>(this, () => this.look());

  private get shown(): Range {
    return this.range ?? this.start;
  }

  private async look(): Promise<ValuePoints> {
    const { ms, questions } = kRanges[this.shown];
    const to = this.house.now();
    const from = to - ms;
    const reports: StateReport[] = [];
    if (questions === 1) {
      reports.push(...(await statesOf(this.device, { from: new Date(from).toISOString(), limit: kLargestPage })).items);
    }
    // Each question begins where the moment before ended, so that times without a report stay empty.
    const ends = questions === 1 ? [] : moments(from, to, questions);
    for (let at = 0; at < ends.length; at += kAtOnce) {
      const pages = await Promise.all(
        ends.slice(at, at + kAtOnce).map((end) =>
          statesOf(this.device, {
            from: new Date(end - ms / questions).toISOString(),
            to: new Date(end).toISOString(),
            limit: kReportsPerMoment,
          }),
        ),
      );
      for (const page of pages) {
        const report = page.items.find((one) => one.values[this.number] !== undefined);
        if (report !== undefined) reports.push(report);
      }
    }
    const points = valuePoints(reports, this.number, this.meaning);
    const { of } = inWholes(this.measuredIn);
    return { ...points, values: points.values.map((value) => value * of) };
  }

  protected override willUpdate(): void {
    if (this.device !== '') this.points.ask(`${this.device} ${this.number} ${this.shown}`);
  }

  private words = (value: number): string => (this.measuredIn === '' ? said(value, 0) : `${said(value, 3)}\u202f${inWholes(this.measuredIn).unit}`);

  private chart(points: ValuePoints) {
    const text = t.devices.history;
    if (points.times.length === 0) return html`<p class="quiet">${text.none}</p>`;
    const zone = this.zone;
    const least = Math.min(...points.values);
    const most = Math.max(...points.values);
    const rows = points.times.map((time, index) => ({ time, value: points.values[index]! }));
    return html`<mr-chart
        .plan=${valuePlan(points, this.house.now(), zone, this.name, this.least, this.words)}
        label=${text.label(this.name, this.words(least), this.words(most))}></mr-chart>
      <details><summary class="small">${t.shell.table}</summary>
        <div class="scroll" tabindex="0" role="region" aria-label=${this.name}><table>
          <thead><tr><th scope="col">${t.charts.time}</th><th scope="col" class="number">${this.name}</th></tr></thead>
          <tbody>${rows.reverse().map(({ time, value }) => html`<tr><td>${when(time * 1000, this.house.now(), zone)}</td><td class="number">${this.words(value)}</td></tr>`)}</tbody>
        </table></div></details>`;
  }

  protected override render() {
    const text = t.devices.history;
    return html`<div class="row" role="group" aria-label=${text.ranges}>
        ${(['day', 'month', 'year'] as const).map(
          (range) => html`<button aria-pressed=${range === this.shown} @click=${() => (this.range = range)}>${text[range]}</button>`,
        )}
      </div>
      ${this.points.show((points) => this.chart(points))}`;
  }
}
