import { describe, expect, it } from 'vitest';
import type { Bridge, Devices, Puck, Sensor, Status } from '../src/api/client';
import { type Light, lights } from '../src/shell/lights';
import { href, parseRoute } from '../src/shell/route';

describe('an address', () => {
  it('names view, path and question', () => {
    const route = parseRoute('#/history/day/2026-11-28?compare=week');
    expect([route.view, route.path, route.query.get('compare')]).toEqual(['history', ['day', '2026-11-28'], 'week']);
  });
  it.each(['', '#', '#/', '#//'])('that says nothing (%j) is the first page', (hash) => {
    expect(parseRoute(hash)).toMatchObject({ view: 'now', path: [] });
  });
  it('comes back as it was made, whatever stands in it', () => {
    const made = href('devices', ['a/b', 'ñ ?&'], { name: 'x&y=z' });
    const route = parseRoute(made);
    expect([route.view, route.path, route.query.get('name')]).toEqual(['devices', ['a/b', 'ñ ?&'], 'x&y=z']);
    expect(href('now')).toBe('#/now');
  });
  it('that is torn does not stop the page', () => {
    expect(parseRoute('#/devices/%E0%A4%A').view).toBe('devices');
  });
});

describe('the lights', () => {
  const now = Date.parse('2026-11-28T12:00:00Z');
  const bridge = { uuid: 'B', connected: true, last_seen: '2026-11-28T11:59:00Z', cloud_path: 'relaying' } as unknown as Bridge;
  const sensor = { uuid: 'S', last_seen: '2026-11-28T11:58:00Z', bluetooth: null } as Sensor;
  const status = { mode: 'relay', counts: { frames_waiting_for_cloud: 7 }, health: [{ part: 'broker', ok: true, detail: 'fine' }, { part: 'new_part', ok: false, detail: 'broken' }] } as unknown as Status;
  const seen = (changes: { bridges?: Bridge[]; sensors?: Sensor[]; pucks?: Puck[]; status?: Partial<Status> } = {}) =>
    lights({
      devices: { bridges: changes.bridges ?? [bridge], sensors: changes.sensors ?? [sensor], pucks: changes.pucks ?? [] } as Devices,
      status: { ...status, ...changes.status },
      now: () => now,
    });
  const named = (list: Light[], name: string) => list.find((light) => light.name === name)!;

  it('are dark until something is known', () => {
    expect(lights({ devices: null, status, now: () => now })).toEqual([]);
  });
  it('are green where all is well', () => {
    expect(['Bridge', 'Sensor', 'Cloud', 'MQTT'].map((name) => named(seen(), name).state)).toEqual(['good', 'good', 'good', 'good']);
    expect(named(seen(), 'Sensor').detail).toBe('Last heard 2 min ago.');
  });
  it('tell a bridge that is away, and since when, from none at all', () => {
    expect(named(seen({ bridges: [{ ...bridge, connected: false }] }), 'Bridge')).toMatchObject({ state: 'bad', detail: 'Not connected. Last heard 60 s ago.' });
    expect(named(seen({ bridges: [] }), 'Bridge')).toMatchObject({ state: 'warn', detail: 'No bridge has come yet.' });
  });
  it('ask for no bridge and no sensor where all that there is is heard by Bluetooth', () => {
    const names = (list: Light[]) => list.map((light) => light.name);
    expect(names(seen({ bridges: [], sensors: [], pucks: [{ uuid: 'P' } as Puck] }))).not.toEqual(expect.arrayContaining(['Bridge', 'Sensor']));
    const meter = { ...sensor, bluetooth: { name: 'Garden' } } as Sensor;
    expect(names(seen({ bridges: [], sensors: [meter] }))).toContain('Sensor');
    expect(names(seen({ bridges: [], sensors: [meter] }))).not.toContain('Bridge');
    expect(named(seen({ bridges: [{ ...bridge, connected: false }], pucks: [{ uuid: 'P' } as Puck] }), 'Bridge').state).toBe('bad');
  });
  it('tell the sensor that is silent, not the other one', () => {
    const silent = { ...sensor, uuid: 'T', last_seen: '2026-11-28T09:00:00Z' };
    expect(named(seen({ sensors: [sensor, silent] }), 'Sensor')).toMatchObject({ state: 'warn', detail: 'Last heard 3 h ago.' });
    expect(named(seen({ sensors: [{ ...sensor, last_seen: null }] }), 'Sensor')).toMatchObject({ state: 'warn', detail: 'Nothing heard yet.' });
  });
  it('say how many messages wait for a cloud that is away, and nothing where none is wanted', () => {
    const away = { ...bridge, cloud_path: 'standing_in' } as Bridge;
    expect(named(seen({ bridges: [away] }), 'Cloud')).toMatchObject({ state: 'warn', detail: expect.stringContaining('7 messages') });
    expect(named(seen({ bridges: [away], status: { mode: 'local' } }), 'Cloud').state).toBe('good');
    expect(named(seen({ bridges: [{ ...bridge, cloud_path: 'catching_up' } as Bridge] }), 'Cloud').detail).toContain('7 messages to go');
  });
  it('show parts that this page has no name for, in the words of the daemon', () => {
    expect(named(seen(), 'new_part')).toMatchObject({ state: 'bad', detail: 'broken' });
  });
});
