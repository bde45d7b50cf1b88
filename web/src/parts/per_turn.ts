// What a turn of the magnet is worth, in words, and how far two such values are apart.
import { t } from '../texts';
import { number } from '../words/numbers';
import { inUnit, isMetric } from '../words/units';

const significant = (value: number): number => (value >= 100 ? 1 : value >= 10 ? 2 : 3);

export const millilitres = (ml: number): string => t.calibration.millilitres(number(ml, significant(ml)));

// Where people count in gallons or cubic feet, what the utility's papers say stands first.
export function perTurn(ml: number, unit: string): string {
  if (isMetric(unit)) return millilitres(ml);
  return t.calibration.both(t.calibration.gallons(number(inUnit(ml / 1000, 'gal'), 6, 4)), millilitres(ml));
}

export function change(percent: number): string {
  if (Math.abs(percent) < 0.05) return t.calibration.noChange;
  return t.calibration.change(`${percent > 0 ? '+' : '−'}${number(Math.abs(percent), 1)}\u202f%`);
}
