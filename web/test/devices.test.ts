import { describe, expect, it } from 'vitest';
import type { Devices, Puck } from '../src/api/client';
import { batteryLevel, chargeLevel, inWholes, kindOf, kindOfTopic, knownFirst, moments, newestValues, restarts, shortHash, signalGrade, undoes, understood, valuePoints, wetFirst } from '../src/views/devices/condition';

describe('the condition of a device', () => {
  it('has a battery that is low where the daemon warns', () => {
    expect([3254, 2900, 2650, 2500, 2100].map((mv) => batteryLevel(mv, 2500))).toEqual(['full', 'good', 'weak', 'low', 'low']);
    expect(batteryLevel(2900, 2900)).toBe('low');
  });
  it('that tells its charge is low where the daemon warns, or where it says so itself', () => {
    expect([100, 60, 30, 15, 0].map((percent) => chargeLevel(percent, null))).toEqual(['full', 'good', 'weak', 'low', 'low']);
    expect([chargeLevel(90, true), chargeLevel(null, true), chargeLevel(null, false), chargeLevel(null, null)]).toEqual(['low', 'low', null, null]);
  });
  it('is told by its number to be one of four kinds', () => {
    const devices = { sensors: [{ uuid: 'S', bluetooth: null }, { uuid: 'M', bluetooth: { name: 'Garden' } }], bridges: [{ uuid: 'B' }], pucks: [{ uuid: 'P' }] } as unknown as Devices;
    expect(['S', 'M', 'B', 'P', 'X'].map((uuid) => kindOf(devices, uuid))).toEqual(['sensor', 'meter', 'bridge', 'leak_puck', null]);
  });
  it('puts wet pucks first and leaves the others in their order', () => {
    const pucks = [{ uuid: 'A', wet: null }, { uuid: 'B', wet: true }, { uuid: 'C', wet: false }] as Puck[];
    expect(wetFirst(pucks).map((puck) => puck.uuid)).toEqual(['B', 'A', 'C']);
  });
  it('hears the radio where Wi-Fi would be lost', () => {
    expect([-50, -63, -72, -90].map((dbm) => signalGrade('wifi', dbm))).toEqual(['very_good', 'good', 'fair', 'weak']);
    expect([-77, -91, -101, -110].map((dbm) => signalGrade('radio', dbm))).toEqual(['very_good', 'good', 'fair', 'weak']);
  });
  it('shortens only what is long', () => {
    expect(shortHash('00c0ffee'.repeat(5))).toBe('00c0ffee');
    expect(shortHash('1.2.3')).toBeNull();
  });
  it('counts restarts as far back as was looked', () => {
    const from = Date.UTC(2026, 10, 1);
    expect(restarts(['2026-11-20T00:00:00Z', '2026-11-19T00:00:00Z'], from, '2026-11-15T00:00:00Z')).toEqual({
      count: 2,
      last: '2026-11-20T00:00:00Z',
      since: Date.UTC(2026, 10, 15),
    });
    expect(restarts([], from, '2026-10-01T00:00:00Z')).toEqual({ count: 0, last: null, since: from });
  });
});

describe('what a device reports', () => {
  const reports = [
    { time: '2026-11-28T12:00:00Z', values: { '32': 3200, '1024': 250 } },
    { time: '2026-11-28T11:00:00Z', values: { '16': -70, '32': 3210 } },
  ];
  it('has the newest of each number, by number', () => {
    expect(newestValues(reports)).toEqual([
      { number: '16', value: -70, time: '2026-11-28T11:00:00Z' },
      { number: '32', value: 3200, time: '2026-11-28T12:00:00Z' },
      { number: '1024', value: 250, time: '2026-11-28T12:00:00Z' },
    ]);
  });
  it('has those that are known before the others', () => {
    const known = { '32': { name: 'battery_mv' }, '16': { name: null } };
    expect(knownFirst(newestValues(reports), known).map((one) => one.number)).toEqual(['32', '16', '1024']);
  });
  it('is drawn oldest first, below zero where it was meant so', () => {
    expect(valuePoints(reports, '32', 'battery_mv').values).toEqual([3210, 3200]);
    expect(valuePoints([...reports, reports[0]!], '1024', 'temperature_c')).toEqual({ times: [Date.UTC(2026, 10, 28, 12) / 1000], values: [-6] });
    expect([understood('temperature_c', 20), understood('battery_mv', 200), understood(null, 200)]).toEqual([20, 200, 200]);
  });
  it('an undone calibration is told by its note', () => {
    expect([undoes('undo of number 12'), undoes('entered as known')]).toEqual(['12', null]);
  });
  it('in hundredths is shown in wholes', () => {
    expect(inWholes('0.01 °C')).toEqual({ of: 0.01, unit: '°C' });
    expect([inWholes('mV'), inWholes('')]).toEqual([{ of: 1, unit: 'mV' }, { of: 1, unit: '' }]);
  });
  it('over a long time is looked at in so many moments', () => {
    expect(moments(0, 100, 4)).toEqual([25, 50, 75, 100]);
  });
  it('is named by the topic of its message', () => {
    expect(kindOfTopic('2/1/12/61F6F57900000001/1795881662')).toBe('samples');
    expect(kindOfTopic('bthome/puck/12/5448E6FFFE8F80A5')).toBe('advertisement');
    expect(kindOfTopic('responses/61F6F57900000001/1/2')).toBe('boot_response');
    expect(kindOfTopic('responses/61F6F57900000001/4/12/00')).toBe('heartbeat');
    expect([kindOfTopic('2/77/12/X/1'), kindOfTopic('/orient/1'), kindOfTopic('')]).toEqual([null, null, null]);
  });
});
