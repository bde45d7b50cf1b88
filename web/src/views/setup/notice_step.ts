// A test of how one is told, and whether it came: only the one it is meant for can say so.
//
// Events: `received` {detail: whether it came}, `changed` when a test was sent.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import { HouseElement } from '../../parts/element';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { setupTexts } from '../../texts/setup';
import { examples } from '../settings/channel_examples';
import '../settings/channel_row';
import type { Setup } from './steps';

@customElement('mr-setup-notice')
export class NoticeStep extends HouseElement {
  static override styles = [
    common,
    css`
      :host { display: grid; gap: 0.7rem; grid-template-columns: minmax(0, 1fr); }
    `,
  ];
  @property({ attribute: false }) setup!: Setup;
  @property({ type: Boolean }) received = false;
  private said: boolean | null = null;
  private readonly channels = new Asked<Schemas['Channels']>(this, () => said(api.GET('/api/v1/channels')));

  protected override willUpdate(): void {
    if (this.setup.channels.configured > 0) this.channels.ask('channels');
  }

  private tested(): void {
    void this.channels.again();
    this.dispatchEvent(new Event('changed'));
  }

  private answer(came: boolean): void {
    this.said = came;
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent('received', { detail: came }));
  }

  protected override render() {
    const text = setupTexts.notice;
    const { configured, enabled, last_delivered: delivered } = this.setup.channels;
    if (configured === 0) {
      return html`<p>${text.none}</p><pre tabindex="0"><code>${examples.ntfy}</code></pre>
        <p><a href=${href('settings', ['notices'])}>${text.more}</a></p>`;
    }
    return html`
      ${enabled ? nothing : html`<p class="notice warn">${text.off}</p>`}
      <p>${text.test}</p>
      ${this.channels.show((channels) => channels.items.map((channel) => html`<mr-settings-channel .channel=${channel} @tested=${this.tested}></mr-settings-channel>`))}
      ${this.received ? html`<p class="good">${text.yes}</p>` : nothing}
      ${!this.received && delivered !== null
        ? html`<div class="row">
            <button class="primary" @click=${() => this.answer(true)}>${text.received}</button>
            <button @click=${() => this.answer(false)}>${text.notReceived}</button>
          </div>`
        : nothing}
      ${this.said === false ? html`<p class="notice">${text.hint}</p>` : nothing}
    `;
  }
}
