// From the volume of one minute to a flow, in the units that the API pairs with each other.
const kPerMinute: Record<string, number> = { 'L/min': 1, 'gal/min': 1, 'ft3/min': 1, 'm3/h': 60 };

// Hundreds of cubic feet go with cubic feet a minute.
export const flowOfMinute = (volume: number, unit: string, flowUnit: string): number =>
  volume * (kPerMinute[flowUnit] ?? 1) * (unit === 'ccf' && flowUnit === 'ft3/min' ? 100 : 1);
