// What people do on the page, and what the daemon then knows: naming a use, looking into history, changing rules and
// settings.
import { filledHouse } from './support/filled_house';
import { kSensor } from './support/house';
import { open, settled } from './support/page';
import { expect, test } from './support/test';

interface Uses {
  items: { category: string | null; category_source: string | null; name: string | null }[];
}

test('a use is named, counts in history as its kind, and the name is taken back', async ({ page, house }) => {
  const daemon = await filledHouse(house);
  const uses = () => daemon.ask<Uses>(`/api/v1/sensors/${kSensor}/uses?from=2026-03-18T06:00:00Z&to=2026-03-18T18:40:00Z&limit=500`);
  const named = async () => (await uses()).items.filter((use) => use.category_source === 'owner');
  await open(page, daemon.url, 'uses');
  const first = page.locator('mr-use').first();
  await first.getByRole('button', { name: /: change/ }).click();
  const dialog = page.locator('mr-uses-naming');
  await dialog.getByRole('radio', { name: 'Shower' }).check();
  await dialog.getByLabel('A name of your own').fill('Upstairs shower');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(first).toContainText('Upstairs shower');
  expect(await named()).toEqual([expect.objectContaining({ category: 'shower', name: 'Upstairs shower' })]);

  await page.goto(`${daemon.url}/#/history/day?split=category`);
  await settled(page, 'history');
  await expect(page.locator('mr-history')).toContainText('Shower');

  await page.goto(`${daemon.url}/#/uses`);
  await settled(page, 'uses');
  await page.locator('mr-use').first().getByRole('button', { name: /Upstairs shower.*: change/ }).click();
  await dialog.getByRole('button', { name: 'Take the name back' }).click();
  await expect(page.locator('mr-use').first()).not.toContainText('Upstairs shower');
  expect(await named()).toEqual([]);
});

test('history goes down from months to a day, compares, and gives its figures as a file', async ({ page, filled }) => {
  await open(page, filled.url, 'history/year');
  const view = page.locator('mr-history');
  await expect(view).toContainText('2026');
  const chart = view.locator('mr-chart[data-part=water] .plot');
  await chart.focus();
  for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key); // the third month: March
  await expect(page).toHaveURL(/#\/history\/month\/2026-03/);
  await view.getByLabel('Compare with').selectOption({ index: 1 });
  await expect(page).toHaveURL(/compare=/);
  await expect(view).toContainText(/% (less|more) than/);
  const file = await view.getByRole('link', { name: /CSV/ }).getAttribute('href');
  const rows = (await (await page.request.get(new URL(file!, `${filled.url}/`).href)).text()).trim().split('\n');
  expect(rows[0]).toContain('volume_l');
  expect(rows.length).toBe(1 + 18); // the days of March so far
  await view.getByRole('link', { name: 'Day' }).or(view.getByRole('button', { name: 'Day' })).first().click();
  await expect(page).toHaveURL(/#\/history\/day\//);
});

test('learned limits stand over the days they come from; a rule is switched off', async ({ page, house }) => {
  const daemon = await filledHouse(house);
  await open(page, daemon.url, 'leaks/limits');
  await expect(page.locator('mr-leaks-limits')).toContainText(/Your longest in \d+ days/);
  await expect(page.locator('mr-leaks-limits mr-chart canvas')).toBeVisible();
  await open(page, daemon.url, 'leaks/rules');
  await page.getByRole('switch', { name: /Running toilet/ }).uncheck();
  await expect.poll(async () => (await daemon.ask<{ settings: { off: string[] } }>('/api/v1/rules')).settings.off).toContain('running_toilet');
});

test('hours of the week in which nobody is at home are entered', async ({ page, house }) => {
  const daemon = await filledHouse(house);
  await open(page, daemon.url, 'leaks/modes');
  const windows = page.locator('mr-leaks-windows').first();
  await windows.getByRole('button', { name: 'Add a time' }).click();
  await windows.getByRole('button', { name: 'Save' }).click();
  await expect(windows.locator('li')).toHaveCount(1);
  const { settings } = await daemon.ask<{ settings: { modes: { mode: string }[] } }>('/api/v1/rules');
  expect(settings.modes.map((window) => window.mode)).toEqual(['away']);
});

test('other units hold everywhere at once; a zone that is none is refused at its field', async ({ page, house, complaints }) => {
  complaints.allow(/400 \(Bad Request\).*api\/v1\/settings/);
  const daemon = await filledHouse(house);
  await open(page, daemon.url, 'settings/site');
  const site = page.locator('mr-settings-site');
  await site.getByLabel('Units').selectOption('us');
  await site.getByRole('button', { name: 'Save' }).click();
  await expect(site.getByRole('status').filter({ hasText: 'Saved.' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Now' }).click();
  await expect(page.locator('[data-part=today]')).toContainText('gal');
  await expect(page.locator('[data-part=flow]')).toContainText('gal/min');
  await open(page, daemon.url, 'settings/site');
  await site.getByLabel('Time zone').fill('Atlantis/Middle');
  await site.getByRole('button', { name: 'Save' }).click();
  await expect(site.locator('[aria-invalid=true]')).toBeVisible();
});

test('what devices report is told with what is known of it', async ({ page, filled }) => {
  await open(page, filled.url, `devices/${kSensor}/reports`);
  await expect(page.locator('mr-devices')).toContainText(/battery/i);
  await expect(page.locator('mr-devices')).toContainText('Certain');
});
