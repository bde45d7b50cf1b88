// Sixty days of a household's water, made once for each run: a state directory that tests copy. All clocks in it stand at
// one moment, so that the page shows the same in every run.
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { type Daemon, House, kSensor } from './house';
import { householdTrace } from './household';

export const kMoment = '2026-03-18T18:40:00Z'; // 12:40 on a Wednesday in Denver
const kFirst = '2026-01-17T07:00:00Z'; // midnight there
// All that the bridge says without a time of its own came in one moment, which would be an alarm.
const kSite = 'site:\n  time_zone: America/Denver\nalarms:\n  off: [clock_missing]\n';
interface Devices {
  bridges: { connected: boolean }[];
}
const kFolder = 'MILLRACE_FILLED_HOUSE';

function faketime(): string {
  for (const machine of readdirSync('/usr/lib')) {
    const library = `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`;
    if (existsSync(library)) return library;
  }
  throw new Error('libfaketime is not installed; ./dev test installs it');
}

const kMinuteMs = 60_000;
const clockFace = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

// Programs started with it live in that moment, which does not pass, or begin a minute before; what lasts, lasts as long
// as ever.
const atTheMoment = (passes = false): Record<string, string> => ({
  LD_PRELOAD: faketime(),
  FAKETIME: passes ? `@${clockFace(Date.parse(kMoment) - kMinuteMs)}` : clockFace(Date.parse(kMoment)),
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  NO_FAKE_STAT: '1',
  TZ: 'UTC',
});

// A daemon on a copy, and a bridge that is connected and has no water to tell of.
export async function filledHouse(house: House): Promise<Daemon> {
  cpSync(join(process.env[kFolder]!, 'millrace-state'), house.path('millrace-state'), { recursive: true });
  const broker = await house.broker();
  const daemon = await house.daemon({ broker, config: kSite, environment: atTheMoment() });
  const still = house.file('still.csv', 'unix_timestamp,cumulative_ml\n0,0\n86400,1000\n');
  house.bridge(daemon, ['--start', kMoment, '--trace', still]);
  await expect.poll(async () => (await daemon.ask<Devices>('/api/v1/devices')).bridges[0]?.connected, 'the bridge').toBe(true);
  return daemon;
}

// Playwright calls it once before all tests, and what it returns after them.
export default async function fill(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-browser-'));
  process.env[kFolder] = folder;
  const house = new House(folder);
  try {
    const daemon = await house.daemon({ config: kSite, environment: atTheMoment(true) });
    const [first, last] = [kFirst, kMoment].map((time) => Date.parse(time) / 1000) as [number, number];
    const trace = house.file('household.csv', householdTrace(first, last));
    const bridge = house.bridge(daemon, ['--trace', trace, '--start', kFirst, '--speed', '1000000']);
    if (!(await bridge.ended())) throw new Error(`no water: ${bridge.log()}`);
    const uses = `/api/v1/sensors/${kSensor}/uses?from=${new Date(Date.parse(kMoment) - 60 * kMinuteMs).toISOString()}`;
    // What comes late is the past until nothing has come for ten seconds.
    const patient = { message: 'the last use', timeout: 60_000 };
    await expect.poll(async () => (await daemon.ask<{ items: unknown[] }>(uses)).items.length, patient).toBe(1);
    await daemon.program.stop();
  } finally {
    await house.close();
  }
  return () => rmSync(folder, { recursive: true, force: true });
}
