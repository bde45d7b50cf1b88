// Asks before something is done that cannot be taken back at once:  if (await confirmed({ heading, text, yes })) …
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { t } from '../texts';
import { common } from './styles';

interface Question {
  heading: string;
  text: string;
  yes: string; // what the button does
}

@customElement('mr-confirm')
export class Confirm extends LitElement {
  static override styles = [
    common,
    css`
      dialog { color: var(--text); max-width: min(28rem, calc(100vw - 2rem)); width: 100%; }
      dialog::backdrop { background: #00101866; }
      .row { justify-content: flex-end; }
    `,
  ];
  @property({ attribute: false }) question: Question = { heading: '', text: '', yes: '' };
  answered: (yes: boolean) => void = () => undefined;

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')!.showModal();
  }

  private close(event: Event): void {
    this.answered((event.target as HTMLDialogElement).returnValue === 'yes');
    this.remove();
  }

  protected override render() {
    return html`<dialog class="card" aria-labelledby="heading" aria-describedby="text" @close=${this.close}>
      <h2 id="heading">${this.question.heading}</h2>
      <p id="text">${this.question.text}</p>
      <form method="dialog" class="row">
        <button value="no" autofocus>${t.shell.cancel}</button>
        <button value="yes" class="primary">${this.question.yes}</button>
      </form>
    </dialog>`;
  }
}

export function confirmed(question: Question): Promise<boolean> {
  const element = new Confirm();
  element.question = question;
  return new Promise((resolve) => {
    element.answered = resolve;
    document.body.append(element);
  });
}
