// Finds what a turn of the magnet is worth by drawing a known volume:  <mr-draw-bucket .sensor=${uuid}></mr-draw-bucket>
//
// Event: `calibrated` {detail: {number}} when a value was kept.
import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { api, Problem, said, type Schemas } from '../api/client';
import { remember, remembered } from '../live/memory';
import { t } from '../texts';
import { flowWithUnit, number, percent, volumeWithUnit } from '../words/numbers';
import { formatted, span } from '../words/times';
import { isMetric } from '../words/units';
import { type Draw, grade, isFar, restored, spread } from './draw';
import { HouseElement } from './element';
import { chosenFrom, holdsFor, holdsForStyles } from './holds_for';
import { change, millilitres, perTurn } from './per_turn';
import { problemNotice, problemText } from './problem';
import { common } from './styles';
import { whyNot } from './rights';

type Drawn = Schemas['DrawnCalibration'];
type Unit = Schemas['VolumeUnit'];

const kRemembered = 'draw';
const kTickMs = 1000;
const kLookAgainMs = 10_000;
// As the daemon: two minutes after the stop everything has come in. Without a turn counted by then, there was none.
const kSettledAfterMs = 130_000;

@customElement('mr-draw-bucket')
export class DrawBucket extends HouseElement {
  static override styles = [
    common,
    holdsForStyles,
    css`
      :host > * + *, form > * + *, section > * + * { margin-top: 0.8rem; }
      ol { list-style: decimal; padding-inline-start: 1.4rem; }
      li { margin: 0.3rem 0; }
      dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 0.6rem; }
      dl > div { background: var(--raised); border-radius: 10px; padding: 0.6rem 0.8rem; }
      dt { color: var(--quiet); font-size: 0.875rem; }
      dd { font-variant-numeric: tabular-nums; font-size: 1.25rem; font-weight: 600; }
      .amount input { width: 9rem; }
      h4 { margin: 0; font-size: 0.95rem; }
      h4:focus { outline: none; }
    `,
  ];

  @property() sensor = '';
  @state() private draw: Draw | null = null;
  @state() private result: Drawn | null = null;
  @state() private kept: Drawn | null = null;
  @state() private problem: string | null = null;
  @state() private pending = false; // nothing was counted yet, but may still come
  @state() private busy = false;
  private amount: { volume: number; unit: Unit } | null = null;
  private tick = 0;
  private later = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.tick = window.setInterval(() => this.draw !== null && this.draw.stopped === null && this.requestUpdate(), kTickMs);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.tick);
    clearTimeout(this.later);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('sensor')) return;
    clearTimeout(this.later);
    this.draw = restored(remembered(kRemembered), this.sensor, this.house.now());
    this.result = this.kept = this.problem = null;
    this.pending = false;
  }

  private remember(draw: Draw | null): void {
    this.draw = draw;
    remember(kRemembered, draw === null ? null : JSON.stringify(draw));
    this.moveFocus();
  }

  // To the heading of the new step, so that a screen reader says it and the keyboard goes on from there.
  private moveFocus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('h4')?.focus());
  }

  private start(): void {
    this.result = this.kept = this.problem = null;
    this.pending = false;
    this.remember({ sensor: this.sensor, started: this.house.now(), lifetime: this.house.sensor(this.sensor)?.lifetime ?? 0, stopped: null });
  }

  private stop(): void {
    this.remember({ ...this.draw!, stopped: this.house.now() });
  }

  private giveUp(): void {
    clearTimeout(this.later);
    this.result = this.problem = null;
    this.pending = false;
    this.remember(null);
  }

  private changeAmount(): void {
    clearTimeout(this.later);
    this.result = this.problem = null;
    this.pending = false;
    this.moveFocus();
  }

  private workOut(event: Event): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    this.amount = { volume: Number(form.get('volume')), unit: form.get('unit') as Unit };
    void this.ask(true).then(() => this.moveFocus());
  }

  private async ask(dryRun: boolean, from: string | null = null): Promise<void> {
    const { draw, amount } = this;
    if (draw?.stopped == null || amount === null) return;
    clearTimeout(this.later);
    this.busy = true;
    const asked = {
      method: 'drawn' as const,
      started: new Date(draw.started).toISOString(),
      stopped: new Date(draw.stopped).toISOString(),
      ...amount,
      dry_run: dryRun,
      from,
    };
    try {
      const answer = await said(api.POST('/api/v1/sensors/{uuid}/calibration', { params: { path: { uuid: this.sensor } }, body: asked }));
      if (this.draw !== draw) return;
      this.problem = null;
      this.pending = false;
      if (dryRun) this.result = answer as Drawn;
      else this.finish(answer as Drawn);
    } catch (error) {
      if (this.draw !== draw) return;
      this.pending = dryRun && error instanceof Problem && error.status === 409 && this.house.now() - draw.stopped < kSettledAfterMs;
      this.problem = this.pending ? null : problemText(error);
      this.lookAgain(this.pending);
    } finally {
      this.busy = false;
    }
    if (dryRun && this.result !== null) this.lookAgain(!this.result.settled);
  }

  private lookAgain(worthIt: boolean): void {
    clearTimeout(this.later);
    if (worthIt && this.isConnected) this.later = window.setTimeout(() => void this.ask(true), kLookAgainMs);
  }

  private keep(event: Event): void {
    event.preventDefault();
    void this.ask(false, chosenFrom(event.target as HTMLFormElement, this.draw!.started));
  }

  private finish(kept: Drawn): void {
    this.kept = kept;
    this.result = null;
    this.remember(null);
    this.dispatchEvent(new CustomEvent('calibrated', { detail: { number: kept.number }, bubbles: true, composed: true }));
  }

  private time(ms: number): string {
    return formatted(ms, this.zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  }

  private heading = (words: string) => html`<h4 tabindex="-1">${words}</h4>`;

  private ready() {
    const text = t.calibration.bucket;
    const why = whyNot('admin');
    const sealed = this.house.sensor(this.sensor)?.readings_known === false;
    return html`<p>${text.intro}</p>
      <ol>${text.steps.map((step) => html`<li>${step}</li>`)}</ol>
      ${sealed ? html`<p class="notice warn">${text.silent}</p>` : nothing}
      ${why === '' ? nothing : html`<p class="quiet">${why}</p>`}
      <button class="primary" ?disabled=${sealed || why !== ''} @click=${this.start}>${text.start}</button>`;
  }

  private drawing(draw: Draw) {
    const text = t.calibration.bucket;
    const sensor = this.house.sensor(this.sensor);
    const counted = Math.max(0, (sensor?.lifetime ?? 0) - draw.lifetime);
    const unit = this.unit;
    return html`${this.heading(text.running)}
      <dl>
        <div><dt>${text.since}</dt><dd>${span((this.house.now() - draw.started) / 1000)}</dd></div>
        <div><dt>${text.flow}</dt><dd>${flowWithUnit(sensor?.flow, this.flowUnit)}</dd></div>
        <div><dt>${text.counted}</dt><dd>${counted === 0 ? text.countedNothing : `≈ ${volumeWithUnit(counted, unit)}`}</dd></div>
      </dl>
      <p class="small quiet">${text.runningHint}</p>
      <div class="row">
        <button class="primary" @click=${this.stop}>${text.stop}</button>
        <button class="plain" @click=${this.giveUp}>${text.cancel}</button>
      </div>`;
  }

  private asking(draw: Draw) {
    const text = t.calibration;
    const usual: Unit = isMetric(this.unit) ? 'L' : 'gal';
    const unit = this.amount?.unit ?? usual;
    return html`<form @submit=${this.workOut}>
      ${this.heading(text.bucket.howMuch)}
      <p class="small quiet">${text.bucket.drawnFromTo(this.time(draw.started), this.time(draw.stopped!))}</p>
      <div class="row amount">
        <div class="field"><label for="volume">${text.amount}</label>
          <input id="volume" name="volume" type="number" inputmode="decimal" min="0.01" step="any" required .value=${String(this.amount?.volume ?? '')} /></div>
        <div class="field"><label for="unit">${text.unit}</label>
          <select id="unit" name="unit">
            ${(['L', 'gal'] as const).map((one) => html`<option value=${one} ?selected=${one === unit}>${text.units[one]}</option>`)}
          </select></div>
      </div>
      ${problemNotice(this.problem)}
      <p role="status" class="notice" ?hidden=${!this.pending}>${this.pending ? text.bucket.notYet : ''}</p>
      <div class="row">
        <button class="primary" ?disabled=${this.busy}>${this.busy ? text.bucket.working : text.bucket.workOut}</button>
        <button type="button" class="plain" @click=${this.giveUp}>${text.bucket.cancel}</button>
      </div>
    </form>`;
  }

  private found(result: Drawn) {
    const text = t.calibration;
    const share = spread(result);
    const calibrated = this.house.sensor(this.sensor)?.calibrated ?? false;
    const doubtful = isFar(result.change_percent, calibrated);
    return html`<form @submit=${this.keep}>
      ${this.heading(text.bucket.result)}
      <p><span class="middle">${text.perTurn(perTurn(result.volume_per_peak_ml, this.unit))}</span>
        <span class="quiet">${change(result.change_percent)}</span></p>
      <p class=${grade(share) === 'poor' ? 'warn' : ''}>${text.bucket.grades[grade(share)]}</p>
      ${doubtful ? html`<p class="notice warn">${text.bucket.far}</p>` : nothing}
      <p class="small quiet">${text.bucket.peaks(number(result.peaks, 0))}
        ${text.bucket.spread(millilitres(result.least_ml), millilitres(result.most_ml), percent(share))}</p>
      <p role="status" class=${result.settled ? 'small quiet' : 'notice'}>${result.settled ? text.bucket.settled : text.bucket.unsettled}</p>
      ${holdsFor()}
      ${problemNotice(this.problem)}
      <div class="row">
        <button class="primary" ?disabled=${this.busy || !result.settled}>${text.keep}</button>
        <button type="button" @click=${this.changeAmount}>${text.bucket.back}</button>
        <button type="button" class="plain" @click=${this.giveUp}>${text.bucket.cancel}</button>
      </div>
    </form>`;
  }

  private done(kept: Drawn) {
    const text = t.calibration;
    return html`<h4 tabindex="-1" class="good">${text.kept(perTurn(kept.volume_per_peak_ml, this.unit))}</h4>
      <button @click=${this.start}>${text.again}</button>`;
  }

  protected override render() {
    const { draw } = this;
    if (draw === null) return this.kept === null ? this.ready() : this.done(this.kept);
    if (draw.stopped === null) return this.drawing(draw);
    return this.result === null ? this.asking(draw) : this.found(this.result);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mr-draw-bucket': DrawBucket;
  }
}
