// Who is told of alarms and whether that works: the switch over all, the channels, how to add one, and what was sent.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import { href } from '../../shell/route';
import { t } from '../../texts';
import './channel_row';
import { channelTypes, examples } from './channel_examples';
import './delivery_log';
import { Saving } from './saving';
import { Section, sectionStyles } from './section';

type Channels = Schemas['Channels'];
const kEveryMs = 10_000;

@customElement('mr-settings-notices')
export class NoticesSection extends Section {
  static override styles = [...sectionStyles, css`.all { flex-wrap: nowrap; } .all button { flex: none; } .fold { padding-block: 0.4rem; }`];
  private readonly channels = new Asked<Channels>(this, () => said(api.GET('/api/v1/channels')), kEveryMs);
  private readonly switching = new Saving(this);
  private turn = 0; // of the log: it is asked anew when something was sent

  protected override willUpdate(): void {
    this.channels.ask('');
  }

  private async switchAll(enabled: boolean): Promise<void> {
    await this.switching.run(() => said(api.PUT('/api/v1/notifications', { body: { enabled } })));
    await this.channels.again();
  }

  private tested(): void {
    ++this.turn;
    void this.channels.again();
  }

  private switch(enabled: boolean) {
    const text = t.settings.notices;
    return html`<div class=${enabled ? 'row apart all' : 'row apart all notice warn'}>
        <p role="status">${enabled ? text.on : text.off}</p>
        <button ?disabled=${this.mayNotControl || this.switching.busy} @click=${() => void this.switchAll(!enabled)}>
          ${enabled ? text.switchOff : text.switchOn}
        </button>
      </div>
      ${this.switching.notice(() => false)}`;
  }

  private list({ enabled, items }: Channels) {
    const text = t.settings.notices;
    if (items.length === 0) {
      return html`<mr-empty heading=${text.noChannels}>${text.noChannelsHint}</mr-empty>
        ${enabled ? nothing : this.switch(enabled)}`;
    }
    return html`<h3>${text.channels}</h3>
      ${this.switch(enabled)}
      <ul class="rows">
        ${items.map(
          (channel) => html`<li><mr-settings-channel .channel=${channel} @tested=${this.tested}></mr-settings-channel></li>`,
        )}
      </ul>`;
  }

  private how(open: boolean) {
    const text = t.settings.notices;
    return html`<details ?open=${open}>
      <summary>${text.how}</summary>
      <p class="text">${text.howText}</p>
      <div>
        ${channelTypes.map(
          (type) => html`<details>
            <summary>${text.types[type]}</summary>
            <pre>${examples[type]}</pre>
          </details>`,
        )}
      </div>
      <p>${text.howCheck}</p>
      <pre class="wrap">millrace check-config --config /etc/millrace/millrace.yaml</pre>
      <p class="small quiet">${text.howMore}</p>
      <a class="link" href=${href('settings', ['daemon'])}>${text.howRestart}</a>
    </details>`;
  }

  protected override render() {
    return html`<div class="stack">
      ${this.rights('control')}
      ${this.channels.show(
        (channels) => html`<div class="cards">
          <div class="stack">
            <div class="card">${this.list(channels)}</div>
            <div class="card fold">${this.how(channels.items.length === 0)}</div>
          </div>
          <div class="card">
            <mr-settings-deliveries .channels=${channels.items.map((one) => one.name)} .turn=${this.turn}></mr-settings-deliveries>
          </div>
        </div>`,
      )}
    </div>`;
  }
}
