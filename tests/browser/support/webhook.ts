// Somebody who is told of alarms by a webhook.
import { once } from 'node:events';
import { createServer } from 'node:http';

export class Webhook {
  readonly told: { kind: string }[] = [];
  private readonly server = createServer(async (asked, answer) => {
    const body: Buffer[] = [];
    for await (const part of asked) body.push(part as Buffer);
    this.told.push(JSON.parse(Buffer.concat(body).toString()) as { kind: string });
    answer.writeHead(200).end();
  });

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}/`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
