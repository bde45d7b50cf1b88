// The leak pucks of the house at a glance. Pure.
import type { Puck } from '../../api/client';

// As the daemon's rule: pucks that are well speak at least a few times a day.
const kSilentMs = 24 * 60 * 60_000;

export interface Glance {
  wet: Puck[];
  unsure: Puck[]; // silent, or not understood, or have not said yet
  dry: number;
}

export function pucksAtAGlance(pucks: readonly Puck[], now: number): Glance {
  const silent = (puck: Puck) => puck.last_seen === null || now - Date.parse(puck.last_seen) > kSilentMs;
  const wet = pucks.filter((puck) => puck.wet === true);
  const unsure = pucks.filter((puck) => puck.wet !== true && (puck.wet === null || puck.problem !== null || silent(puck)));
  return { wet, unsure, dry: pucks.length - wet.length - unsure.length };
}
