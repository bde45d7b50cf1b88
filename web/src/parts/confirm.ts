// Asks before something is done that cannot be taken back at once:  if (await confirmed({ heading, text, yes })) …
import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { t } from '../texts';
import './dialog';
import { common } from './styles';

interface Question {
  heading: string;
  text: string;
  yes: string; // what the button does
}

@customElement('mr-confirm')
export class Confirm extends LitElement {
  static override styles = [common, css`.row { justify-content: flex-end; }`];
  @property({ attribute: false }) question: Question = { heading: '', text: '', yes: '' };
  @state() private open = false;
  answered: (yes: boolean) => void = () => undefined;

  // Opened once the dialog is there, which takes the focus then.
  protected override firstUpdated(): void {
    this.open = true;
  }

  private answer(yes: boolean): void {
    this.answered(yes);
    this.open = false;
  }

  // Also by Escape, the cross, or beside it: whoever has answered already is not asked twice.
  private closed(): void {
    this.answered(false);
    this.remove();
  }

  protected override render() {
    return html`<mr-dialog heading=${this.question.heading} ?open=${this.open} @close=${this.closed}>
      <p>${this.question.text}</p>
      <div class="row">
        <button @click=${() => this.answer(false)}>${t.shell.cancel}</button>
        <button class="primary" @click=${() => this.answer(true)}>${this.question.yes}</button>
      </div>
    </mr-dialog>`;
  }
}

export function confirmed(question: Question): Promise<boolean> {
  const element = new Confirm();
  element.question = question;
  return new Promise((resolve) => {
    element.answered = resolve; // a promise takes its first answer only
    document.body.append(element);
  });
}
