// What is said and can be done in each step of the set-up.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../../parts/draw_bucket';
import { HouseElement } from '../../parts/element';
import { whyNot } from '../../parts/rights';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { setupTexts } from '../../texts/setup';
import { ago } from '../../words/times';
import '../settings/key_form';
import { kOfStep } from './check_steps';
import type { CheckState } from './checks';
import './findings';
import './notice_step';
import './redirect_ways';
import type { Setup, StepId } from './steps';

const kBrokerExample = `mqtt:
  host: 192.168.1.10
  user: millrace
  password_file: /etc/millrace/mqtt-password`;

@customElement('mr-setup-step')
export class StepContents extends HouseElement {
  static override styles = [
    common,
    css`
      :host { display: grid; gap: 0.7rem; grid-template-columns: minmax(0, 1fr); }
    `,
  ];

  @property() step: StepId = 'port';
  @property({ attribute: false }) setup!: Setup;
  @property({ type: Boolean }) received = false;
  @property({ attribute: false }) checks: CheckState = { run: null, waiting: false, problem: '' };

  private since(time: string | null): string {
    return time === null ? t.shell.never : ago(time, this.setup.time);
  }

  private readonly changed = () => this.dispatchEvent(new Event('changed'));

  private port() {
    const text = setupTexts.port;
    const { bridge_listener: listener, guest, capture } = this.setup;
    if (listener === null) return html`<p>${guest !== null ? text.guest : capture !== null ? text.capture : text.closed}</p>`;
    if (listener.open) return html`<p class="good">${text.open(listener.address ?? '')}</p>`;
    return html`<p class="bad" role="alert">${text.closed} ${listener.problem ?? ''}</p><p>${text.taken}</p>`;
  }

  private redirect() {
    const text = setupTexts.redirect;
    const { bridge_listener: listener, bridges } = this.setup;
    const last = listener?.last_connection ?? null;
    return html`
      ${last !== null
        ? html`<p class="good">${text.seen(listener!.connections_seen, this.since(last.at), last.peer)}</p>`
        : bridges.length > 0
          ? html`<p class="good">${text.seenBefore}</p>`
          : html`<p class="wait" role="status">${text.none}</p>`}
      <mr-setup-ways .listen=${listener?.address ?? ''}></mr-setup-ways>
    `;
  }

  private bridge() {
    const text = setupTexts.bridge;
    const { bridges, bridge_listener: listener } = this.setup;
    if (bridges.length === 0) {
      const knocked = (listener?.connections_seen ?? 0) > 0;
      return html`<p class="wait" role="status">${knocked ? text.knocked : text.wait}</p>`;
    }
    return bridges.map((bridge) =>
      bridge.connected
        ? html`<p class="good">${text.connected(bridge.uuid)}</p>
            ${bridge.cloud_reached === null ? nothing : html`<p>${bridge.cloud_reached ? text.cloud : text.cloudNot}</p>`}`
        : html`<p class="warn">${text.was(bridge.uuid, this.since(bridge.last_frame))}</p>`,
    );
  }

  private frame() {
    const text = setupTexts.frame;
    const { bridges, sensors } = this.setup;
    const count = bridges.reduce((sum, bridge) => sum + bridge.frames, 0);
    const last = bridges.map((bridge) => bridge.last_frame).filter((time) => time !== null).sort().at(-1) ?? null;
    if (count > 0) return html`<p class="good">${text.heard(count, this.since(last))}</p>`;
    return sensors.length > 0 ? html`<p class="good">${text.before}</p>` : html`<p class="wait" role="status">${text.wait}</p>`;
  }

  private key() {
    const text = setupTexts.key;
    const { bridges } = this.setup;
    const sealed = bridges.some((bridge) => bridge.messages_open === false);
    const open = !sealed && bridges.some((bridge) => bridge.messages_open === true);
    if (open) return html`<p class="good">${text.open}</p>`;
    return html`
      ${sealed ? html`<p class="notice warn">${text.sealed}</p>` : nothing}
      <p>${text.how}</p>
      <pre tabindex="0"><code>esptool read_flash 0x3f9010 0x20 device_sk.bin</code></pre>
      <p>${text.howFile}</p>
      <pre tabindex="0"><code>xxd -p -c 64 device_sk.bin</code></pre>
      <p class="quiet">${text.late} ${text.relay}</p>
      ${whyNot('admin') === ''
        ? html`<mr-settings-key .bridges=${bridges.map((bridge) => bridge.uuid)} @kept=${this.changed}></mr-settings-key>`
        : html`<p class="quiet">${whyNot('admin')}</p>`}
    `;
  }

  private calibration() {
    const text = setupTexts.calibration;
    const measured = this.setup.sensors.filter((sensor) => sensor.first_reading !== null);
    if (measured.length === 0) return html`<p>${text.wait}</p>`;
    const open = measured.filter((sensor) => !sensor.calibrated);
    if (open.length === 0) return html`<p class="good">${text.done}</p>`;
    return html`<p>${text.why}</p>
      ${open.map(
        (sensor) => html`
          ${measured.length > 1 ? html`<p><strong>${text.sensor(sensor.uuid)}</strong></p>` : nothing}
          <mr-draw-bucket .sensor=${sensor.uuid} @calibrated=${this.changed}></mr-draw-bucket>
          <p><a href=${href('devices', [sensor.uuid, 'calibration'])}>${text.other}</a></p>
        `,
      )}`;
  }

  private broker() {
    const text = setupTexts.broker;
    const { broker, home_assistant: home } = this.setup;
    if (!broker.configured) {
      return html`<p>${text.none}</p><pre tabindex="0"><code>${kBrokerExample}</code></pre><p class="quiet">${text.app} ${text.without}</p>`;
    }
    if (!broker.connected) return html`<p class="bad" role="alert">${broker.address ?? ''} ${broker.problem ?? ''}</p>`;
    return html`<p class="good">${text.connected(broker.address ?? '')}</p>
      <p>${home.discovery_prefix !== null ? text.published(home.discovery_prefix) : text.notPublished}</p>
      ${home.birth_seen !== null ? html`<p class="good">${text.born(this.since(home.birth_seen))}</p>` : home.discovery ? html`<p>${text.notBorn}</p>` : nothing}`;
  }

  private notice() {
    return html`<mr-setup-notice .setup=${this.setup} .received=${this.received}
      @received=${(event: CustomEvent<boolean>) => this.dispatchEvent(new CustomEvent('received', { detail: event.detail }))}
      @changed=${this.changed}></mr-setup-notice>`;
  }

  private readonly check = () => this.dispatchEvent(new Event('check'));

  protected override render() {
    const ids = kOfStep[this.step];
    return html`${this[this.step]()}
      ${ids.length === 0 ? nothing : html`<mr-setup-findings .ids=${ids} .checks=${this.checks} .now=${this.setup.time} @check=${this.check}></mr-setup-findings>`}`;
  }
}
