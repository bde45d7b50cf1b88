// A place where there is nothing yet, which says what will be here:  <mr-empty heading="…">words, links</mr-empty>
import { css, html, LitElement, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';

const drop = svg`<path d="M24 6c8 9.800 13 16.400 13 23a13 13 0 0 1-26 0C11 22.400 16 15.800 24 6z" fill="none"
  stroke="currentColor" stroke-width="2.500" stroke-dasharray="5 4" stroke-linejoin="round"/>`;

@customElement('mr-empty')
export class Empty extends LitElement {
  static override styles = css`
    :host { display: grid; justify-items: center; text-align: center; gap: 0.5rem; padding: 2rem 1rem; color: var(--quiet); }
    svg { color: var(--bar); }
    h2 { margin: 0; font-size: 1.05rem; color: var(--text); }
    div { max-width: 34rem; }
    /* What stands in it is the view's, which has no margins of its own. */
    ::slotted(:not(:first-child)) { margin-top: 0.9rem !important; }
  `;
  @property() heading = '';
  protected override render() {
    return html`<svg width="48" height="48" viewBox="0 0 48 48" aria-hidden="true">${drop}</svg>
      <h2>${this.heading}</h2>
      <div><slot></slot></div>`;
  }
}
