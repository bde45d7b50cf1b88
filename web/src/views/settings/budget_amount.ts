// Budgets: litres in the API, the site's unit before people. The daemon keeps whole microlitres, so what is entered comes
// back as it was entered.
import type { Schemas, VolumeUnit } from '../../api/client';
import { nanolitresOf } from '../../words/units';
import { divided, plainDecimal, scaled, typedDecimal, unscaled } from './decimals';

export const periods = ['day', 'week', 'month'] as const;
export type Period = (typeof periods)[number];
// As typed; empty: no budget.
export type BudgetForm = Record<Period, string> & { unit: VolumeUnit };

const kDigits = 6;
const kNanolitresPerMicrolitre = 1000n;
const kMicrolitresPerLitre = 1_000_000;
// What the daemon takes.
export const kLeastLitres = 1;
export const kMostLitres = 1_000_000;

export function amountShown(litres: number | null, unit: VolumeUnit, locale: string): string {
  if (litres === null) return '';
  const nanolitres = BigInt(Math.round(litres * kMicrolitresPerLitre)) * kNanolitresPerMicrolitre;
  return typedDecimal(unscaled(divided(nanolitres * 10n ** BigInt(kDigits), nanolitresOf[unit]), kDigits), locale);
}

// null: no budget. 'wrong': no decimal of at most six digits after the point. 'range': the daemon takes no such budget.
export function litresTyped(typed: string, unit: VolumeUnit, locale: string): number | null | 'wrong' | 'range' {
  if (typed.trim() === '') return null;
  const plain = plainDecimal(typed, locale);
  const millionths = plain === null ? null : scaled(plain, kDigits);
  if (millionths === null) return 'wrong';
  const perMicrolitre = kNanolitresPerMicrolitre * 10n ** BigInt(kDigits);
  const litres = Number(divided(millionths * nanolitresOf[unit], perMicrolitre)) / kMicrolitresPerLitre;
  return litres < kLeastLitres || litres > kMostLitres ? 'range' : litres;
}

const member = { day: 'budget_day_litres', week: 'budget_week_litres', month: 'budget_month_litres' } as const;

export const budgetOf = (settings: Schemas['RuleSettings'], period: Period): number | null => settings[member[period]];

export function formOf(settings: Schemas['RuleSettings'], unit: VolumeUnit, locale: string): BudgetForm {
  const shown = (period: Period) => amountShown(budgetOf(settings, period), unit, locale);
  return { unit, day: shown('day'), week: shown('week'), month: shown('month') };
}

// What was typed before the site's unit was changed, in the new one; what is no budget stays as it is.
export function formInUnit(form: BudgetForm, unit: VolumeUnit, locale: string): BudgetForm {
  if (form.unit === unit) return form;
  const shown = (period: Period) => {
    const litres = litresTyped(form[period], form.unit, locale);
    return typeof litres === 'string' ? form[period] : amountShown(litres, unit, locale);
  };
  return { unit, day: shown('day'), week: shown('week'), month: shown('month') };
}

// What should change: only what was typed anew, so that nothing is rounded that nobody touched.
export function changesOf(form: BudgetForm, saved: BudgetForm, locale: string): Schemas['RulesRequest'] {
  const changes: Schemas['RulesRequest'] = {};
  for (const period of periods) {
    const litres = litresTyped(form[period], form.unit, locale);
    if (form[period] !== saved[period] && typeof litres !== 'string') changes[member[period]] = litres;
  }
  return changes;
}

export const periodOf = (field: string): Period | undefined => periods.find((period) => member[period] === field);
