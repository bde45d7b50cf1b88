// One open alarm in words, with what may be answered to it:  <mr-alarm .alarm=${alarm}></mr-alarm>
//
// `level` is that of its heading (2 or 3), `linked` adds a link to its page in the leaks view. After an answer the house
// knows it at once, and `alarm-answered` {detail: alarm} is told to whoever shows it.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Alarm, api, said } from '../api/client';
import { href } from '../shell/route';
import { t } from '../texts';
import { alarmSentence, alarmTitle, amount, isBudget, isOfPucks, isWater } from '../words/alarms';
import { placeOf, sensorName } from '../words/places';
import { formatted, when } from '../words/times';
import { dateAfter, dateOf, momentOf, wallAt } from '../words/zones';
import './dialog';
import { HouseElement } from './element';
import { fact, factLineStyles } from './facts';
import { problemNotice, problemText } from './problem';
import { common } from './styles';

type Question = 'snooze' | 'note' | 'no-leak';
type Answer = Promise<{ data?: Alarm; error?: unknown; response: Response }>;

const kMorning = 8 * 60; // until when "until tomorrow" is quiet, minutes of the site's clock
const signs: Record<Alarm['severity'], string> = {
  critical: 'M12 3c4 5 6.500 8.200 6.500 11.500a6.500 6.500 0 0 1-13 0C5.500 11.200 8 8 12 3zM12 9.500v4.500M12 17v.1',
  warning: 'M12 4l9 16H3zM12 10v5M12 17.500v.1',
  info: 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM12 11v5.500M12 7.500v.1',
};

@customElement('mr-alarm')
export class AlarmElement extends HouseElement {
  static override styles = [
    common,
    factLineStyles,
    css`
      article.card { border-inline-start: 5px solid var(--quiet); display: grid; gap: 0.75rem; }
      .card > * + * { margin-top: 0; }
      article.card.warning { border-inline-start-color: var(--warn); }
      article.card.critical { border-inline-start-color: var(--bad); background: linear-gradient(var(--bad-soft), var(--card) 9rem); }
      .head { display: flex; gap: 0.7rem; align-items: center; }
      .head svg { flex: none; }
      .head h2, .head h3 { font-size: 1.2rem; margin-inline-end: auto; min-width: 0; }
      .critical .pill.bad { background: var(--bad); color: var(--card); font-weight: 600; }
      .what { max-width: 75ch; }
      .fact-line code { font-weight: 400; }
      .choices { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 0.6rem; }
      input { width: 100%; }
      form { display: grid; gap: 0.6rem; }
      .own { display: flex; gap: 0.6rem; align-items: end; }
      .own .field { flex: 1; }
    `,
  ];

  @property({ attribute: false }) alarm: Alarm | null = null;
  @property({ type: Number }) level: 2 | 3 = 3;
  @property({ type: Boolean }) linked = false;
  @state() private asks: Question | null = null;
  @state() private busy = false;
  @state() private problem: string | null = null;

  private async answer(question: Answer): Promise<void> {
    this.busy = true;
    try {
      const alarm = await said(question);
      this.problem = null;
      this.asks = null;
      this.house.take(alarm);
      this.dispatchEvent(new CustomEvent('alarm-answered', { detail: alarm }));
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
  }

  private get path() {
    return { params: { path: { id: this.alarm!.id } } };
  }
  // Who answers, as the alarm's history will call them.
  private get by(): string {
    return this.house.session?.token ?? t.alarms.thisPage;
  }
  private acknowledge = () => this.answer(api.POST('/api/v1/alarms/{id}/acknowledge', { ...this.path, body: { by: this.by } }) as Answer);
  private notALeak = () => this.answer(api.POST('/api/v1/alarms/{id}/not-a-leak', { ...this.path, body: { by: this.by } }) as Answer);
  private snooze = (minutes: number) =>
    this.answer(api.POST('/api/v1/alarms/{id}/snooze', { ...this.path, body: { by: this.by, minutes } }) as Answer);

  private snoozeOwn(event: Event): void {
    event.preventDefault();
    const hours = this.renderRoot.querySelector<HTMLInputElement>('#hours')!.valueAsNumber;
    if (hours > 0) void this.snooze(Math.round(hours * 60));
  }

  private keepNote(event: Event): void {
    event.preventDefault();
    const field = this.renderRoot.querySelector<HTMLInputElement>('#note')!;
    const text = field.value.trim();
    if (text !== '') void this.answer(api.POST('/api/v1/alarms/{id}/note', { ...this.path, body: { by: this.by, text } }) as Answer);
  }

  protected override render() {
    const alarm = this.alarm;
    const devices = this.house.devices;
    if (alarm === null || devices === null) return nothing;
    const title = alarmTitle(alarm);
    const heading = this.level === 2 ? html`<h2>${title}</h2>` : html`<h3>${title}</h3>`;
    const units = { ...devices, zone: devices.time_zone };
    return html`<article class="card ${alarm.severity}" aria-label=${title} data-part="alarm">
      <div class="head">
        <svg viewBox="0 0 24 24" width="28" height="28" class=${alarm.severity === 'critical' ? 'bad' : alarm.severity === 'warning' ? 'warn' : 'quiet'}
          aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d=${signs[alarm.severity]}></path></svg>
        ${heading}
        <span class="pill ${alarm.severity === 'critical' ? 'bad' : alarm.severity === 'warning' ? 'warn' : ''}">${t.words.severities[alarm.severity]}</span>
      </div>
      <p class="what">${alarmSentence(alarm, units)}</p>
      ${this.facts(alarm)}
      ${this.standing(alarm)}
      ${this.asks === null ? problemNotice(this.problem) : nothing}
      ${this.buttons(alarm, title)}
    </article>
    ${this.dialogs(alarm)}`;
  }

  private facts(alarm: Alarm) {
    const text = t.alarms;
    const { unit, flow_unit, time_zone: zone, sensors, pucks } = this.house.devices!;
    const sensor = sensors.find((one) => one.uuid === alarm.device);
    const puck = pucks.find((one) => one.uuid === alarm.device);
    const label = isOfPucks(alarm.rule) ? text.puckLabel : sensor === undefined ? text.bridgeLabel : text.sensorLabel;
    const name = (puck !== undefined && placeOf(puck)) || (sensor !== undefined && sensorName(sensor)) || alarm.device;
    const about = sensor !== undefined && !sensor.calibrated ? '≈\u202f' : '';
    const hourly = alarm.rate * (flow_unit.endsWith('/h') ? 1 : 60);
    return html`<dl class="fact-line">
      ${fact(text.sinceLabel, when(alarm.since, this.house.now(), zone))}
      ${isWater(alarm.rule) || isBudget(alarm.rule) ? fact(text.soFar, about + amount(alarm.volume, unit)) : nothing}
      ${isWater(alarm.rule) && alarm.rate > 0 && flow_unit.startsWith(unit) /* ccf goes with gallons a minute */
        ? fact(text.perHour, about + amount(hourly, unit))
        : nothing}
      ${fact(label, name === alarm.device ? html`<code>${name}</code>` : name)}
    </dl>`;
  }

  private standing(alarm: Alarm) {
    const text = t.alarms;
    const zone = this.zone;
    const words = [
      alarm.state === 'acknowledged' ? (alarm.answered_by === '' ? text.states.acknowledged : text.acknowledgedBy(alarm.answered_by)) : '',
      alarm.state === 'snoozed' && alarm.snoozed_until !== null ? text.snoozedUntil(until(alarm.snoozed_until, this.house.now(), zone)) : '',
      alarm.reopened > 0 ? text.cameBack(alarm.reopened) : '',
      alarm.note === '' ? '' : text.note(alarm.note),
    ].filter((one) => one !== '');
    return words.length === 0 ? nothing : html`<p class="quiet small">${words.join(' · ')}</p>`;
  }

  private buttons(alarm: Alarm, title: string) {
    const text = t.alarms;
    const may = this.house.mayControl;
    const off = this.busy || !may;
    const why = may ? nothing : t.shell.readOnly;
    const ask = (question: Question) => () => {
      this.problem = null;
      this.asks = question;
    };
    return html`<div class="row" role="group" aria-label=${text.answers(title)}>
      ${alarm.state === 'acknowledged'
        ? nothing
        : html`<button class="primary" ?disabled=${off} title=${why} @click=${this.acknowledge}>${text.acknowledge}</button>`}
      <button ?disabled=${off} title=${why} @click=${ask('snooze')}>${text.snooze}</button>
      <button ?disabled=${off} title=${why} @click=${ask('no-leak')}>${isWater(alarm.rule) ? text.notALeak : text.notAnAlarm}</button>
      <button ?disabled=${off} title=${why} @click=${ask('note')}>${text.addNote}</button>
      ${this.linked ? html`<a class="button" href=${href('leaks', [String(alarm.id)])}>${text.details}</a>` : nothing}
      ${may ? nothing : html`<p class="quiet small">${t.shell.readOnly}</p>`}
    </div>`;
  }

  private dialogs(alarm: Alarm) {
    const text = t.alarms;
    const zone = this.zone;
    const close = () => (this.asks = null);
    const morning = untilMorning(this.house.now(), zone);
    const clock = formatted(this.house.now() + morning * 60_000, zone, { hour: '2-digit', minute: '2-digit' });
    const water = isWater(alarm.rule);
    return html`
      <mr-dialog heading=${text.snoozeTitle} ?open=${this.asks === 'snooze'} @close=${close}>
        <p class="quiet">${text.snoozeHint}</p>
        <div class="choices">
          <button ?disabled=${this.busy} @click=${() => this.snooze(60)}>${text.snoozeHours(1)}</button>
          <button ?disabled=${this.busy} @click=${() => this.snooze(480)}>${text.snoozeHours(8)}</button>
          <button ?disabled=${this.busy} @click=${() => this.snooze(morning)}>${text.snoozeTomorrow(clock)}</button>
        </div>
        <form class="own" @submit=${this.snoozeOwn}>
          <label class="field">${text.snoozeOwn}<input id="hours" type="number" min="0.1" max="720" step="any" required inputmode="decimal" /></label>
          <button ?disabled=${this.busy}>${text.snooze}</button>
        </form>
        ${problemNotice(this.problem)}
      </mr-dialog>
      <mr-dialog heading=${text.noteTitle} ?open=${this.asks === 'note'} @close=${close}>
        <form @submit=${this.keepNote}>
          <label class="field">${text.noteLabel}<input id="note" maxlength="250" required .value=${alarm.note} /></label>
          ${problemNotice(this.problem)}
          <div class="row"><button class="primary" ?disabled=${this.busy}>${t.shell.save}</button></div>
        </form>
      </mr-dialog>
      <mr-dialog heading=${water ? text.notALeakTitle : text.notAnAlarmTitle} ?open=${this.asks === 'no-leak'} @close=${close}>
        <p>${water ? text.notALeakHint : text.notAnAlarmHint}</p>
        ${problemNotice(this.problem)}
        <div class="row">
          <button class="primary" ?disabled=${this.busy} @click=${this.notALeak}>${water ? text.notALeak : text.notAnAlarm}</button>
          <button @click=${close}>${t.shell.cancel}</button>
        </div>
      </mr-dialog>`;
  }
}

// The clock where that is today, the day with it otherwise.
export function until(time: string, now: number, zone: string): string {
  const today = dateOf(time, zone) === dateOf(now, zone);
  return formatted(time, zone, { hour: '2-digit', minute: '2-digit', ...(today ? {} : { weekday: 'short', day: 'numeric', month: 'short' }) });
}

// How many minutes are left until tomorrow's morning at the site.
const untilMorning = (now: number, zone: string): number =>
  Math.round((momentOf(wallAt(dateAfter(dateOf(now, zone), 1), kMorning), zone) - now) / 60_000);

declare global {
  interface HTMLElementTagNameMap {
    'mr-alarm': AlarmElement;
  }
}
