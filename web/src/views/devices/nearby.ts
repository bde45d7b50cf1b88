// Bluetooth devices as the page lists them, and what may be typed of one. Pure.
import type { Schemas } from '../../api/client';

export type Bluetooth = Schemas['Bluetooth'];
export type Heard = Bluetooth['heard'][number];
export type Adopted = Bluetooth['adopted'][number];
export type Role = Adopted['role'];

// Those that are not of the house yet, the strongest signal first, those of an unknown one last.
export const strangers = (heard: readonly Heard[]): Heard[] =>
  heard
    .filter((device) => !device.adopted)
    .sort((a, b) => (b.rssi_dbm ?? -Infinity) - (a.rssi_dbm ?? -Infinity) || a.address.localeCompare(b.address));

// What it will most probably be: who tells of a total of water and of no wetness is a meter.
export function likelyRole(heard: Heard | null): Role {
  const names = new Set(heard?.values.map((value) => value.name));
  if (names.has('wet') || names.has('moisture')) return 'leak_puck';
  return names.has('water') || names.has('volume') || names.has('volume_flow_rate') ? 'meter' : 'leak_puck';
}

const kBindKeyDigits = 32;
export type BindKeyFault = { kind: 'letters' } | { kind: 'length'; digits: number };

// White space between the digits is forgiven, as the daemon does. Empty: no key is given.
export const bindKey = (typed: string): string => typed.replace(/\s/g, '');
export function bindKeyFault(typed: string): BindKeyFault | null {
  const digits = bindKey(typed);
  if (digits === '') return null;
  if (!/^[0-9a-fA-F]+$/.test(digits)) return { kind: 'letters' };
  return digits.length === kBindKeyDigits ? null : { kind: 'length', digits: digits.length };
}

// The daemon counts bytes.
const kMostBytes = 60;
export const isTooLong = (words: string): boolean => new TextEncoder().encode(words.trim()).length > kMostBytes;

// "wet 2" is the second of its kind.
export function valueName(name: string, known: Readonly<Record<string, string>>): string {
  const [, kind = name, ordinal = ''] = /^(.*?)( \d+)?$/.exec(name) ?? [];
  return (known[kind] ?? kind.replaceAll('_', ' ')) + ordinal;
}
