// The daemon's checks in the set-up: what they find stands at the steps it belongs to, and is looked for again on request.
import { expectAccessible } from './support/accessibility';
import { open } from './support/page';
import { expect, test } from './support/test';
import { water } from './support/water';

test('each step shows what the checks found of it, and checks again', async ({ page, house }) => {
  const daemon = await house.daemon();
  const step = (id: string) => page.locator(`[data-step=${id}]`);
  const check = (within: string, id: string) => step(within).locator(`[data-check=${id}]`);
  await page.emulateMedia({ reducedMotion: 'reduce' }); // what breathes has no contrast to measure
  await open(page, daemon.url, 'setup');
  await expect(page.locator('[data-check]')).toHaveCount(0);

  await step('redirect').getByRole('button', { name: 'Check now' }).click();
  await expect(check('redirect', 'reach')).toHaveAttribute('data-state', 'problem', { timeout: 20_000 });
  await expect(check('redirect', 'reach')).toContainText('loopback only');
  await expect(check('redirect', 'reach')).toContainText('0.0.0.0:');
  await expect(step('redirect').locator('[data-check=dns]')).toHaveCount(1);
  await expect(page.locator('[data-check=config]')).toHaveAttribute('data-state', 'ok');
  await step('port').getByRole('button', { name: /Millrace listens/ }).click();
  await expect(check('port', 'port')).toHaveAttribute('data-state', 'ok');
  await step('broker').getByRole('button', { name: /Home Assistant/ }).click();
  await expect(check('broker', 'broker')).toHaveAttribute('data-state', 'note');
  await step('bridge').getByRole('button', { name: /The bridge is connected/ }).click();
  await expect(check('bridge', 'bridge')).toHaveAttribute('data-state', 'warning');
  await expectAccessible(page, 'the findings');

  water(house, daemon, { speed: 1 });
  await expect(step('bridge')).toHaveAttribute('data-state', 'done', { timeout: 30_000 });
  await step('bridge').getByRole('button', { name: 'Check again' }).click();
  await expect(check('bridge', 'bridge')).toHaveAttribute('data-state', 'ok', { timeout: 20_000 });

  // What was found is there for who comes later.
  await page.reload();
  await expect(page.locator('[data-check=config]')).toHaveAttribute('data-state', 'ok');
});
