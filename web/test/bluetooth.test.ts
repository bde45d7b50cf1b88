import { describe, expect, it } from 'vitest';
import type { Puck, Sensor } from '../src/api/client';
import { bindKey, bindKeyFault, type Heard, isTooLong, likelyRole, strangers, valueName } from '../src/views/devices/nearby';
import { pucksAtAGlance } from '../src/views/now/pucks';
import { placeOf, sensorName } from '../src/words/places';

const heard = (address: string, more: Partial<Heard> = {}): Heard => ({ address, adopted: false, rssi_dbm: -70, values: [], ...more }) as Heard;
const says = (...names: string[]) => heard('A', { values: names.map((name) => ({ name, value: '1', unit: null })) });

describe('devices heard nearby', () => {
  it('stand by the strength of their signal, those of the house left out', () => {
    const list = [heard('D', { rssi_dbm: null }), heard('C', { rssi_dbm: -90 }), heard('B', { rssi_dbm: -40, adopted: true }), heard('A', { rssi_dbm: -50 })];
    expect(strangers(list).map((one) => one.address)).toEqual(['A', 'C', 'D']);
  });
  it('of the same strength keep their places', () => {
    expect(strangers([heard('B'), heard('A')]).map((one) => one.address)).toEqual(['A', 'B']);
  });
  it('are taken for what they most probably are', () => {
    expect([says('wet'), says('water', 'battery'), says('volume_flow_rate'), says('moisture', 'water'), says(), null].map(likelyRole)).toEqual([
      'leak_puck', 'meter', 'meter', 'leak_puck', 'leak_puck', 'leak_puck',
    ]);
  });
  it('tell values by names that the page knows, or by their own', () => {
    const known = { wet: 'mojado' };
    expect(['wet', 'wet 2', 'uv_index', 'pm2_5 3'].map((name) => valueName(name, known))).toEqual(['mojado', 'mojado 2', 'uv index', 'pm2 5 3']);
  });
});

describe('what is typed of a device', () => {
  it('may have no key, and one of 32 digits with white space between', () => {
    expect([bindKeyFault(''), bindKeyFault(' \n'), bindKeyFault('231d39c1 d7cc1ab1 aee224cd 096DB932\n')]).toEqual([null, null, null]);
    expect(bindKey('23 1d\n')).toBe('231d');
  });
  it('is told what is wrong with its key', () => {
    expect(bindKeyFault('231d')).toEqual({ kind: 'length', digits: 4 });
    expect(bindKeyFault('x'.repeat(32))).toEqual({ kind: 'letters' });
  });
  it('is as long as the daemon allows, which counts bytes', () => {
    expect([isTooLong('a'.repeat(60)), isTooLong('a'.repeat(61)), isTooLong('ñ'.repeat(31))]).toEqual([false, true, true]);
  });
});

describe('the pucks at a glance', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  const puck = (name: string, more: Partial<Puck> = {}): Puck => ({ uuid: name, name, wet: false, problem: null, last_seen: '2026-11-28T11:00:00Z', ...more }) as Puck;
  const names = (pucks: readonly Puck[]) => pucks.map((one) => one.name);

  it('are wet, dry, or not to be relied on', () => {
    const found = pucksAtAGlance(
      [puck('dry'), puck('wet', { wet: true }), puck('new', { wet: null, last_seen: null }), puck('silent', { last_seen: '2026-11-27T11:00:00Z' }), puck('sealed', { problem: 'no key' })],
      now,
    );
    expect([names(found.wet), names(found.unsure), found.dry]).toEqual([['wet'], ['new', 'silent', 'sealed'], 1]);
  });
  it('stay wet though they have fallen silent', () => {
    expect(names(pucksAtAGlance([puck('wet', { wet: true, last_seen: '2026-11-20T11:00:00Z' })], now).wet)).toEqual(['wet']);
  });
});

describe('a device with a name', () => {
  it('is called by it and its room', () => {
    expect([placeOf({ name: 'Boiler', room: 'basement' }), placeOf({ name: 'Boiler', room: null })]).toEqual(['Boiler, basement', 'Boiler']);
    expect(sensorName({ uuid: 'S', bluetooth: null })).toBe('S');
    expect(sensorName({ uuid: 'S', bluetooth: { name: 'Garden', room: null } } as Sensor)).toBe('Garden');
    expect(sensorName({ uuid: 'S', bluetooth: { name: '', room: null } } as Sensor)).toBe('S');
  });
});
