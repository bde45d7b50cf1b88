// Units of volume and of flow, as the API names them, and from one to the other. Pure.
import type { VolumeUnit } from '../api/client';

// Each is a whole number of nanolitres, so that sums with them can be exact.
export const nanolitresOf: Record<VolumeUnit, bigint> = {
  L: 1_000_000_000n,
  m3: 1_000_000_000_000n,
  gal: 3_785_411_784n,
  ft3: 28_316_846_592n,
  ccf: 2_831_684_659_200n,
};

const isVolumeUnit = (unit: string): unit is VolumeUnit => Object.hasOwn(nanolitresOf, unit);

// One of a unit in litres; of a unit of flow, in litres a minute.
function litresPer(unit: string): number {
  const [amount = '', time] = unit.split('/');
  return (isVolumeUnit(amount) ? Number(nanolitresOf[amount]) / 1e9 : 1) / (time === 'h' ? 60 : 1);
}

export const isMetric = (unit: string): boolean => unit === 'L' || unit === 'm3';

// Limits and habits are litres and minutes in the API, whatever the site's unit; people see and enter the site's.
export const litresOf = (value: number, unit: string): number => value * litresPer(unit);
export const inUnit = (litres: number, unit: string): number => litres / litresPer(unit);

// The same with the digits that a field should show: as many as two out of three people would have typed.
export function fromLitres(litres: number, unit: string): number {
  const value = inUnit(litres, unit);
  return Number(value.toPrecision(value >= 1000 ? 5 : 4));
}

// The flow of a volume that ran in so many seconds. Their units need not be of a kind: the API tells flows in gallons
// where volumes are hundreds of cubic feet.
export const flowOf = (volume: number, seconds: number, unit: string, flowUnit: string): number =>
  inUnit((litresOf(volume, unit) * 60) / seconds, flowUnit);
