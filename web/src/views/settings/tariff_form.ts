// A tariff as it stands in the form, as texts, and as the API has it.
import type { Schemas } from '../../api/client';
import { plainDecimal, typedDecimal } from './decimals';

export type Tariff = Schemas['Tariff'];
export type TariffUnit = NonNullable<Tariff['unit']>;
export const tariffUnits: readonly TariffUnit[] = ['l', 'm3', 'gal', 'ft3', 'ccf'];

// One price up to so much of a month; the last holds without end.
export interface Step {
  price: string;
  upTo: string;
}
export interface SeasonForm {
  months: number[]; // 1 to 12
  steps: Step[];
}
export interface TariffForm {
  currency: string;
  unit: TariffUnit;
  charge: string;
  steps: Step[]; // of the months that no season has
  seasons: SeasonForm[];
}

export const kMostSteps = 20;
export const kMostSeasons = 12;
export const noStep = (): Step => ({ price: '', upTo: '' });

export const emptyForm = (us: boolean): TariffForm => ({
  currency: us ? 'USD' : '',
  unit: us ? 'gal' : 'm3',
  charge: '',
  steps: [noStep()],
  seasons: [],
});

type Prices = Pick<Tariff, 'price' | 'tiers'>;

function stepsOf({ price, tiers }: Prices, locale: string): Step[] {
  const texts = tiers ?? (price === undefined ? [] : [price]);
  const steps = texts.map((text) => {
    const [each = '', end = ''] = text.split(' up to ');
    return { price: typedDecimal(each, locale), upTo: typedDecimal(end, locale) };
  });
  return steps.length > 0 ? steps : [noStep()];
}

export function formOf(tariff: Tariff, locale: string, us: boolean): TariffForm {
  const charge = tariff.monthly_charge ?? '0';
  return {
    currency: tariff.currency,
    unit: tariff.unit ?? (us ? 'gal' : 'm3'),
    charge: charge === '0' ? '' : typedDecimal(charge, locale),
    steps: stepsOf(tariff, locale),
    seasons: (tariff.seasons ?? []).map((season) => ({ months: season.months, steps: stepsOf(season, locale) })),
  };
}

// Whether seasons leave months over, which the prices outside of them are for.
export const monthsLeft = (form: TariffForm): number => 12 - new Set(form.seasons.flatMap((season) => season.months)).size;

export type Fault = 'currency' | 'price' | 'noEnd' | 'end' | 'rising' | 'months';
// By the API's names of fields: `currency`, `tiers[0]`, `seasons[1].months`.
export type Faults = Map<string, Fault>;

// `digits` after the point at most, six before it, as the daemon takes them.
function decimal(typed: string, digits: number, locale: string): string | null {
  const plain = plainDecimal(typed, locale);
  const [whole = '', fraction = ''] = plain?.split('.') ?? [];
  return plain === null || whole.length > 6 || fraction.length > digits ? null : plain;
}

function tiersOf(steps: readonly Step[], field: string, locale: string, faults: Faults): string[] {
  let below = 0;
  return steps.map((step, at) => {
    const fail = (fault: Fault): string => {
      faults.set(`${field}[${at}]`, fault);
      return '';
    };
    const price = decimal(step.price, 6, locale);
    if (price === null) return fail('price');
    if (at === steps.length - 1) return price;
    if (step.upTo.trim() === '') return fail('noEnd');
    const end = decimal(step.upTo, 3, locale);
    if (end === null || end === '0') return fail('end');
    if (Number(end) <= below) return fail('rising');
    below = Number(end);
    return `${price} up to ${end}`;
  });
}

export function tariffOf(form: TariffForm, locale: string): { tariff: Tariff; faults: Faults } {
  const faults: Faults = new Map();
  const currency = form.currency.trim().toUpperCase();
  if (!/^[A-Z]{3}$/.test(currency)) faults.set('currency', 'currency');
  const charge = form.charge.trim() === '' ? '0' : decimal(form.charge, 6, locale);
  if (charge === null) faults.set('monthly_charge', 'price');
  const tariff: Tariff = { currency, unit: form.unit, monthly_charge: charge ?? '0' };
  if (monthsLeft(form) > 0) tariff.tiers = tiersOf(form.steps, 'tiers', locale, faults);
  if (form.seasons.length > 0) {
    tariff.seasons = form.seasons.map((season, at) => {
      if (season.months.length === 0) faults.set(`seasons[${at}].months`, 'months');
      return { months: season.months, tiers: tiersOf(season.steps, `seasons[${at}].tiers`, locale, faults) };
    });
  }
  return { tariff, faults };
}
