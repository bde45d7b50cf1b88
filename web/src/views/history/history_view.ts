// Water over time: a day, a week, a month, a year or all years; closer on demand, beside an earlier time, by kinds of use.
import { html, nothing, type PropertyValues } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../../charts/chart';
import { Asked } from '../../parts/asked';
import '../../parts/empty';
import { View } from '../../parts/element';
import { problemNotice } from '../../parts/problem';
import { chosenSensor, sensorChoice } from '../../parts/sensor_choice';
import { common } from '../../parts/styles';
import { go, href } from '../../shell/route';
import { t } from '../../texts';
import { dateOf } from '../../words/zones';
import { addressOf, parseShown, type Shown } from './address';
import { gaps, readings, since, usage } from './ask';
import { choices, mayGoLater, moved, rangeTabs, type Steering, timeBar } from './controls';
import { downloads, headline, sinceWords, table, tiles, type Told } from './figures_card';
import type { Reading } from './figures';
import { flowDrawing, keys, legend, waterPlan } from './drawing';
import { keyOf, type Question, questionOf } from './question';
import { below, type Edges, kHour } from './ranges';
import { type Loaded, type Scene, sceneOf } from './scene';
import { style } from './style';
import { barName, chartSentence, partName, rangeName } from './words';

const kAgainMs = 60_000; // while the time shown still runs
const kWidthStep = 40; // CSS pixels; small changes of width change nothing

@customElement('mr-history')
export class HistoryView extends View {
  static override styles = [common, style];

  @state() private width = 800;
  @state() private tableOpen = false;
  private shown: Shown = parseShown(this.route, '1970-01-01');
  private question: Question | null = null;
  private scene: Scene | null = null;
  private sceneKey = '';
  private drawn: { plan: ReturnType<typeof waterPlan>; flow: ReturnType<typeof flowDrawing> } | null = null;
  // The newest answer stays until the next has come, so that nothing jumps while one zooms.
  private last: { loaded: Loaded; question: Question } | null = null;
  private again = 0;

  private readonly since = new Asked(this, () => since(this.uuid));
  private readonly water = new Asked<{ loaded: Loaded; question: Question }>(this, () => this.askWater());
  private readonly reports = new Asked<Reading[]>(this, () => readings(this.uuid, this.question!.window));
  private readonly sizes = new ResizeObserver(() => this.measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
    window.addEventListener('keydown', this.key);
    this.again = window.setInterval(() => this.refresh(), kAgainMs);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
    window.removeEventListener('keydown', this.key);
    clearInterval(this.again);
  }

  private get uuid(): string {
    return chosenSensor(this.house.devices) ?? '';
  }
  // By the minute, so that what is made of it need not be made anew with every word of the stream.
  private get now(): number {
    return Math.floor(this.house.now() / 60_000) * 60_000 + 60_000;
  }
  private get today(): string {
    return dateOf(this.house.now(), this.zone);
  }

  private measure(): void {
    const width = Math.round(this.clientWidth / kWidthStep) * kWidthStep;
    if (width > 0 && width !== this.width) this.width = width;
  }

  private refresh(): void {
    if (document.hidden || this.question === null) return;
    const { from, to } = this.question.window;
    if (from <= this.now && to > this.now - kAgainMs) {
      void this.water.again();
      if (this.question.close && this.question.flow) void this.reports.again();
    }
  }

  private async askWater(): Promise<{ loaded: Loaded; question: Question }> {
    const question = this.question!;
    const { asked, other, bucket } = question;
    const heard: Edges = { from: Math.max(asked.from, this.since.value ?? 0), to: Math.min(asked.to, this.now) };
    const [answer, before, silences] = await Promise.all([
      usage(this.uuid, bucket, asked, this.shown.split),
      other === null ? null : usage(this.uuid, bucket, other, false),
      gaps(this.uuid, heard),
    ]);
    return { loaded: { answer, other: before, gaps: silences }, question };
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { devices } = this.house;
    if (devices === null || this.uuid === '') return;
    this.shown = parseShown(this.route, this.today);
    this.since.ask(this.uuid);
    if (this.since.value === null) return;
    const question = questionOf(this.shown, this.zone, this.since.value, this.now, this.width);
    this.question = question;
    this.water.ask(keyOf(question, this.uuid, this.shown.split));
    if (question.close && question.flow) this.reports.ask(`${this.uuid} ${question.window.from} ${question.window.to}`);
    if (this.water.value !== null) this.last = this.water.value;
    this.compose();
  }

  // What is drawn, made anew only when something of it has changed.
  private compose(): void {
    const { last, question } = this;
    if (last === null || question === null || this.since.value === null) return;
    // An answer to another question is shown as that question was, but for a day's minutes, which hold all its zooms.
    const same = this.water.value !== null;
    const asked = same ? question : last.question;
    const key = [keyOf(asked, this.uuid, this.shown.split), asked.step, asked.window.from, asked.window.to, this.now, this.flowUnit, this.reports.value?.length].join();
    if (key === this.sceneKey && this.composedOf === last.loaded) return;
    this.sceneKey = key;
    this.composedOf = last.loaded;
    this.composedFor = asked;
    this.scene = sceneOf(last.loaded, asked, this.since.value, this.now, this.flowUnit);
    const paint = { scene: this.scene, question: asked, shown: this.shown, unit: this.unit, flowUnit: this.flowUnit, zone: this.zone, split: this.split };
    const reports = asked.close && this.reports.value !== null ? this.reports.value : null;
    this.drawn = { plan: waterPlan(paint), flow: flowDrawing(paint, reports, this.now) };
  }
  private composedOf: Loaded | null = null;
  private composedFor: Question | null = null;

  private get split(): boolean {
    return this.shown.split && this.last !== null && this.last.loaded.answer.items.some((item) => item.categories !== undefined);
  }

  private readonly change = (what: Partial<Shown>, replace = false): void => go(addressOf({ ...this.shown, ...what }), replace);

  private readonly key = (event: KeyboardEvent): void => {
    const first = event.composedPath()[0] as HTMLElement;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(first.tagName ?? '') || first.closest?.('.scroll') != null;
    if (typing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented || this.shown.range === 'all') return;
    if (event.key === 'ArrowLeft') this.change(moved(this.shown, this.today, -1), true);
    if (event.key === 'ArrowRight' && mayGoLater(this.shown, this.today)) this.change(moved(this.shown, this.today, 1), true);
    if (event.key === 'Escape' && this.shown.zoom !== null) this.change({ zoom: null }, true);
  };

  private zoomed(event: CustomEvent<{ from: number; to: number } | null>): void {
    const zoom: [number, number] | null = event.detail === null ? null : [event.detail.from, event.detail.to];
    if (zoom !== null || this.shown.zoom !== null) this.change({ zoom }, true);
  }

  // One level down: a year's month, a month's day, a day's hour.
  private picked(event: CustomEvent<{ index: number; moment: number }>): void {
    const question = this.composedFor;
    if (question === null || this.scene === null) return;
    if (question.heat) return this.change({ range: 'day', date: dateOf(event.detail.moment * 1000, this.zone), zoom: null, by: null });
    const bar = this.scene.bars[event.detail.index];
    if (bar === undefined) return;
    const range = below(question.step);
    const date = dateOf(bar.from, this.zone);
    if (range !== null) return this.change({ range, date, zoom: null, by: null });
    if (question.window.to - question.window.from <= kHour) return;
    const hour = Math.floor(bar.from / kHour) * kHour;
    this.change({ range: 'day', date, zoom: [hour / 1000, hour / 1000 + 3600], by: this.shown.range === 'day' ? this.shown.by : null });
  }

  protected override render() {
    if (this.house.devices === null) return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
    const sensor = this.house.sensor(this.uuid);
    if (sensor === undefined) {
      return html`<mr-empty heading=${t.history.noSensor}><p>${t.history.noSensorHint}</p><a href=${href('setup')}>${t.history.setUp}</a></mr-empty>`;
    }
    const chosen = sensorChoice(this.house.devices, () => {
      this.last = null;
      this.scene = null;
      this.requestUpdate();
    });
    const sealed = sensor.readings_known
      ? nothing
      : html`<p class="notice warn">${t.history.sealed} <a href=${href('setup')}>${t.history.sealedHow}</a></p>`;
    if (this.since.value === null && !this.since.waiting && this.since.problem === null) {
      return html`<div class="stack">${chosen}${sealed}<mr-empty heading=${t.history.nothingYet}><p>${t.history.nothingYetHint}</p></mr-empty></div>`;
    }
    return html`<div class="stack">${chosen}${sealed}${this.since.value === null ? this.since.show(() => nothing) : this.history(sensor.calibrated)}</div>`;
  }

  private history(calibrated: boolean) {
    const question = this.question!;
    const steering: Steering = { shown: this.shown, today: this.today, zoomed: question.zoomed, change: this.change };
    const name = question.zoomed ? partName(question.window, this.zone) : rangeName(this.shown.range, question.whole, this.zone);
    return html`
      <div class="steering">${rangeTabs(steering)}${timeBar(steering, name)}</div>
      ${this.scene !== null && this.composedFor !== null
        ? html`${this.last !== null && this.water.value === null ? problemNotice(this.water.problem) : nothing}
            ${this.cards(this.scene, this.composedFor, steering, calibrated, name)}`
        : html`<section class="card first">${this.water.show(() => nothing)}</section>`}
    `;
  }

  private cards(scene: Scene, question: Question, steering: Steering, calibrated: boolean, name: string) {
    const { unit, zone } = this;
    const told: Told = { scene, question, shown: this.shown, unit, zone, now: this.now, calibrated, split: this.split };
    const sentence = chartSentence(name, scene.sums, unit, (bar) => barName(question.step, this.shown.range, bar, zone));
    const flow = this.drawn?.flow ?? null;
    const sinceNow = this.since.value!;
    return html`
      <section class="card first" aria-busy=${this.water.waiting ? 'true' : 'false'}>
        <div class="row apart head">${headline(told)}${choices(steering)}</div>
        <mr-chart class=${question.heat ? 'heat' : ''} zoomable .plan=${this.drawn?.plan ?? null} label=${sentence} data-part="water"
          @chart-range=${this.zoomed} @chart-pick=${this.picked}>${keys(told)}</mr-chart>
        ${legend(told)}
        ${calibrated ? nothing : html`<p class="small quiet">≈ ${t.history.uncalibrated} <a href=${href('devices', [this.uuid, 'calibration'])}>${t.history.calibrate}</a></p>`}
        ${sinceNow > question.window.from && sinceNow > question.whole.from ? html`<p class="small quiet">${sinceWords(sinceNow, zone)}</p>` : nothing}
      </section>
      <div class="lower">
        ${flow === null
          ? nothing
          : html`<section class="card">
              <h3>${t.history.flowHeading}</h3>
              <mr-chart zoomable plain class="flow" .plan=${flow.plan} label=${t.history.flowLabel(name, flow.most)} data-part="flow" @chart-range=${this.zoomed}></mr-chart>
              <p class="small quiet">${flow.single ? t.history.flowFromReadings : t.history.flowFromMinutes}</p>
            </section>`}
        <section class="card">
          <div class="figures">${tiles(told)}${downloads(told, this.uuid)}</div>
          ${table(told, this.tableOpen, (event) => (this.tableOpen = (event.target as HTMLDetailsElement).open))}
        </section>
      </div>`;
  }
}
