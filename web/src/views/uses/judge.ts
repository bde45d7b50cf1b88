// Offers to tell the last four weeks anew, by what was just said of a use; `judged` when that was done.
import { html, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { HouseElement } from '../../parts/element';
import { problemNotice, problemText } from '../../parts/problem';
import { common } from '../../parts/styles';
import { kindTexts } from '../../texts/kinds';
import { judgeAgain } from './api';

// The use that was named last. Each naming is another one, though it be of the same use.
export interface Renamed {
  readonly key: string;
}

@customElement('mr-uses-judge')
export class UsesJudge extends HouseElement {
  static override styles = [common];
  @property() sensor = '';
  @property({ attribute: false }) renamed: Renamed | null = null;
  @state() private busy = false;
  @state() private done = false;
  @state() private problem: string | null = null;

  protected override willUpdate(changed: PropertyValues<UsesJudge>): void {
    if (changed.has('renamed')) this.done = false;
  }

  private async apply(): Promise<void> {
    this.busy = true;
    try {
      await judgeAgain(this.sensor);
      this.problem = null;
      this.done = true;
      this.dispatchEvent(new Event('judged', { bubbles: true, composed: true }));
      // Where the button was, so that the keyboard is not sent back to the top, and the words are read out.
      await this.updateComplete;
      this.renderRoot.querySelector('p')?.focus();
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
  }

  protected override render() {
    if (this.done) return html`<p class="small quiet" tabindex="-1">${kindTexts.againDone}</p>`;
    return html`<button class="small" ?disabled=${this.busy} @click=${() => void this.apply()}>${kindTexts.again}</button>${problemNotice(this.problem)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mr-uses-judge': UsesJudge;
  }
}
