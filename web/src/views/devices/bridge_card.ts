// How a bridge is:  <mr-devices-bridge .device=${uuid}></mr-devices-bridge>
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Bridge } from '../../api/client';
import { HouseElement } from '../../parts/element';
import { fact, factStyles } from '../../parts/facts';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { number } from '../../words/numbers';
import { ago, when } from '../../words/times';
import { cardStyles, firmware, signal } from './card_parts';
import { pictogramStyles } from './pictograms';
import './restarts';

@customElement('mr-devices-bridge')
export class BridgeCard extends HouseElement {
  static override styles = [common, factStyles, pictogramStyles, cardStyles];
  @property() device = '';

  private messages(bridge: Bridge) {
    const text = t.devices;
    const { frames_opened: opened, frames_unopened: sealed } = bridge;
    if (opened + sealed === 0) return fact(text.messages, text.noneYet, bridge.has_key ? text.keyGiven : text.noKey);
    const key = bridge.has_key ? text.keyGiven : sealed > 0 ? text.noKey : text.noKeyNeeded;
    return fact(
      text.messages,
      sealed === 0 ? text.allRead(number(opened, 0)) : text.someSealed(number(opened, 0), number(sealed, 0)),
      sealed === 0 ? key : html`<span class="warn">${key}</span> <a href=${href('setup')}>${text.toSetup}</a>`,
    );
  }

  protected override render() {
    const bridge = this.house.devices?.bridges.find((one) => one.uuid === this.device);
    if (bridge === undefined) return nothing;
    const text = t.devices;
    const now = this.house.now();
    const zone = this.zone;
    const state = bridge.connected
      ? html`<span class="pill good">${text.connected}</span>`
      : html`<span class="pill bad">${text.away}</span>`;
    const heard = bridge.last_seen === null ? text.neverHeard : text.heard(ago(bridge.last_seen, now));
    return html`<article class="card" aria-labelledby="name" data-part="bridge">
      <header>
        <div><h3 id="name">${text.bridge}</h3><code>${bridge.uuid}</code></div>
        ${state}
      </header>
      <p class="quiet small">${heard}
        ${bridge.connected && bridge.connected_since !== null ? text.connectedSince(when(bridge.connected_since, now, zone)) : nothing}</p>
      ${bridge.connected ? nothing : html`<p class="notice warn">${text.awayHint}</p>`}
      <dl class="facts">
        ${fact(text.wifi, signal('wifi', bridge.wifi_rssi_dbm))}
        ${fact(text.sensorRadio, signal('radio', bridge.sensor_rssi_dbm), text.sensorRadioNote)}
        ${fact(text.door, text.doors[bridge.door ?? ''] ?? t.shell.unknown, bridge.peer === null ? nothing : text.peer(bridge.peer))}
        ${fact(text.cloud, text.paths[bridge.cloud_path] ?? bridge.cloud_path, bridge.waiting_for_cloud > 0 ? text.waiting(bridge.waiting_for_cloud, number(bridge.waiting_for_cloud, 0)) : nothing)}
        ${this.messages(bridge)}
        ${fact(text.restarts.name, html`<mr-devices-restarts .device=${bridge.uuid} kind="bridge"></mr-devices-restarts>`)}
        ${fact(text.firmware, firmware(bridge.firmware), bridge.branch === null ? nothing : text.branch(bridge.branch))}
      </dl>
      <p class="row"><a class="button" href=${href('devices', [bridge.uuid, 'reports'])}>${text.reports.link}</a></p>
    </article>`;
  }
}
