// Which of the daemon's checks belongs to which step. Pure.
import type { Schemas } from '../../api/client';
import type { StepId } from './steps';

export type CheckId = Schemas['Check']['id'];

export const kOfStep: Record<StepId, readonly CheckId[]> = {
  port: ['port', 'reach', 'second'],
  redirect: ['dns', 'dns_ipv6', 'dns_updates', 'reach'],
  bridge: ['bridge', 'upstream', 'loop', 'ntp'],
  frame: ['sensor'],
  key: ['key'],
  calibration: ['calibration'],
  broker: ['broker', 'discovery', 'home_assistant'],
  notice: [],
};
// What no step is about.
export const kOfTheWhole: readonly CheckId[] = [
  'daemon',
  'config',
  'state_dir',
  'database',
  'disk',
  'clock',
  'bluetooth',
  'receivers',
  'bluetooth_heard',
  'bluetooth_devices',
];
