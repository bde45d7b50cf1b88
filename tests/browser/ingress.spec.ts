// The page inside Home Assistant.
import { kViews, settled } from './support/page';
import { Ingress, kSessionCookie } from './support/ingress';
import { isMarked, mark } from './support/page';
import { expect, test } from './support/test';
import { water } from './support/water';

const kSupervisor = process.env['SUPERVISOR_ADDRESS'] ?? '';

test('it works below any path, with the session of Home Assistant, and its stream outlives a cut', async ({ page, context, house, complaints }) => {
  test.skip(kSupervisor === '', 'only root can give this machine the address of the Supervisor (tests/browser/run.py)');
  complaints.allow(/net::ERR_/);
  const daemon = await house.daemon({ listen: '0.0.0.0', environment: { SUPERVISOR_TOKEN: 'made-up-by-the-test' } });
  const ingress = house.keep(await new Ingress({ address: kSupervisor, port: daemon.httpPort }, kSupervisor).start());
  await context.addCookies([{ name: kSessionCookie, value: ingress.session, url: ingress.origin, httpOnly: true, sameSite: 'Strict' }]);

  await page.goto(`${ingress.origin}${ingress.prefix}/`);
  await settled(page, 'now');
  await mark(page);
  for (const view of kViews) {
    await page.evaluate((address) => (location.hash = address), `#/${view}`);
    await settled(page, view);
  }
  await page.evaluate(() => (location.hash = '#/now'));
  const browser = await context.newCDPSession(page);
  expect((await browser.send('Page.getAppManifest')).errors, 'the manifest comes with the cookie').toEqual([]);

  ingress.cut();
  water(house, daemon);
  await expect(page.locator('[data-part=flow]')).toContainText(/[1-9]/);
  await expect.poll(async () => page.locator('[data-part=so-far]').textContent()).toMatch(/\d/);
  expect(await isMarked(page)).toBe(true);

  // Changes are taken too: the browser's own origin is the page's.
  await page.evaluate(() => (location.hash = '#/settings/site'));
  await settled(page, 'settings');
  const streams = complaints.asked.filter((url) => url.endsWith('/api/v1/stream'));
  expect(streams.length, 'the stream was opened').toBeGreaterThan(0);
  expect(complaints.asked.filter((url) => !url.startsWith(`${ingress.origin}${ingress.prefix}/`))).toEqual([]);
  expect(ingress.outside).toEqual([]);
});
