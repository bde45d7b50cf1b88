// What the first page says when something is missing or wrong.
import { open } from './support/page';
import { expect, test } from './support/test';
import { water } from './support/water';

test('volumes of a meter nobody has measured are marked, and why', async ({ page, filled }) => {
  await open(page, filled.url, 'now');
  await expect(page.locator('[data-part=today]')).toContainText('≈');
  const why = page.getByText('draw a bucket once');
  await expect(why).toBeHidden();
  await page.getByText('The volumes (≈) rest on a guess.').click();
  await expect(why).toBeVisible();
  await page.getByRole('link', { name: 'Calibrate' }).click();
  await expect(page).toHaveURL(/#\/devices\/.*\/calibration$/);
  await expect(page.locator('mr-draw-bucket').getByRole('button', { name: 'Start' })).toBeEnabled();
});

test('sealed messages are told from silence, and lead to where the key is entered', async ({ page, house }) => {
  // A bridge that seals has to be answered by who has its key.
  const cloud = await house.daemon({ name: 'cloud' });
  const daemon = await house.daemon({ key: null, cloud });
  water(house, daemon);
  await open(page, daemon.url, 'now');
  await expect(page.getByText('they are sealed and no key opens them')).toBeVisible();
  await page.getByRole('link', { name: 'Add the key' }).click();
  await expect(page.getByLabel('Key', { exact: true })).toBeVisible();
});

test('what does not work is named in the line of health', async ({ page, house }) => {
  const broker = await house.broker();
  const daemon = await house.daemon({ broker });
  water(house, daemon);
  await open(page, daemon.url, 'now');
  const health = page.locator('mr-health summary');
  await expect(health).toHaveAttribute('title', 'All is well', { timeout: 20_000 });
  await broker.program.kill();
  await expect(health).toHaveAttribute('title', 'Needs a look: MQTT', { timeout: 20_000 });
  await health.click();
  await expect(page.locator('mr-health')).toContainText(`127.0.0.1:${broker.port}`);
});
