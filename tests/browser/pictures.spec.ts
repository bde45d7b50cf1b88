// The views as they were when somebody last found them good: pictures/. CONTRIBUTING.md says how they are renewed.
import type { Page } from '@playwright/test';
import { open } from './support/page';
import { expect, test } from './support/test';

const kPictured = ['now', 'history', 'uses', 'leaks', 'network', 'settings', 'setup'];
const kScreens = [
  { name: 'phone', width: 360, height: 740, colorScheme: 'dark' },
  { name: 'desk', width: 1280, height: 900, colorScheme: 'light' },
] as const;

// Ports, folders, and what emulated devices say of radio and battery are others in each run. So are the sums of the kinds of
// use: sixty days passed in seconds, and a tick of the clock between two messages cuts the use that was running then.
async function likeAlways(page: Page): Promise<void> {
  await page.evaluate(async () => {
    interface Drawn {
      sensor?: unknown;
      bridge?: unknown;
      answer?: unknown;
      updateComplete?: Promise<unknown>;
    }
    const kind = (category: string, month: number, uses: number) =>
      ({ category, name: category, total: 3 * month, today: month / 20, month, month_share: month / 7_000, month_uses: uses });
    const kinds = [kind('shower', 2_000, 35), kind('irrigation', 1_800, 5), kind('toilet', 750, 133), kind('hose', 700, 2),
      kind('clothes_washer', 390, 7), kind('faucet', 190, 101), kind('other', 0, 0)];
    const steady = { rssi_dbm: -80, battery_mv: 3250, wifi_rssi_dbm: -60, sensor_rssi_dbm: -80 };
    const walk = async (node: Node, at: (node: Node) => Promise<void>): Promise<void> => {
      await at(node);
      if (node instanceof Element && node.shadowRoot !== null) await walk(node.shadowRoot, at);
      for (const child of [...node.childNodes]) await walk(child, at);
    };
    await walk(document.body, async (node) => {
      const element = node as Drawn;
      for (const name of ['sensor', 'bridge'] as const) {
        const device = element[name];
        if (typeof device !== 'object' || device === null) continue;
        const known = Object.entries(steady).filter(([key]) => key in device);
        element[name] = { ...device, ...Object.fromEntries(known) };
        await element.updateComplete;
      }
      if (node instanceof Element && node.localName === 'mr-uses-kinds') {
        element.answer = { ...(element.answer as object), categories: kinds };
        await element.updateComplete;
      }
    });
    await walk(document.body, async (node) => {
      if (!(node instanceof Text) || !/\d/.test(node.data)) return;
      node.data = node.data.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1883').replace(/\/tmp\/millrace-house-\w+/g, '/tmp/millrace-house');
    });
  });
}

for (const view of kPictured) {
  test(`${view} looks as it did`, async ({ page, filled }) => {
    for (const { name, width, height, colorScheme } of kScreens) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open(page, filled.url, view);
      await likeAlways(page);
      await expect(page).toHaveScreenshot(`${view}-${name}.png`);
    }
  });
}
