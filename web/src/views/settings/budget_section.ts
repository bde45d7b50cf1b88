// How much water a day, a week and a month may take, and how much they have taken.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { styled } from '../../parts/styled';
import { api, type Sensor, said, type Schemas, type Usage } from '../../api/client';
import { Asked } from '../../parts/asked';
import { href } from '../../shell/route';
import { locale, t } from '../../texts';
import { percent, unitName, volumeWithUnit } from '../../words/numbers';
import { inUnit } from '../../words/units';
import { type BudgetForm, budgetOf, changesOf, formInUnit, formOf, kLeastLitres, kMostLitres, litresTyped, type Period, periodOf, periods } from './budget_amount';
import { Draft } from './drafts';
import { focusFirstFault, textField } from './field';
import { Saving, saveBar } from './saving';
import { Section, sectionStyles } from './section';

type Rules = Schemas['Rules'];
type Used = Record<Period, number>; // of the present period, in the site's unit

const kEveryMs = 60_000;
// From here on the daemon speaks.
const kTold = 0.75;

async function usedBy(sensor: string): Promise<Used> {
  const present = async (bucket: Period) => {
    const asked = api.GET('/api/v1/sensors/{uuid}/usage', { params: { path: { uuid: sensor }, query: { bucket } } });
    const usage = (await said(asked)) as Usage;
    return usage.items.at(-1)?.volume ?? 0;
  };
  const [day, week, month] = await Promise.all([present('day'), present('week'), present('month')]);
  return { day, week, month };
}

@customElement('mr-settings-budgets')
export class BudgetSection extends Section {
  static override styles = [
    ...sectionStyles,
    css`
      .periods { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); }
      .period { display: grid; gap: 0.7rem; align-content: start; }
      .spent { display: grid; gap: 0.35rem; }
    `,
  ];

  private readonly rules = new Asked<Rules>(this, () => said(api.GET('/api/v1/rules')));
  private readonly used = new Asked<Map<string, Used>>(
    this,
    async () => new Map(await Promise.all(this.readable.map(async ({ uuid }) => [uuid, await usedBy(uuid)] as const))),
    kEveryMs,
  );
  private readonly draft = new Draft<BudgetForm>('budgets');
  private readonly saving = new Saving(this);
  private tried = false; // to save, and something typed was no budget

  private get readable(): Sensor[] {
    return (this.house.devices?.sensors ?? []).filter((sensor) => sensor.readings_known);
  }

  protected override willUpdate(): void {
    this.rules.ask('');
    if (this.house.devices !== null) this.used.ask([this.unit, this.zone, ...this.readable.map((sensor) => sensor.uuid)].join(' '));
  }

  private saved(rules: Rules): BudgetForm {
    return formOf(rules.settings, this.unit, locale);
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const saved = this.saved(this.rules.value!);
    const form = formInUnit(this.draft.over(saved), this.unit, locale);
    this.tried = periods.some((period) => this.fault(form, period) !== null);
    this.saving.forget();
    if (!this.tried) {
      const body = changesOf(form, saved, locale);
      const done = await this.saving.run(async () => {
        this.rules.take(await said(api.PUT('/api/v1/rules', { body })));
      });
      if (done) this.draft.drop();
    }
    await this.updateComplete;
    focusFirstFault(this.renderRoot);
  }

  private fault(form: BudgetForm, period: Period): string | null {
    const litres = litresTyped(form[period], this.unit, locale);
    const text = t.settings.budgets;
    if (litres === 'wrong') return text.wrong;
    if (litres !== 'range') return null;
    const limitShown = (limit: number) => volumeWithUnit(inUnit(limit, this.unit), this.unit);
    return text.range(limitShown(kLeastLitres), limitShown(kMostLitres));
  }

  private spent(sensor: Sensor, period: Period, litres: number | null, alone: boolean) {
    const text = t.settings.budgets;
    const name = alone ? nothing : html`<span class="small quiet">${sensor.uuid}</span>`;
    if (!sensor.readings_known) return html`<div class="spent">${name}<p class="small quiet">${text.unread}</p></div>`;
    const used = this.used.value?.get(sensor.uuid)?.[period];
    if (used === undefined) return html`<p class="small quiet wait">${t.shell.loading}</p>`;
    const shown = `${sensor.calibrated ? '' : '≈\u202f'}${volumeWithUnit(used, this.unit)}`;
    if (litres === null) return html`<div class="spent">${name}<p class="small quiet">${text.used[period](shown)}</p></div>`;
    const budget = inUnit(litres, this.unit);
    const share = used / budget;
    const look = share >= 1 ? 'track bad' : share >= kTold ? 'track warn' : 'track';
    return html`<div class="spent">
      ${name}
      <div class=${look} aria-hidden="true"><div ${styled({ width: `${Math.min(100, share * 100)}%` })}></div></div>
      <p class="small number">${text.spent[period](shown, volumeWithUnit(budget, this.unit), percent(share))}</p>
    </div>`;
  }

  private period(rules: Rules, form: BudgetForm, saved: BudgetForm, period: Period) {
    const text = t.settings.budgets;
    const sensors = this.house.devices?.sensors ?? [];
    return html`<div class="period">
      ${textField({
        id: period,
        label: `${text.period[period]} (${unitName(this.unit)})`,
        value: form[period],
        placeholder: text.none,
        disabled: this.mayNotAdminister,
        decimal: true,
        narrow: true,
        fault: (this.tried ? this.fault(form, period) : null) ?? this.saving.errors.find((one) => periodOf(one.field) === period)?.detail ?? null,
        changed: (typed) => {
          this.draft.change({ ...form, [period]: typed }, saved);
          this.saving.forget();
        },
      })}
      ${sensors.map((sensor) => this.spent(sensor, period, budgetOf(rules.settings, period), sensors.length === 1))}
    </div>`;
  }

  private form(rules: Rules) {
    const text = t.settings.budgets;
    const saved = this.saved(rules);
    const form = formInUnit(this.draft.over(saved), this.unit, locale);
    const sensors = this.house.devices?.sensors ?? [];
    const uncalibrated = this.readable.find((sensor) => !sensor.calibrated);
    return html`<form @submit=${this.save} novalidate>
        <div class="periods">${periods.map((period) => this.period(rules, form, saved, period))}</div>
        ${this.saving.notice((field) => periodOf(field) !== undefined)}
        ${saveBar({
          saving: this.saving,
          changed: this.draft.changed,
          mayNot: this.mayNotAdminister,
          discard: () => {
            this.tried = false;
            this.draft.drop();
            this.saving.forget();
          },
        })}
      </form>
      ${uncalibrated === undefined
        ? nothing
        : html`<p class="small quiet">${text.uncalibrated} <a href=${href('devices', [uncalibrated.uuid, 'calibration'])}>${text.calibrate}</a></p>`}
      ${sensors.length > 1 ? html`<p class="small quiet">${text.each}</p>` : nothing}`;
  }

  protected override render() {
    return html`<div class="stack">
      ${this.rights('admin')}
      <div class="card">
        <p class="quiet text">${t.settings.budgets.intro}</p>
        ${this.house.devices === null ? html`<p class="quiet wait" role="status">${t.shell.loading}</p>` : this.rules.show((rules) => this.form(rules))}
      </div>
    </div>`;
  }
}
