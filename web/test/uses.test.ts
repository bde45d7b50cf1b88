import { describe, expect, it, vi } from 'vitest';
import type { Alarm, Use } from '../src/api/client';

vi.stubGlobal('document', { baseURI: 'http://localhost/' });
const { volumeSoFar } = await import('../src/live/running_use');
const { alarmOf, blockOf, passes, sparkPoints, sum, sumsByCategory, useAt } = await import('../src/views/uses/sums');

const use = (category: string | null, volume: number, start = '2026-11-28T10:00:00Z', seconds = 60) =>
  ({ category, volume, seconds, start, end: new Date(Date.parse(start) + seconds * 1000).toISOString(), alarm: null, peak_flow: 4 }) as Use;
const alarm = (id: number, since: string, at: string, more: Partial<Alarm> = {}) =>
  ({ id, rule: 'continuous_flow', state: 'cleared', since, at, ...more }) as Alarm;

describe('Sums of uses', () => {
  const uses = [use('toilet', 6), use(null, 90), use('shower', 50), use('toilet', 7)];
  it('count uses, water and time', () => {
    expect(sum(uses)).toEqual({ uses: 4, volume: 153, seconds: 240 });
  });
  it('go by kind, the thirstiest first and what nobody named last', () => {
    expect(sumsByCategory(uses).map(([kind, of]) => [kind, of.uses, of.volume])).toEqual([
      ['shower', 1, 50], ['toilet', 2, 13], ['uncategorised', 1, 90],
    ]);
  });
  it('leave out what the filter leaves out', () => {
    expect(uses.filter((one) => passes(one, { category: 'toilet', least: 6.5 }))).toHaveLength(1);
    expect(uses.filter((one) => passes(one, { category: 'uncategorised', least: 0 }))).toHaveLength(1);
    expect(uses.filter((one) => passes(one, { category: null, least: 0 }))).toHaveLength(4);
  });
});

describe('The alarm of a use', () => {
  const one = use(null, 5, '2026-11-28T10:00:00Z', 600);
  it('is the one it names', () => {
    const alarms = [alarm(1, '2026-11-28T09:00:00Z', '2026-11-28T11:00:00Z'), alarm(2, '2020-01-01T00:00:00Z', '2020-01-01T01:00:00Z')];
    expect(alarmOf({ ...one, alarm: 2 }, alarms)?.id).toBe(2);
  });
  it('is else the water alarm of its time, an open one first', () => {
    const alarms = [
      alarm(1, '2026-11-28T08:00:00Z', '2026-11-28T10:00:00Z'), // over when the use began
      alarm(2, '2026-11-28T10:05:00Z', '2026-11-28T10:20:00Z', { rule: 'sensor_silent' }),
      alarm(3, '2026-11-28T10:05:00Z', '2026-11-28T10:20:00Z'),
      alarm(4, '2026-11-28T10:05:00Z', '2026-11-28T10:20:00Z', { state: 'snoozed' }),
    ];
    expect(alarmOf(one, alarms)?.id).toBe(4);
    expect(alarmOf(one, alarms.slice(0, 3))?.id).toBe(3);
    expect(alarmOf(one, alarms.slice(0, 2))).toBeNull();
  });
});

describe('The lane of a day', () => {
  const from = Date.parse('2026-11-28T00:00:00Z');
  const to = from + 86_400_000;
  it('has a use where it was, as wide as it was long', () => {
    expect(blockOf(use(null, 1, '2026-11-28T06:00:00Z', 6 * 3600), from, to, 16)).toEqual({ x: 0.25, width: 0.25, height: 0.5 });
    expect(blockOf(use(null, 1, '2026-11-27T23:00:00Z', 2 * 3600), from, to, 4)).toEqual({ x: 0, width: 1 / 24, height: 1 });
  });
  it('finds the use under the pointer, or the nearest', () => {
    const blocks = [{ x: 0.1, width: 0.5, height: 1 }, { x: 0.2, width: 0.01, height: 1 }, { x: 0.8, width: 0.001, height: 1 }];
    expect(useAt(blocks, 0.4, 0.02)).toBe(0);
    expect(useAt(blocks, 0.205, 0.02)).toBe(1);
    expect(useAt(blocks, 0.79, 0.02)).toBe(2);
    expect(useAt(blocks, 0.9, 0.02)).toBeNull();
  });
});

it('A shape is drawn in steps from the ground', () => {
  expect(sparkPoints([0, 4, 2], 60, 20)).toBe('0,20 0,20 20,20 20,0 40,0 40,10 60,10 60,20');
  expect(sparkPoints([], 60, 20)).toBe('0,20 60,20');
});

it('A running use grows with the register', () => {
  expect(volumeSoFar({ volume: 12, lifetime: 1000 }, { lifetime: 1003.5 })).toBe(15.5);
  expect(volumeSoFar({ volume: 12, lifetime: 1000 }, { lifetime: 990 })).toBe(12);
});
