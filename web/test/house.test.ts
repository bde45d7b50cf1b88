import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// A daemon as the page sees it: what its routes answer, and the streams that were opened to it.
const streams: Stream[] = [];
class Stream extends EventTarget {
  static readonly CLOSED = 2;
  readyState = 0;
  constructor(readonly url: string) {
    super();
    streams.push(this);
    if (refusesStreams) setTimeout(() => this.refuse());
  }
  say(type: string, data: unknown): void {
    this.dispatchEvent(Object.assign(new Event(type), { data: JSON.stringify(data) }));
  }
  refuse(): void {
    this.readyState = 2;
    this.dispatchEvent(new Event('error'));
  }
  close(): void {
    this.readyState = 2;
  }
}
let refusesStreams = false;
let hangs = false;
let answers: Record<string, () => { status: number; body: unknown }> = {};
let asked: string[] = [];

const devices = () => ({ time: new Date().toISOString(), time_zone: 'UTC', unit: 'L', flow_unit: 'L/min', bridges: [], sensors: [], pucks: [] });
const ok = (body: unknown) => () => ({ status: 200, body });
const refused = () => ({ status: 401, body: { detail: 'who?' } });
const count = (path: string) => asked.filter((one) => one === path).length;

const newPage = () => Object.assign(new EventTarget(), { baseURI: 'http://house/', hidden: false });
const newWindow = () => Object.assign(new EventTarget(), { setTimeout: (work: () => void, ms: number) => setTimeout(work, ms) });
let page = newPage();
let window_ = newWindow();
vi.stubGlobal('document', page);
vi.stubGlobal('EventSource', Stream);
vi.stubGlobal('fetch', async (request: Request, { signal }: { signal: AbortSignal }) => {
  const path = new URL(request.url).pathname;
  asked.push(path);
  if (hangs) return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const answer = answers[path];
  if (answer === undefined) throw new TypeError('nobody');
  const { status, body } = answer();
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
});
const { House } = await import('../src/live/house');

function up(): void {
  answers = {
    '/api/v1/status': ok({ version: '1' }),
    '/api/v1/session': ok({ scope: 'admin', granted_by: 'nobody', token: null }),
    '/api/v1/devices': () => ({ status: 200, body: devices() }),
    '/api/v1/alarms': ok({ items: [] }),
  };
}
const alarm = (id: number, severity: string) => ({ id, severity, state: 'raised', raised: `2026-11-28T0${id}:00:00Z` });

let house: InstanceType<typeof House>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  streams.length = 0;
  asked = [];
  refusesStreams = hangs = false;
  up();
  page = newPage();
  window_ = newWindow();
  vi.stubGlobal('document', page);
  vi.stubGlobal('window', window_);
  house = new House();
});
afterEach(() => vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('The house', () => {
  it('lives by the stream', async () => {
    house.start();
    await pass(10);
    streams[0]!.say('snapshot', { devices: devices(), alarms: { items: [alarm(1, 'info'), alarm(2, 'critical'), alarm(3, 'critical')] } });
    expect(house.connection).toBe('live');
    expect(house.alarms.map((one) => one.id)).toEqual([3, 2, 1]);
    await pass(60_000);
    expect([streams.length, count('/api/v1/devices')]).toEqual([1, 0]);
  });

  it('keeps leak pucks up to date, and takes in new ones', async () => {
    house.start();
    await pass(10);
    const puck = (uuid: string, wet: boolean | null) => ({ uuid, wet, name: uuid });
    streams[0]!.say('snapshot', { devices: { ...devices(), pucks: [puck('B', false)] }, alarms: { items: [] } });
    const before = house.devices;
    streams[0]!.say('puck', puck('B', true));
    streams[0]!.say('puck', puck('A', null));
    expect(house.devices!.pucks.map((one) => [one.uuid, one.wet])).toEqual([['A', null], ['B', true]]);
    expect(before!.pucks[0]!.wet).toBe(false); // what was handed out stays as it was
  });

  it('tells of a snapshot once, with all its alarms', async () => {
    house.start();
    await pass(10);
    const seen: number[] = [];
    house.addEventListener('change', () => seen.push(house.alarms.length));
    streams[0]!.say('snapshot', { devices: devices(), alarms: { items: [alarm(1, 'info'), alarm(2, 'critical')] } });
    expect(seen).toEqual([2]);
  });

  it('learns who looks when the daemon comes up later than the page', async () => {
    answers = {};
    house.start();
    await pass(10_000);
    expect([house.connection, house.session]).toEqual(['lost', null]);
    up();
    await pass(10_000);
    expect(house.mayAdminister).toBe(true);
    expect(house.connection).toBe('live');
  });

  it('polls where streams are refused, and asks for one only now and then', async () => {
    refusesStreams = true;
    house.start();
    await pass(60_000);
    expect(house.connection).toBe('live');
    expect(streams.length).toBeLessThan(20);
    expect(count('/api/v1/status')).toBeLessThan(40);
    expect(count('/api/v1/devices')).toBeGreaterThan(20);
  });

  it('opens the stream anew after a silence', async () => {
    house.start();
    await pass(10);
    streams[0]!.say('snapshot', { devices: devices(), alarms: { items: [] } });
    answers = {};
    await pass(30_000);
    expect(house.connection).toBe('lost');
    up();
    await pass(10_000);
    expect(streams.length).toBe(2);
    streams[1]!.say('snapshot', { devices: devices(), alarms: { items: [] } });
    expect([house.connection, house.lostSince]).toEqual(['live', null]);
  });

  it('says within fifteen seconds that a daemon hangs', async () => {
    house.start();
    await pass(10);
    streams[0]!.say('snapshot', { devices: devices(), alarms: { items: [] } });
    hangs = true;
    await pass(15_000);
    expect(house.connection).toBe('lost');
    hangs = false;
    await pass(5_000);
    expect(house.connection).toBe('live');
  });

  it('says so at the first load, too', async () => {
    hangs = true;
    house.start();
    await pass(6_000);
    expect(house.connection).toBe('lost');
  });

  it('is not lost by a slow status while the stream speaks', async () => {
    house.start();
    await pass(10);
    const snapshot = { devices: devices(), alarms: { items: [] } };
    streams[0]!.say('snapshot', snapshot);
    hangs = true;
    const seen = new Set<string>();
    house.addEventListener('change', () => seen.add(house.connection));
    for (let second = 0; second < 30; ++second) {
      await pass(1_000);
      streams[0]!.say('snapshot', snapshot);
    }
    expect([...seen]).toEqual(['live']);
  });

  it('wants to know who asks as soon as anything is refused, and forgets who it was', async () => {
    house.start();
    await pass(10);
    streams[0]!.say('snapshot', { devices: devices(), alarms: { items: [] } });
    expect(house.mayControl).toBe(true);
    answers['/api/v1/usage'] = refused;
    const { api, said } = await import('../src/api/client');
    await said(api.GET('/api/v1/usage' as never)).catch(() => undefined);
    expect([house.connection, house.session]).toEqual(['stranger', null]);
    expect(streams[0]!.readyState).toBe(2);
  });

  it('comes back from the browser’s memory with one stream and one question of each kind', async () => {
    house.start();
    await pass(10);
    window_.dispatchEvent(new Event('pagehide'));
    asked = [];
    page.dispatchEvent(new Event('visibilitychange'));
    window_.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
    await pass(10);
    expect([streams.length, count('/api/v1/status'), count('/api/v1/session')]).toEqual([2, 1, 1]);
  });

  it('takes nothing while it is hidden for long', async () => {
    house.start();
    await pass(10);
    page.hidden = true;
    page.dispatchEvent(new Event('visibilitychange'));
    await pass(30_000);
    asked = [];
    await pass(120_000);
    expect([asked.length, streams[0]!.readyState]).toEqual([0, 2]);
    page.hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    await pass(10);
    expect(streams.length).toBe(2);
  });
});
