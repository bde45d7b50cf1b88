// The views as they were when somebody last found them good: pictures/. CONTRIBUTING.md says how they are renewed.
import { open } from './support/page';
import { expect, test } from './support/test';

const kPictured = ['now', 'history', 'uses', 'leaks', 'devices', 'network', 'settings', 'setup'];
const kScreens = [
  { name: 'phone', width: 360, height: 740, colorScheme: 'dark' },
  { name: 'desk', width: 1280, height: 900, colorScheme: 'light' },
] as const;

for (const view of kPictured) {
  test(`${view} looks as it did`, async ({ page, filled }) => {
    for (const { name, width, height, colorScheme } of kScreens) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open(page, filled.url, view);
      // What is another one in each run: ports, folders, how long a machine took.
      const mask = [page.locator('mr-devices, mr-network, mr-settings, mr-setup').locator('[data-part=unlike]')];
      await expect(page).toHaveScreenshot(`${view}-${name}.png`, { mask });
    }
  });
}
