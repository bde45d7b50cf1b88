// Takes a Bluetooth device into the house, or changes what it is called.
//
//   <mr-devices-adopt .address=${…} .heard=${…} .adopted=${…}></mr-devices-adopt>
//
// Events: `adopted` {detail: Bluetooth} when the daemon has kept it, `close` when it is not to be.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ifDefined } from 'lit/directives/if-defined.js';
import { api, said } from '../../api/client';
import { HouseElement } from '../../parts/element';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import { bluetoothTexts } from '../../texts/bluetooth';
import { choiceField, field, focusFirstFault, textField } from '../settings/field';
import { Saving } from '../settings/saving';
import { type Adopted, bindKey, bindKeyFault, type Bluetooth, type Heard, isTooLong, likelyRole, type Role } from './nearby';

const kFields = ['role', 'name', 'room', 'key'];

@customElement('mr-devices-adopt')
export class AdoptForm extends HouseElement {
  static override styles = [
    common,
    css`
      form { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
      .field input, .field select { width: 100%; }
      .secret { flex-wrap: nowrap; }
      [aria-invalid='true'] { border-color: var(--bad); }
    `,
  ];
  @property() address = '';
  @property({ attribute: false }) heard: Heard | null = null;
  @property({ attribute: false }) adopted: Adopted | null = null;
  @state() private chosen: Role = 'leak_puck';
  @state() private name = '';
  @state() private room = '';
  @state() private key = '';
  @state() private shown = false;
  @state() private tried = false;
  private readonly saving = new Saving(this);

  override connectedCallback(): void {
    super.connectedCallback();
    this.chosen = this.adopted?.role ?? likelyRole(this.heard);
    this.name = this.adopted?.name ?? this.heard?.name ?? '';
    this.room = this.adopted?.room ?? '';
  }

  private get nameFault(): string | null {
    if (this.name.trim() === '') return bluetoothTexts.nameNeeded;
    return isTooLong(this.name) ? bluetoothTexts.tooLong : null;
  }
  private get roomFault(): string | null {
    return isTooLong(this.room) ? bluetoothTexts.tooLong : null;
  }
  private get keyFault(): string | null {
    const found = bindKeyFault(this.key);
    const text = bluetoothTexts.keyFaults;
    return found === null ? null : found.kind === 'letters' ? text.letters : text.length(found.digits);
  }
  // With what the daemon says of it.
  private at(name: string, fault: string | null): string | null {
    return (this.tried ? fault : null) ?? this.saving.at(name);
  }

  private async keep(event: Event): Promise<void> {
    event.preventDefault();
    this.tried = true;
    this.saving.forget();
    if (this.nameFault === null && this.roomFault === null && this.keyFault === null) {
      const key = bindKey(this.key);
      const body = { role: this.chosen, name: this.name.trim(), room: this.room.trim() || null, ...(key === '' ? {} : { key }) };
      const params = { path: { address: this.address } };
      let answer: Bluetooth | undefined;
      if (await this.saving.run(async () => (answer = await said(api.PUT('/api/v1/bluetooth/devices/{address}', { params, body }))))) {
        this.key = '';
        this.dispatchEvent(new CustomEvent('adopted', { detail: answer }));
      }
    }
    await this.updateComplete;
    focusFirstFault(this.renderRoot);
  }

  private keyField() {
    const text = bluetoothTexts;
    // A device that is silent now may have been one that encrypts.
    if (this.heard !== null && !this.heard.encrypted) return nothing;
    return field({
      id: 'key',
      label: text.key,
      hint: this.adopted === null ? text.keyHint : text.keyStays,
      fault: this.at('key', this.keyFault),
      control: ({ describedBy, invalid }) => html`<div class="row secret">
        <input
          id="key"
          type=${this.shown ? 'text' : 'password'}
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          .value=${this.key}
          aria-describedby=${ifDefined(describedBy)}
          aria-invalid=${ifDefined(invalid)}
          @input=${(event: Event) => (this.key = (event.target as HTMLInputElement).value)}
        />
        <button type="button" aria-pressed=${this.shown ? 'true' : 'false'} @click=${() => (this.shown = !this.shown)}>
          ${this.shown ? text.hide : text.show}
        </button>
      </div>`,
    });
  }

  protected override render() {
    const text = bluetoothTexts;
    const roles = (['leak_puck', 'meter'] as const).map((role) => [role, text.roles[role]] as const);
    return html`<form @submit=${this.keep} @input=${() => this.saving.forget()} novalidate>
      <p class="quiet small"><code>${this.address}</code></p>
      ${choiceField({ id: 'role', label: text.role, hint: text.roleHints[this.chosen], value: this.chosen, disabled: false, options: roles, changed: (role) => (this.chosen = role) })}
      ${textField({ id: 'name', label: text.name, hint: text.nameHint, value: this.name, disabled: false, fault: this.at('name', this.nameFault), changed: (name) => (this.name = name) })}
      ${textField({ id: 'room', label: text.room, hint: text.roomHint, value: this.room, disabled: false, fault: this.at('room', this.roomFault), changed: (room) => (this.room = room) })}
      ${this.keyField()}
      ${this.saving.notice((name) => kFields.includes(name))}
      <div class="row">
        <button class="primary" ?disabled=${this.saving.busy}>${this.adopted === null ? text.addOne : t.shell.save}</button>
        <button type="button" @click=${() => this.dispatchEvent(new Event('close'))}>${t.shell.cancel}</button>
        <span role="status" class="quiet small">${this.saving.busy ? t.shell.loading : ''}</span>
      </div>
    </form>`;
  }
}
