// The health of bridge, sensor, cloud, broker and the rest in one line; a touch opens the details.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { HouseElement } from '../parts/element';
import { common } from '../parts/styles';
import { t } from '../texts';
import { type Light, lights } from './lights';

@customElement('mr-health')
export class Health extends HouseElement {
  static override styles = [
    common,
    css`
      :host { margin-inline-start: auto; position: relative; }
      summary { list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 0.9rem; padding: 0.3rem 0.6rem; border-radius: 99px; font-size: 0.875rem; }
      summary::-webkit-details-marker { display: none; }
      summary:hover { background: var(--raised); }
      .light { display: inline-flex; align-items: center; gap: 0.35rem; }
      .dot { width: 0.6rem; height: 0.6rem; border-radius: 50%; background: currentColor; }
      .bad .dot { border-radius: 2px; } /* told apart without colour too */
      .warn .dot { border-radius: 50% 50% 2px 2px; }
      .light span:last-child { color: var(--text); }
      .card { position: absolute; right: 0; z-index: 6; width: min(26rem, calc(100vw - 2rem)); margin-top: 0.3rem; box-shadow: 0 8px 30px #0004; }
      li + li { margin-top: 0.6rem; }
      .first { display: none; }
      @media (max-width: 40rem) { .well { display: none; } .first { display: inline-flex; } }
    `,
  ];

  private light(light: Light, name = light.name) {
    const classes = light.state === 'good' ? 'light good well' : `light ${light.state}`;
    return html`<span class=${classes}><span class="dot" aria-hidden="true"></span><span>${name}</span></span>`;
  }

  protected override render() {
    if (this.house.status === null) return html`<p class="quiet small" role="status">${t.shell.asking}</p>`;
    const all = lights(this.house);
    const trouble = all.filter((light) => light.state !== 'good');
    const summary = trouble.length === 0 ? t.shell.health.well : t.shell.health.trouble(trouble.map((light) => light.name).join(', '));
    return html`<details>
      <summary title=${summary}>
        ${all.filter((light) => light.always || light.state !== 'good').map((light) => this.light(light))}
        ${trouble.length === 0 ? html`<span class="light good first"><span class="dot" aria-hidden="true"></span><span>${t.shell.health.well}</span></span>` : nothing}
      </summary>
      <div class="card">
        <ul>
          ${all.map((light) => html`<li>${this.light(light)}<p class="small quiet">${light.detail}</p></li>`)}
        </ul>
      </div>
    </details>`;
  }
}
