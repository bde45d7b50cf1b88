// The steps of a set-up and how far each is, made of what the daemon tells of itself (`/api/v1/setup`). Pure.
import type { Schemas } from '../../api/client';

export type Setup = Schemas['Setup'];

const kSteps = ['port', 'redirect', 'bridge', 'frame', 'key', 'calibration', 'broker', 'notice'] as const;
export type StepId = (typeof kSteps)[number];

export type StepState =
  | 'done'
  | 'trouble' // something is wrong, and the daemon says what
  | 'now' // can be done, or waits for something to happen
  | 'later'; // needs an earlier one first

export interface Step {
  id: StepId;
  state: StepState;
  needed: boolean; // readings come without the others
}

// `received`: somebody has said that a notice came.
export function steps(setup: Setup, received: boolean): Step[] {
  const { bridge_listener: listener, guest, capture, bridges, sensors, broker, channels } = setup;
  // Whoever listens elsewhere has no port of its own to open or to lead anybody to.
  const elsewhere = guest !== null || capture !== null;
  const port: StepState = listener === null ? (elsewhere ? 'done' : 'trouble') : listener.open ? 'done' : 'trouble';
  const came = bridges.length > 0;
  const redirect: StepState = came || (listener?.connections_seen ?? 0) > 0 ? 'done' : port === 'done' ? 'now' : 'later';
  const heard = bridges.some((bridge) => bridge.frames > 0) || sensors.length > 0;
  const connected = bridges.some((bridge) => bridge.connected);
  const bridge: StepState = connected || (elsewhere && heard) ? 'done' : redirect === 'done' ? 'now' : 'later';
  const frame: StepState = heard ? 'done' : came ? 'now' : 'later';
  const sealed = bridges.some((one) => one.messages_open === false);
  const open = bridges.some((one) => one.messages_open === true) || sensors.some((sensor) => sensor.first_reading !== null);
  const key: StepState = sealed ? 'now' : open ? 'done' : frame === 'done' ? 'now' : 'later';
  const measured = sensors.filter((sensor) => sensor.first_reading !== null);
  const calibration: StepState = measured.length === 0 ? 'later' : measured.every((sensor) => sensor.calibrated) ? 'done' : 'now';
  const mqtt: StepState = broker.connected ? 'done' : broker.configured ? 'trouble' : 'now';
  const notice: StepState = channels.failing > 0 ? 'trouble' : received && channels.last_delivered !== null ? 'done' : 'now';
  return [
    { id: 'port', state: port, needed: true },
    { id: 'redirect', state: redirect, needed: true },
    { id: 'bridge', state: bridge, needed: true },
    { id: 'frame', state: frame, needed: true },
    { id: 'key', state: key, needed: true },
    { id: 'calibration', state: calibration, needed: true },
    { id: 'broker', state: mqtt, needed: false },
    { id: 'notice', state: notice, needed: false },
  ];
}

// The one to look at: the first that can be done.
export const current = (all: readonly Step[]): StepId | null =>
  all.find((step) => step.state === 'trouble' || step.state === 'now')?.id ?? null;

export const done = (all: readonly Step[]): number => all.filter((step) => step.state === 'done').length;

// The address of this machine, as routers are to be told it; null where the page was not reached by an address that
// means anything to them (on the machine itself, or through Home Assistant).
export function addressOf(hostname: string, path: string): string | null {
  if (path.includes('/hassio_ingress/')) return null;
  return /^\d+(\.\d+){3}$/.test(hostname) && !hostname.startsWith('127.') ? hostname : null;
}
