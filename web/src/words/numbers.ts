// Quantities as people read them. Values come from the API in the unit it names; nothing is converted here.
import { locale, t } from '../texts';

const formats = new Map<string, Intl.NumberFormat>();

export function number(value: number, most: number, least = 0): string {
  const key = `${locale} ${most} ${least}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most });
    formats.set(key, format);
  }
  return format.format(value);
}

export const unitName = (unit: string): string => t.words.units[unit] ?? t.words.flowUnits[unit] ?? unit;

// Three significant digits and a few more for large numbers: what a meter can be trusted for.
export function volume(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return number(value, value >= 1000 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

export const volumeWithUnit = (value: number | null | undefined, unit: string): string =>
  `${volume(value)}\u202f${unitName(unit)}`;

export function flow(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  return number(value, value < 10 ? 2 : 1, 1);
}

export const flowWithUnit = (value: number | null | undefined, unit: string): string =>
  `${flow(value)}\u202f${unitName(unit)}`;

export const percent = (share: number): string => `${number(share * 100, share < 0.1 && share > 0 ? 1 : 0)}\u202f%`;

export function bytes(count: number): string {
  const steps = ['B', 'kB', 'MB', 'GB', 'TB'];
  let step = 0;
  let value = count;
  while (value >= 1000 && step < steps.length - 1) {
    value /= 1000;
    ++step;
  }
  return `${number(value, step === 0 || value >= 100 ? 0 : 1)}\u202f${steps[step]}`;
}
