// What water costs: prices, steps, seasons, and a charge for each month.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import { confirmed } from '../../parts/confirm';
import { locale, t } from '../../texts';
import { number, unitName, volumeWithUnit } from '../../words/numbers';
import { formatted } from '../../words/times';
import { Draft } from './drafts';
import { choiceField, focusFirstFault, focusLater, textField } from './field';
import { Saving, saveBar } from './saving';
import { Section, sectionStyles } from './section';
import { stepsEditor } from './steps_editor';
import { apiUnit, costOfMonth, exampleUse } from './tariff_cost';
import { emptyForm, type Faults, formOf, kMostSeasons, monthsLeft, noStep, type SeasonForm, tariffOf, type TariffForm, type TariffUnit, tariffUnits } from './tariff_form';

type Settings = Schemas['Settings'];

const monthName = (month: number): string => formatted(Date.UTC(2026, month - 1, 15), 'UTC', { month: 'short' });
const kMonths = Array.from({ length: 12 }, (_, at) => at + 1);
const currencies: readonly string[] = Intl.supportedValuesOf('currency');

function money(millionths: bigint, currency: string): string {
  return number(Number(millionths) / 1e6, 2, 2) + `\u202f${currency}`;
}

@customElement('mr-settings-tariff')
export class TariffSection extends Section {
  static override styles = [
    ...sectionStyles,
    css`
      fieldset { border: 1px solid var(--line); border-radius: 12px; padding: 0.8rem clamp(0.6rem, 2vw, 1rem); margin: 0; min-width: 0; display: grid; gap: 0.8rem; grid-template-columns: minmax(0, 1fr); }
      legend { font-weight: 600; padding: 0 0.4rem; }
      .steps { display: grid; gap: 0.6rem; }
      .step { gap: 0.4rem; }
      .step .quiet { white-space: nowrap; }
      .steps .narrow { width: clamp(4.5rem, 22vw, 7.5rem); }
      .line { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: start; max-width: 40rem; }
      mr-empty .bar { margin-top: 0.8rem; }
      .months { display: grid; gap: 0.35rem; grid-template-columns: repeat(auto-fill, minmax(4.6rem, 1fr)); max-width: 34rem; }
      .months label { display: flex; gap: 0.45rem; align-items: center; min-height: 2.5rem; font-weight: 400; }
      .months label.taken { color: var(--quiet); }
    `,
  ];

  private readonly settings = new Asked<Settings>(this, () => said(api.GET('/api/v1/settings')));
  private readonly draft = new Draft<TariffForm>('tariff');
  private readonly saving = new Saving(this);
  private faults: Faults = new Map(); // of the last try to save

  protected override willUpdate(): void {
    this.settings.ask('');
  }

  private saved({ settings }: Settings): TariffForm | null {
    return settings.tariff === null ? null : formOf(settings.tariff, locale, settings.site.units === 'us');
  }

  private async put(tariff: Schemas['Tariff'] | null): Promise<void> {
    const done = await this.saving.run(async () => {
      this.settings.take(await said(api.PUT('/api/v1/settings', { body: { tariff } })));
    });
    if (done) this.forgetDraft();
    await this.updateComplete;
    focusFirstFault(this.renderRoot);
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const form = this.form();
    if (form === null) return;
    const { tariff, faults } = tariffOf(form, locale);
    this.faults = faults;
    this.saving.forget();
    if (faults.size === 0) return this.put(tariff);
    await this.updateComplete;
    focusFirstFault(this.renderRoot);
  }

  private async toFile(): Promise<void> {
    const text = t.settings.tariff;
    if (await confirmed({ heading: t.settings.form.toFile, text: text.toFileSure, yes: t.settings.form.toFile })) await this.put(null);
  }

  private forgetDraft(): void {
    this.faults = new Map();
    this.draft.drop();
  }

  private form(): TariffForm | null {
    const settings = this.settings.value;
    return settings === null ? null : this.draft.over(this.saved(settings) as TariffForm);
  }

  private change(part: Partial<TariffForm>): void {
    const form = this.form();
    if (form === null) return;
    this.draft.change({ ...form, ...part }, this.saved(this.settings.value!) as TariffForm);
    // What was wrong may have moved to another row.
    this.faults = new Map();
    this.saving.forget();
  }

  private fault(field: string): string | null {
    const found = this.faults.get(field);
    return found === undefined ? this.saving.at(`tariff.${field}`) : t.settings.tariff.faults[found];
  }

  private example(tiers: readonly string[] | undefined, form: TariffForm, inSeason: boolean) {
    const { tariff, faults } = tariffOf(form, locale);
    if (tiers === undefined || faults.size > 0) return nothing;
    const text = t.settings.tariff;
    const used = exampleUse[form.unit];
    const cost = money(costOfMonth(tiers, tariff.monthly_charge ?? '0', form.unit, used), tariff.currency);
    const volume = volumeWithUnit(used, apiUnit[form.unit]);
    return html`<p class="small quiet">${inSeason ? text.exampleSeason(volume, cost) : text.example(volume, cost)}</p>`;
  }

  private prices(form: TariffForm, disabled: boolean) {
    const text = t.settings.tariff;
    if (monthsLeft(form) === 0) return html`<p class="quiet">${text.seasonsFull}</p>`;
    return html`<fieldset>
      <legend>${form.seasons.length > 0 ? text.rest : text.wholeYear}</legend>
      ${stepsEditor({
        steps: form.steps,
        field: 'tiers',
        unit: text.units[form.unit],
        short: unitName(apiUnit[form.unit]),
        currency: form.currency.toUpperCase(),
        disabled,
        fault: (field) => this.fault(field),
        changed: (steps) => this.change({ steps }),
      })}
      ${this.example(tariffOf(form, locale).tariff.tiers, form, false)}
    </fieldset>`;
  }

  private season(form: TariffForm, at: number, disabled: boolean) {
    const text = t.settings.tariff;
    const season = form.seasons[at]!;
    const set = (part: Partial<SeasonForm>) => this.change({ seasons: form.seasons.map((one, index) => (index === at ? { ...one, ...part } : one)) });
    const remove = () => {
      this.change({ seasons: form.seasons.filter((_, index) => index !== at) });
      focusLater(this.renderRoot, '.add-season');
    };
    const toggle = (month: number) =>
      set({ months: kMonths.filter((one) => (one === month ? !season.months.includes(one) : season.months.includes(one))) });
    const taken = new Set(form.seasons.flatMap((one, index) => (index === at ? [] : one.months)));
    const wrong = this.fault(`seasons[${at}].months`) ?? this.saving.at(`tariff.seasons[${at}]`);
    return html`<fieldset>
      <legend>${text.season(at + 1)}</legend>
      <div class="months" role="group" aria-label=${text.seasonMonths(at + 1)}>
        ${kMonths.map(
          (month) => html`<label class=${taken.has(month) ? 'taken' : ''}>
            <input type="checkbox" .checked=${season.months.includes(month)} ?disabled=${disabled || taken.has(month)} @change=${() => toggle(month)} />
            ${monthName(month)}
          </label>`,
        )}
      </div>
      ${wrong === null ? nothing : html`<p class="small bad">${wrong}</p>`}
      ${stepsEditor({
        steps: season.steps,
        field: `seasons[${at}].tiers`,
        unit: text.units[form.unit],
        short: unitName(apiUnit[form.unit]),
        currency: form.currency.toUpperCase(),
        disabled,
        fault: (field) => this.fault(field),
        changed: (steps) => set({ steps }),
      })}
      ${this.example(tariffOf(form, locale).tariff.seasons?.[at]?.tiers, form, true)}
      ${disabled ? nothing : html`<div><button type="button" class="danger" @click=${remove}>${text.removeSeason}</button></div>`}
    </fieldset>`;
  }

  private editor(form: TariffForm, settings: Settings) {
    const text = t.settings.tariff;
    const disabled = this.mayNotAdminister;
    const addSeason = () => {
      this.change({ seasons: [...form.seasons, { months: [], steps: [noStep()] }] });
      focusLater(this.renderRoot, 'fieldset:last-of-type .months input:enabled');
    };
    return html`<form @submit=${this.save} novalidate>
      <div class="head">
        ${textField({
          id: 'currency', label: text.currency, hint: text.currencyHint, value: form.currency, disabled, list: 'currencies', narrow: true,
          changed: (currency) => this.change({ currency }), fault: this.fault('currency'),
        })}
        <datalist id="currencies">${currencies.map((one) => html`<option value=${one}></option>`)}</datalist>
        ${choiceField<TariffUnit>({
          id: 'unit', label: text.unit, value: form.unit, disabled, fault: this.fault('unit'),
          options: tariffUnits.map((unit) => [unit, text.units[unit]] as const), changed: (unit) => this.change({ unit }),
        })}
        ${textField({
          id: 'charge', label: text.charge, hint: text.chargeHint, value: form.charge, disabled, decimal: true, narrow: true,
          changed: (charge) => this.change({ charge }), fault: this.fault('monthly_charge'),
        })}
      </div>
      ${this.prices(form, disabled)}
      ${form.seasons.map((_, at) => this.season(form, at, disabled))}
      ${disabled || form.seasons.length >= kMostSeasons || monthsLeft(form) === 0
        ? nothing
        : html`<div><button type="button" class="add-season" @click=${addSeason}>${text.addSeason}</button></div>`}
      ${this.saving.notice((field) => /^tariff\.(currency|unit|monthly_charge|(seasons\[\d+\])?(\.months|\.?tiers\[\d+\])?)$/.test(field))}
      ${this.faults.size > 0 ? html`<p class="notice bad" role="alert">${t.settings.form.look}</p>` : nothing}
      ${saveBar({
        saving: this.saving,
        changed: this.draft.changed,
        mayNot: disabled,
        discard: () => {
          this.forgetDraft();
          this.saving.forget();
        },
      })}
      ${this.origin(settings)}
    </form>`;
  }

  private origin(settings: Settings) {
    const text = t.settings.form;
    if (!settings.chosen.includes('tariff')) return settings.settings.tariff === null ? nothing : html`<p class="small quiet">${text.inFile}</p>`;
    return html`<div class="row small">
      <span class="quiet">${text.chosenHere}</span>
      <button type="button" ?disabled=${this.mayNotAdminister || this.saving.busy} @click=${() => void this.toFile()}>${text.toFile}</button>
    </div>`;
  }

  private nothingYet(settings: Settings) {
    const make = () => {
      this.draft.change(emptyForm(settings.settings.site.units === 'us'), null as never);
      this.saving.forget();
      focusLater(this.renderRoot, '#currency');
    };
    return html`<mr-empty heading=${t.settings.tariff.noneYet}>
        <p>${t.settings.tariff.none}</p>
        <p class="bar"><button class="primary" ?disabled=${this.mayNotAdminister} @click=${make}>${t.settings.tariff.make}</button></p>
      </mr-empty>
      <p role="status" class="small good">${this.saving.done ? t.shell.saved : ''}</p>`;
  }

  protected override render() {
    return html`<div class="stack">
      ${this.rights('admin')}
      <div class="card">
        ${this.settings.show((settings) => {
          const form = this.form();
          return form === null ? this.nothingYet(settings) : this.editor(form, settings);
        })}
      </div>
    </div>`;
  }
}
