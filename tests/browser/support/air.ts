// What is on the air around a house: a message bus of its own with a mock of BlueZ, and Bluetooth devices that say things.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import type { Daemon, House } from './house';
import type { Program } from './program';

const kMock = fileURLToPath(new URL('../../unit/ble/mock_bluez.py', import.meta.url));
const kBus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>ADDRESS</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy></busconfig>
`;

export class Air {
  private constructor(
    private readonly house: House,
    private readonly address: string,
    private readonly bluez: Program,
  ) {}

  static async start(house: House): Promise<Air> {
    const socket = house.path('bus');
    const address = `unix:path=${socket}`;
    const bus = house.run('bus', 'dbus-daemon', [`--config-file=${house.file('bus.conf', kBus.replace('ADDRESS', address))}`, '--nofork', '--nopidfile']);
    await expect.poll(() => bus.running && existsSync(socket), `the bus: ${bus.log()}`).toBe(true);
    const bluez = house.run('bluez', '/usr/bin/python3', [kMock, address], {}, true);
    await expect.poll(() => bluez.log(), 'the mock of BlueZ').toContain('"ready"');
    const air = new Air(house, address, bluez);
    await air.has('adapter', { name: 'hci0' });
    return air;
  }

  // A daemon that listens already: what was said before, BlueZ may have kept for long, and it is not news.
  async daemon(config = ''): Promise<Daemon> {
    const daemon = await this.house.daemon({ config: `bluetooth:\n  enabled: true\n${config}`, environment: { DBUS_SYSTEM_BUS_ADDRESS: this.address } });
    const adapter = async () => (await daemon.ask<{ adapters: { state: string }[] }>('/api/v1/bluetooth')).adapters[0]?.state;
    await expect.poll(adapter, 'the adapter').toBe('working');
    return daemon;
  }

  // One of the mock's commands, done.
  async has(what: string, words: Record<string, unknown>): Promise<void> {
    const done = () => this.bluez.log().split('"done"').length;
    const before = done();
    this.bluez.say(JSON.stringify({ do: what, ...words }));
    await expect.poll(done, `${what}: ${this.bluez.log()}`).toBe(before + 1);
  }

  // `data`: BTHome's service data in hexadecimal.
  device(address: string, name: string, rssi: number, data: string): Promise<void> {
    return this.has('device', { adapter: 'hci0', address, name, rssi, data });
  }
  says(address: string, data: string): Promise<void> {
    return this.has('hear', { adapter: 'hci0', address, data });
  }
}
