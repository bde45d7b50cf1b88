import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kOfStep, kOfTheWhole } from '../src/views/setup/check_steps';
import { addressOf, current, done, type Setup, type StepId, steps } from '../src/views/setup/steps';
import { kNames, kWays, snippet } from '../src/views/setup/ways';

const nothing = {
  bridge_listener: { open: true, connections_seen: 0 }, guest: null, capture: null, bridges: [], sensors: [],
  broker: { configured: false, connected: false }, channels: { failing: 0, last_delivered: null },
} as unknown as Setup;
const bridge = { connected: true, frames: 5, messages_open: true };
const sensor = { first_reading: '2026-11-28T12:00:00Z', calibrated: true };
const at = (changes: object, received = false) => steps({ ...nothing, ...changes } as Setup, received);
const state = (changes: object, id: StepId, received = false) => at(changes, received).find((step) => step.id === id)!.state;

describe('the steps of a set-up', () => {
  it('begin with leading the bridge here', () => {
    expect(current(at({}))).toBe('redirect');
    expect(['bridge', 'frame', 'key', 'calibration'].map((id) => state({}, id as StepId))).toEqual(['later', 'later', 'later', 'later']);
  });
  it('stop at a port that cannot be opened, but not where somebody listens elsewhere', () => {
    const shut = { bridge_listener: { open: false, connections_seen: 0 } };
    expect([state(shut, 'port'), state(shut, 'redirect'), current(at(shut))]).toEqual(['trouble', 'later', 'port']);
    expect(state({ bridge_listener: null, guest: {} }, 'port')).toBe('done');
    expect(state({ bridge_listener: null }, 'port')).toBe('trouble');
  });
  it('know that somebody came before the bridge has said who it is', () => {
    const came = { bridge_listener: { open: true, connections_seen: 1 } };
    expect([state(came, 'redirect'), state(came, 'bridge')]).toEqual(['done', 'now']);
  });
  it('wait for a frame, and then for the key of one that is sealed', () => {
    const still = { bridges: [{ ...bridge, frames: 0, messages_open: null }] };
    expect([state(still, 'bridge'), state(still, 'frame'), state(still, 'key')]).toEqual(['done', 'now', 'later']);
    const sealed = { bridges: [{ ...bridge, messages_open: false }] };
    expect([state(sealed, 'frame'), state(sealed, 'key')]).toEqual(['done', 'now']);
    expect(state({ bridges: [bridge] }, 'key')).toBe('done');
  });
  it('ask to calibrate each sensor that has been read', () => {
    expect(state({ sensors: [{ ...sensor, first_reading: null }] }, 'calibration')).toBe('later');
    expect(state({ sensors: [sensor, { ...sensor, calibrated: false }] }, 'calibration')).toBe('now');
    expect(state({ sensors: [sensor] }, 'calibration')).toBe('done');
  });
  it('need neither broker nor notices, but say what is wrong with them', () => {
    expect(at({}).filter((step) => !step.needed).map((step) => step.id)).toEqual(['broker', 'notice']);
    expect(state({ broker: { configured: true, connected: false } }, 'broker')).toBe('trouble');
    expect(state({ channels: { failing: 1, last_delivered: null } }, 'notice')).toBe('trouble');
  });
  it('take a notice for delivered when somebody says that it came', () => {
    const sent = { channels: { failing: 0, last_delivered: '2026-11-28T12:00:00Z' } };
    expect([state(sent, 'notice'), state(sent, 'notice', true), state({}, 'notice', true)]).toEqual(['now', 'done', 'now']);
  });
  it('end when all are done', () => {
    const all = at({ bridges: [bridge], sensors: [sensor], broker: { configured: true, connected: true }, channels: { failing: 0, last_delivered: '2026-11-28T12:00:00Z' } }, true);
    expect([current(all), done(all)]).toEqual([null, all.length]);
  });
});

describe('the address for routers', () => {
  it('is what the page was reached by, where that is a number others can use', () => {
    expect(addressOf('192.168.1.20', '/')).toBe('192.168.1.20');
    expect([addressOf('127.0.0.1', '/'), addressOf('localhost', '/'), addressOf('homeassistant.local', '/')]).toEqual([null, null, null]);
    expect(addressOf('192.168.1.20', '/api/hassio_ingress/abc/')).toBeNull();
  });
});

describe('what is pasted into a router', () => {
  it.each(kWays.filter((way) => way !== 'fritzbox' && way !== 'nat'))('of %s leads every name here', (way) => {
    const lines = snippet(way, '10.0.0.7', '1883')!;
    for (const name of kNames) expect(lines).toContain(name);
    expect(lines).toContain('10.0.0.7');
  });
  // Those are loaded into the programs by tests/network.
  it.each([['dnsmasq', 'dns/dnsmasq.conf'], ['nat', 'firewall/redirect.nft']] as const)('of %s is the recipe %s', (way, recipe) => {
    const lines = readFileSync(new URL(`../../packaging/network/${recipe}`, import.meta.url), 'utf8').split('\n');
    const meant = lines.map((line) => line.replace(/\s*#.*$/, '')).filter((line) => line !== '');
    expect(snippet(way, '192.168.1.10', '1883')!.split('\n')).toEqual(meant);
  });
  it('has Pi-hole keep the names’ other questions as dnsmasq does', () => {
    const local = snippet('dnsmasq', '10.0.0.7', '1883')!.split('\n')[0];
    expect(local).toMatch(/^local=\//);
    expect(snippet('pihole', '10.0.0.7', '1883')!.split('\n').at(-1)).toBe(local);
  });
  it('is in the form that each program reads', () => {
    expect(snippet('openwrt', '10.0.0.7', '1883')).toContain(`address='/${kNames[0]}/10.0.0.7'`);
    expect(snippet('openwrt', '10.0.0.7', '1883')).toContain(`server='/${kNames[0]}/'`);
    expect(snippet('openwrt', '10.0.0.7', '1883')).toContain('uci commit dhcp');
    expect(snippet('homeassistant', '10.0.0.7', '1883')).toContain(`  - host: ${kNames[0]}\n    ip: 10.0.0.7`);
  });
  it('leads connections to the port that is listened at, and their answers back', () => {
    expect(snippet('nat', '10.0.0.7', '18830')).toContain('define millrace = 10.0.0.7\n');
    expect(snippet('nat', '10.0.0.7', '18830')).toContain('define millrace_port = 18830\n');
    expect(snippet('nat', '10.0.0.7', '18830')).toContain('masquerade');
  });
  it('is nothing where there is only a form to fill in', () => {
    expect(snippet('fritzbox', '10.0.0.7', '1883')).toBeNull();
  });
});

describe('the checks of the daemon', () => {
  const document = JSON.parse(readFileSync(new URL('../../daemon/api/openapi.json', import.meta.url), 'utf8')) as {
    components: { schemas: { Check: { properties: { id: { enum: string[] } } } } };
  };
  it('each belong to a step, or to the whole', () => {
    const shown = new Set<string>([...Object.values(kOfStep).flat(), ...kOfTheWhole]);
    expect([...shown].sort()).toEqual([...document.components.schemas.Check.properties.id.enum].sort());
  });
});
