// How a battery, a signal and the rest of a device are, in rough words. Pure.
import type { Devices, Puck } from '../../api/client';
import type { Kind } from './device_words';

export function kindOf(devices: Devices, uuid: string): Kind | null {
  const sensor = devices.sensors.find((one) => one.uuid === uuid);
  if (sensor !== undefined) return sensor.bluetooth === null ? 'sensor' : 'meter';
  if (devices.pucks.some((one) => one.uuid === uuid)) return 'leak_puck';
  return devices.bridges.some((one) => one.uuid === uuid) ? 'bridge' : null;
}

export const wetFirst = (pucks: readonly Puck[]): Puck[] => [...pucks].sort((a, b) => Number(b.wet === true) - Number(a.wet === true));

export type BatteryLevel = 'full' | 'good' | 'weak' | 'low';

// Against the voltage at which the daemon warns. Four lithium cells in two pairs stay near their full voltage for
// years and fall quickly at the end, so a word is all that can be said.
export function batteryLevel(mv: number, lowMv: number): BatteryLevel {
  if (mv <= lowMv) return 'low';
  if (mv <= lowMv * 1.08) return 'weak';
  return mv >= lowMv * 1.24 ? 'full' : 'good';
}
// Of a battery that says its charge itself; at the lower limit the daemon warns.
export function chargeLevel(percent: number | null, low: boolean | null): BatteryLevel | null {
  if (low === true || (percent !== null && percent <= 15)) return 'low';
  if (percent === null) return null;
  return percent <= 30 ? 'weak' : percent < 75 ? 'good' : 'full';
}
export const batteryBars: Record<BatteryLevel, number> = { full: 4, good: 3, weak: 2, low: 1 };

export type SignalGrade = 'very_good' | 'good' | 'fair' | 'weak';
// Lower limits in dBm. The radio between sensor and bridge hears far weaker signals than Wi-Fi and Bluetooth do.
const kLimits = { wifi: [-58, -68, -76], radio: [-80, -95, -105], bluetooth: [-62, -75, -88] } as const;
export function signalGrade(kind: keyof typeof kLimits, dbm: number): SignalGrade {
  const [first, second, third] = kLimits[kind];
  return dbm >= first ? 'very_good' : dbm >= second ? 'good' : dbm >= third ? 'fair' : 'weak';
}
export const signalBars: Record<SignalGrade, number> = { very_good: 4, good: 3, fair: 2, weak: 1 };

// Enough of a firmware's hash to tell two apart; null where all of it is shown anyway.
export function shortHash(firmware: string): string | null {
  return firmware.length <= 12 ? null : firmware.slice(0, 8);
}

// Of temperature, numbers from 128 up stand for those below zero.
export const understood = (name: string | null, value: number): number =>
  name === 'temperature_c' && value >= 128 && value <= 255 ? value - 256 : value;

// Some values are sent in hundredths, "0.01 °C": people read whole ones.
export function inWholes(unit: string): { of: number; unit: string } {
  const hundredths = /^0\.01 (.+)$/.exec(unit);
  return hundredths === null ? { of: 1, unit } : { of: 0.01, unit: hundredths[1]! };
}

export interface Restarts {
  count: number;
  last: string | null;
  since: number; // how far back was looked, in milliseconds of Unix time
}

// `times`: newest first. Where the page before was full, only so far back was looked.
export function restarts(times: readonly string[], askedFrom: number, lookedFrom: string | null): Restarts {
  const since = lookedFrom === null ? askedFrom : Math.max(askedFrom, Date.parse(lookedFrom));
  return { count: times.length, last: times[0] ?? null, since };
}

// Moments, oldest first, at which a long time is looked at, so that months take few questions.
export const moments = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + ((to - from) * (index + 1)) / count);

export interface ValuePoints {
  times: number[]; // Unix seconds, rising
  values: number[];
}

// The values of one state's number in reports of any order, each time once.
export function valuePoints(reports: readonly { time: string; values: Record<string, number> }[], number: string, name: string | null): ValuePoints {
  const found = new Map<number, number>();
  for (const report of reports) {
    const value = report.values[number];
    if (value !== undefined) found.set(Date.parse(report.time) / 1000, understood(name, value));
  }
  const sorted = [...found].sort(([a], [b]) => a - b);
  return { times: sorted.map(([time]) => time), values: sorted.map(([, value]) => value) };
}

// The newest value of each number, as far as the reports go; reports are newest first.
export function newestValues(reports: readonly { time: string; values: Record<string, number> }[]): { number: string; value: number; time: string }[] {
  const found = new Map<string, { number: string; value: number; time: string }>();
  for (const { time, values } of reports) {
    for (const [number, value] of Object.entries(values)) if (!found.has(number)) found.set(number, { number, value, time });
  }
  return [...found.values()].sort((a, b) => Number(a.number) - Number(b.number));
}

// Those that have a name stand first; each in its order.
export const knownFirst = <T extends { number: string }>(values: readonly T[], known: Readonly<Record<string, { name: string | null } | undefined>>): T[] =>
  [...values].sort((a, b) => Number((known[a.number]?.name ?? null) === null) - Number((known[b.number]?.name ?? null) === null));

// The number of the calibration that an entry took back, by its note.
export const undoes = (note: string): string | null => /^undo of number (\d+)$/.exec(note)?.[1] ?? null;

// The kind of message that a topic names, by the API's names; null where it is none that is known.
const kToCloud: Record<string, string> = { 1: 'samples', 2: 'states', 3: 'logs', 4: 'events', 6: 'heartbeat_echo', 7: 'boot', 9: 'key_exchange' };
const kToBridge: Record<string, string> = { 1: 'boot_response', 4: 'heartbeat', 6: 'error', 9: 'key_exchange' };
export function kindOfTopic(topic: string): string | null {
  const parts = topic.split('/');
  if (parts[0] === 'responses') return kToBridge[parts[2] ?? ''] ?? null;
  if (parts[0] === 'bthome' && parts.length === 4) return 'advertisement';
  if (parts[0] === '2' && parts.length >= 4) return kToCloud[parts[1] ?? ''] ?? null;
  return null;
}
