// What a device says of itself: the newest of its states with what is known of each, its events and its log.
import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import '../../parts/empty';
import { Asked } from '../../parts/asked';
import { HouseElement } from '../../parts/element';
import { Pages } from '../../parts/pages';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import { bluetoothTexts } from '../../texts/bluetooth';
import { number } from '../../words/numbers';
import { placeOf } from '../../words/places';
import { ago, when } from '../../words/times';
import { inWholes, knownFirst, newestValues, understood } from './condition';
import { type Certainty, type DeviceEvent, eventsOf, type Kind, type LogLine, logsOf, type Meaning, statesOf } from './device_words';

const kReportsForNewest = 20; // a report need not hold every number
const kPerPage = 25;
const kEveryMs = 60_000;
const kUnknown: Meaning = { name: null, unit: null, certainty: 'unknown', note: null };

@customElement('mr-devices-reports')
export class ReportsPage extends HouseElement {
  static override styles = [
    common,
    css`
      .two { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); align-items: start; }
      .list > li { padding: 0.55rem 0; border-top: 1px solid var(--line); }
      .list > li:first-child { border-top: none; }
      .list .time { color: var(--quiet); font-size: 0.875rem; font-variant-numeric: tabular-nums; }
      .log { font-family: ui-monospace, monospace; font-size: 0.85rem; overflow-wrap: anywhere; white-space: pre-wrap; }
      .states th[scope='row'] { white-space: normal; color: var(--text); font-size: 1rem; }
      .states th[scope='row'] div { font-weight: 400; }
      .states th[scope='row'] > .quiet { font-weight: 400; }
      .states .of { width: 4rem; }
      .states .held { width: 9rem; }
      .states .sure, .states .act { width: 7.5rem; }
      td button { min-height: 2.5rem; white-space: nowrap; }
      tr.chart td { padding: 0.6rem; background: color-mix(in srgb, var(--raised) 45%, transparent); }
      @media (max-width: 36rem) {
        /* One state under the other: number and name, then its value, then how sure it is. */
        .states thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
        .states tbody tr { display: grid; grid-template-columns: 3.5rem minmax(0, 1fr) auto; border-bottom: 1px solid var(--line); padding: 0.4rem 0; }
        .states td, .states tbody th { border: none; padding: 0.15rem 0.3rem; }
        .states td.sure { grid-column: 2; grid-row: 2; }
        .states td.act { grid-column: 3; grid-row: 2; }
        .states.numberless tbody tr { grid-template-columns: minmax(0, 1fr) auto; }
        .numberless td.sure { grid-column: 1; }
        .numberless td.act { grid-column: 2; }
        .states tbody tr.chart { grid-template-columns: minmax(0, 1fr); }
      }
    `,
  ];
  @property() device = '';
  @property() kind: Kind = 'sensor';
  @state() private charted: string | null = null;
  private readonly states = new Asked(this, () => statesOf(this.device, { limit: kReportsForNewest }), kEveryMs);
  private readonly events = new Pages<DeviceEvent>(this, (cursor) => eventsOf(this.device, this.page(cursor)));
  private readonly logs = new Pages<LogLine>(this, (cursor) => logsOf(this.device, this.page(cursor)));

  private page = (cursor: string | undefined) => (cursor === undefined ? { limit: kPerPage } : { limit: kPerPage, cursor });

  protected override willUpdate(changed: PropertyValues): void {
    if (this.device === '') return;
    if (changed.has('device')) this.charted = null;
    this.states.ask(this.device);
    this.events.ask(this.device);
    if (!this.byBluetooth) this.logs.ask(this.device);
  }

  private time = (time: string): string => when(time, this.house.now(), this.zone);

  private sure(certainty: Certainty) {
    const tone = { proven: 'good', likely: 'warn', unknown: '' }[certainty];
    return html`<span class="pill ${tone}" title=${t.devices.certaintyNotes[certainty]}>${t.devices.certainties[certainty]}</span>`;
  }

  private stateRow({ number: key, value, time }: { number: string; value: number; time: string }, meaning: Meaning, newest: string) {
    const text = t.devices.reports;
    const name = meaning.name === null ? null : (t.devices.states[meaning.name] ?? bluetoothTexts.kept[meaning.name] ?? meaning.name);
    const shown = understood(meaning.name, value);
    const note = meaning.name === null ? null : (t.devices.stateNotes[meaning.name] ?? bluetoothTexts.keptNotes[meaning.name] ?? meaning.note);
    const { of, unit } = inWholes(meaning.unit ?? '');
    const open = this.charted === key;
    const called = name ?? text.stateNumber(key);
    return html`<tr>
        ${this.byBluetooth ? nothing : html`<td class="number">${key}</td>`}
        <th scope="row">${name ?? html`<span class="quiet">${t.shell.unknown}</span>`}${note === null ? nothing : html`<div class="small quiet">${note}</div>`}</th>
        <td class="number">${number(shown * of, of === 1 ? 0 : 2)}${unit === '' ? nothing : `\u202f${unit}`}
          ${shown === value ? nothing : html`<div class="small quiet">${text.sentAs(number(value, 0))}</div>`}
          ${time === newest ? nothing : html`<div class="small quiet">${ago(time, this.house.now())}</div>`}</td>
        <td class="sure">${this.sure(meaning.certainty)}</td>
        <td class="act"><button aria-expanded=${open} aria-label=${text.historyOf(called)} @click=${() => this.chart(open ? null : key)}>${open ? t.shell.close : text.history}</button></td>
      </tr>
      ${open
        ? html`<tr class="chart"><td colspan="5"><mr-devices-value .device=${this.device} number=${key} name=${called} .meaning=${meaning.name} .measuredIn=${meaning.unit ?? ''} start="day"></mr-devices-value></td></tr>`
        : nothing}`;
  }

  // Charts are loaded when one is first looked at.
  private chart(key: string | null): void {
    this.charted = key;
    if (key !== null) void import('./value_history');
  }

  private statesCard() {
    const text = t.devices.reports;
    return html`<section class="card" aria-labelledby="states" data-part="states">
      <h3 id="states">${text.states}</h3>
      <p class="quiet small">${this.byBluetooth ? bluetoothTexts.keptHint : text.statesHint}</p>
      ${this.states.show((page) => {
        if (page.items.length === 0) return html`<p class="quiet">${text.noStates}</p>`;
        const newest = page.items[0]!.time;
        return html`<p class="small">${text.reported(ago(newest, this.house.now()))}</p>
          <table class="states ${this.byBluetooth ? 'numberless' : ''}">
            <thead><tr>
              ${this.byBluetooth ? nothing : html`<th scope="col" class="number of">${text.number}</th>`}<th scope="col">${text.meaning}</th>
              <th scope="col" class="number held">${text.value}</th><th scope="col" class="sure">${text.sure}</th><th scope="col" class="act">${text.history}</th>
            </tr></thead>
            <tbody>${knownFirst(newestValues(page.items), page.known).map((one) => this.stateRow(one, page.known[one.number] ?? kUnknown, newest))}</tbody>
          </table>`;
      })}
    </section>`;
  }

  private event(event: DeviceEvent) {
    const text = t.devices;
    const name = event.name === null ? text.reports.unknownEvent(event.type) : (text.events[event.name] ?? bluetoothTexts.presses[event.name] ?? event.name);
    const note = event.note === null ? null : (text.eventNotes[event.note] ?? event.note);
    return html`<li>
      <div class="row apart"><strong>${name}</strong> ${event.certainty === 'proven' ? nothing : this.sure(event.certainty)}</div>
      <div class="time">${this.time(event.time)}</div>
      ${note === null ? nothing : html`<div class="small quiet">${note}</div>`}
      ${event.extra === null ? nothing : html`<div class="log">${event.extra}</div>`}
    </li>`;
  }

  private line = (line: LogLine) => html`<li>
    <div class="log">${line.text.trim()}</div>
    <div class="time">${this.time(line.time)} · ${t.devices.reports.level(String(line.level))}</div>
  </li>`;

  private logsCard() {
    const text = t.devices.reports;
    return html`<section class="card" aria-labelledby="logs" data-part="logs">
      <h3 id="logs">${text.logs}</h3>
      <p class="quiet small">${text.logsHint}</p>
      ${this.logs.empty ? html`<p class="quiet">${text.noLogs}</p>` : html`<ul class="list">${this.logs.items.map(this.line)}</ul>`}
      ${this.logs.footer(text.older)}
    </section>`;
  }

  // Such devices keep no log.
  private get byBluetooth(): boolean {
    return this.kind === 'leak_puck' || this.kind === 'meter';
  }

  private get called(): string {
    const { pucks = [], sensors = [] } = this.house.devices ?? {};
    const named = pucks.find((one) => one.uuid === this.device) ?? sensors.find((one) => one.uuid === this.device)?.bluetooth;
    if (named) return placeOf(named);
    return this.kind === 'bridge' ? t.devices.bridge : t.devices.sensor;
  }

  protected override render() {
    const text = t.devices.reports;
    return html`<div class="stack">
      <div><h2>${text.title(this.called)}</h2><p class="quiet small"><code>${this.device}</code></p></div>
      ${this.statesCard()}
      <div class="two">
        <section class="card" aria-labelledby="events" data-part="events">
          <h3 id="events">${text.events}</h3>
          <p class="quiet small">${this.byBluetooth ? bluetoothTexts.pressesHint : text.eventsHint}</p>
          ${this.events.empty ? html`<p class="quiet">${text.noEvents}</p>` : html`<ul class="list">${this.events.items.map((one) => this.event(one))}</ul>`}
          ${this.events.footer(text.older)}
        </section>
        ${this.byBluetooth ? nothing : this.logsCard()}
      </div>
    </div>`;
  }
}
