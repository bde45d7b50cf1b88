// Prices by the month's volume: one price, or steps with an end each but the last.
import { html, nothing } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { t } from '../../texts';
import { focusLater } from './field';
import { kMostSteps, noStep, type Step } from './tariff_form';

interface Steps {
  steps: readonly Step[];
  field: string; // of the API, such as `seasons[0].tiers`
  unit: string; // in words, of prices
  short: string; // the same, of volumes
  currency: string;
  disabled: boolean;
  fault: (field: string) => string | null;
  changed: (steps: Step[]) => void;
}

export function stepsEditor({ steps, field, unit, short, currency, disabled, fault, changed }: Steps) {
  const text = t.settings.tariff;
  const set = (at: number, part: Partial<Step>) => changed(steps.map((step, index) => (index === at ? { ...step, ...part } : step)));
  // A new last one: the one before needs an end now.
  const add = (event: Event) => {
    changed([...steps, noStep()]);
    focusLater((event.target as Element).closest('fieldset')!, '.steps > li:last-child input');
  };
  const remove = (event: Event, at: number) => {
    focusLater((event.target as Element).closest('fieldset')!, '.add-step');
    const rest = steps.filter((_, index) => index !== at);
    changed(rest.map((step, index) => (index === rest.length - 1 ? { ...step, upTo: '' } : step)));
  };
  const input = (value: string, label: string, wrong: string | null, id: string, take: (value: string) => void) => html`<input
    class="narrow"
    inputmode="decimal"
    autocomplete="off"
    .value=${value}
    ?disabled=${disabled}
    aria-label=${label}
    aria-invalid=${ifDefined(wrong === null ? undefined : 'true')}
    aria-describedby=${ifDefined(wrong === null ? undefined : id)}
    @input=${(event: Event) => take((event.target as HTMLInputElement).value)}
  />`;
  const single = steps.length === 1;
  return html`<ul class="steps">
      ${steps.map((step, at) => {
        const last = at === steps.length - 1;
        const wrong = fault(`${field}[${at}]`);
        const id = `${field}-${at}-fault`;
        return html`<li>
          <div class="line">
            <div class="row"><span class="row step">
              ${input(step.price, single ? text.price : text.priceOf(at + 1), wrong, id, (price) => set(at, { price }))}
              <span class="quiet">${text.per(currency, unit)}</span>
            </span>
            ${single
              ? nothing
              : last
                ? html`<span class="quiet">${text.withoutEnd}</span>`
                : html`<span class="row step"><span class="quiet">${text.upTo}</span>
                    ${input(step.upTo, text.upToOf(at + 1), wrong, id, (upTo) => set(at, { upTo }))}
                    <span class="quiet">${text.aMonth(short)}</span></span>`}</div>
            ${single || disabled
              ? nothing
              : html`<button type="button" class="plain" aria-label=${text.removeStep(at + 1)} title=${text.removeStep(at + 1)} @click=${(event: Event) => remove(event, at)}>✕</button>`}
          </div>
          ${wrong === null ? nothing : html`<p class="small bad" id=${id}>${wrong}</p>`}
        </li>`;
      })}
    </ul>
    ${disabled || steps.length >= kMostSteps ? nothing : html`<div><button type="button" class="add-step" @click=${add}>${text.addStep}</button></div>`}`;
}
