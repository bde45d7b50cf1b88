// `test` with a house for each test, and with a browser that must have nothing to complain of: no error in the console, no
// request that leaves the page's own server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, expect, test as base } from '@playwright/test';
import { filledHouse } from './filled_house';
import { type Daemon, House } from './house';

interface Complaints {
  // A complaint that belongs to what the test does, such as a server that is gone.
  allow(pattern: RegExp): void;
  // Every address that was asked.
  readonly asked: string[];
}

async function emptyHouse(use: (house: House) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-house-'));
  const house = new House(folder);
  try {
    await use(house);
  } finally {
    await house.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function watch(context: BrowserContext, found: string[], asked: string[]): void {
  context.on('weberror', (error) => found.push(`error: ${error.error().stack ?? error.error().message}`));
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') found.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('request', (request) => asked.push(request.url()));
}

export const test = base.extend<{ house: House; complaints: Complaints }, { filled: Daemon; bare: Daemon }>({
  house: async ({}, use) => emptyHouse(use),

  // Sixty days of water, for tests that only look; each worker has one.
  filled: [async ({}, use) => emptyHouse(async (house) => use(await filledHouse(house))), { scope: 'worker' }],

  // One that has heard nothing and knows nothing.
  bare: [async ({}, use) => emptyHouse(async (house) => use(await house.daemon({ key: null }))), { scope: 'worker' }],

  complaints: [
    // With the house, so that it still stands when the browser is asked.
    async ({ context, house: _ }, use) => {
      const found: string[] = [];
      const asked: string[] = [];
      const allowed: RegExp[] = [];
      watch(context, found, asked);
      await use({ allow: (pattern) => allowed.push(pattern), asked });
      expect(found.filter((one) => !allowed.some((pattern) => pattern.test(one))), 'the browser complains').toEqual([]);
      const servers = new Set(asked.filter((url) => /^(https?|wss?):/.test(url)).map((url) => new URL(url).host));
      expect([...servers].length, `a request left the house: ${[...servers].join(', ')}`).toBeLessThanOrEqual(1);
      expect(asked.filter((url) => url.startsWith('data:')), 'the security policy has no data: addresses').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
