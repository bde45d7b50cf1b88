// The use of water under way: how long it has run, and what it took so far. Asked once and now and then; between two
// answers the sensor's counter, which the stream brings, tells what has come since. Pure.
import type { Sensor, Use } from '../api/client';

export interface RunningUse {
  start: string;
  volume: number; // when it was asked
  lifetime: number; // the sensor's, at the same moment
}

export function runningUse(open: Use | null, sensor: Sensor): RunningUse | null {
  return open === null ? null : { start: open.start, volume: open.volume, lifetime: sensor.lifetime };
}

export const volumeSoFar = (use: Pick<RunningUse, 'volume' | 'lifetime'>, sensor: Pick<Sensor, 'lifetime'>): number =>
  use.volume + Math.max(0, sensor.lifetime - use.lifetime);
