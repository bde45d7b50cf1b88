// Water through emulated bridges, on our command. A bridge reports each twenty seconds of its own time, so its time runs ten
// times as fast as ours: it begins some minutes ago and catches up.
import type { Daemon, House } from './house';
import type { Program } from './program';

const kPerSecondMl = 200; // 12 litres a minute
const kLongS = 1200;
const kSpeed = 10;
const kBehindMs = 8 * 60_000;

// `dryS`: seconds of the bridge's time before the tap opens; it stays open for longer than any test.
export function water(house: House, daemon: Daemon, { dryS = 0, key = undefined as string | null | undefined, speed = kSpeed } = {}): Program {
  const tap = house.trace('tap.csv', Array.from({ length: kLongS }, (_, second) => Math.max(0, second - dryS) * kPerSecondMl));
  const start = new Date(Date.now() - (speed === 1 ? 0 : kBehindMs)).toISOString();
  const parameters = ['--trace', tap, '--start', start, '--speed', String(speed), '--ledger', house.path('ledger.csv')];
  return house.bridge(daemon, parameters, key === undefined ? {} : { key });
}
