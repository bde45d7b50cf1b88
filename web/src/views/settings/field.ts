// A labelled field with its hint and with what is wrong with it, tied together for those who hear the page.
import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';

interface Field {
  id: string;
  label: string;
  hint?: string;
  fault?: string | null;
  control: (aria: { describedBy: string | undefined; invalid: 'true' | undefined }) => TemplateResult;
  after?: TemplateResult | typeof nothing;
}

export function field({ id, label, hint, fault, control, after = nothing }: Field) {
  const told = [hint === undefined ? '' : `${id}-hint`, fault ? `${id}-fault` : ''].filter((one) => one !== '').join(' ');
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${control({ describedBy: told === '' ? undefined : told, invalid: fault ? 'true' : undefined })}
    ${fault ? html`<p class="small bad" id=${`${id}-fault`}>${fault}</p>` : nothing}
    ${hint === undefined ? nothing : html`<p class="small quiet" id=${`${id}-hint`}>${hint}</p>`}
    ${after}
  </div>`;
}

interface TextField extends Omit<Field, 'control'> {
  value: string;
  disabled: boolean;
  changed: (value: string) => void;
  list?: string;
  placeholder?: string;
  decimal?: boolean;
  narrow?: boolean;
}

export const textField = ({ value, disabled, changed, list, placeholder, decimal, narrow, ...rest }: TextField) =>
  field({
    ...rest,
    control: ({ describedBy, invalid }) => html`<input
      id=${rest.id}
      class=${narrow ? 'narrow' : ''}
      .value=${value}
      ?disabled=${disabled}
      list=${ifDefined(list)}
      placeholder=${ifDefined(placeholder)}
      inputmode=${ifDefined(decimal ? 'decimal' : undefined)}
      autocomplete="off"
      spellcheck="false"
      aria-describedby=${ifDefined(describedBy)}
      aria-invalid=${ifDefined(invalid)}
      @input=${(event: Event) => changed((event.target as HTMLInputElement).value)}
    />`,
  });

interface Choice<T extends string> extends Omit<Field, 'control'> {
  value: T;
  disabled: boolean;
  options: readonly (readonly [value: T, label: string])[];
  changed: (value: T) => void;
}

export const choiceField = <T extends string>({ value, disabled, options, changed, ...rest }: Choice<T>) =>
  field({
    ...rest,
    control: ({ describedBy, invalid }) => html`<select
      id=${rest.id}
      ?disabled=${disabled}
      aria-describedby=${ifDefined(describedBy)}
      aria-invalid=${ifDefined(invalid)}
      @change=${(event: Event) => changed((event.target as HTMLSelectElement).value as T)}
    >
      ${options.map(([name, label]) => html`<option value=${name} .selected=${name === value}>${label}</option>`)}
    </select>`,
  });

// Where to go on when what was pressed has led to something new, or is gone itself. After it is drawn.
export function focusLater(within: ParentNode, selector: string): void {
  requestAnimationFrame(() => within.querySelector<HTMLElement>(selector)?.focus());
}

// With invalid fields after a try to save, the first of them is where to go on.
export function focusFirstFault(root: ParentNode): void {
  root.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
