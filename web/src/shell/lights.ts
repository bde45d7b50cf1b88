// How bridge, sensor, cloud, broker and the daemon's other parts are, made of what the house knows. Pure.
import type { House } from '../live/house';
import { t } from '../texts';
import { ago } from '../words/times';

export interface Light {
  name: string;
  state: 'good' | 'warn' | 'bad';
  detail: string;
  always: boolean; // shown though it is well
}

type Known = Pick<House, 'devices' | 'status'> & { now(): number };

// A sensor reports at least every quarter of an hour or so; the daemon's own rule decides when it is an alarm.
const kSensorQuietMs = 60 * 60_000;

export function lights(house: Known): Light[] {
  const { devices, status } = house;
  const text = t.shell.health;
  if (devices === null || status === null) return [];
  const now = house.now();
  const found: Light[] = [];
  const heard = (time: string | null) => (time === null ? text.nothingYet : text.lastHeard(ago(time, now)));

  // Who needs no bridge is not asked for one.
  const byBluetooth = devices.pucks.length > 0 || devices.sensors.some((sensor) => sensor.bluetooth !== null);
  const away = devices.bridges.filter((bridge) => !bridge.connected);
  const newest = (times: (string | null)[]) => times.filter((time) => time !== null).sort().at(-1) ?? null;
  if (devices.bridges.length > 0 || !byBluetooth) {
    found.push({
      name: text.bridge,
      state: devices.bridges.length === 0 ? 'warn' : away.length > 0 ? 'bad' : 'good',
      detail: devices.bridges.length === 0 ? text.noBridge : away.length > 0 ? text.bridgeAway(heard(newest(away.map((one) => one.last_seen)))) : text.connected,
      always: true,
    });
  }
  const silent = devices.sensors.filter((sensor) => sensor.last_seen === null || now - Date.parse(sensor.last_seen) > kSensorQuietMs);
  if (devices.sensors.length > 0 || !byBluetooth) {
    found.push({
      name: text.sensor,
      state: devices.sensors.length === 0 || silent.length > 0 ? 'warn' : 'good',
      detail: devices.sensors.length === 0 ? text.noSensor : heard(newest((silent.length > 0 ? silent : devices.sensors).map((one) => one.last_seen))),
      always: true,
    });
  }
  const paths = devices.bridges.map((bridge) => bridge.cloud_path);
  const waiting = status.counts.frames_waiting_for_cloud;
  const standsIn = paths.includes('standing_in');
  found.push({
    name: text.cloud,
    state: status.mode !== 'local' && standsIn ? 'warn' : 'good',
    detail: status.mode === 'local' ? text.noCloud : standsIn ? text.cloudAway(waiting) : paths.includes('catching_up') ? text.cloudCatchesUp(waiting) : text.cloudAnswers,
    always: true,
  });
  for (const item of status.health) {
    found.push({
      name: text.parts[item.part] ?? item.part,
      state: item.ok ? 'good' : 'bad',
      detail: item.detail,
      always: item.part === 'broker',
    });
  }
  return found;
}
