// A modal question over the page:  <mr-dialog heading="…" ?open=${…} @close=${…}>fields and buttons</mr-dialog>
//
// Escape, the cross and a touch beside it close it; the focus goes back to where it was. What it asks stands in the
// slot, so that it is the owner's own markup and style.
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { t } from '../texts';
import { common } from './styles';

@customElement('mr-dialog')
export class Dialog extends LitElement {
  static override styles = [
    common,
    css`
      :host { display: contents; }
      dialog {
        border: 1px solid var(--line); border-radius: var(--radius); background: var(--card); color: var(--text);
        width: min(30rem, calc(100vw - 1.5rem)); max-height: calc(100dvh - 2rem); padding: 0; box-shadow: 0 12px 48px #0006;
      }
      dialog::backdrop { background: #0a141b80; }
      .inside { display: grid; gap: 0.9rem; padding: clamp(1rem, 3vw, 1.4rem); grid-template-columns: minmax(0, 1fr); }
      header { display: flex; gap: 0.75rem; align-items: start; justify-content: space-between; }
      h2 { font-size: 1.15rem; padding-top: 0.35rem; }
      header button { min-width: 2.5rem; padding: 0; font-size: 1.3rem; line-height: 1; color: var(--quiet); flex: none; }
    `,
  ];
  @property() heading = '';
  @property({ type: Boolean }) open = false;

  protected override updated(changed: PropertyValues): void {
    const dialog = this.renderRoot.querySelector('dialog')!;
    if (!changed.has('open') || dialog.open === this.open) return;
    if (this.open) dialog.showModal();
    else dialog.close();
  }

  private closed(): void {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  }

  private readonly shut = () => this.renderRoot.querySelector('dialog')?.close();
  private beside(event: MouseEvent): void {
    if (event.composedPath()[0] === this.renderRoot.querySelector('dialog')) this.shut();
  }

  protected override render() {
    return html`<dialog aria-labelledby="heading" @close=${this.closed} @click=${this.beside}>
      <div class="inside">
        <header>
          <h2 id="heading">${this.heading}</h2>
          <button class="plain" aria-label=${t.shell.close} @click=${this.shut}>×</button>
        </header>
        <slot></slot>
      </div>
    </dialog>`;
  }
}
