// The first page: what water does at this moment, today, and whether anything is wrong.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import '../../parts/alarm';
import '../../parts/empty';
import type { Puck, Sensor } from '../../api/client';
import { View } from '../../parts/element';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { placeOf, sensorName } from '../../words/places';
import './flow_card';
import { pucksAtAGlance } from './pucks';
import './water_cards';

@customElement('mr-now')
export class NowView extends View {
  static override styles = [
    common,
    css`
      .sensor { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
      @media (min-width: 62rem) { .sensor { grid-template-columns: repeat(2, minmax(0, 1fr)); } mr-now-flow { grid-column: 1 / -1; } }
      @media (min-width: 88rem) { .sensor { grid-template-columns: repeat(6, minmax(0, 1fr)); } }
      .name { margin-top: 0.5rem; }
      .pucks { display: flex; flex-wrap: wrap; gap: 0.2rem 0.8rem; padding-block: 0.7rem; color: var(--text); text-decoration: none; }
      .pucks > * + * { margin: 0; }
      .pucks.wet { background: var(--bad-soft); }
      .alarms { display: grid; gap: 0.7rem; grid-template-columns: minmax(0, 1fr); }
    `,
  ];

  protected override render() {
    const { devices } = this.house;
    if (devices === null) return html`<p class="quiet wait" role="status">${t.shell.asking}</p>`;
    return html`<div class="stack">
      ${this.alarms()}
      ${this.pucks(devices.pucks)}
      ${devices.sensors.length === 0 && (devices.bridges.length > 0 || devices.pucks.length === 0) ? this.waiting(devices.bridges.length > 0) : nothing}
      ${repeat(devices.sensors, (sensor) => sensor.uuid, (sensor) => this.sensor(sensor, devices.sensors.length > 1))}
    </div>`;
  }

  private sensor(sensor: Sensor, several: boolean) {
    return html`
      ${several ? html`<h2 class="name">${sensor.bluetooth === null ? html`${t.shell.sensor} <code>${sensor.uuid}</code>` : sensorName(sensor)}</h2>` : nothing}
      ${this.hints(sensor)}
      <section class="sensor" aria-label="${t.shell.sensor} ${sensorName(sensor)}">
        <mr-now-flow .sensor=${sensor}></mr-now-flow>
        <mr-now-water .sensor=${sensor}></mr-now-water>
      </section>
    `;
  }

  private hints(sensor: Sensor) {
    if (!sensor.readings_known) {
      return html`<div class="notice warn row apart"><p>${t.now.sealed}</p><a class="button" href=${href('settings', ['keys'])}>${t.now.addKey}</a></div>`;
    }
    if (sensor.calibrated) return nothing;
    return html`<details class="notice warn">
      <summary>${t.now.uncalibrated}</summary>
      <p>${t.now.uncalibratedWhy}</p>
      <p><a href=${href('devices', [sensor.uuid, 'calibration'])}>${t.now.calibrate}</a></p>
    </details>`;
  }

  // Above everything, until somebody has answered and the water has stopped.
  private alarms() {
    const { alarms } = this.house;
    if (alarms.length === 0) return nothing;
    return html`<section class="alarms" aria-label=${t.now.alarms(alarms.length)}>
      ${repeat(alarms, (alarm) => alarm.id, (alarm) => html`<mr-alarm .alarm=${alarm} level="2" linked></mr-alarm>`)}
    </section>`;
  }

  // In one line, wet ones first: an alarm that was answered no longer tells of them.
  private pucks(pucks: readonly Puck[]) {
    if (pucks.length === 0) return nothing;
    const { wet, unsure, dry } = pucksAtAGlance(pucks, this.house.now());
    const words = [
      wet.length > 0 ? t.now.pucksWet(wet.map(placeOf).join('; ')) : '',
      unsure.length > 0 ? t.now.pucksUnsure(unsure.map(placeOf).join('; ')) : '',
      dry > 0 ? t.now.pucksDry(dry) : '',
    ].filter((part) => part !== '');
    return html`<a class="card pucks ${wet.length > 0 ? 'wet' : ''}" href=${href('devices')} data-part="pucks">
      <strong>${t.now.pucks}</strong> <span>${words.join(' ')}</span>
    </a>`;
  }

  private waiting(bridge: boolean) {
    return html`<section class="card">
      <mr-empty heading=${bridge ? t.now.waitingSensor : t.now.waiting}>
        <p>${bridge ? t.now.waitingSensorWhy : t.now.waitingWhy}</p>
        <p><a class="button primary" href=${href('setup')}>${t.now.toSetup}</a></p>
      </mr-empty>
    </section>`;
  }
}
