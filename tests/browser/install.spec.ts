// The page as an app on a phone's home screen.
import { chromium } from '@playwright/test';
import { open } from './support/page';
import { expect, test } from './support/test';

test('browsers offer to install it', async ({ filled, launchOptions }, info) => {
  // Nothing is installed from a private window, which is what other tests look through.
  const context = await chromium.launchPersistentContext(info.outputPath('profile'), launchOptions);
  try {
    const page = await context.newPage();
    await open(page, filled.url, 'now');
    const browser = await context.newCDPSession(page);
    const manifest = await browser.send('Page.getAppManifest');
    expect(manifest.errors).toEqual([]);
    expect(JSON.parse(manifest.data ?? '{}')).toMatchObject({ name: 'Millrace', display: 'standalone' });
    expect((await browser.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([]);
  } finally {
    await context.close();
  }
});
