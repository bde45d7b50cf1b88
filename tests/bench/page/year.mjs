// A leap year of hours drawn by the charts of the History view: as bars, as stacked bars and as a heat map. The answers are
// made up. The view asks for days where a year is to be drawn as bars; here it gets hours all the same, for bars too are
// held to a year of them.
import { desk, median } from './browser.mjs';

const kDrawings = 15;
const kLimitMs = 100;
const kHours = 8784;
const kHourMs = 3_600_000;
const kYear = Date.UTC(2024, 0, 1, 7); // midnight in Denver
const kCategories = ['toilet', 'shower', 'faucet', 'clothes_washer', 'irrigation'];

function answer(split) {
  const items = Array.from({ length: kHours }, (_, hour) => {
    const parts = kCategories.map((_, index) => ((hour * (7 + index)) % 23) / (index + 1));
    const volume = parts.reduce((sum, part) => sum + part, 0);
    const [start, end] = [hour, hour + 1].map((one) => new Date(kYear + one * kHourMs).toISOString());
    const categories = Object.fromEntries(kCategories.map((name, index) => [name, parts[index]]));
    return { start, end, volume, peaks: Math.round(volume * 30), ...(split ? { categories } : {}) };
  });
  return { unit: 'L', bucket: 'hour', items };
}

async function drawn(browser, address, query) {
  const context = await browser.newContext(desk());
  const page = await context.newPage();
  await page.route('**/usage?*', async (route) => {
    const asked = new URL(route.request().url()).searchParams;
    await route.fulfill({ json: answer(asked.get('split') === 'category') });
  });
  await page.route('**/readings?*', (route) => route.fulfill({ json: { items: [{ time: new Date(kYear).toISOString() }], next_cursor: null } }));
  await page.route('**/gaps?*', (route) => route.fulfill({ json: { items: [] } }));
  await page.goto(`${address}/#/history/year/2024-06-01${query}`);
  const chart = page.locator('mr-history mr-chart[data-part="water"]');
  await chart.evaluate((element) => element.updateComplete);
  const times = [];
  for (let turn = 0; turn < kDrawings; ++turn) {
    times.push(
      await chart.evaluate(async (element) => {
        const until = async (condition) => { while (!condition()) await new Promise(requestAnimationFrame); };
        await until(() => element.drawnIn > 0);
        element.drawnIn = 0;
        // As when somebody chooses other colours: the whole chart is made anew.
        window.dispatchEvent(new Event('millrace-theme'));
        await until(() => element.drawnIn > 0);
        return element.drawnIn;
      }),
    );
  }
  const points = await chart.evaluate((element) => element.plan.data[0].length);
  const shape = await chart.evaluate((element) => element.plan.shape.split(' ')[0]);
  await context.close();
  return { times, points, shape };
}

export async function year(browser, address) {
  const results = [];
  for (const [kind, query, points] of [['bars', '?by=day', kHours], ['stacked', '?by=day&split=category', kHours], ['heat', '?by=hour', kHours / 24]]) {
    const found = await drawn(browser, address, query);
    if (found.shape !== kind || found.points < points) throw new Error(`not a year of hours as ${kind}: ${found.shape} of ${found.points}`);
    console.log(`  ${kind}: ${found.times.map((ms) => ms.toFixed(0)).join(' ')} ms`);
    results.push({ what: `a year of hours as ${kind}, median of ${kDrawings}`, value: median(found.times), limit: kLimitMs, unit: 'ms' });
  }
  return results;
}
