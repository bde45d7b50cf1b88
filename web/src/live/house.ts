// What the page knows of the house at this moment, kept up to date by the daemon's stream, and who is told of changes.
//
// One stream serves all views: browsers allow six connections to a server. While the page is hidden it holds none, so
// that forgotten tabs take nothing from the one that is looked at. Where the stream does not get through (older Home
// Assistant compresses it on the way) the page asks every two seconds instead.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type Alarm, api, base, type Devices, kStatusLimitMs, type Puck, refusals, said, type Schemas, type Sensor, type Session, type Status } from '../api/client';

export type Connection =
  | 'asking' // nothing was heard yet
  | 'live'
  | 'lost' // nobody answers; it goes on trying
  | 'stranger'; // the daemon wants to know who asks

const kPollEveryMs = 2_000;
const kStatusEveryMs = 10_000;
const kStreamSpeaksWithinMs = 4_000;
const kHiddenBeforeRestMs = 20_000;
// One missed answer is a hiccup; after two the page says so.
const kMissesBeforeLost = 2;
// A daemon that has no stream to give is not asked for one again and again.
const kReopenAfterMs = 5_000;

export class House extends EventTarget {
  connection: Connection = 'asking';
  devices: Devices | null = null;
  alarms: Alarm[] = []; // the open ones, the gravest and then the newest first
  status: Status | null = null;
  session: Session | null = null;
  // Since when nothing was heard, by the daemon's clock.
  lostSince: number | null = null;

  private stream: EventSource | null = null;
  private serverAhead = 0; // milliseconds
  private misses = 0;
  private lastHeard = 0; // by the browser's clock
  private opened = 0; // when the stream was asked for, by the browser's clock
  private polling = false;
  private asksSession = false;
  private pollTimer = 0;
  private statusTimer = 0;
  private patience = 0;
  private restTimer = 0;

  start(): void {
    document.addEventListener('visibilitychange', () => this.seen(!document.hidden));
    window.addEventListener('online', () => this.wake());
    window.addEventListener('pagehide', () => this.rest());
    window.addEventListener('pageshow', (event) => event.persisted && this.stream === null && this.wake());
    refusals.addEventListener('refused', () => this.refused());
    this.wake();
  }

  // The daemon's clock, in milliseconds of Unix time.
  now(): number {
    return Date.now() + this.serverAhead;
  }

  // Whether who looks at the page may change things.
  get mayControl(): boolean {
    return this.session?.scope === 'control' || this.session?.scope === 'admin';
  }
  get mayAdminister(): boolean {
    return this.session?.scope === 'admin';
  }

  sensor(uuid: string): Sensor | undefined {
    return this.devices?.sensors.find((sensor) => sensor.uuid === uuid);
  }

  // Asks for everything anew, as after logging in.
  wake(): void {
    this.rest();
    this.openStream();
    void this.askStatus();
    void this.askSession();
  }

  // An answer to an alarm shows at once; the stream will tell it too.
  take(alarm: Alarm): void {
    this.alarms = ordered([...this.alarms.filter((one) => one.id !== alarm.id), alarm]);
    this.tell();
  }

  private seen(visible: boolean): void {
    clearTimeout(this.restTimer);
    if (!visible) this.restTimer = window.setTimeout(() => this.rest(), kHiddenBeforeRestMs);
    else if (this.stream === null) this.wake();
  }

  private rest(): void {
    this.stream?.close();
    this.stream = null;
    this.polling = false;
    for (const timer of [this.pollTimer, this.statusTimer, this.patience]) clearTimeout(timer);
  }

  private openStream(): void {
    this.stream?.close();
    const stream = new EventSource(`${base}/api/v1/stream`);
    this.stream = stream;
    this.opened = Date.now();
    clearTimeout(this.patience);
    this.patience = window.setTimeout(() => {
      if (this.polling) return;
      this.polling = true;
      void this.poll();
    }, kStreamSpeaksWithinMs);
    const on = <T>(type: string, apply: (data: T) => void) =>
      stream.addEventListener(type, (event) => {
        apply(JSON.parse((event as MessageEvent<string>).data) as T);
        this.heard();
      });
    // A stream that breaks is the first to tell that nobody answers.
    stream.addEventListener('error', () => void this.askStatus());
    on<Schemas['StreamSnapshot']>('snapshot', (snapshot) => {
      clearTimeout(this.patience);
      clearTimeout(this.pollTimer);
      this.polling = false;
      this.takeAll(snapshot.devices, snapshot.alarms.items);
    });
    on<Sensor>('sensor', (sensor) => this.replace('sensors', sensor));
    on<Schemas['Bridge']>('bridge', (bridge) => this.replace('bridges', bridge));
    on<Puck>('puck', (puck) => this.replace('pucks', puck));
    on<Schemas['StreamAlarm']>('alarm', (change) => this.take(change.alarm));
  }

  private takeAll(devices: Devices, alarms: Alarm[]): void {
    this.serverAhead = Date.parse(devices.time) - Date.now();
    this.devices = devices;
    this.alarms = ordered(alarms);
  }

  private replace<Kind extends 'sensors' | 'bridges' | 'pucks'>(kind: Kind, device: Devices[Kind][number]): void {
    if (this.devices === null) return;
    const others = (this.devices[kind] as { uuid: string }[]).filter((one) => one.uuid !== device.uuid);
    const list = [...others, device].sort((a, b) => a.uuid.localeCompare(b.uuid));
    this.devices = { ...this.devices, [kind]: list };
  }

  private async poll(): Promise<void> {
    try {
      const [devices, alarms] = await Promise.all([
        said(api.GET('/api/v1/devices')),
        said(api.GET('/api/v1/alarms', { params: { query: { state: 'open' } } })),
      ]);
      if (!this.polling) return; // a snapshot has come before
      this.takeAll(devices, alarms.items);
      this.heard();
    } catch {
      this.missed();
    }
    if (this.polling) this.pollTimer = window.setTimeout(() => void this.poll(), kPollEveryMs);
  }

  // Also what tells a dead line from a quiet house.
  private async askStatus(): Promise<void> {
    clearTimeout(this.statusTimer);
    const asked = Date.now();
    try {
      this.status = await said(api.GET('/api/v1/status'));
      const back = this.connection === 'lost' || this.stream?.readyState === EventSource.CLOSED;
      this.heard();
      if (back && Date.now() - this.opened >= kReopenAfterMs) this.openStream(); // for a new snapshot
      if (this.session === null) void this.askSession();
    } catch {
      // Whoever says nothing for so long is away at once; a slow answer is none while the stream speaks.
      if (this.lastHeard <= asked) this.missed(Date.now() - asked < kStatusLimitMs ? 1 : kMissesBeforeLost);
    }
    const wait = this.misses > 0 ? kPollEveryMs : kStatusEveryMs;
    if (this.stream !== null) this.statusTimer = window.setTimeout(() => void this.askStatus(), wait);
  }

  // A session that is half over is made anew by asking for it.
  private async askSession(): Promise<void> {
    if (this.asksSession) return;
    this.asksSession = true;
    try {
      this.session = await said(api.GET('/api/v1/session'));
      this.tell();
    } catch {
      // It is asked again once the daemon answers.
    }
    this.asksSession = false;
  }

  private heard(): void {
    if (this.connection === 'stranger') return; // an answer from before
    this.misses = 0;
    this.lastHeard = Date.now();
    this.lostSince = null;
    if (this.devices !== null) this.connection = 'live';
    this.tell();
  }

  private missed(weight = 1): void {
    this.misses += weight;
    if (this.connection === 'stranger' || this.misses < kMissesBeforeLost) return;
    this.lostSince ??= this.now();
    this.connection = 'lost';
    this.tell();
  }

  private refused(): void {
    this.rest();
    this.session = null;
    this.connection = 'stranger';
    this.tell();
  }

  private tell(): void {
    this.dispatchEvent(new Event('change'));
  }
}

const gravity = (alarm: Alarm): number => ['info', 'warning', 'critical'].indexOf(alarm.severity);

const ordered = (alarms: readonly Alarm[]): Alarm[] =>
  alarms
    .filter((alarm) => alarm.state !== 'cleared')
    .sort((a, b) => gravity(b) - gravity(a) || Date.parse(b.raised) - Date.parse(a.raised));

export const house = new House();

// Draws an element anew whenever something of the house has changed.
export class WithHouse implements ReactiveController {
  private readonly listener = () => this.host.requestUpdate();
  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }
  hostConnected(): void {
    house.addEventListener('change', this.listener);
  }
  hostDisconnected(): void {
    house.removeEventListener('change', this.listener);
  }
}
