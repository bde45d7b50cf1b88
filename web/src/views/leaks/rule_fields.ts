// Which limits of a rule its owner may set, and how they stand in a form: minutes, the site's flow, volts. Pure.
import type { Schemas } from '../../api/client';
import type { Rule } from '../../words/alarms';
import { fromLitres, litresOf } from '../../words/units';

export type Limits = Pick<
  Schemas['RuleSettings'],
  'burst_litres_per_minute' | 'burst_after_minutes' | 'continuous_after_minutes' | 'away_after_minutes' | 'sensor_silent_after_minutes' | 'bridge_offline_after_minutes' | 'battery_low_mv'
>;
export type LimitKey = keyof Limits;

interface Field {
  key: LimitKey;
  kind: 'flow' | 'minutes' | 'volts';
  least: number; // as the API has it: litres a minute, minutes, millivolts
  most: number;
}

const field = (key: LimitKey, kind: Field['kind'], least: number, most: number): Field => ({ key, kind, least, most });

export const fieldsOf: Partial<Record<Rule, Field[]>> = {
  burst: [field('burst_litres_per_minute', 'flow', 1, 1000), field('burst_after_minutes', 'minutes', 1 / 6, 120)],
  continuous_flow: [field('continuous_after_minutes', 'minutes', 5, 2880)],
  away_use: [field('away_after_minutes', 'minutes', 1 / 6, 1440)],
  sensor_silent: [field('sensor_silent_after_minutes', 'minutes', 15, 10080)],
  bridge_offline: [field('bridge_offline_after_minutes', 'minutes', 1, 10080)],
  battery_low: [field('battery_low_mv', 'volts', 1800, 3200)],
};

// Left to itself, the house teaches these; the others have a value from the start.
export const isLearned = (key: LimitKey): boolean => key.startsWith('burst') || key.startsWith('continuous');

export function shownValue(of: Field, value: number | null, flowUnit: string): string {
  if (value === null) return '';
  if (of.kind === 'flow') return String(fromLitres(value, flowUnit));
  return String(of.kind === 'volts' ? value / 1000 : Number(value.toPrecision(6)));
}

// What the form says, for the API; null where it is empty. Rounding of the unit must not carry it over the bounds.
export function enteredValue(of: Field, text: string, flowUnit: string): number | null {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) return null;
  const asked = of.kind === 'flow' ? litresOf(value, flowUnit) : of.kind === 'volts' ? Math.round(value * 1000) : value;
  const near = (bound: number) => Math.abs(asked - bound) <= bound * 0.01;
  return asked < of.least && near(of.least) ? of.least : asked > of.most && near(of.most) ? of.most : asked;
}
