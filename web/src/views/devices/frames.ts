// The newest messages as they came, folded away: for those who want to see the bytes.
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { HouseElement } from '../../parts/element';
import { Pages } from '../../parts/pages';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import { bytes } from '../../words/numbers';
import { formatted } from '../../words/times';
import { kindOfTopic } from './condition';

type Frame = Schemas['Frame'];
const kPerPage = 20;

@customElement('mr-devices-frames')
export class Frames extends HouseElement {
  static override styles = [
    common,
    css`
      summary h3 { display: inline; }
      ul > li { border-top: 1px solid var(--line); padding: 0.55rem 0; }
      .line { display: grid; grid-template-columns: minmax(10rem, 14rem) minmax(14rem, 17rem) minmax(0, 1fr) auto; gap: 0.2rem 0.9rem; align-items: baseline; }
      .payload { font-family: ui-monospace, monospace; font-size: 0.8125rem; overflow-wrap: anywhere; background: var(--raised); border-radius: 8px; padding: 0.6rem; max-height: 14rem; overflow: auto; }
      details details summary { min-height: 2rem; padding-top: 0.3rem; }
      @media (max-width: 52rem) { .line { grid-template-columns: minmax(0, 1fr) auto; } .line .at { grid-column: 1 / -1; grid-row: 2; } .line code { grid-column: 1 / -1; grid-row: 3; } }
    `,
  ];
  @state() private open = false;
  private readonly frames = new Pages<Frame>(this, (cursor) =>
    said(api.GET('/api/v1/frames', { params: { query: cursor === undefined ? { limit: kPerPage } : { limit: kPerPage, cursor } } })),
  );

  protected override willUpdate(): void {
    if (this.open && this.house.mayAdminister) this.frames.ask('all');
  }

  private payload(frame: Frame) {
    const { payload, payload_hex: hex } = frame;
    const size = payload === null ? (hex ?? '').length / 2 : payload.length;
    return html`<details>
      <summary class="small">${t.devices.frames.payload(bytes(size))}</summary>
      <div class="payload" tabindex="0" role="region" aria-label=${t.devices.frames.payload(bytes(size))}>${payload ?? hex ?? ''}</div>
    </details>`;
  }

  private frame = (frame: Frame) => {
    const text = t.devices.frames;
    const kind = kindOfTopic(frame.topic);
    const zone = this.zone;
    const time = formatted(frame.received, zone, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });
    return html`<li>
      <div class="line">
        <strong>${kind === null ? text.unknownKind : t.network.kinds[kind]}</strong>
        <span class="at number small">${time} <span class="quiet">${text.directions[frame.direction]}</span></span>
        <code class="small quiet">${frame.topic}</code>
        <span class="pill ${frame.opened ? 'good' : 'warn'}">${frame.opened ? text.opened : text.sealed}</span>
      </div>
      ${this.payload(frame)}
    </li>`;
  };

  private content() {
    const text = t.devices.frames;
    if (!this.house.mayAdminister) return html`<p class="quiet">${t.shell.adminsOnly}</p>`;
    return html`<p class="quiet small">${text.hint}</p>
      ${this.frames.items.length === 0 ? nothing : html`<div class="row"><button @click=${() => void this.frames.again()}>${text.refresh}</button></div>`}
      ${this.frames.empty ? html`<p class="quiet">${text.none}</p>` : html`<ul>${this.frames.items.map(this.frame)}</ul>`}
      ${this.frames.footer(t.devices.reports.older)}`;
  }

  protected override render() {
    return html`<details class="card" data-part="frames" @toggle=${(event: Event) => {
      if (event.target === event.currentTarget) this.open = (event.target as HTMLDetailsElement).open;
    }}>
      <summary><h3>${t.devices.frames.title}</h3></summary>
      ${this.open ? this.content() : nothing}
    </details>`;
  }
}
