// Drawing a bucket: what the page remembers of it, so that a phone that falls asleep meanwhile loses nothing, and how
// good a result is. Pure.
export interface Draw {
  sensor: string;
  started: number; // milliseconds of Unix time by the daemon's clock
  lifetime: number; // the sensor's register when it started
  stopped: number | null;
}

// The daemon takes no draw that lasted longer; nobody fills a bucket for a day.
const kForgottenAfterMs = 24 * 3_600_000;

export function restored(text: string | null, sensor: string, now: number): Draw | null {
  if (text === null) return null;
  try {
    const draw = JSON.parse(text) as Partial<Draw> | null;
    if (draw === null || draw.sensor !== sensor || typeof draw.started !== 'number' || typeof draw.lifetime !== 'number') return null;
    if (draw.started > now + 60_000 || now - draw.started > kForgottenAfterMs) return null;
    const stopped = typeof draw.stopped === 'number' && draw.stopped > draw.started ? draw.stopped : null;
    return { sensor, started: draw.started, lifetime: draw.lifetime, stopped };
  } catch {
    return null;
  }
}

export interface Found {
  volume_per_peak_ml: number;
  least_ml: number;
  most_ml: number;
}

// How far off one turn more or less would put it: 0.01 is a hundredth.
export const spread = (found: Found): number =>
  Math.max(found.most_ml - found.volume_per_peak_ml, found.volume_per_peak_ml - found.least_ml) / found.volume_per_peak_ml;

export type Grade = 'good' | 'fair' | 'poor';
export const grade = (share: number): Grade => (share <= 0.01 ? 'good' : share <= 0.03 ? 'fair' : 'poor');

// Meters of one kind differ by a few per cent; by more, the amount was mistyped or somebody else used water. What holds
// before anything was measured is a guess, and may be far off.
export const isFar = (changePercent: number, calibrated: boolean): boolean => Math.abs(changePercent) > (calibrated ? 10 : 50);
