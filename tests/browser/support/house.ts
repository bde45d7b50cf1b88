// The servers of a test's house: daemon, broker, emulated bridges, someone who listens to MQTT; each on a port that was free.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { freePort, listening, Program } from './program';

export const kBinary = process.env['MILLRACE_BINARY'] ?? '../../build/release/millrace';
export const kBridge = '61F6F57952E6B438';
export const kSensor = '61DA80B5F2A74DE4';
export const kKey = 'a1432af0625424ebb284610b32189a8ec65c18ba716e89f3eac93587a8bed5bb'; // made up

export interface DaemonWishes {
  config?: string; // further lines of the config file
  broker?: Broker | undefined;
  key?: string | null;
  listen?: string; // address of the page
  environment?: Record<string, string>;
  cloud?: Daemon; // another one that plays the cloud; this one relays to it
  name?: string; // of its files, where there are several
}

export class House {
  private readonly programs: Program[] = [];
  private readonly servers: { close(): unknown }[] = [];

  constructor(readonly folder: string) {}

  // A file in the house's folder.
  path(name: string): string {
    return join(this.folder, name);
  }

  run(name: string, command: string, parameters: readonly string[], environment: Record<string, string> = {}, listens = false): Program {
    const program = new Program(this.path(`${name}.log`), command, parameters, environment, listens);
    this.programs.push(program);
    return program;
  }

  keep<T extends { close(): unknown }>(server: T): T {
    this.servers.push(server);
    return server;
  }

  async broker(): Promise<Broker> {
    const broker = new Broker(this, await freePort());
    await broker.start();
    return broker;
  }

  async daemon(wishes: DaemonWishes = {}): Promise<Daemon> {
    const daemon = new Daemon(this, wishes, await freePort(), await freePort());
    await daemon.start();
    return daemon;
  }

  // An emulated bridge with its sensor; `key` null: it does not seal.
  bridge(daemon: Daemon, parameters: readonly string[], { key = kKey as string | null, environment = {} } = {}): Program {
    const seal = key === null ? [] : ['--key-file', this.file('sealing.key', `${key}\n`)];
    const where = ['--host', '127.0.0.1', '--port', String(daemon.bridgePort), '--bridge', kBridge, '--sensor', kSensor];
    return this.run('bridge', kBinary, ['simulate', ...where, ...seal, ...parameters], environment);
  }

  // What the broker was told below `filter`, as `topic payload` lines.
  async listener(broker: Broker, filter = '#'): Promise<Program> {
    const program = this.run('listener', 'mosquitto_sub', ['-h', '127.0.0.1', '-p', String(broker.port), '-t', filter, '-t', 'browser-test/ready', '-v']);
    await expect
      .poll(() => {
        execFileSync('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(broker.port), '-t', 'browser-test/ready', '-m', 'yes']);
        return program.log();
      })
      .toContain('browser-test/ready yes');
    return program;
  }

  file(name: string, content: string): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  // A trace for `simulate --trace`: what has passed the meter after each second, in millilitres.
  trace(name: string, millilitres: readonly number[]): string {
    return this.file(name, `unix_timestamp,cumulative_ml\n${millilitres.map((ml, second) => `${second},${ml}\n`).join('')}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.kill()));
    for (const server of this.servers) server.close();
  }
}

export class Broker {
  program!: Program;
  constructor(
    private readonly house: House,
    readonly port: number,
  ) {}

  // Again too, after it was killed.
  async start(): Promise<void> {
    const config = this.house.file('broker.conf', `listener ${this.port} 127.0.0.1\nallow_anonymous true\n`);
    this.program = this.house.run('broker', 'mosquitto', ['-c', config]);
    await listening(this.port, this.program);
  }
}

export class Daemon {
  program!: Program;
  readonly configFile: string;
  readonly state: string;

  constructor(
    private readonly house: House,
    private readonly wishes: DaemonWishes,
    readonly bridgePort: number,
    readonly httpPort: number,
  ) {
    const { broker, config = '' } = wishes;
    this.state = house.path(`${this.name}-state`);
    mkdirSync(this.state, { recursive: true });
    const mqtt = broker === undefined ? '' : `mqtt:\n  host: 127.0.0.1\n  port: ${broker.port}\n`;
    this.configFile = house.file(`${this.name}.yaml`, `version: 1\n${config}${mqtt}`);
  }

  private get name(): string {
    return this.wishes.name ?? 'millrace';
  }

  get url(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  // Again too, after it was killed: same ports, same state.
  async start(): Promise<void> {
    const { key = kKey, listen = '127.0.0.1', environment = {}, cloud } = this.wishes;
    const parameters = ['run', '--config', this.configFile, '--state-dir', this.state, '--bridge-listen', `127.0.0.1:${this.bridgePort}`, '--http-listen', `${listen}:${this.httpPort}`];
    if (key !== null) parameters.push('--key-file', this.house.file('bridge.key', `${key}\n`));
    if (cloud !== undefined) parameters.push('--cloud', `127.0.0.1:${cloud.bridgePort}`);
    this.program = this.house.run(this.name, kBinary, parameters, environment);
    await listening(this.httpPort, this.program);
  }

  // An answer of the API. These requests come from this machine's programs, not from the page.
  async ask<T = Record<string, unknown>>(path: string, method = 'GET', document?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      ...(document === undefined ? {} : { body: JSON.stringify(document), headers: { 'Content-Type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  // A token as `millrace token add` prints it, once.
  token(name: string, scope: 'read' | 'control' | 'admin'): string {
    return execFileSync(kBinary, ['token', 'add', name, '--scope', scope, '--config', this.configFile, '--state-dir', this.state], { encoding: 'utf8' }).trim();
  }
}
