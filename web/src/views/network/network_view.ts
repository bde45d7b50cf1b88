// What bridges do on the network and what reaches the cloud.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { api, type Bridge, said, type Schemas } from '../../api/client';
import '../../parts/empty';
import { Asked } from '../../parts/asked';
import { View } from '../../parts/element';
import { fact, factStyles } from '../../parts/facts';
import { common } from '../../parts/styles';
import { whyNot } from '../../parts/rights';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { bytes, number } from '../../words/numbers';
import { ago, span, when } from '../../words/times';
import { connectionFacts } from './connection';
import { drawing, drawingStyles, type Picture, type Station } from './drawing';
import { basis, type Basis, inBasis, links, messagesOf } from './figures';
import './mode_card';
import { histograms, kindsTable, qosTable, trafficStyles, typesTable } from './traffic';

type Network = Schemas['Network'];
type NetworkBridge = Schemas['NetworkBridge'];
const kEveryMs = 10_000;

@customElement('mr-network')
export class NetworkView extends View {
  static override styles = [
    common,
    factStyles,
    drawingStyles,
    trafficStyles,
    css`
      .picture { container-type: inline-size; }
      .two { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); align-items: start; }
      h4 { margin: 0; font-size: 0.95rem; }
      .curious > * + * { margin-top: 1rem; }
      details > summary { min-height: 1.8rem; }
      summary h3 { display: inline; }
    `,
  ];
  private readonly network = new Asked<Network>(this, () => said(api.GET('/api/v1/network')), kEveryMs);

  protected override willUpdate(): void {
    if (this.house.mayAdminister) this.network.ask('network');
  }

  private get since(): number {
    const { status } = this.house;
    return status === null ? 0 : this.house.now() - Date.parse(status.started);
  }

  private get mode(): Schemas['CloudMode'] {
    return this.network.value?.mode ?? this.house.status?.mode ?? 'local';
  }

  private cloudStation(bridge: Bridge, path: Schemas['CloudPath']): Station {
    const text = t.network.stations;
    const waiting = bridge.waiting_for_cloud;
    if (this.mode === 'local') return { name: text.cloud, state: text.unused, tone: 'quiet' };
    if (path === 'standing_in') return { name: text.cloud, state: waiting > 0 ? text.waiting(waiting, number(waiting, 0)) : text.notReached, tone: 'warn' };
    if (path === 'catching_up') return { name: text.cloud, state: text.catchingUp(number(waiting, 0)), tone: 'warn' };
    return path === 'relay' ? { name: text.cloud, state: text.reached, tone: 'good' } : { name: text.cloud, state: text.noBridge, tone: 'quiet' };
  }

  private picture(bridge: Bridge, traffic: Schemas['TrafficBothWays'] | null): Picture {
    const text = t.network.stations;
    const { bridge: first, cloud: second } = links(bridge.connected, bridge.cloud_path);
    const by = basis(this.since);
    const up = traffic === null ? null : messagesOf(traffic.to_cloud);
    const down = traffic === null ? null : messagesOf(traffic.to_bridge);
    const stations: Picture['stations'] = [
      { name: text.bridge, state: bridge.connected ? text.connected : text.away, tone: bridge.connected ? 'good' : 'bad' },
      { name: text.millrace, state: this.mode === 'local' ? text.answers : bridge.cloud_path === 'standing_in' ? text.standsIn : text.passesOn, tone: 'quiet' },
      this.cloudStation(bridge, bridge.cloud_path),
    ];
    const amounts = (count: number | undefined) => {
      if (count === undefined) return '';
      const shown = inBasis(count, by);
      return t.network.messages(shown, number(shown, 0));
    };
    const passedOn = this.mode === 'local' && (up?.relayed ?? 0) + (down?.relayed ?? 0) === 0 ? undefined : up?.relayed;
    const cameBack = passedOn === undefined ? undefined : down?.relayed;
    return {
      label: text.label(stations[0].state, stations[1].state, stations[2].state, amounts(up?.count), amounts(down?.count)),
      stations,
      ways: [
        { link: first, up: amounts(up?.count), down: amounts(down?.count) },
        { link: second, up: amounts(passedOn), down: amounts(cameBack) },
      ],
    };
  }

  private basisWords(by: Basis): string {
    return by.perDay ? t.network.onAverage(span(this.since / 1000)) : t.network.sinceStart(span(this.since / 1000));
  }

  private bridge(bridge: Bridge) {
    const text = t.network;
    const found = this.network.value?.bridges.find((one) => one.uuid === bridge.uuid);
    const traffic = found?.totals.traffic ?? null;
    const by = basis(this.since);
    const several = (this.house.devices?.bridges.length ?? 0) > 1;
    return html`<section class="card" aria-labelledby=${`b-${bridge.uuid}`} data-part="path">
      <div class="row apart"><h3 id=${`b-${bridge.uuid}`}>${text.path}</h3>${several ? html`<code class="quiet">${bridge.uuid}</code>` : nothing}</div>
      <div class="picture">${drawing(this.picture(bridge, traffic))}</div>
      ${traffic === null
        ? nothing
        : html`<p class="small quiet">${this.basisWords(by)}
              ${text.bytesBoth(bytes(inBasis(traffic.to_cloud.bytes, by)), bytes(inBasis(traffic.to_bridge.bytes, by)))}</p>
            <details data-part="passes" open><summary>${text.passes}</summary>${kindsTable(traffic, by)}</details>`}
    </section>`;
  }

  private cloudCard(network: Network) {
    const text = t.network;
    const { cloud } = network;
    const now = this.house.now();
    if (cloud === null) return html`<section class="card" aria-labelledby="cloud"><h3 id="cloud">${text.cloud}</h3><p>${text.cloudUnused}</p></section>`;
    return html`<section class="card" aria-labelledby="cloud">
      <h3 id="cloud">${text.cloud}</h3>
      <dl class="facts">
        ${fact(text.cloudName, html`<code>${cloud.name}</code>`, text.cloudNameNote)}
        ${fact(text.lookup, cloud.last_lookup === null ? t.shell.never : ago(cloud.last_lookup, now), cloud.lookup_failure === null ? text.lookupNote : html`<span class="bad">${cloud.lookup_failure}</span>`)}
        ${fact(text.waitingName, number(this.house.status?.counts.frames_waiting_for_cloud ?? 0, 0), text.waitingNote)}
      </dl>
      ${cloud.addresses.length === 0
        ? nothing
        : html`<div class="scroll" tabindex="0" role="region" aria-label=${text.addresses}><table>
            <thead><tr><th scope="col">${text.addresses}</th><th scope="col" class="number">${text.connections}</th><th scope="col">${text.lastNamed}</th></tr></thead>
            <tbody>${cloud.addresses.map((one) => html`<tr><th scope="row"><code>${one.address}</code></th><td class="number">${number(one.connections, 0)}</td><td>${when(one.last_named, now, this.zone)}</td></tr>`)}</tbody>
          </table></div>`}
    </section>`;
  }

  private othersCard(network: Network) {
    const text = t.network;
    const { others } = network;
    const now = this.house.now();
    return html`<section class="card" aria-labelledby="others" data-part="others">
      <h3 id="others">${text.others}</h3>
      <p class="quiet small">${text.othersNote}</p>
      ${others === null
        ? html`<p>${text.noOthers}</p>`
        : html`<dl class="facts">
            ${fact(text.connections, number(others.totals.connections, 0))}
            ${others.connection === null ? nothing : html`${fact(text.lastOther, when(others.connection.opened, now, this.zone), text.otherFrom(others.connection.peer))}
              ${fact(text.connection.clientId, html`<code>${others.connection.connect.client_id || '–'}</code>`)}`}
          </dl>`}
      ${network.forgotten > 0 ? html`<p class="small quiet">${text.forgotten(number(network.forgotten, 0))}</p>` : nothing}
    </section>`;
  }

  private curious(bridge: NetworkBridge) {
    const text = t.network;
    const { traffic } = bridge.totals;
    const several = (this.network.value?.bridges.length ?? 0) > 1;
    return html`<details class="card curious" data-part="curious">
      <summary><h3>${text.curious}</h3> ${several ? html`<code class="quiet">${bridge.uuid}</code>` : nothing}</summary>
      <p class="quiet small">${text.curiousHint}</p>
      <div class="two">
        <div><h4>${text.connectionTitle}</h4>${connectionFacts(bridge, this.house.now(), this.zone)}</div>
        <div class="stack">
          <div><h4>${text.packets}</h4><p class="small quiet">${text.packetsNote}</p>${typesTable(traffic)}</div>
          <div><h4>${text.qosTitle}</h4><p class="small quiet">${text.qosNote}</p>${qosTable(traffic)}</div>
        </div>
      </div>
      <h4>${text.sizesAndGaps}</h4><p class="small quiet">${text.sizesAndGapsNote}</p>
      ${histograms(traffic)}
    </details>`;
  }

  private details() {
    const why = whyNot('admin');
    if (this.house.session === null) return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
    if (why !== '') return html`<p class="notice">${t.network.adminOnly}</p>`;
    return this.network.show(
      (network) => html`<div class="two">${this.cloudCard(network)}${this.othersCard(network)}</div>
        ${network.bridges.map((bridge) => this.curious(bridge))}`,
    );
  }

  protected override render() {
    const { devices } = this.house;
    if (devices === null) return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
    const text = t.network;
    return html`<div class="stack" @mode-changed=${() => void (this.house.mayAdminister && this.network.again())}>
      <div><h2>${text.title}</h2><p class="quiet">${text.intro}</p></div>
      ${devices.bridges.length === 0
        ? html`<div class="card"><mr-empty heading=${text.empty}><p>${text.emptyHint}</p><a class="button primary" href=${href('setup')}>${t.devices.toSetup}</a></mr-empty></div>`
        : devices.bridges.map((bridge) => this.bridge(bridge))}
      <mr-network-mode></mr-network-mode>
      ${this.details()}
    </div>`;
  }
}
