// Water as it runs: shown within a second, and again after the line to the daemon was cut.
import { existsSync, readFileSync, watch } from 'node:fs';
import type { Page } from '@playwright/test';
import { type House, kSensor } from './support/house';
import { isMarked, mark, open } from './support/page';
import { expect, test } from './support/test';
import { water } from './support/water';

// Writes down by the browser's clock, which is this machine's, when the flow that is shown is first above nothing.
async function watchFlow(page: Page): Promise<void> {
  await page.locator('mr-now-flow').evaluate((card) => {
    const look = () => {
      const text = card.shadowRoot?.querySelector('[data-part=flow]')?.textContent ?? '';
      if (/[1-9]/.test(text) && !('flowSeen' in window)) Object.assign(window, { flowSeen: Date.now() });
    };
    new MutationObserver(look).observe(card.shadowRoot!, { subtree: true, childList: true, characterData: true });
  });
}

// When the emulated bridge wrote down that its first water is acknowledged, that is, on the daemon's disk.
function firstWater(house: House): Promise<number> {
  return new Promise((tell) => {
    const watcher = house.keep(
      watch(house.folder, () => {
        const file = house.path('ledger.csv');
        if (!existsSync(file) || !/,[1-9]\d*\n/.test(readFileSync(file, 'utf8'))) return;
        tell(Date.now());
        watcher.close();
      }),
    );
  });
}

test('water shows within a second of its acknowledgement, and a use that grows', async ({ page, house }) => {
  const daemon = await house.daemon();
  const acknowledged = firstWater(house);
  water(house, daemon, { dryS: 60 });
  await open(page, daemon.url, 'now');
  const flow = page.locator('[data-part=flow]');
  await expect(page.locator('mr-now-flow canvas')).toBeVisible();
  await expect(flow).not.toContainText(/[1-9]/);
  await watchFlow(page);
  await mark(page);

  await page.waitForFunction(() => 'flowSeen' in window, undefined, { polling: 100 });
  const seen = await page.evaluate(() => (window as unknown as { flowSeen: number }).flowSeen);
  expect(seen - (await acknowledged), 'milliseconds from acknowledgement to page').toBeLessThan(1000);

  await expect(page.locator('[data-part=state]')).toContainText('Water has run for');
  const soFar = page.locator('[data-part=so-far]');
  const litres = async () => parseFloat(/[\d.]+/.exec((await soFar.textContent()) ?? '')?.[0] ?? '0');
  await expect(soFar).toBeVisible();
  const first = await litres();
  await expect.poll(litres, 'the use grows').toBeGreaterThan(first);
  expect(await isMarked(page)).toBe(true);
});

test('the daemon is killed: the page says so, and catches up by itself', async ({ page, house, complaints }) => {
  complaints.allow(/net::ERR_/);
  const daemon = await house.daemon();
  await open(page, daemon.url, 'now');
  await expect(page.getByRole('heading', { name: 'Waiting for your bridge' })).toBeVisible();
  await mark(page);

  await daemon.program.kill();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('No connection to Millrace since', { timeout: 40_000 });
  await daemon.start();
  await expect(alert).not.toContainText('No connection', { timeout: 30_000 });
  water(house, daemon);
  await expect(page.locator('[data-part=flow]')).toContainText(/[1-9]/);
  await expect(page.getByRole('region', { name: kSensor })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Waiting for your bridge' })).toHaveCount(0);
  expect(await isMarked(page), 'nothing was loaded anew').toBe(true);
});
