// Who is let in, and what those see who may only read.
import type { Daemon, House } from './support/house';
import { open } from './support/page';
import { expect, test } from './support/test';

const kNeedsToken = 'http:\n  loopback_needs_token: true\n';
// That nobody is let in without a token stands in the browser's console too.
const kRefused = /status of 401/;

const careful = (house: House): Promise<Daemon> => house.daemon({ config: kNeedsToken });

test('a wrong token is refused, the right one lets in, and logging out ends it', async ({ page, house, complaints }) => {
  complaints.allow(kRefused);
  const daemon = await careful(house);
  const token = daemon.token('phone', 'control');
  await page.goto(`${daemon.url}/`);
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Views' })).toHaveCount(0);

  const field = page.getByLabel('Token');
  await field.fill(`millrace_${'1'.repeat(48)}`);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'This token is not known.' })).toBeVisible();
  await field.fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { name: 'Waiting for your bridge' })).toBeVisible();
  expect(await page.evaluate(() => document.cookie), 'no script may read the session').toBe('');
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage })), 'nor find the token').not.toContain(token);

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Waiting for your bridge' })).toBeVisible();
  await page.goto(`${daemon.url}/#/settings/browser`);
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Log in' })).toBeVisible();
});

test('who may only read finds what changes things disabled, and why', async ({ page, house, complaints }) => {
  complaints.allow(kRefused);
  complaints.allow(/status of 403/);
  const daemon = await careful(house);
  const token = daemon.token('guest', 'read');
  await page.goto(`${daemon.url}/`);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { name: 'Waiting for your bridge' })).toBeVisible();
  await open(page, daemon.url, 'leaks/modes');
  await expect(page.getByRole('button', { name: 'Vacation' }).or(page.getByRole('button', { name: 'On vacation' }))).toBeDisabled();
  await expect(page.locator('main')).toContainText('Your token may read but not change anything.');
  await open(page, daemon.url, 'settings/site');
  await expect(page.locator('main')).toContainText(/Your token may/);
  await expect(page.locator('main').getByRole('button', { name: 'Save' })).toBeDisabled();
});
