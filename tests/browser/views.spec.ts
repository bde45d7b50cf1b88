// Every view, as people meet it: on a phone, on a wide screen, in the dark, in Spanish; with water and without.
import { expectAccessible, expectNoSidewaysScrolling } from './support/accessibility';
import { isEnglish, isSpanish } from './support/catalogue';
import { kViews, open, settled } from './support/page';
import { expect, test } from './support/test';
import { visibleTexts } from './support/visible_texts';

const kScreens = [
  { name: 'a phone', width: 360, height: 740 },
  { name: 'a wide screen', width: 1600, height: 900 },
];

for (const view of kViews) {
  test(`${view}: everybody can read and reach it, on phones and wide screens, in the light and in the dark`, async ({ page, filled }) => {
    for (const screen of kScreens) {
      await page.setViewportSize(screen);
      await open(page, filled.url, view);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await settled(page, view);
        await expectNoSidewaysScrolling(page, `${view} on ${screen.name}`);
        await expectAccessible(page, `${view} on ${screen.name}, ${colorScheme}`);
      }
    }
  });

  test(`${view}: no word of it is left in English`, async ({ page, filled }) => {
    await open(page, filled.url, view);
    const before = new Set(await visibleTexts(page));
    await page.evaluate(() => localStorage.setItem('millrace-language', 'es'));
    await page.reload();
    await settled(page, view);
    await expect(page.locator('html')).toHaveAttribute('lang', 'es');
    // What the daemon says of its parts is the daemon's, which speaks English.
    const { health } = await filled.ask<{ health: { detail: string }[] }>('/api/v1/status');
    const daemons = new Set(health.map((part) => part.detail));
    const texts = (await visibleTexts(page)).filter((text) => !daemons.has(text));
    expect(texts.filter(isSpanish).length, 'it speaks Spanish').toBeGreaterThan(10);
    expect(texts.filter(isEnglish), 'English of the catalogue').toEqual([]);
    // What is the same in both languages is a name, or somebody forgot the catalogue.
    const same = texts.filter((text) => before.has(text) && !isSpanish(text) && /\p{L}{3,} \p{L}{3,}/u.test(text));
    expect(same, 'texts that stand in no catalogue').toEqual([]);
  });

  test(`${view}: nothing there yet looks intended`, async ({ page, bare }) => {
    await page.setViewportSize(kScreens[0]!);
    await open(page, bare.url, view);
    await expect(page.locator('main').getByRole('alert')).toHaveCount(0);
    await expect(page.locator('main')).not.toContainText(/undefined|NaN|\[object|Invalid Date|null/);
    await expectNoSidewaysScrolling(page, `${view} without a bridge`);
    await expectAccessible(page, `${view} without a bridge`);
  });
}
