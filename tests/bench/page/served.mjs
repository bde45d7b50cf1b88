// A built page from its folder, as the daemon would send it, and everything below /api/ from the daemon: to measure a change
// of the page without compiling the program.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';

const kKinds = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.png': 'image/png', '.webmanifest': 'application/manifest+json' };

function send(folder, asked, answer) {
  const { pathname } = new URL(asked.url, 'http://page');
  const path = join(folder, normalize(pathname === '/' ? '/index.html' : pathname));
  if (!existsSync(path)) return answer.writeHead(404).end();
  const taken = asked.headers['accept-encoding'] ?? '';
  const coding = [['br', '.br'], ['gzip', '.gz']].find(([name, ending]) => taken.includes(name) && existsSync(path + ending));
  answer.writeHead(200, { 'Content-Type': kKinds[extname(path)] ?? 'application/octet-stream', ...(coding ? { 'Content-Encoding': coding[0] } : {}) });
  answer.end(readFileSync(path + (coding?.[1] ?? '')));
}

function pass(daemon, asked, answer) {
  const onward = request(new URL(asked.url, daemon), { method: asked.method, headers: asked.headers }, (said) => {
    answer.writeHead(said.statusCode, said.headers);
    said.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  answer.on('close', () => onward.destroy());
  asked.pipe(onward);
}

export async function served(folder, daemon) {
  const server = createServer((asked, answer) => (asked.url.startsWith('/api/') ? pass(daemon, asked, answer) : send(folder, asked, answer)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
