// How bridges get to the cloud, in words, and the change of it:  <mr-network-mode></mr-network-mode>
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import '../../parts/dialog';
import { HouseElement } from '../../parts/element';
import { problemNotice, problemText } from '../../parts/problem';
import { common } from '../../parts/styles';
import { whyNot } from '../../parts/rights';
import { t } from '../../texts';

type Mode = Schemas['CloudMode'];
const kModes: readonly Mode[] = ['local', 'relay', 'relay-only'];
const kEveryMs = 30_000;

@customElement('mr-network-mode')
export class ModeCard extends HouseElement {
  static override styles = [
    common,
    css`
      :host { container-type: inline-size; }
      ul { display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1fr); }
      @container (min-width: 46rem) { ul { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
      li { border: 1px solid var(--line); border-radius: 12px; padding: 0.9rem; display: grid; gap: 0.5rem; align-content: space-between; }
      li.on { border-color: var(--water); background: color-mix(in srgb, var(--water-soft) 45%, transparent); }
      h4 { margin: 0; font-size: 1rem; }
      li > div > * + * { margin-top: 0.35rem; }
    `,
  ];
  @state() private asked: Mode | null = null; // the mode that somebody wants, until it is confirmed
  @state() private problem: string | null = null;
  @state() private busy = false;
  @state() private done = '';
  private readonly cloud = new Asked(this, () => said(api.GET('/api/v1/cloud')), kEveryMs);

  protected override willUpdate(): void {
    this.cloud.ask('cloud');
  }

  private want(mode: Mode): void {
    this.problem = null;
    this.done = '';
    this.asked = mode;
  }

  private async change(): Promise<void> {
    const mode = this.asked!;
    this.busy = true;
    try {
      this.cloud.take(await said(api.PUT('/api/v1/cloud', { body: { mode } })));
      this.done = t.network.modes[mode].done;
      this.asked = null;
      this.dispatchEvent(new Event('mode-changed', { bubbles: true, composed: true }));
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
  }

  private mode(mode: Mode, present: Mode) {
    const text = t.network;
    const on = mode === present;
    const why = whyNot('admin');
    return html`<li class=${on ? 'on' : ''} data-mode=${mode}>
      <div>
        <div class="row apart"><h4>${text.modes[mode].name}</h4>${on ? html`<span class="pill good">${text.modeNow}</span>` : nothing}</div>
        <p>${text.modes[mode].what}</p>
        <p class="small quiet">${text.modes[mode].means}</p>
      </div>
      ${on ? nothing : html`<div><button ?disabled=${why !== ''} title=${why} aria-label=${text.changeToOf(text.modes[mode].name)} @click=${() => this.want(mode)}>${text.changeTo}</button></div>`}
    </li>`;
  }

  protected override render() {
    const text = t.network;
    const why = whyNot('admin');
    const { asked } = this;
    return html`<section class="card" aria-labelledby="mode">
      <h3 id="mode">${text.mode}</h3>
      ${this.cloud.show((cloud) => html`<ul>${kModes.map((mode) => this.mode(mode, cloud.mode))}</ul>`)}
      ${why === '' ? nothing : html`<p class="quiet">${why}</p>`}
      <p role="status" class="good" ?hidden=${this.done === ''}>${this.done}</p>
      <mr-dialog heading=${asked === null ? '' : text.confirmTitle(text.modes[asked].name)} ?open=${asked !== null} @close=${() => (this.asked = null)}>
        ${asked === null
          ? nothing
          : html`<p>${text.modes[asked].confirm}</p>
              <p class="small quiet">${text.confirmHint}</p>
              ${problemNotice(this.problem)}
              <div class="row">
                <button class="primary" ?disabled=${this.busy} @click=${() => void this.change()}>${text.confirm}</button>
                <button @click=${() => (this.asked = null)}>${t.shell.cancel}</button>
              </div>`}
      </mr-dialog>
    </section>`;
  }
}
