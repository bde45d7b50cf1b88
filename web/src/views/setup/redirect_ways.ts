// How the bridge is led here, for each thing that answers names in people's houses.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { common } from '../../parts/styles';
import { setupTexts } from '../../texts/setup';
import { addressOf } from './steps';
import { kNames, kWays, snippet, type Way } from './ways';

const kStandsFor = '192.168.1.10';
const kCopiedForMs = 2_000;

@customElement('mr-setup-ways')
export class RedirectWays extends LitElement {
  static override styles = [
    common,
    css`
      :host { display: grid; gap: 0.7rem; grid-template-columns: minmax(0, 1fr); }
      .names { display: flex; flex-wrap: wrap; gap: 0.3rem 0.6rem; }
      .paste { position: relative; }
      .paste button { margin-top: 0.5rem; }
    `,
  ];
  @property() listen = ''; // where Millrace listens, with the port
  @state() private way: Way = 'pihole';
  @state() private copied = false;

  private get port(): string {
    return /:(\d+)$/.exec(this.listen)?.[1] ?? '1883';
  }

  private async copy(content: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(content);
    } catch {
      return; // forbidden; it can be marked and copied by hand
    }
    this.copied = true;
    window.setTimeout(() => (this.copied = false), kCopiedForMs);
  }

  protected override render() {
    const text = setupTexts.redirect;
    const known = addressOf(location.hostname, location.pathname);
    const paste = snippet(this.way, known ?? kStandsFor, this.port);
    // Browsers give the clipboard to safe origins only.
    const mayCopy = navigator.clipboard !== undefined;
    return html`
      <p>${text.why}</p>
      <p class="names">${kNames.map((name) => html`<code>${name}</code>`)}</p>
      <p>${known === null ? text.addressUnknown : text.address(known)}</p>
      <div class="field">
        <label for="way">${text.choose}</label>
        <select id="way" @change=${(event: Event) => (this.way = (event.target as HTMLSelectElement).value as Way)}>
          ${kWays.map((way) => html`<option value=${way} ?selected=${way === this.way}>${text.ways[way]}</option>`)}
        </select>
      </div>
      <p>${text.how[this.way]}</p>
      ${paste === null
        ? nothing
        : html`<div class="paste">
            <pre tabindex="0"><code>${paste}</code></pre>
            ${mayCopy ? html`<button @click=${() => void this.copy(paste)}><span role="status">${this.copied ? text.copied : text.copy}</span></button>` : nothing}
          </div>`}
      <p>${text.then}</p>
    `;
  }
}
