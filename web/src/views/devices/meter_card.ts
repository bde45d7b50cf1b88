// How a water meter is that is heard by Bluetooth:  <mr-devices-bluetooth-meter .device=${uuid}></mr-devices-bluetooth-meter>
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { HouseElement } from '../../parts/element';
import { fact, factStyles } from '../../parts/facts';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { bluetoothTexts } from '../../texts/bluetooth';
import { flowWithUnit, volumeWithUnit } from '../../words/numbers';
import { ago } from '../../words/times';
import { advertisedFacts, problemOf } from './advertised';
import { cardStyles, firmware } from './card_parts';
import { pictogramStyles } from './pictograms';

// As of sensors: silent for longer is worth a look.
const kQuietMs = 60 * 60_000;

@customElement('mr-devices-bluetooth-meter')
export class MeterCard extends HouseElement {
  static override styles = [common, factStyles, pictogramStyles, cardStyles];
  @property() device = '';

  protected override render() {
    const meter = this.house.sensor(this.device);
    const says = meter?.bluetooth ?? null;
    if (meter === undefined || says === null) return nothing;
    const text = bluetoothTexts;
    const now = this.house.now();
    const silent = meter.last_seen === null || now - Date.parse(meter.last_seen) > kQuietMs;
    return html`<article class="card" aria-labelledby="name" data-part="bluetooth-meter">
      <header>
        <div><h3 id="name">${says.name}</h3><span class="quiet">${says.room ?? text.roles.meter}</span></div>
        ${silent ? html`<span class="pill warn">${t.devices.silent}</span>` : html`<span class="pill good">${t.devices.heardPill}</span>`}
      </header>
      <p class="quiet small">${meter.last_seen === null ? t.devices.neverHeard : t.devices.heard(ago(meter.last_seen, now))}
        ${says.trigger_based ? text.triggered : nothing}</p>
      ${problemOf(says.problem)}
      <dl class="facts">
        ${fact(t.devices.flow, meter.flow === null ? t.shell.unknown : flowWithUnit(meter.flow, this.flowUnit))}
        ${says.flow_said === null ? nothing : fact(text.flowSaid, flowWithUnit(says.flow_said, this.flowUnit))}
        ${fact(t.devices.lifetime, volumeWithUnit(meter.lifetime, this.unit))}
        ${says.storage === null ? nothing : fact(text.storage, volumeWithUnit(says.storage, this.unit))}
        ${advertisedFacts(says)}
        ${meter.firmware === null ? nothing : fact(t.devices.firmware, firmware(meter.firmware))}
      </dl>
      <p class="row">
        <a class="button" href=${href('devices', [meter.uuid, 'calibration'])}>${t.devices.calibration.link}</a>
        <a class="button" href=${href('devices', [meter.uuid, 'reports'])}>${t.devices.reports.link}</a>
      </p>
    </article>`;
  }
}
