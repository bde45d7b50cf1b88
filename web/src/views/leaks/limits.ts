// How long water may run, and why: each day's longest run at a rate, the house's own longest, and the limit made of it.
import { api, said, type Schemas } from '../../api/client';
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../../charts/chart';
import { Asked } from '../../parts/asked';
import { View } from '../../parts/element';
import { chosenSensor, sensorChoice } from '../../parts/sensor_choice';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { amount, ruleTitle } from '../../words/alarms';
import { day, span, timeOfDay } from '../../words/times';
import { momentOf, wallAt } from '../../words/zones';
import { firstShown, whyLimit } from './limit_words';
import { longestPlan } from './longest_plan';

type Limits = Schemas['Limits'];
type Part = Schemas['PartLimit'];
type Rate = Schemas['RateLimit'];

const kEveryMs = 60_000; // what runs now moves on

@customElement('mr-leaks-limits')
export class LearnedLimits extends View {
  static override styles = [
    common,
    css`
      .wide { max-width: 75ch; }
      .choose { display: flex; flex-wrap: wrap; gap: 0.8rem 1.5rem; align-items: end; }
      .choose input[type='range'] { width: min(22rem, 70vw); padding: 0; border: none; accent-color: var(--water); background: none; }
      output { font-weight: 600; font-variant-numeric: tabular-nums; }
      .why { font-size: 1.1rem; }
      mr-chart { --chart-height: 280px; }
      .parts { display: flex; gap: 0.35rem; flex-wrap: wrap; }
      td button { min-height: 2rem; padding: 0.1rem 0.5rem; border-color: transparent; background: none; font-variant-numeric: tabular-nums; text-align: start; width: 100%; justify-content: start; }
      td button:hover { border-color: var(--line); }
      td { padding: 0.1rem 0.3rem; vertical-align: middle; }
      th { white-space: normal; }
      tbody th { white-space: nowrap; vertical-align: middle; }
      .days td { padding: 0.4rem 0.6rem; }
      @media (max-width: 34rem) { .of { display: none; } th { padding: 0.4rem 0.15rem; font-size: 0.8rem; } td { padding: 0; } td button { padding: 0.1rem 0.2rem; font-size: 0.85rem; } }
    `,
  ];
  @state() private chosen: [rate: number, part: number] | null = null;
  private uuid = '';

  private readonly limits = new Asked<Limits>(this, () => said(api.GET('/api/v1/sensors/{uuid}/limits', { params: { path: { uuid: this.uuid } } })), kEveryMs);

  protected override willUpdate(): void {
    const uuid = chosenSensor(this.house.devices);
    if (uuid === null || uuid === this.uuid) return;
    this.uuid = uuid;
    this.chosen = null;
    this.limits.ask(uuid);
  }

  protected override render() {
    if (this.uuid === '') return html`<section class="card"><mr-empty heading=${t.uses.noSensor}><a href=${href('setup')}>${t.uses.setUp}</a></mr-empty></section>`;
    return html`<div class="stack">
      <section class="card">
        <div class="row apart"><h3>${t.leaks.limitsTitle}</h3>${sensorChoice(this.house.devices, () => this.requestUpdate())}</div>
        <p class="wide quiet">${t.leaks.limitsWhat}</p>
        ${this.limits.show((limits) => this.content(limits))}
      </section>
      ${this.limits.value === null || this.limits.value.items.length === 0 ? nothing : this.glance(this.limits.value)}
    </div>`;
  }

  private shown(limits: Limits): [Rate, Part, number, number] | null {
    const [rate, part] = this.chosen ?? firstShown(limits);
    const at = limits.items[rate];
    const of = at?.parts[part];
    return at === undefined || of === undefined ? null : [at, of, rate, part];
  }

  private content(limits: Limits) {
    const shown = this.shown(limits);
    if (shown === null) return html`<p class="quiet">${t.leaks.learning(limits.days_learned, limits.days_to_learn)}</p>`;
    const [rate, part, rateAt, partAt] = shown;
    const flow = amount(rate.flow_at_least, limits.flow_unit);
    const zone = limits.time_zone;
    const text = t.leaks;
    return html`
      ${limits.days_learned < limits.days_to_learn ? html`<p class="notice warn">${text.learning(limits.days_learned, limits.days_to_learn)}</p>` : nothing}
      <div class="choose">
        <label class="field">${text.rate}<span class="row"><input type="range" min="0" max=${limits.items.length - 1} step="1" .value=${String(rateAt)} aria-valuetext=${flow}
          @input=${(event: Event) => (this.chosen = [(event.target as HTMLInputElement).valueAsNumber, partAt])} data-part="rate" /><output>${flow}</output></span></label>
        <div class="field" role="group" aria-label=${text.part}><span>${text.part}</span><span class="parts">
          ${rate.parts.map(
            (one, index) => html`<button aria-pressed=${index === partAt ? 'true' : 'false'} @click=${() => (this.chosen = [rateAt, index])} title=${this.partWords(one)}>${text.parts[one.part]}</button>`,
          )}</span></div>
      </div>
      <p class="why" role="status" data-part="why">${whyLimit(part, limits.days_learned)}</p>
      ${part.running === null ? nothing : html`<p class="notice">${text.runningNow(span(part.running.seconds), span(part.running.limit_seconds))}</p>`}
      <mr-chart .plan=${longestPlan(part, zone)} label="${text.chart(flow, this.partWords(part))}. ${whyLimit(part, limits.days_learned)}"></mr-chart>
      <p class="quiet small">${[
        rate.on ? text.speaksAs(ruleTitle(rate.rule)) : text.ruleIsOff(ruleTitle(rate.rule)),
        ...part.sprinklers.map((one) => text.sprinklers(amount(one.mean_flow_at_least, limits.flow_unit), span(one.limit_seconds))),
      ].join(' ')}</p>
      <details><summary>${text.figures}</summary><div class="scroll"><table class="days">
        <thead><tr><th scope="col">${text.dayHeading}</th><th scope="col" class="number">${text.longest}</th></tr></thead>
        <tbody>${[...part.days].reverse().map((one) => html`<tr><td>${day(momentOf(wallAt(one.date, 720), zone), zone)}</td><td class="number">${span(one.longest_seconds)}</td></tr>`)}</tbody>
      </table></div></details>`;
  }

  private partWords = (part: Part): string => t.leaks.partTimes(t.leaks.parts[part.part], timeOfDay(part.from), timeOfDay(part.to));

  private glance(limits: Limits) {
    const text = t.leaks;
    const shown = this.shown(limits);
    return html`<section class="card">
      <h3>${text.atAGlance}</h3>
      <div class="scroll" tabindex="0" role="region" aria-label=${text.atAGlance}><table>
        <thead><tr><th scope="col">${text.rate}</th>${limits.items[0]!.parts.map((part) => html`<th scope="col">${text.parts[part.part]}</th>`)}</tr></thead>
        <tbody>${limits.items.map(
          (rate, rateAt) => html`<tr><th scope="row">${amount(rate.flow_at_least, limits.flow_unit)}</th>
            ${rate.parts.map((part, partAt) => {
              const on = shown !== null && shown[2] === rateAt && shown[3] === partAt;
              return html`<td><button aria-pressed=${on ? 'true' : 'false'} title=${whyLimit(part, limits.days_learned)} @click=${() => (this.chosen = [rateAt, partAt])}>
                <strong>${span(part.limit_seconds)}</strong><span class="quiet small of">${part.usual_seconds === null || part.usual_seconds === 0 ? '' : `${text.usual}: ${span(part.usual_seconds)}`}</span></button></td>`;
            })}</tr>`,
        )}</tbody>
      </table></div>
    </section>`;
  }
}
