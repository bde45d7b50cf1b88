// Every view, as people meet it: on a phone, on a wide screen, in the dark, in Spanish.
import { expect, test } from './support/test';
import { open, kViews } from './support/page';

for (const view of kViews) {
  test(`${view} opens`, async ({ page, filled }) => {
    await open(page, filled.url, view);
  });
}
