// Uses of water, day by day, the newest first: what runs now, filters with their sums, and a card for each day.
// `#/uses/2026-11-27` begins at another day.
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type Alarm, api, said, type Schemas, type Sensor, type Use } from '../../api/client';
import { volumeSoFar } from '../../live/running_use';
import { Asked } from '../../parts/asked';
import { categoryColour, categoryIcon, categoryName } from '../../parts/categories';
import { View } from '../../parts/element';
import '../../parts/habit_form';
import type { HabitDraft } from '../../parts/habit_form';
import { chosenSensor, sensorChoice } from '../../parts/sensor_choice';
import { styled } from '../../parts/styled';
import { common } from '../../parts/styles';
import { go, href } from '../../shell/route';
import { speakOfKinds } from '../../texts/kinds';
import { t } from '../../texts';
import { flowWithUnit, unitName, volumeWithUnit } from '../../words/numbers';
import { clock, formatted, span } from '../../words/times';
import { dateAfter, dateOf, dayOf, isDate } from '../../words/zones';
import { askCategories, csvAddress } from './api';
import type { Renamed } from './judge';
import './kinds_card';
import './naming';
import { type Filter, passes, sum, sumsByCategory } from './sums';
import { useWords } from './told';
import './uses_day';
import { type DayUses, keyOf, type UsesDay } from './uses_day';

// Before anything of it is drawn.
await speakOfKinds();

const kDaysAtFirst = 2;
const kDaysMore = 3;
// Alarms are few; the newest of them mark the uses they belong to.
const kAlarms = 200;
// The daemon keeps a use once it is sure that it is over.
const kUseSettlesMs = 4_000;
// What used the water grows slowly.
const kCategoriesEveryMs = 60_000;

@customElement('mr-uses')
export class UsesView extends View {
  static override styles = [
    common,
    css`
      .tools { justify-content: space-between; align-items: end; }
      .kinds { display: flex; flex-wrap: wrap; gap: 0.4rem; }
      .kinds button { padding: 0.2rem 0.75rem; border-radius: 99px; font-size: 0.9rem; }
      .dot { width: 0.75rem; height: 0.75rem; border-radius: 4px; flex: none; }
      .least { width: 6.5rem; }
      .running { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 1.4rem; border-color: var(--water); }
      .running > * + * { margin-top: 0; }
      .running svg { color: var(--water); }
      .running .big { font-size: 1.8rem; }
      @media (prefers-reduced-motion: no-preference) { .running svg { animation: breathe 1.6s ease-in-out infinite alternate; } }
    `,
  ];
  @state() private days = kDaysAtFirst;
  @state() private known = new Map<string, DayUses>();
  @state() private filter: Filter = { category: null, least: 0 };
  @state() private chosen: string | null = null;
  @state() private listed = new Map<string, boolean>();
  @state() private named: Use | null = null; // being named
  @state() private renamed: Renamed | null = null;
  @state() private draft: HabitDraft | null = null;
  @state() private said_ = '';
  @state() private version = 0;
  private runs: boolean | null = null;
  private timer = 0;
  private shownFor = '';

  private readonly alarms = new Asked<Alarm[]>(this, async () => {
    const device = chosenSensor(this.house.devices)!;
    return (await said(api.GET('/api/v1/alarms', { params: { query: { state: 'all', device, limit: kAlarms } } }))).items;
  });

  private readonly categories: Asked<Schemas['Categories'] | null> = new Asked<Schemas['Categories'] | null>(
    this,
    () => askCategories(chosenSensor(this.house.devices)!),
    () => (this.categories.value === null ? null : kCategoriesEveryMs),
  );

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  private get first(): string {
    const today = dateOf(this.house.now(), this.zone);
    const asked = this.route.path[0];
    return isDate(asked) && asked < today ? asked : today;
  }
  private get dates(): string[] {
    return Array.from({ length: this.days }, (_, index) => dateAfter(this.first, -index));
  }

  protected override willUpdate(): void {
    const uuid = chosenSensor(this.house.devices);
    if (uuid === null) return;
    const shownFor = `${uuid} ${this.first}`;
    if (shownFor !== this.shownFor) {
      this.shownFor = shownFor;
      this.known = new Map();
      this.listed = new Map();
      this.chosen = this.renamed = null;
      this.days = kDaysAtFirst;
    }
    this.alarms.ask(uuid, this.house.alarms.map((alarm) => `${alarm.id} ${alarm.state}`).join());
    this.categories.ask(uuid, String(this.version));
    const running = this.house.sensor(uuid)?.running ?? null;
    if (running !== this.runs && this.runs !== null) {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => ++this.version, running ? 1000 : kUseSettlesMs);
    }
    this.runs = running;
  }

  private learned(event: CustomEvent<DayUses>): void {
    this.known = new Map(this.known).set(event.detail.date, event.detail);
  }

  private choose(use: Use, date: string, from: 'lane' | 'list'): void {
    const key = keyOf(use);
    this.chosen = from === 'list' && this.chosen === key ? null : key;
    if (from === 'list') return;
    this.listed = new Map(this.listed).set(date, true);
    void this.updateComplete.then(() => this.renderRoot.querySelector<UsesDay>(`mr-uses-day[date="${date}"]`)?.reveal(key));
  }

  private propose(use: Use): void {
    this.said_ = '';
    this.draft = {
      start: formatted(use.start, this.zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).replace(/[^\d:]/g, ''),
      length_minutes: Math.max(1, Math.ceil((use.seconds / 60) * 1.2)),
      label: use.name ?? (use.category === null || use.category === undefined ? '' : categoryName(use.category)),
    };
  }

  protected override render() {
    const { devices } = this.house;
    if (devices === null) return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
    const uuid = chosenSensor(devices);
    const sensor = uuid === null ? undefined : this.house.sensor(uuid);
    if (uuid === null || sensor === undefined) {
      return html`<section class="card"><mr-empty heading=${t.uses.noSensor}><p>${t.uses.noSensorHint}</p><p><a href=${href('setup')}>${t.uses.setUp}</a></p></mr-empty></section>`;
    }
    const days = [...this.known.values()];
    const nothingYet = days.length >= kDaysAtFirst && days.every((day) => day.uses.length === 0) && sensor.lifetime === 0;
    return html`<div class="stack">
      <div class="row apart"><h2>${t.shell.views.uses}</h2>${sensorChoice(devices, () => this.requestUpdate())}</div>
      ${sensor.readings_known
        ? nothing
        : html`<section class="card"><mr-empty heading=${t.uses.sealed}><p>${t.uses.sealedHint}</p><p><a href=${href('setup')}>${t.uses.setUp}</a></p></mr-empty></section>`}
      ${nothingYet && sensor.readings_known ? html`<section class="card"><mr-empty heading=${t.uses.none}><p>${t.uses.noneHint}</p></mr-empty></section>` : nothing}
      ${this.runningCard(uuid)}
      ${sensor.calibrated ? nothing : html`<p class="notice small">${t.uses.uncalibrated} <a href=${href('devices', [uuid, 'calibration'])}>${t.uses.calibrate}</a></p>`}
      ${this.kindsCard(!sensor.calibrated)}
      ${this.tools(uuid, days.flatMap((day) => (this.dates.includes(day.date) ? day.uses : [])), !sensor.calibrated)}
      <div class="sr" role="status">${this.said_}</div>
      ${this.dayCards(uuid, !sensor.calibrated)}
      <div class="row"><button @click=${() => (this.days += kDaysMore)} data-part="older">${t.uses.older}</button></div>
    </div>
    <mr-uses-naming .sensor=${uuid} .use=${this.named} .words=${this.named === null ? '' : this.inWords(this.named)}
      @close=${() => (this.named = null)} @saved=${this.kept}></mr-uses-naming>
    <mr-habit-form .sensor=${uuid} .draft=${this.draft} @close=${() => (this.draft = null)} @saved=${() => (this.said_ = t.uses.habitKept)}></mr-habit-form>`;
  }

  // A daemon that cannot tell kinds has nothing to apply to other uses, either.
  private kept(): void {
    ++this.version;
    this.renamed = this.categories.value === null || this.named === null ? null : { key: keyOf(this.named) };
  }

  // Left out where the daemon cannot tell, and until it has.
  private kindsCard(guessed: boolean) {
    const { value, problem } = this.categories;
    if (value === null) return problem === null ? nothing : html`<section class="card">${this.categories.show(() => nothing)}</section>`;
    return html`<mr-uses-kinds .answer=${value} ?guessed=${guessed}></mr-uses-kinds>`;
  }

  private inWords(use: Use): string {
    return `${clock(use.start, this.zone)} · ${useWords(use)} · ${t.uses.inTime(volumeWithUnit(use.volume, this.unit), span(use.seconds))}`;
  }

  private runningCard(uuid: string) {
    const sensor = this.house.sensor(uuid);
    const today = this.known.get(dateOf(this.house.now(), this.zone));
    if (sensor?.running !== true) return nothing;
    const open = today?.open ?? null;
    return html`<section class="card running" aria-label=${t.uses.running} data-part="running">
      ${categoryIcon(open?.category ?? 'other', 36)}
      <div><h3>${t.uses.running}</h3>${open === null ? nothing : html`<p class="quiet small">${t.uses.runningSince(clock(open.start, this.zone))}${open.category === null ? '' : ` · ${useWords(open)}`}</p>`}</div>
      ${open === null ? nothing : html`<p class="big">${this.soFar(open, today?.lifetime ?? sensor.lifetime, sensor)}</p>`}
      ${sensor.flow === null ? nothing : html`<p class="quiet number">${t.uses.runningNow(flowWithUnit(sensor.flow, this.flowUnit))}</p>`}
    </section>`;
  }

  private soFar(open: Use, lifetimeThen: number, sensor: Sensor): string {
    const volume = volumeSoFar({ volume: open.volume, lifetime: lifetimeThen }, sensor);
    const lasted = Math.max(open.seconds, (this.house.now() - Date.parse(open.start)) / 1000);
    return t.uses.runningFacts(`${sensor.calibrated ? '' : '≈\u202f'}${volumeWithUnit(volume, this.unit)}`, span(lasted));
  }

  private tools(uuid: string, uses: Use[], guessed: boolean) {
    const text = t.uses;
    const kinds = sumsByCategory(uses.filter((use) => use.volume >= this.filter.least));
    const shown = sum(uses.filter((use) => passes(use, this.filter)));
    const about = guessed ? '≈\u202f' : '';
    const water = (volume: number) => `${about}${volumeWithUnit(volume, this.unit)}`;
    const dates = this.dates;
    const press = (category: string | null) => () => (this.filter = { ...this.filter, category: this.filter.category === category ? null : category });
    const chip = (kind: string) => html`<span class="dot" ${styled({ background: categoryColour(kind) })}></span>${categoryName(kind)}`;
    const today = dateOf(this.house.now(), this.zone);
    return html`<section class="card" aria-label=${text.filter}>
      ${kinds.length < 2 && this.filter.category === null
        ? nothing
        : html`<div class="kinds" role="group" aria-label=${text.filter}>
            <button aria-pressed=${this.filter.category === null ? 'true' : 'false'} @click=${press(null)}>${text.all}</button>
            ${kinds.map(([kind, of]) => {
              const words = text.kind(categoryName(kind), of.uses, water(of.volume));
              return html`<button aria-pressed=${this.filter.category === kind ? 'true' : 'false'} title=${words} @click=${press(kind)}>${chip(kind)}<span class="quiet number">${water(of.volume)}</span></button>`;
            })}
          </div>`}
      <div class="row tools">
        <p class="number" role="status" data-part="sums">${text.shownOf(text.shown(shown.uses, water(shown.volume), span(shown.seconds)), dates.length)}</p>
        <div class="row tools">
          <label class="field small">${text.least(unitName(this.unit))}<input class="least" type="number" min="0" step="any" inputmode="decimal" aria-label=${text.leastLabel(unitName(this.unit))}
            @input=${(event: Event) => (this.filter = { ...this.filter, least: (event.target as HTMLInputElement).valueAsNumber || 0 })} /></label>
          <label class="field small">${text.day}<input type="date" max=${today} .value=${this.first}
            @change=${(event: Event) => this.to((event.target as HTMLInputElement).value)} /></label>
          ${this.first === today ? nothing : html`<button @click=${() => this.to(today)}>${text.newest}</button>`}
          <a class="button" download href=${csvAddress(uuid, dayOf(dates.at(-1)!, this.zone)[0], dayOf(dates[0]!, this.zone)[1])} aria-label=${text.csvLabel} title=${text.csvLabel}>${text.csv}</a>
        </div>
      </div>
    </section>`;
  }

  private to(date: string): void {
    if (isDate(date)) go(date === dateOf(this.house.now(), this.zone) ? href('uses') : href('uses', [date]));
  }

  private dayCards(uuid: string, guessed: boolean) {
    const most = Math.max(0, ...[...this.known.values()].flatMap((day) => day.uses.map((use) => use.peak_flow)));
    const listed = (date: string, index: number) => this.listed.get(date) ?? index === 0;
    return repeat(
      this.dates,
      (date) => `${uuid} ${date}`,
      (date, index) => html`<mr-uses-day date=${date} .sensor=${uuid} .filter=${this.filter} .alarms=${this.alarms.value ?? []} .most=${most}
        .chosen=${this.chosen} .renamed=${this.renamed} ?listed=${listed(date, index)} ?guessed=${guessed} .version=${this.version}
        @day-uses=${this.learned}
        @day-list=${(event: CustomEvent<boolean>) => (this.listed = new Map(this.listed).set(date, event.detail))}
        @lane-pick=${(event: CustomEvent<Use>) => this.choose(event.detail, date, 'lane')}
        @use-choose=${(event: CustomEvent<Use>) => this.choose(event.detail, date, 'list')}
        @use-rename=${(event: CustomEvent<Use>) => (this.named = event.detail)}
        @judged=${() => ++this.version}
        @use-habit=${(event: CustomEvent<Use>) => this.propose(event.detail)}
        @use-answered=${() => ((this.said_ = t.uses.notALeakDone), void this.alarms.again())}></mr-uses-day>`,
    );
  }
}
