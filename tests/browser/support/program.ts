// A program that a test starts: ended by its process id, and with the test's own process whatever becomes of that.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { expect } from '@playwright/test';

export class Program {
  private readonly child: ChildProcess;

  // Its output goes to the file `log`.
  constructor(
    readonly logFile: string,
    command: string,
    parameters: readonly string[],
    environment: Record<string, string> = {},
    listens = false, // to what it is told
  ) {
    const log = openSync(logFile, 'a');
    // setpriv becomes the program, which the kernel ends when this process is gone.
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...parameters], {
      env: { ...process.env, ...environment },
      stdio: [listens ? 'pipe' : 'ignore', log, log],
    });
    closeSync(log);
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  say(line: string): void {
    this.child.stdin!.write(`${line}\n`);
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  // Its end, by itself; false when it failed.
  async ended(): Promise<boolean> {
    if (this.running) await once(this.child, 'exit');
    return this.child.exitCode === 0;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended();
  }

  // As a power cut would: no goodbye.
  async kill(): Promise<void> {
    if (!this.running) return;
    this.child.kill('SIGKILL');
    await this.ended();
  }

  // It stops in its tracks, with its connections open.
  freeze(): void {
    this.child.kill('SIGSTOP');
  }
  thaw(): void {
    this.child.kill('SIGCONT');
  }
}

// A port that was free a moment ago.
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export async function listening(port: number, program: Program): Promise<void> {
  await expect
    .poll(
      () => {
        if (!program.running) throw new Error(`it ended: ${program.log()}`);
        return new Promise<boolean>((tell) => {
          const socket = connect(port, '127.0.0.1');
          socket.once('connect', () => tell(true)).once('error', () => tell(false));
          socket.once('connect', () => socket.destroy());
        });
      },
      { message: `port ${port} to answer`, intervals: [20, 50] },
    )
    .toBe(true);
}
