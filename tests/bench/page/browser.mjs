// Debian's Chromium through the Playwright of tests/browser, and what the measures share.
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../../browser/package.json', import.meta.url))('playwright-core');

export const launch = () =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--enable-precise-memory-info', '--js-flags=--expose-gc'],
  });

export const desk = (language = 'en-GB') => ({ locale: language, timezoneId: 'America/Denver', viewport: { width: 1280, height: 900 } });

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

// The first figure on the first page.
export const flowShown = (page) => page.locator('mr-now-flow [data-part="flow"]').filter({ hasText: /\d/ }).waitFor();
