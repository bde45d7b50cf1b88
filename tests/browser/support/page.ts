// What tests do with the page again and again.
import { expect, type Locator, type Page } from '@playwright/test';

export const kViews = ['now', 'history', 'uses', 'leaks', 'devices', 'network', 'settings', 'setup'] as const;
export type View = (typeof kViews)[number];

// The view is there, and nothing in it waits for an answer any more.
export async function open(page: Page, url: string, view: string): Promise<Locator> {
  await page.goto(`${url}/#/${view}`);
  return settled(page, view);
}

export async function settled(page: Page, view: string): Promise<Locator> {
  const element = page.locator(`mr-${view.split('/')[0]}`);
  await expect(element).toBeVisible();
  await expect(page.locator('mr-health details')).toBeVisible();
  // .wait alone marks what the page itself still waits for; where a view waits for the house it says so in words.
  await expect(page.getByRole('status').filter({ hasText: /^(Loading…|Asking Millrace…|Cargando…|Preguntando a Millrace…)$/ })).toHaveCount(0);
  return element;
}

// Something that a reload would lose.
export const mark = (page: Page): Promise<void> => page.evaluate(() => void Object.assign(window, { stillTheSame: true }));
export const isMarked = (page: Page): Promise<boolean> => page.evaluate(() => 'stillTheSame' in window);
