// Limits and habits are litres and minutes in the API, whatever the site's unit; people see and enter the site's. Pure.
const kLitres: Record<string, number> = {
  L: 1, m3: 1000, gal: 3.785411784, ft3: 28.316846592, ccf: 2831.6846592,
  'L/min': 1, 'm3/h': 1000 / 60, 'gal/min': 3.785411784, 'ft3/min': 28.316846592,
};

export const litresOf = (value: number, unit: string): number => value * (kLitres[unit] ?? 1);

// With the digits that a field should show: as many as two out of three people would have typed.
export function fromLitres(litres: number, unit: string): number {
  const value = litres / (kLitres[unit] ?? 1);
  return Number(value.toPrecision(value >= 1000 ? 5 : 4));
}
