import { describe, expect, it } from 'vitest';
import type { Sensor, Use } from '../src/api/client';
import { FlowTrace, kMostPoints, kTraceS } from '../src/live/flow_trace';
import { runningUse, volumeSoFar } from '../src/live/running_use';

describe('the trace of a flow', () => {
  it('keeps changes only, and what a moment was told last', () => {
    const trace = new FlowTrace();
    for (const [time, flow] of [[10, 0], [11, 0], [12, 5], [12, 6]] as const) trace.add(time, flow);
    expect(trace.points(0, 12)).toEqual({ times: [10, 12], flows: [0, 6] });
  });
  it('tells what held at either end', () => {
    const trace = new FlowTrace();
    trace.add(10, 3);
    trace.add(20, null);
    trace.add(30, 4);
    expect(trace.points(15, 40)).toEqual({ times: [15, 20, 30, 40], flows: [3, null, 4, 4] });
  });
  it('is begun by the minutes before its first change, and only those', () => {
    const trace = new FlowTrace();
    trace.add(150, 7);
    trace.seed([{ start: 60, flow: 1 }, { start: 120, flow: 2 }, { start: 180, flow: 9 }]);
    expect(trace.points(60, 150)).toEqual({ times: [60, 120, 150], flows: [1, 2, 7] });
  });
  it('forgets what is older than it shows, but for what held at the beginning', () => {
    const trace = new FlowTrace();
    trace.add(0, 1);
    trace.add(100, 2);
    trace.add(200, 3);
    trace.add(kTraceS + 150, 4);
    expect(trace.size).toBe(3);
    expect(trace.points(150, kTraceS + 150)).toEqual({ times: [150, 200, kTraceS + 150], flows: [2, 3, 4] });
  });
  it('does not grow, however often the flow changes, and keeps the newest', () => {
    const trace = new FlowTrace();
    for (let turn = 0; turn < 3 * kMostPoints; ++turn) trace.add(turn / 100, turn);
    expect(trace.size).toBe(kMostPoints);
    expect(trace.points(0, 3 * kMostPoints).flows.at(-1)).toBe(3 * kMostPoints - 1);
  });
});

describe('the use under way', () => {
  const sensor = (lifetime: number) => ({ lifetime }) as Sensor;
  const open = { start: '2026-11-28T12:00:00Z', volume: 20 } as Use;

  it('goes on by the counter of the sensor between two answers', () => {
    const use = runningUse(open, sensor(1000))!;
    expect(use.start).toBe(open.start);
    expect(volumeSoFar(use, sensor(1007.5))).toBe(27.5);
  });
  it('does not shrink with a counter that begins anew', () => {
    expect(volumeSoFar(runningUse(open, sensor(1000))!, sensor(3))).toBe(20);
  });
  it('is none where no water runs', () => {
    expect(runningUse(null, sensor(1000))).toBeNull();
  });
});
