// Bridges, sensors, leak pucks and meters: all of them, or what one of them says, or the calibration of a sensor, or who
// is heard by Bluetooth.
import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { api, said } from '../../api/client';
import '../../parts/empty';
import { Asked } from '../../parts/asked';
import { View } from '../../parts/element';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { bluetoothTexts } from '../../texts/bluetooth';
import './bridge_card';
import './calibration_page';
import { kindOf, wetFirst } from './condition';
import './frames';
import './meter_card';
import './puck_card';
import './reports_page';
import './sensor_card';

// In the place of a device's number, which has sixteen digits.
const kBluetooth = 'bluetooth';
// The daemon's own, until it has told.
const kBatteryLowMv = 2500;

@customElement('mr-devices')
export class DevicesView extends View {
  static override styles = [
    common,
    css`
      .cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); align-items: start; }
    `,
  ];
  private readonly rules = new Asked(this, () => said(api.GET('/api/v1/rules')));

  protected override willUpdate(): void {
    this.rules.ask('rules');
  }

  private get back() {
    return html`<p><a href=${href('devices')}>${t.devices.back}</a></p>`;
  }

  private one(uuid: string, page: string | undefined) {
    const devices = this.house.devices!;
    const sensor = devices.sensors.some((one) => one.uuid === uuid);
    if (page === 'calibration' && sensor) {
      return html`<div class="stack">${this.back}<mr-devices-calibration .sensor=${uuid}></mr-devices-calibration></div>`;
    }
    const kind = kindOf(devices, uuid);
    if (page === 'reports' && kind !== null) {
      return html`<div class="stack">${this.back}<mr-devices-reports .device=${uuid} kind=${kind}></mr-devices-reports></div>`;
    }
    return html`<mr-empty heading=${t.devices.noSuchDevice}><a href=${href('devices')}>${t.devices.back}</a></mr-empty>`;
  }

  protected override render() {
    const { devices } = this.house;
    if (devices === null) return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
    const [uuid, page] = this.route.path;
    if (uuid === kBluetooth) {
      void import('./bluetooth_page'); // for those who have any
      return html`<div class="stack">${this.back}<mr-devices-bluetooth></mr-devices-bluetooth></div>`;
    }
    if (uuid !== undefined) return this.one(uuid, page);
    const toBluetooth = html`<a class="button" href=${href('devices', [kBluetooth])}>${bluetoothTexts.add}</a>`;
    if (devices.bridges.length + devices.sensors.length + devices.pucks.length === 0) {
      return html`<mr-empty heading=${t.devices.empty}><p>${t.devices.emptyHint}</p><a class="button primary" href=${href('setup')}>${t.devices.toSetup}</a> ${toBluetooth}</mr-empty>`;
    }
    const lowMv = this.rules.value?.settings.battery_low_mv ?? kBatteryLowMv;
    return html`<div class="stack">
      <div class="row apart"><h2>${t.devices.title}</h2>${toBluetooth}</div>
      <div class="cards">
        ${repeat(wetFirst(devices.pucks), ({ uuid }) => uuid, ({ uuid }) => html`<mr-devices-puck .device=${uuid}></mr-devices-puck>`)}
        ${repeat(devices.sensors, ({ uuid }) => uuid, ({ uuid, bluetooth }) =>
          bluetooth === null
            ? html`<mr-devices-sensor .device=${uuid} .lowMv=${lowMv}></mr-devices-sensor>`
            : html`<mr-devices-bluetooth-meter .device=${uuid}></mr-devices-bluetooth-meter>`,
        )}
        ${repeat(devices.bridges, ({ uuid }) => uuid, (bridge) => html`<mr-devices-bridge .device=${bridge.uuid}></mr-devices-bridge>`)}
      </div>
      <mr-devices-frames></mr-devices-frames>
    </div>`;
  }
}
