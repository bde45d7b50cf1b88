// From nothing to water in the wizard, as somebody does it who has just plugged the bridge in again.
import { kKey, kSensor } from './support/house';
import { isMarked, mark, open } from './support/page';
import { expect, test } from './support/test';
import { water } from './support/water';
import { Webhook } from './support/webhook';

test('each step ticks itself off while one watches, until there is water', async ({ page, house, complaints }) => {
  complaints.allow(/status of 422/); // a wrong key
  test.setTimeout(120_000);
  const broker = await house.broker();
  const phone = house.keep(await new Webhook().start());
  const channel = `notify:\n  channels:\n  - { name: phone, type: webhook, url: "${phone.url}" }\n`;
  const daemon = await house.daemon({ key: null, broker, config: channel });
  const step = (id: string) => page.locator(`[data-step=${id}]`);
  const ticked = (id: string) => expect(step(id), `step ${id}`).toHaveAttribute('data-state', 'done', { timeout: 30_000 });

  await open(page, daemon.url, 'setup');
  await mark(page);
  await ticked('port');
  await ticked('broker');
  await expect(step('redirect')).toHaveAttribute('data-state', 'now');
  await expect(step('redirect')).toContainText('Nobody has connected to the port yet.');
  await expect(step('key')).toHaveAttribute('data-state', 'later');

  // At the pace of life, for what is drawn is drawn now.
  const bridge = water(house, daemon, { speed: 1 });
  for (const id of ['redirect', 'bridge', 'frame']) await ticked(id);
  await expect(step('key')).toHaveAttribute('data-state', 'now');
  await expect(step('key')).toContainText('The messages are sealed with a key', { timeout: 30_000 });
  await expect(step('calibration')).toHaveAttribute('data-state', 'later');

  const key = step('key').getByLabel('Key', { exact: true });
  await key.fill('00'.repeat(32));
  await step('key').getByRole('button', { name: 'Add the key' }).click();
  await expect(step('key').getByRole('alert')).toBeVisible();
  await key.fill(kKey);
  await step('key').getByRole('button', { name: 'Add the key' }).click();
  await ticked('key');

  const drawing = step('calibration');
  await drawing.getByRole('button', { name: 'Start' }).click();
  await expect(drawing).toContainText('Draw the water now');
  await expect(drawing).toContainText('≈', { timeout: 45_000 }); // something was counted
  await drawing.getByRole('button', { name: 'Stop' }).click();
  await drawing.getByLabel('Amount').fill('4');
  await drawing.getByRole('button', { name: 'Work it out' }).click();
  await expect(drawing).toContainText('a turn', { timeout: 45_000 });
  // The daemon waits two minutes for the last of it, which is too long here; a value that somebody else enters will do.
  await expect(drawing.getByRole('button', { name: 'Keep this value' })).toBeDisabled();
  await daemon.ask(`/api/v1/sensors/${kSensor}/calibration`, 'POST', { method: 'entered', volume_per_peak_ml: 32.9 });
  await ticked('calibration');

  const trial = step('notice').getByRole('button', { name: 'Test' });
  await expect(trial).toBeVisible();
  await trial.click();
  await expect.poll(() => phone.told.length, 'the phone').toBe(1);
  await step('notice').getByRole('button', { name: 'It came' }).click();
  await ticked('notice');
  await expect(page.locator('[data-part=progress]')).toContainText('Everything works.');

  await page.getByRole('link', { name: 'To your water' }).click();
  await expect(page.locator('[data-part=flow]')).toContainText(/[1-9]/);
  expect(bridge.running).toBe(true);
  expect(await isMarked(page), 'nothing was loaded anew').toBe(true);
});
