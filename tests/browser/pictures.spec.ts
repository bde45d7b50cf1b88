// The views as they were when somebody last found them good: pictures/. CONTRIBUTING.md says how they are renewed.
import type { Page } from '@playwright/test';
import { open } from './support/page';
import { expect, test } from './support/test';

const kPictured = ['now', 'history', 'uses', 'leaks', 'devices', 'network', 'settings', 'setup'];
const kScreens = [
  { name: 'phone', width: 360, height: 740, colorScheme: 'dark' },
  { name: 'desk', width: 1280, height: 900, colorScheme: 'light' },
] as const;

// Ports and folders are others in each run.
async function likeAlways(page: Page): Promise<void> {
  await page.evaluate(() => {
    const walk = (node: Node): void => {
      if (node instanceof Text && /\d/.test(node.data)) {
        node.data = node.data.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1883').replace(/\/tmp\/millrace-house-\w+/g, '/tmp/millrace-house');
      }
      if (node instanceof Element && node.shadowRoot !== null) walk(node.shadowRoot);
      for (const child of node.childNodes) walk(child);
    };
    walk(document.body);
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
