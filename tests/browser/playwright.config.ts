// How the page is tested: Debian's Chromium, real servers on free ports, no second chances.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: 'results',
  snapshotPathTemplate: 'pictures/{arg}{ext}',
  globalSetup: './support/filled_house.ts',
  workers: 2,
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 15_000, toHaveScreenshot: { animations: 'disabled', maxDiffPixelRatio: 0.002, threshold: 0.2 } },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    timezoneId: 'America/Denver', // people look at their house from where it stands
    viewport: { width: 1280, height: 900 },
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-lcd-text', '--font-render-hinting=none'],
    },
    screenshot: 'only-on-failure', // a trace would cost a third of the time
  },
});
