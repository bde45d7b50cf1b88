// What devices are called that the owner has named. Pure.
import type { Sensor } from '../api/client';

// "Boiler, basement"
export const placeOf = ({ name, room }: { name: string; room: string | null }): string =>
  [name, room].filter((part) => part !== null && part !== '').join(', ');

// A Flume sensor has no name but its number.
export const sensorName = (sensor: Pick<Sensor, 'uuid' | 'bluetooth'>): string =>
  (sensor.bluetooth !== null && placeOf(sensor.bluetooth)) || sensor.uuid;
