// Bluetooth: how the adapters do, the devices of the house, and those that are heard nearby and may come into it.
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { api, said } from '../../api/client';
import { Asked } from '../../parts/asked';
import { confirmed } from '../../parts/confirm';
import '../../parts/dialog';
import { HouseElement } from '../../parts/element';
import { problemNotice, problemText } from '../../parts/problem';
import { whyNot } from '../../parts/rights';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import { bluetoothTexts } from '../../texts/bluetooth';
import { number } from '../../words/numbers';
import { placeOf } from '../../words/places';
import { ago } from '../../words/times';
import './adopt_form';
import { problemOf } from './advertised';
import { signal } from './card_parts';
import { type Adopted, type Bluetooth, type Heard, strangers, valueName } from './nearby';
import { pictogramStyles } from './pictograms';

// Who has just put a battery in waits for this.
const kEveryMs = 2_000;

const tones = { off: '', missing: 'bad', forbidden: 'bad', waiting: 'warn', working: 'good' } as const;

@customElement('mr-devices-bluetooth')
export class BluetoothPage extends HouseElement {
  static override styles = [
    common,
    pictogramStyles,
    css`
      .cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); align-items: start; }
      .wide { grid-column: 1 / -1; }
      li { padding: 0.7rem 0; border-top: 1px solid var(--line); display: grid; gap: 0.3rem; }
      li:first-child { border-top: none; }
      .line { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.3rem 1rem; align-items: start; }
      .words { display: grid; gap: 0.25rem; overflow-wrap: anywhere; }
      .strangers .words { grid-template-columns: minmax(0, 1fr); }
      @media (min-width: 52rem) { .strangers .words { grid-template-columns: minmax(0, 2fr) minmax(0, 2fr) minmax(0, 3fr); align-items: baseline; } .strangers .words .notice { grid-column: 1 / -1; } }
      @media (max-width: 30rem) { .of-the-house .line { grid-template-columns: minmax(0, 1fr); } }
    `,
  ];
  @state() private asks: string | null = null; // the address of the device whose form is open
  @state() private problem: string | null = null;
  private readonly bluetooth = new Asked<Bluetooth>(this, () => said(api.GET('/api/v1/bluetooth')), kEveryMs);

  protected override willUpdate(): void {
    this.bluetooth.ask('bluetooth');
  }

  private readonly close = () => (this.asks = null);

  private readonly adopted = (event: CustomEvent<Bluetooth>) => {
    this.asks = null;
    this.bluetooth.take(event.detail);
  };

  private async forget(device: Adopted): Promise<void> {
    const text = bluetoothTexts;
    if (!(await confirmed({ heading: text.forgetTitle(device.name), text: text.forgetHint, yes: text.forget }))) return;
    try {
      const params = { path: { address: device.address } };
      this.bluetooth.take(await said(api.DELETE('/api/v1/bluetooth/devices/{address}', { params })));
      this.problem = null;
    } catch (error) {
      this.problem = problemText(error);
    }
  }

  private adapters(now: Bluetooth) {
    const text = bluetoothTexts;
    const part = (state: Bluetooth['state']) => html`<span class="pill ${tones[state]}">${text.states[state]}</span>`;
    // In the daemon's words, which name commands.
    const problem = (words: string | null) => (words === null ? nothing : html`<p class="notice warn" lang="en">${words}</p>`);
    if (now.state === 'off') {
      return html`<section class="card wide" data-part="bluetooth-off">
        <p>${text.howToSwitchOn} <code>bluetooth: {enabled: true}</code> ${text.orInTheApp} <code>bluetooth</code>. ${text.thenRestart}</p>
      </section>`;
    }
    return html`<section class="card" aria-labelledby="adapters" data-part="adapters">
      <div class="row apart"><h3 id="adapters">${text.adapters}</h3>${part(now.state)}</div>
      ${problem(now.problem)}
      ${now.adapters.length === 0 && now.state === 'working' ? html`<p>${text.noAdapter}</p>` : nothing}
      <ul>
        ${now.adapters.map(
          (adapter) => html`<li>
            <div class="row apart"><strong>${adapter.name}</strong>${part(adapter.state)}</div>
            <span class="small quiet">${adapter.address === null ? nothing : html`<code>${adapter.address}</code>`}
              ${adapter.last_heard === null ? text.adapterDeaf : text.adapterHeard(ago(adapter.last_heard, this.house.now()))}</span>
            ${problem(adapter.problem)}
          </li>`,
        )}
      </ul>
      ${now.receivers.length === 0
        ? nothing
        : html`<h3>${text.receivers}</h3>
            <ul>${now.receivers.map(
              (receiver) => html`<li>
                <div class="row apart"><code>${receiver.address}</code>${part(receiver.state)}</div>
                <span class="small quiet">${text.frames(number(receiver.frames, 0), number(receiver.broken_fragments, 0))}</span>
                ${problem(receiver.problem)}
              </li>`,
            )}</ul>`}
    </section>`;
  }

  private ofTheHouse(now: Bluetooth, why: string) {
    const text = bluetoothTexts;
    return html`<section class="card of-the-house" aria-labelledby="of-the-house" data-part="adopted">
      <h3 id="of-the-house">${text.ofTheHouse}</h3>
      ${problemNotice(this.problem)}
      ${now.adopted.length === 0 ? html`<p class="quiet">${text.noneOfTheHouse}</p>` : nothing}
      <ul>
        ${repeat(now.adopted, ({ address }) => address, (device) => {
          const heard = now.heard.find((one) => one.address === device.address) ?? null;
          return html`<li data-address=${device.address}>
            <div class="line">
              <div class="words">
                <strong>${placeOf(device)}</strong>
                <span class="small quiet">${text.roles[device.role]}, <code>${device.address}</code></span>
                ${heard === null ? nothing : html`<span class="small">${signal('bluetooth', heard.rssi_dbm)}</span>`}
                <span class="small quiet">${heard === null ? t.devices.neverHeard : t.devices.heard(ago(heard.last_heard, this.house.now()))}</span>
                ${device.from_config_file ? html`<span class="small quiet">${text.fromFile}</span>` : nothing}
              </div>
              ${device.from_config_file
                ? nothing
                : html`<div class="row">
                    <button aria-label=${text.changeOf(device.name)} ?disabled=${why !== ''} title=${why} @click=${() => (this.asks = device.address)}>${text.change}</button>
                    <button class="danger" aria-label=${text.forgetOf(device.name)} ?disabled=${why !== ''} title=${why} @click=${() => void this.forget(device)}>${text.forget}</button>
                  </div>`}
            </div>
            ${problemOf(heard?.problem ?? null)}
          </li>`;
        })}
      </ul>
    </section>`;
  }

  private says(device: Heard) {
    const text = bluetoothTexts;
    const yesOrNo: Record<string, string> = { yes: t.shell.yes.toLowerCase(), no: t.shell.no.toLowerCase() };
    return device.values
      .map(({ name, value, unit }) => `${valueName(name, text.values)} ${yesOrNo[value] ?? value}${unit === null ? '' : `\u202f${unit}`}`)
      .join(' · ');
  }

  private stranger(device: Heard, why: string) {
    const text = bluetoothTexts;
    const says = this.says(device);
    return html`<li data-address=${device.address}>
      <div class="line">
        <div class="words">
          <div><strong>${device.name ?? text.noName}</strong> ${device.encrypted ? html`<span class="pill">${text.encrypted}</span>` : nothing}
            <div class="small quiet"><code>${device.address}</code></div></div>
          <div class="small">${signal('bluetooth', device.rssi_dbm)}<div class="quiet">${t.devices.heard(ago(device.last_heard, this.house.now()))}</div></div>
          <div class="small">${says === '' ? text.saysNothing : says}</div>
          ${device.encrypted ? nothing : problemOf(device.problem)}
        </div>
        <button class="primary" aria-label=${text.addOf(device.name ?? device.address)} ?disabled=${why !== ''} title=${why} @click=${() => (this.asks = device.address)}>${text.addOne}</button>
      </div>
    </li>`;
  }

  private nearby(now: Bluetooth, why: string) {
    const text = bluetoothTexts;
    if (now.state === 'off') return nothing;
    const list = strangers(now.heard);
    return html`<section class="card wide strangers" aria-labelledby="heard" data-part="heard">
      <h3 id="heard">${text.heard}</h3>
      <p class="quiet small">${text.heardHint}</p>
      ${list.length > 0 ? nothing : html`<p role="status">${now.heard.length === 0 ? text.noneHeard : text.noneNew}</p>`}
      <ul>${repeat(list, ({ address }) => address, (device) => this.stranger(device, why))}</ul>
    </section>`;
  }

  private form(now: Bluetooth) {
    const text = bluetoothTexts;
    const address = this.asks;
    const heard = now.heard.find((one) => one.address === address) ?? null;
    const known = now.adopted.find((one) => one.address === address) ?? null;
    const name = known?.name ?? heard?.name ?? address ?? '';
    return html`<mr-dialog heading=${known === null ? text.adding(name) : text.changing(name)} ?open=${address !== null} @close=${this.close}>
      ${address === null ? nothing : html`<mr-devices-adopt .address=${address} .heard=${heard} .adopted=${known} @adopted=${this.adopted} @close=${this.close}></mr-devices-adopt>`}
    </mr-dialog>`;
  }

  protected override render() {
    const text = bluetoothTexts;
    const why = whyNot('admin');
    return html`<div class="stack">
      <div><h2>${text.title}</h2><p class="quiet">${text.intro}</p></div>
      ${why === '' ? nothing : html`<p class="notice">${why}</p>`}
      ${this.bluetooth.show(
        (now) => html`<div class="cards">${this.adapters(now)} ${this.ofTheHouse(now, why)} ${this.nearby(now, why)}</div>
          ${this.form(now)}`,
      )}
    </div>`;
  }
}
