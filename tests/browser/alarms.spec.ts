// Alarms on the page, answered there, heard of in the whole house.
import { kSensor } from './support/house';
import { open } from './support/page';
import { expect, test } from './support/test';
import { water } from './support/water';

test('an alarm appears, is acknowledged and snoozed on the page, and MQTT is told of both', async ({ page, house }) => {
  const broker = await house.broker();
  const heard = await house.listener(broker, 'millrace/#');
  const daemon = await house.daemon({ broker });
  await open(page, daemon.url, 'now');
  await daemon.ask('/api/v1/mode', 'PUT', { mode: 'away' });
  water(house, daemon);

  const alarm = page.getByRole('article', { name: 'Water while away' });
  await expect(alarm).toBeVisible({ timeout: 30_000 });
  await expect(alarm).toContainText('while nobody is at home');
  const leaks = page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Leaks' });
  await expect(leaks).toContainText('1');
  const told = (change: string) =>
    expect.poll(() => heard.log().split('\n').some((line) => line.startsWith(`millrace/${kSensor}/alert `) && line.includes(`"event_type":"${change}"`)), change).toBe(true);

  await alarm.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(alarm).toContainText('Acknowledged by');
  await told('acknowledged');
  await alarm.getByRole('button', { name: 'Snooze' }).click();
  await page.locator('mr-dialog[heading="Say nothing for a while"]').getByRole('button', { name: '1 hour' }).click();
  await expect(alarm).toContainText('Snoozed until');
  await told('snoozed');
  expect((await daemon.ask<{ items: { state: string }[] }>('/api/v1/alarms')).items[0]?.state).toBe('snoozed');
});
