// Leak pucks and meters that are heard by Bluetooth: found, taken in, watched, and forgotten on the page.
import type { Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScrolling } from './support/accessibility';
import { Air } from './support/air';
import { isEnglish, isSpanish } from './support/catalogue';
import { open, settled } from './support/page';
import { expect, test } from './support/test';
import { visibleTexts } from './support/visible_texts';

const kPuck = 'A4:C1:38:00:11:22';
const kSealed = '54:48:E6:8F:80:A5';
const kMeter = 'A4:C1:38:00:11:33';
const kKey = '231d39c1d7cc1ab1aee224cd096db932'; // BTHome's own example
const kSealedWords = '41e445f3c9962b332211006c7c4519'; // 25.06 °C, 50.55 %

// A packet's number, battery 95 %, 21.50 °C, 48.00 %, and whether it feels water.
const puckSays = (packet: number, wet: boolean) => `4000${hex(packet)}015f02660803c01220${wet ? '01' : '00'}`;
// The meter's total.
function meterSays(packet: number, millilitres: number): string {
  const total = Buffer.alloc(4);
  total.writeUInt32LE(millilitres);
  return `4000${hex(packet)}01584f${total.toString('hex')}`;
}
const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

async function expectFitForAll(page: Page, view: string, what: string): Promise<void> {
  for (const screen of [{ width: 360, height: 740 }, { width: 1280, height: 900 }]) {
    await page.setViewportSize(screen);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await settled(page, view);
      await expectNoSidewaysScrolling(page, `${what}, ${screen.width} px`);
      await expectAccessible(page, `${what}, ${screen.width} px, ${colorScheme}`);
    }
  }
}

test('a leak puck nearby is added by who never saw one, and its water is on top of the first page at once', async ({ page, house }) => {
  const air = await Air.start(house);
  const daemon = await air.daemon();
  await air.device(kPuck, 'LEAK-1122', -48, puckSays(1, false));
  await air.device('A4:C1:38:99:99:99', 'neighbour', -91, puckSays(1, false));
  await open(page, daemon.url, 'devices');
  await page.getByRole('link', { name: 'Add a leak puck' }).click();

  const heard = page.locator('[data-part=heard] li');
  await expect(heard).toHaveCount(2, { timeout: 20_000 });
  await expect(heard.first()).toContainText('LEAK-1122');
  await expect(heard.first()).toContainText('temperature 21.50 °C');
  await expect(heard.first()).toContainText('wet no');
  await expect(page.locator('[data-part=adapters]')).toContainText('Listening');
  await expectFitForAll(page, 'devices', 'nearby');

  await page.getByRole('button', { name: 'Add LEAK-1122' }).click();
  const form = page.locator('mr-devices-adopt');
  await expect(form.getByLabel('What it is')).toHaveValue('leak_puck');
  await expect(form.getByLabel('Key', { exact: true })).toHaveCount(0); // it speaks in the clear
  await form.getByLabel('Name').fill('');
  await form.getByRole('button', { name: 'Add' }).click();
  await expect(form.getByLabel('Name')).toBeFocused();
  await expect(form).toContainText('It needs a name.');
  await expectFitForAll(page, 'devices', 'form');
  await form.getByLabel('Name').fill('Boiler');
  await form.getByLabel('Room').fill('basement');
  await form.getByRole('button', { name: 'Add' }).click();
  await expect(page.locator(`[data-part=adopted] [data-address="${kPuck}"]`)).toContainText('Boiler, basement');
  await expect(heard).toHaveCount(1);

  await air.says(kPuck, puckSays(2, false));
  await page.getByRole('link', { name: 'All devices' }).click();
  const tile = page.getByRole('article', { name: 'Boiler' });
  await expect(tile).toContainText('basement');
  await expect(tile.locator('.pill')).toHaveText('Dry');
  await expect(tile).toContainText('95\u202f%');
  await expect(tile).toContainText('21.5 °C');
  await expect(tile).toContainText('-48 dBm');
  await expectFitForAll(page, 'devices', 'dry');

  await air.says(kPuck, puckSays(3, true));
  await expect(tile.locator('.pill')).toHaveText('Wet'); // by the stream
  await expect(tile).toContainText('Since ');
  await expectFitForAll(page, 'devices', 'wet');

  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Now' }).click();
  const alarm = page.getByRole('article', { name: 'Water at a leak puck' });
  await expect(alarm).toContainText('The leak puck “Boiler, basement” feels water since');
  await expect(alarm).toContainText('Critical');
  await expect(page.locator('mr-now .stack > *').first()).toHaveClass('alarms');
  await expect(page.locator('[data-part=pucks]')).toContainText('Water at Boiler, basement.');
  await expectFitForAll(page, 'now', 'alarm');

  await air.says(kPuck, puckSays(4, false));
  await expect(page.locator('[data-part=pucks]')).toContainText('One is dry.');
});

test('a puck that encrypts is opened by its key, which is shown to nobody, is renamed, and forgotten', async ({ page, house }) => {
  const air = await Air.start(house);
  const daemon = await air.daemon();
  await air.device(kSealed, '', -60, kSealedWords);
  await open(page, daemon.url, 'devices/bluetooth');
  const heard = page.locator(`[data-part=heard] [data-address="${kSealed}"]`);
  await expect(heard).toContainText('encrypted', { timeout: 20_000 });

  await heard.getByRole('button', { name: 'Add' }).click();
  const form = page.locator('mr-devices-adopt');
  const key = form.getByLabel('Key', { exact: true });
  await expect(key).toHaveAttribute('type', 'password');
  await form.getByLabel('Name').fill('Laundry');
  await key.fill('231d');
  await form.getByRole('button', { name: 'Add' }).click();
  await expect(form).toContainText('These are 4 digits; a key has 32.');
  await key.fill(kKey);
  await form.getByRole('button', { name: 'Add' }).click();
  const row = page.locator(`[data-part=adopted] [data-address="${kSealed}"]`);
  await expect(row).toContainText('Laundry');
  await air.says(kSealed, kSealedWords);

  await row.getByRole('button', { name: 'Change “Laundry”' }).click();
  await expect(key).toHaveValue('');
  await expect(form).toContainText('Leave it empty to keep the key that it has.');
  await form.getByLabel('Name').fill('Washing machine');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(row).toContainText('Washing machine');
  await expect(page.locator('mr-dialog dialog[open]')).toHaveCount(0);
  expect(await page.content()).not.toContain(kKey);
  expect(JSON.stringify(await daemon.ask('/api/v1/bluetooth'))).not.toContain(kKey);

  await page.getByRole('link', { name: 'All devices' }).click();
  const tile = page.getByRole('article', { name: 'Washing machine' });
  await expect(tile).toContainText('51\u202f%');
  await expect(tile.getByRole('alert')).toHaveCount(0);

  await page.goBack();
  await row.getByRole('button', { name: 'Forget “Washing machine”' }).click();
  await page.locator('mr-confirm').getByRole('button', { name: 'Forget' }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole('link', { name: 'All devices' }).click();
  await expect(page.getByText('No bridge and no sensor has been heard yet')).toBeVisible();
});

test('a meter goes by the name its owner gave it', async ({ page, house }) => {
  const air = await Air.start(house);
  const daemon = await air.daemon(`  devices:\n    - {address: "${kMeter}", role: meter, name: Garden, room: shed}\n`);
  await air.device(kMeter, 'WM-3', -70, meterSays(1, 120_000));
  await open(page, daemon.url, 'devices');
  await air.says(kMeter, meterSays(2, 123_000));
  const tile = page.getByRole('article', { name: 'Garden' });
  await expect(tile).toContainText('shed', { timeout: 20_000 });
  await expect(tile).toContainText('88\u202f%');
  await expect(page.getByText('Flume sensor')).toHaveCount(0);
  await tile.getByRole('link', { name: 'Calibration' }).click();
  await expect(page.locator('[data-part=calibration-now]')).toContainText('The meter says its volume itself');
  // What the config file names is changed there.
  await open(page, daemon.url, 'devices/bluetooth');
  const row = page.locator(`[data-part=adopted] [data-address="${kMeter}"]`);
  await expect(row).toContainText('Named in the config file');
  await expect(row.getByRole('button')).toHaveCount(0);
});

test('an adapter that does not listen says why', async ({ page, house }) => {
  const air = await Air.start(house);
  const daemon = await air.daemon();
  await open(page, daemon.url, 'devices/bluetooth');
  const adapters = page.locator('[data-part=adapters]');
  await expect(adapters.locator('li')).toContainText('Listening', { timeout: 20_000 });
  await air.has('power', { name: 'hci0', on: false });
  await expect(adapters.locator('li')).toContainText('Not listening yet');
  await expect(adapters.locator('li [lang=en]')).toContainText('bluetoothctl');
});

test('where Bluetooth is off, the page says how to switch it on', async ({ page, bare }) => {
  await open(page, bare.url, 'devices/bluetooth');
  const off = page.locator('[data-part=bluetooth-off]');
  await expect(off).toContainText('bluetooth: {enabled: true}');
  await expect(off).toContainText('Home Assistant app');
  await expect(page.locator('[data-part=heard]')).toHaveCount(0);
  await expectFitForAll(page, 'devices', 'off');
});

test('no word of it is left in English', async ({ page, house }) => {
  const air = await Air.start(house);
  const daemon = await air.daemon();
  await air.device(kPuck, 'P-1', -48, puckSays(1, true));
  await air.device(kSealed, 'P-2', -60, kSealedWords);
  await air.device('A4:C1:38:99:99:99', 'P-3', -91, puckSays(1, false));
  for (const [address, name] of [[kPuck, 'Caldera'], [kSealed, 'Lavadora']] as const) {
    await daemon.ask(`/api/v1/bluetooth/devices/${address}`, 'PUT', { role: 'leak_puck', name, room: 'sótano' });
  }
  await expect.poll(async () => (await daemon.ask<{ heard: unknown[] }>('/api/v1/bluetooth')).heard.length, { timeout: 20_000 }).toBe(3);
  await air.says(kPuck, puckSays(2, true));
  await air.says(kSealed, kSealedWords);
  await page.addInitScript(() => localStorage.setItem('millrace-language', 'es'));
  const { health } = await daemon.ask<{ health: { detail: string }[] }>('/api/v1/status');
  const daemons = new Set(health.map((part) => part.detail));
  for (const [view, least] of [['devices', 10], ['devices/bluetooth', 10], ['now', 5]] as const) {
    await open(page, daemon.url, view);
    await expect(page.locator('html')).toHaveAttribute('lang', 'es');
    if (view === 'now') await expect(page.getByRole('article', { name: 'Agua en un detector de fugas' })).toBeVisible();
    if (view === 'devices') await expect(page.getByRole('article', { name: 'Lavadora' })).toContainText('Lo que dice está cifrado');
    const texts = (await visibleTexts(page)).filter((text) => !daemons.has(text));
    expect(texts.filter(isSpanish).length, `${view} speaks Spanish`).toBeGreaterThan(least);
    expect(texts.filter(isEnglish), `English of the catalogue in ${view}`).toEqual([]);
  }
});
test('what a puck says, and does not say, stands on its card and among its reports', async ({ page, house }) => {
  const air = await Air.start(house);
  const daemon = await air.daemon();
  await air.device(kPuck, 'LEAK-1122', -48, puckSays(1, false));
  await air.device(kSealed, '', -60, kSealedWords);
  for (const [address, name] of [[kPuck, 'Boiler'], [kSealed, 'Laundry'], ['A4:C1:38:00:11:44', 'Sink']] as const) {
    await daemon.ask(`/api/v1/bluetooth/devices/${address}`, 'PUT', { role: 'leak_puck', name });
  }
  await air.says(kPuck, `${puckSays(2, false)}3a01`);
  await air.says(kSealed, kSealedWords);
  await open(page, daemon.url, 'devices');
  const tile = (name: string) => page.getByRole('article', { name });
  await expect(tile('Boiler')).toContainText('Button pressed');
  await expect(tile('Laundry')).toContainText('give its key');
  await expect(tile('Sink')).toContainText('Nothing was heard of it yet.');
  await expectFitForAll(page, 'devices', 'pucks');
  await tile('Boiler').getByRole('link', { name: 'What it reports' }).click();
  await expect(page.locator('[data-part=states]')).toContainText('21.5\u202f°C');
  await expect(page.locator('[data-part=events]')).toContainText('Button pressed');
  await expectFitForAll(page, 'devices', 'reports');
  await open(page, daemon.url, 'now');
  await expect(page.locator('[data-part=pucks]')).toContainText('Not known: Laundry; Sink. One is dry.');
});
