// One way people are told: what it gets, whether it works, and a test of it.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { t } from '../../texts';
import { when } from '../../words/times';
import { Saving } from './saving';
import { Section, sectionStyles } from './section';

type Channel = Schemas['Channel'];

@customElement('mr-settings-channel')
export class ChannelRow extends Section {
  static override styles = [...sectionStyles, css`.about { display: grid; gap: 0.2rem; min-width: 0; } .row { align-items: start; } .apart { flex-wrap: nowrap; }`];
  @property({ attribute: false }) channel!: Channel;
  private readonly testing = new Saving(this);

  private async test(): Promise<void> {
    const { name } = this.channel;
    await this.testing.run(() => said(api.POST('/api/v1/channels/{name}/test', { params: { path: { name } }, body: {} })));
    this.dispatchEvent(new Event('tested'));
  }

  private state({ ok, last_success: last }: Channel) {
    const text = t.settings.notices;
    if (!ok) return html`<span class="pill bad">${text.fails}</span>`;
    return last === null ? html`<span class="pill">${text.untested}</span>` : html`<span class="pill good">${text.works}</span>`;
  }

  protected override render() {
    const text = t.settings.notices;
    const { channel } = this;
    const last = channel.last_success;
    const facts = [
      text.from[channel.least_severity],
      last === null ? text.neverDelivered : text.lastSuccess(when(last, this.house.now(), this.zone)),
      ...(channel.waiting > 0 ? [text.waiting(channel.waiting)] : []),
    ];
    return html`<div class="row apart">
        <div class="about">
          <div class="row"><strong>${channel.name}</strong> ${this.state(channel)}</div>
          <p>${text.types[channel.type]}</p>
          <p class="small quiet">${facts.join(' · ')}</p>
        </div>
        <button ?disabled=${this.mayNotControl || this.testing.busy} aria-label=${text.testOf(channel.name)} @click=${() => void this.test()}>${text.test}</button>
      </div>
      ${!channel.ok && channel.error !== '' && this.testing.problem === null ? html`<p class="small bad">${channel.error}</p>` : nothing}
      <p role="status" class=${this.testing.done ? 'small good' : 'small quiet'}>${this.testing.busy ? text.testing : this.testing.done ? text.arrived : ''}</p>
      ${this.testing.notice(() => false)}`;
  }
}
