// How a sensor is:  <mr-devices-sensor .device=${uuid} .lowMv=${2500}></mr-devices-sensor>
import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Sensor } from '../../api/client';
import { HouseElement } from '../../parts/element';
import { fact, factStyles } from '../../parts/facts';
import { perTurn } from '../../parts/per_turn';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { flowWithUnit, number, volumeWithUnit } from '../../words/numbers';
import { ago } from '../../words/times';
import { cardStyles, firmware, signal } from './card_parts';
import { batteryBars, batteryLevel } from './condition';
import { battery, pictogramStyles } from './pictograms';
import './restarts';

// As the line of health: silent for longer is worth a look.
const kQuietMs = 60 * 60_000;
// Of the states' numbers.
const kBatteryState = '32';

@customElement('mr-devices-sensor')
export class SensorCard extends HouseElement {
  static override styles = [common, factStyles, pictogramStyles, cardStyles];
  @property() device = '';
  @property({ type: Number }) lowMv = 2500;
  @state() private trend = false;

  private battery(sensor: Sensor) {
    const text = t.devices;
    if (sensor.battery_mv === null) return fact(text.battery, t.shell.unknown);
    const level = batteryLevel(sensor.battery_mv, this.lowMv);
    const tone = level === 'low' ? 'bad' : level === 'weak' ? 'warn' : 'good';
    return fact(
      text.battery,
      html`${battery(batteryBars[level], tone)}${text.levels[level]} <span class="quiet">${text.volts(number(sensor.battery_mv / 1000, 2, 2))}</span>`,
      level === 'low' || level === 'weak' ? html`<span class=${tone}>${text.batteryHints[level]}</span>` : nothing,
    );
  }

  private water(sensor: Sensor) {
    const text = t.devices;
    const { flow_unit: flowUnit = 'L/min' } = this.house.devices ?? {};
    if (!sensor.readings_known) {
      const estimate = sensor.estimate?.running === true ? text.runningSealed : text.stillSealed;
      return fact(text.flow, sensor.estimate === null ? t.shell.unknown : estimate, text.sealedNote);
    }
    return fact(text.flow, sensor.flow === null ? t.shell.unknown : flowWithUnit(sensor.flow, flowUnit));
  }

  private calibration(sensor: Sensor) {
    const text = t.devices;
    const worth = perTurn(sensor.volume_per_peak_ml, this.unit);
    return fact(
      text.turn,
      sensor.calibrated ? worth : `≈ ${worth}`,
      html`${sensor.calibrated ? text.measured : html`<span class="warn">${text.guessed}</span>`}
        <a href=${href('devices', [sensor.uuid, 'calibration'])}>${sensor.calibrated ? text.calibration.link : text.calibrate}</a>`,
    );
  }

  // Charts are loaded when one is first looked at.
  private readonly unfold = (event: Event) => {
    this.trend = (event.target as HTMLDetailsElement).open;
    if (this.trend) void import('./value_history');
  };

  protected override render() {
    const sensor = this.house.sensor(this.device);
    if (sensor === undefined) return nothing;
    const text = t.devices;
    const now = this.house.now();
    const silent = sensor.last_seen === null || now - Date.parse(sensor.last_seen) > kQuietMs;
    const pill = silent
      ? html`<span class="pill warn">${text.silent}</span>`
      : html`<span class="pill good">${text.heardPill}</span>`;
    return html`<article class="card" aria-labelledby="name" data-part="sensor">
      <header>
        <div><h3 id="name">${text.sensor}</h3><code>${sensor.uuid}</code></div>
        ${pill}
      </header>
      <p class="quiet small">${sensor.last_seen === null ? text.neverHeard : text.heard(ago(sensor.last_seen, now))}
        ${sensor.last_reading === null ? nothing : text.lastReading(ago(sensor.last_reading, now))}</p>
      ${silent ? html`<p class="notice warn">${text.silentHint}</p>` : nothing}
      <dl class="facts">
        ${this.battery(sensor)}
        ${fact(text.radio, signal('radio', sensor.rssi_dbm), text.radioNote)}
        ${this.water(sensor)}
        ${this.calibration(sensor)}
        ${fact(text.lifetime, `${sensor.calibrated ? '' : '≈ '}${volumeWithUnit(sensor.lifetime, this.unit)}`)}
        ${fact(text.temperature, sensor.temperature_celsius === null ? t.shell.unknown : text.celsius(number(sensor.temperature_celsius, 0)))}
        ${fact(text.restarts.name, html`<mr-devices-restarts .device=${sensor.uuid} kind="sensor"></mr-devices-restarts>`)}
        ${fact(text.firmware, firmware(sensor.firmware))}
        ${sensor.bridge === null ? nothing : fact(text.throughBridge, html`<code>${sensor.bridge}</code>`)}
      </dl>
      <details @toggle=${this.unfold}>
        <summary>${text.batteryTrend}</summary>
        ${this.trend
          ? html`<mr-devices-value .device=${sensor.uuid} number=${kBatteryState} name=${text.battery} .measuredIn=${'mV'} .least=${100} start="year"></mr-devices-value>`
          : nothing}
      </details>
      <p class="row">
        <a class="button" href=${href('devices', [sensor.uuid, 'calibration'])}>${text.calibration.link}</a>
        <a class="button" href=${href('devices', [sensor.uuid, 'reports'])}>${text.reports.link}</a>
      </p>
    </article>`;
  }
}
