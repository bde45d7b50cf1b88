// A reverse proxy that behaves as Home Assistant's ingress: only below a prefix that each installation has its own of, only
// with the cookie of its session, from the Supervisor's address, with the headers that the Supervisor sets.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const kBufferedBytes = 4_194_000;
export const kSessionCookie = 'ingress_session';

export class Ingress {
  readonly prefix = '/api/hassio_ingress/u1vLkQn9ZxKPoYh3cWb7';
  readonly session = 'a-session-of-the-test';
  readonly outside: string[] = []; // what was asked for elsewhere or without the cookie
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly target: { address: string; port: number },
    private readonly supervisor: string,
  ) {
    this.server = createServer((asked, answer) => void this.pass(asked, answer));
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  // Breaks what is open, as a restart of Home Assistant does.
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private async pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const path = asked.url ?? '';
    if (!path.startsWith(`${this.prefix}/`) || !(asked.headers.cookie ?? '').includes(`${kSessionCookie}=${this.session}`)) {
      this.outside.push(path);
      answer.writeHead(401).end('401: Unauthorized');
      return;
    }
    const { connection: _hop, ...headers } = asked.headers;
    const body: Buffer[] = [];
    for await (const part of asked) body.push(part as Buffer);
    const passed = request(
      {
        host: this.target.address,
        port: this.target.port,
        localAddress: this.supervisor,
        method: asked.method ?? 'GET',
        path: path.slice(this.prefix.length),
        headers: {
          ...headers,
          'x-forwarded-for': '192.168.1.7',
          'x-forwarded-host': asked.headers.host ?? '',
          'x-forwarded-proto': 'http',
          'x-ingress-path': this.prefix,
          'x-remote-user-id': '0123456789abcdef0123456789abcdef',
          'x-remote-user-name': 'anna',
          'x-remote-user-display-name': 'Anna',
        },
      },
      (told) => void this.tell(told, answer),
    );
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    passed.end(Buffer.concat(body));
  }

  private async tell(told: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { connection: _hop, 'transfer-encoding': _coding, ...headers } = told.headers;
    const length = Number(told.headers['content-length'] ?? NaN);
    try {
      if (length <= kBufferedBytes) {
        const body: Buffer[] = [];
        for await (const part of told) body.push(part as Buffer);
        answer.writeHead(told.statusCode ?? 502, headers).end(Buffer.concat(body));
        return;
      }
      answer.writeHead(told.statusCode ?? 502, { ...headers, 'x-accel-buffering': 'no' });
      for await (const part of told) answer.write(part);
      answer.end();
    } catch {
      answer.destroy();
    }
  }
}
