// One alarm with all that is known of it: `#/leaks/42`.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { api, Problem, said, type Schemas, type Usage } from '../../api/client';
import '../../charts/chart';
import '../../parts/alarm';
import { until } from '../../parts/alarm';
import { Asked } from '../../parts/asked';
import { View } from '../../parts/element';
import { fact, factLineStyles } from '../../parts/facts';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { alarmSentence, alarmTitle, isBudget, isWater, quantity } from '../../words/alarms';
import { flow, unitName, volumeWithUnit } from '../../words/numbers';
import { sensorName } from '../../words/places';
import { formatted, span, when } from '../../words/times';
import { flowsOf, momentOfAlarm } from './moment';
import { momentPlan } from './moment_plan';

type Details = Schemas['AlarmDetails'];
// The newest notices; those of an old alarm are not among them any more.
const kNotices = 1000;
const kEveryMs = 60_000; // an open alarm's water grows

@customElement('mr-leaks-incident')
export class Incident extends View {
  static override styles = [
    common,
    factLineStyles,
    css`
      .wide { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); align-items: start; }
      mr-chart { --chart-height: 260px; }
      ol { display: grid; gap: 0.7rem; border-inline-start: 2px solid var(--line); padding-inline-start: 1rem; margin-inline-start: 0.4rem; }
      ol li { position: relative; }
      ol li::before { content: ''; position: absolute; inset-inline-start: calc(-1rem - 6px); top: 0.45em; width: 10px; height: 10px; border-radius: 50%; background: var(--bar); }
      .table { max-height: 20rem; overflow: auto; }
    `,
  ];
  @property({ type: Number }) number = 0;

  private readonly alarm = new Asked<Details | 'none'>(this, async () => {
    try {
      return await said(api.GET('/api/v1/alarms/{id}', { params: { path: { id: this.number } } }));
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return 'none';
      throw error;
    }
  }, kEveryMs);
  private readonly notices = new Asked(this, async () => {
    const all = await said(api.GET('/api/v1/notifications', { params: { query: { limit: kNotices } } }));
    return all.items.filter((notice) => notice.alarm === this.number);
  });
  private readonly usage = new Asked(this, async () => {
    const alarm = this.alarm.value as Details;
    const { from, to, bucket } = momentOfAlarm(alarm, this.house.now());
    const query = { bucket, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    return (await said(api.GET('/api/v1/sensors/{uuid}/usage', { params: { path: { uuid: alarm.device }, query } }))) as Usage;
  });

  private get live() {
    return this.house.alarms.find((alarm) => alarm.id === this.number);
  }

  protected override willUpdate(): void {
    if (this.house.devices === null) return;
    const { live } = this;
    const standing = `${live?.state} ${live?.note} ${live?.snoozed_until} ${live?.severity}`;
    this.alarm.ask(String(this.number), standing);
    this.notices.ask(String(this.number), standing);
    const alarm = this.alarm.value;
    if (alarm !== null && alarm !== 'none' && alarm.id === this.number && this.ofSensor(alarm)) {
      this.usage.ask(String(alarm.id), `${alarm.since} ${alarm.at}`);
    }
  }

  private ofSensor = (alarm: Details): boolean => (isWater(alarm.rule) || alarm.rule === 'sensor_silent') && this.house.sensor(alarm.device) !== undefined;

  protected override render() {
    return html`<div class="stack">
      <p><a href=${href('leaks')}>← ${t.leaks.back}</a></p>
      ${this.alarm.show((alarm) => (alarm === 'none' ? html`<section class="card"><mr-empty heading=${t.leaks.noSuch}></mr-empty></section>` : this.content(alarm)))}
    </div>`;
  }

  private content(alarm: Details) {
    return html`
      ${this.live === undefined ? this.closed(alarm) : html`<mr-alarm .alarm=${this.live} data-part="live"></mr-alarm>`}
      ${this.ofSensor(alarm) ? this.chart(alarm) : nothing}
      <div class="wide">${this.changes(alarm)}${this.sent()}</div>`;
  }

  private closed(alarm: Details) {
    const units = { ...alarm, zone: this.zone };
    const now = this.house.now();
    return html`<article class="card">
      <div class="row apart"><h3>${alarmTitle(alarm)}</h3><span class="pill">${alarm.not_a_leak ? t.alarms.declaredNoLeak : t.alarms.states.cleared}</span></div>
      <p>${alarmSentence(alarm, units)}</p>
      <dl class="fact-line">
        ${fact(t.alarms.sinceLabel, when(alarm.since, now, this.zone))}
        ${alarm.cleared === null ? nothing : fact(t.leaks.changes['cleared']!, when(alarm.cleared, now, this.zone))}
        ${isWater(alarm.rule) || isBudget(alarm.rule) ? fact(t.leaks.row.water, volumeWithUnit(alarm.volume, alarm.unit)) : nothing}
        ${fact(t.leaks.row.lasted, span((Date.parse(alarm.cleared ?? alarm.at) - Date.parse(alarm.raised)) / 1000))}
      </dl>
      ${alarm.note === '' ? nothing : html`<p class="quiet">${t.alarms.note(alarm.note)}</p>`}
    </article>`;
  }

  private chart(alarm: Details) {
    const limit = alarm.explanation.measure === 'flow' ? alarm.explanation.limit : null;
    return html`<section class="card">
      <h3>${t.leaks.moment}</h3>
      <p class="quiet small">${t.leaks.momentOf(sensorName(this.house.sensor(alarm.device)!))}${limit === null ? '' : ` ${t.leaks.flowLimit(quantity(alarm.explanation, limit))}`}</p>
      ${this.usage.show((usage) => {
        const { times, flows } = flowsOf(usage, alarm.flow_unit, this.house.now());
        const window: [number, number] = [Date.parse(usage.from) / 1000, Date.parse(usage.to) / 1000];
        const mark = { from: Date.parse(alarm.since) / 1000, to: Date.parse(alarm.at) / 1000, limit };
        const said_ = (time: number) => formatted(time * 1000, this.zone, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
        return html`<mr-chart zoomable .plan=${momentPlan(times, flows, alarm.flow_unit, this.zone, window, mark)} label=${t.leaks.momentLabel(said_(window[0]), said_(window[1]))}></mr-chart>
          <details><summary>${t.leaks.figures}</summary><div class="table" tabindex="0" role="region" aria-label=${t.leaks.figures}><table>
            <thead><tr><th scope="col">${t.leaks.minute}</th><th scope="col" class="number">${t.charts.flow} (${unitName(alarm.flow_unit)})</th></tr></thead>
            <tbody>${times.map((time, index) => (flows[index]! > 0 ? html`<tr><td>${said_(time)}</td><td class="number">${flow(flows[index])}</td></tr>` : nothing))}</tbody>
          </table></div></details>`;
      })}
    </section>`;
  }

  private changes(alarm: Details) {
    const now = this.house.now();
    return html`<section class="card"><h3>${t.leaks.what}</h3><ol>
      ${alarm.history.map(
        (change) => html`<li><p><strong>${t.leaks.changes[change.change] ?? change.change}</strong>
          <span class="quiet">${[change.by === '' ? '' : t.leaks.by(change.by), change.snoozed_until === null ? '' : t.leaks.until(until(change.snoozed_until, now, this.zone))].filter(Boolean).join(' ')}</span></p>
          ${change.note === null || change.note === '' ? nothing : html`<p>${change.note}</p>`}
          <p class="quiet small">${when(change.at, now, this.zone)}${isWater(change.rule) ? ` · ${volumeWithUnit(change.volume, alarm.unit)}` : ''}</p></li>`,
      )}
    </ol></section>`;
  }

  private sent() {
    return html`<section class="card"><h3>${t.leaks.notices}</h3>
      ${this.notices.show((notices) =>
        notices.length === 0
          ? html`<p class="quiet">${t.leaks.noNotices}</p>`
          : html`<ol>${notices.map(
              (notice) => html`<li><p><strong>${notice.channel}</strong> · ${t.leaks.noticeKinds[notice.kind] ?? notice.kind}
                <span class="pill ${notice.state === 'delivered' ? 'good' : notice.state === 'given_up' ? 'bad' : ''}">${t.leaks.noticeStates[notice.state] ?? notice.state}</span></p>
                <p class="quiet small">${when(notice.delivered ?? notice.queued, this.house.now(), this.zone)}${notice.error === '' ? '' : ` · ${notice.error}`}</p></li>`,
            )}</ol>`,
      )}
    </section>`;
  }
}
