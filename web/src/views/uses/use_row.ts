// One use in the list: when, what, how much; touched, it opens to the rest of it and what can be said about it.
//
// Events: `use-choose` (open or close), `use-rename`, `use-habit`, each with {detail: the use}; `use-answered` when an
// alarm was answered.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Alarm, api, said, type Schemas, type Use } from '../../api/client';
import { whyNot } from '../../parts/rights';
import { categoryColour, categoryIcon } from '../../parts/categories';
import { HouseElement } from '../../parts/element';
import { fact, factLineStyles } from '../../parts/facts';
import { problemNotice, problemText } from '../../parts/problem';
import { styled } from '../../parts/styled';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { alarmTitle } from '../../words/alarms';
import { flow, flowWithUnit, unitName, volumeWithUnit } from '../../words/numbers';
import { clock, formatted, span } from '../../words/times';
import './judge';
import type { Renamed } from './judge';
import { sparkPoints } from './sums';
import { isTold, marks, reason, useName, useWords } from './told';

const kSpark = [64, 26] as const;

@customElement('mr-use')
export class UseRow extends HouseElement {
  static override styles = [
    common,
    factLineStyles,
    css`
      :host { border-bottom: 1px solid var(--line); }
      .line {
        display: grid; align-items: center; gap: 0.2rem 0.8rem; width: 100%;
        grid-template-columns: 4.9rem minmax(8rem, 1.3fr) 4.2rem minmax(8rem, 1fr) minmax(11rem, 1.2fr) auto;
        grid-template-areas: 'time what spark volume flows more';
      }
      .line > * { min-width: 0; }
      .time { grid-area: time; font-variant-numeric: tabular-nums; color: var(--quiet); white-space: nowrap; }
      .what { grid-area: what; }
      .what button { justify-content: start; text-align: start; padding: 0.25rem 0.5rem; width: 100%; border-color: transparent; background: none; gap: 0.55rem; line-height: 1.2; }
      .what button:hover:not([disabled]) { background: var(--raised); border-color: var(--line); }
      .what button[disabled] { opacity: 1; }
      .sign { display: inline-grid; place-items: center; width: 2rem; height: 2rem; border-radius: 9px; flex: none; color: var(--text); }
      .sign.told { outline: 1px dashed var(--quiet); outline-offset: -1px; }
      .marks { display: block; font-size: 0.8rem; color: var(--quiet); }
      .unnamed { color: var(--quiet); }
      .spark { grid-area: spark; display: block; overflow: visible; }
      .spark polyline { stroke: none; }
      .volume { grid-area: volume; font-weight: 600; font-variant-numeric: tabular-nums; }
      .flows { grid-area: flows; color: var(--quiet); font-size: 0.875rem; font-variant-numeric: tabular-nums; }
      .more { grid-area: more; }
      .more button { min-width: 2.5rem; padding: 0; color: var(--quiet); }
      .more svg { transition: rotate 0.15s; }
      :host([chosen]) .more svg { rotate: 180deg; }
      :host([chosen]) { background: color-mix(in srgb, var(--water-soft) 45%, transparent); border-radius: 8px; }
      mr-uses-judge { padding: 0.2rem 0.5rem 0.5rem 5.7rem; }
      .open { padding: 0.2rem 0.5rem 0.9rem 5.7rem; display: grid; gap: 0.8rem; }
      .fact-line dd { font-weight: 400; }
      @media (max-width: 60rem) {
        .line { grid-template-columns: 4.9rem minmax(6rem, 1.3fr) 4.2rem minmax(6rem, 1fr) auto; grid-template-areas: 'time what spark volume more'; }
        .flows { display: none; }
      }
      @media (max-width: 36rem) {
        .line { grid-template-columns: minmax(0, 1fr) auto auto; grid-template-areas: 'what spark more' 'time time time'; gap: 0 0.5rem; padding: 0.25rem 0 0.4rem; }
        .time { padding-inline-start: 3.05rem; font-size: 0.9rem; white-space: normal; }
        .volume { display: none; }
        .open, mr-uses-judge { padding-inline-start: 0.5rem; }
      }
      @media (min-width: 36.001rem) { .brief { display: none; } }
    `,
  ];
  @property() sensor = '';
  @property({ attribute: false }) use: Use | null = null;
  @property({ attribute: false }) alarm: Alarm | null = null;
  @property({ attribute: false }) units: Pick<Schemas['UsePage'], 'unit' | 'flow_unit'> = { unit: 'L', flow_unit: 'L/min' }; // of the use's figures
  @property({ type: Boolean }) guessed = false; // volumes rest on a guess
  @property({ type: Boolean, reflect: true }) chosen = false;
  @property({ attribute: false }) renamed: Renamed | null = null;
  @state() private busy = false;
  @state() private problem: string | null = null;

  private tell(type: string): void {
    this.dispatchEvent(new CustomEvent(type, { detail: this.use, bubbles: true, composed: true }));
  }

  private async notALeak(): Promise<void> {
    if (this.alarm === null) return;
    this.busy = true;
    try {
      const by = this.house.session?.token ?? t.alarms.thisPage;
      const alarm = await said(api.POST('/api/v1/alarms/{id}/not-a-leak', { params: { path: { id: this.alarm.id } }, body: { by } }));
      this.alarm = alarm;
      this.house.take(alarm);
      this.tell('use-answered');
      this.problem = null;
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
  }

  protected override render() {
    const { use, zone } = this;
    if (use === null) return nothing;
    const text = t.uses;
    const about = this.guessed ? '≈\u202f' : '';
    const words = text.inTime(`${about}${volumeWithUnit(use.volume, this.units.unit)}`, span(use.seconds));
    const name = useWords(use);
    const told = isTold(use);
    const beside = marks(use);
    const may = this.house.mayControl;
    const alarm = this.alarm;
    const [width, height] = kSpark;
    return html`<div class="line">
        <span class="time">${clock(use.start, zone)}<span class="brief"> · ${words}</span></span>
        <span class="what"><button ?disabled=${!may} title=${may ? text.rename : t.shell.readOnly} aria-label=${text.name(name)} @click=${() => this.tell('use-rename')}>
          <span class="sign ${told ? 'told' : ''}" ${styled({ background: `color-mix(in srgb, ${categoryColour(use.category ?? null)} ${told ? 15 : 30}%, transparent)` })}>${categoryIcon(use.category ?? null)}</span>
          <span class=${use.category === null && use.name === null ? 'unnamed' : ''}>${useName(use)}${beside === '' ? nothing : html`<span class="marks">${beside}</span>`}</span>
          ${alarm === null || alarm.not_a_leak ? nothing : html`<span class="pill bad">${t.words.severities[alarm.severity]}</span>`}
        </button></span>
        <svg class="spark" viewBox="0 0 ${width} ${height}" width=${width} height=${height} aria-hidden="true">
          <polyline points=${sparkPoints(use.shape, width, height)} ${styled({ fill: categoryColour(use.category ?? null) })}></polyline></svg>
        <span class="volume">${words}</span>
        <span class="flows">${text.flows(flow(use.mean_flow), flow(use.peak_flow), unitName(this.units.flow_unit))}</span>
        <span class="more"><button class="plain" aria-expanded=${this.chosen ? 'true' : 'false'} aria-label="${t.alarms.details}: ${clock(use.start, zone)}, ${name}" @click=${() => this.tell('use-choose')}>
          <svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true"><path d="M6 9l6 6l6-6"></path></svg></button></span>
      </div>
      ${this.renamed === null ? nothing : html`<mr-uses-judge .sensor=${this.sensor} .renamed=${this.renamed}></mr-uses-judge>`}
      ${this.chosen ? this.rest(use) : nothing}`;
  }

  private rest(use: Use) {
    const text = t.uses;
    const { zone, alarm } = this;
    const may = this.house.mayControl;
    const why = may ? nothing : t.shell.readOnly;
    const because = reason(use, this.units, this.guessed);
    const exact = (time: string) => formatted(time, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
    return html`<div class="open">
      <dl class="fact-line">
        ${fact(text.from, exact(use.start))}${fact(text.to, exact(use.end))}
        ${fact(text.meanFlow, flowWithUnit(use.mean_flow, this.units.flow_unit))}${fact(text.peakFlow, flowWithUnit(use.peak_flow, this.units.flow_unit))}
        ${use.base_flow > 0 ? fact(text.baseFlow, flowWithUnit(use.base_flow, this.units.flow_unit)) : nothing}
      </dl>
      ${because === null ? nothing : html`<p>${because}</p>`}
      ${use.overlapped ? html`<p class="quiet small">${text.overlapped}</p>` : nothing}
      ${alarm === null ? nothing : html`<p><a href=${href('leaks', [String(alarm.id)])}>${text.alarm(alarmTitle(alarm))}</a>${alarm.not_a_leak ? ` · ${t.alarms.declaredNoLeak}` : ''}</p>`}
      ${problemNotice(this.problem)}
      <div class="row">
        <button ?disabled=${!may} title=${why} @click=${() => this.tell('use-rename')}>${text.rename}</button>
        ${alarm !== null && !alarm.not_a_leak ? html`<button ?disabled=${!may || this.busy} title=${why} @click=${this.notALeak}>${text.notALeak}</button>` : nothing}
        <button ?disabled=${!this.house.mayAdminister} title=${whyNot('admin') || nothing} @click=${() => this.tell('use-habit')}>${text.byTheClock}</button>
        ${whyNot('admin') === '' ? nothing : html`<span class="quiet small">${whyNot('admin')}</span>`}
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mr-use': UseRow;
  }
}
