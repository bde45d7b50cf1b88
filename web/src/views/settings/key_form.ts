// A key is given; it is looked over here, and tried by the daemon.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ifDefined } from 'lit/directives/if-defined.js';
import { api, said } from '../../api/client';
import { t } from '../../texts';
import { choiceField, field, focusFirstFault } from './field';
import { keyFault, keyText, kKeyDigits } from './key_digits';
import { Saving } from './saving';
import { Section, sectionStyles } from './section';

const kNotTaken = 422;

@customElement('mr-settings-key')
export class KeyForm extends Section {
  static override styles = [...sectionStyles, css`:host { border-top: 1px solid var(--line); padding-top: 1rem; } .secret { flex-wrap: nowrap; } .field .secret input { max-width: none; }`];
  @property({ attribute: false }) bridges: string[] = [];
  @state() private bridge = '';
  @state() private typed = '';
  @state() private shown = false;
  @state() private tried = false;
  private readonly saving = new Saving(this);

  private get fault(): string | null {
    const found = keyFault(this.typed);
    const text = t.settings.keys.faults;
    if (found === null) return null;
    if (found.kind !== 'length') return text[found.kind];
    return found.digits < kKeyDigits ? text.tooShort(found.digits) : text.tooLong(found.digits);
  }

  private async add(event: Event): Promise<void> {
    event.preventDefault();
    this.tried = true;
    this.saving.forget();
    if (this.fault === null) {
      const body = { key: keyText(this.typed), ...(this.bridge === '' ? {} : { bridge: this.bridge }) };
      if (await this.saving.run(() => said(api.POST('/api/v1/keys', { body })))) {
        this.typed = '';
        this.tried = this.shown = false;
        this.dispatchEvent(new Event('kept'));
      }
    }
    await this.updateComplete;
    focusFirstFault(this.renderRoot);
  }

  private type(event: Event): void {
    this.typed = (event.target as HTMLInputElement).value;
    this.saving.forget();
  }

  private keyField() {
    const text = t.settings.keys;
    return field({
      id: 'key',
      label: text.key,
      hint: text.keyHint,
      fault: (this.tried ? this.fault : null) ?? this.saving.at('key'),
      control: ({ describedBy, invalid }) => html`<div class="row secret">
        <input
          id="key"
          type=${this.shown ? 'text' : 'password'}
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          .value=${this.typed}
          aria-describedby=${ifDefined(describedBy)}
          aria-invalid=${ifDefined(invalid)}
          @input=${this.type}
        />
        <button type="button" aria-pressed=${this.shown ? 'true' : 'false'} @click=${() => (this.shown = !this.shown)}>
          ${this.shown ? text.hide : text.show}
        </button>
      </div>`,
    });
  }

  protected override render() {
    const text = t.settings.keys;
    return html`<form @submit=${this.add} novalidate>
      <h3>${text.add}</h3>
      ${this.bridges.length === 0
        ? nothing
        : choiceField({
            id: 'bridge',
            label: text.bridge,
            value: this.bridge,
            disabled: false,
            options: [['', text.anyBridge], ...this.bridges.map((uuid) => [uuid, uuid] as const)],
            changed: (uuid) => (this.bridge = uuid),
          })}
      ${this.keyField()}
      ${this.saving.status === kNotTaken && this.saving.problem !== null ? html`<p class="text">${text.refused}</p>` : nothing}
      ${this.saving.notice((name) => name === 'key')}
      <div class="row">
        <button class="primary" ?disabled=${this.mayNotAdminister || this.saving.busy}>${text.keep}</button>
        <span role="status" class=${this.saving.done ? 'good' : 'quiet'}>${this.saving.busy ? t.shell.loading : this.saving.done ? text.kept : ''}</span>
      </div>
    </form>`;
  }
}
