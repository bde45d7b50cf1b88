// What a month costs, by the daemon's own rule (daemon/meter/tariff.h): prices are millionths of the currency's unit,
// volumes nanolitres, the sum is exact and rounded once, halves up.
import { nanolitresOf } from '../../words/units';
import { divided, scaled } from './decimals';
import type { TariffUnit } from './tariff_form';

export const apiUnit = { l: 'L', m3: 'm3', gal: 'gal', ft3: 'ft3', ccf: 'ccf' } as const;

// `up to` is thousandths of the unit, cut to whole nanolitres as the daemon cuts it.
function endOf(text: string, one: bigint): bigint {
  const thousandths = scaled(text, 3) ?? 0n;
  return (thousandths / 1000n) * one + ((thousandths % 1000n) * one) / 1000n;
}

// In millionths, the month's charge included. `tiers` and `charge` as in the API, `used` whole units.
export function costOfMonth(tiers: readonly string[], charge: string, unit: TariffUnit, used: number): bigint {
  const one = nanolitresOf[apiUnit[unit]];
  const volume = BigInt(used) * one;
  let sum = 0n;
  let from = 0n;
  for (const tier of tiers) {
    const [price = '0', end] = tier.split(' up to ');
    const limit = end === undefined ? volume : endOf(end, one);
    const to = limit < volume ? limit : volume;
    if (to > from) sum += (to - from) * (scaled(price, 6) ?? 0n);
    if (to > from) from = to;
  }
  return (scaled(charge, 6) ?? 0n) + divided(sum, one);
}

// A household's month, for an example.
export const exampleUse: Record<TariffUnit, number> = { l: 15_000, m3: 15, gal: 4000, ft3: 600, ccf: 6 };
