// The rules of WCAG 2.2, A and AA, that a program can check.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import { expect, type Page } from '@playwright/test';

const kSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const kRules: RunOptions = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] };

export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Through the debugger, which the page's security policy does not concern.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(kSource);
  const results = await page.evaluate((rules) => (window as unknown as { axe: { run(options: unknown): Promise<unknown> } }).axe.run(rules), kRules);
  const found = (results as AxeResults).violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}\n  at ${node.target.flat().join(' ')}\n  ${node.failureSummary?.replaceAll('\n', '\n  ') ?? ''}`),
  );
  expect(found, what).toEqual([]);
}

// Nothing is wider than the window, but for what scrolls by itself.
export async function expectNoSidewaysScrolling(page: Page, what: string): Promise<void> {
  const wide = await page.evaluate(() => {
    const excess = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return excess > 0 ? `${excess} px too wide` : '';
  });
  expect(wide, what).toBe('');
}
