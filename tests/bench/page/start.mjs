// From navigation until the flow of the live daemon stands on the page and the navigation can be clicked: cold loads
// with no cache, on a processor a quarter as fast as this one and on this one.
import { desk, median } from './browser.mjs';

const kLoads = 7;
const kSlower = 4;
const kLimitMs = 1000;

// Looks at each frame, by the page's own clock, which begins with the navigation.
const usable = () => {
  const clickable = (link) => {
    const { left, top, width, height } = link.getBoundingClientRect();
    return width > 0 && link.getRootNode().elementFromPoint(left + width / 2, top + height / 2)?.closest('a') === link;
  };
  const look = () => {
    const frame = document.querySelector('mr-app')?.shadowRoot;
    const links = [...(frame?.querySelectorAll('nav .links > a') ?? [])];
    const flow = frame?.querySelector('mr-now')?.shadowRoot?.querySelector('mr-now-flow')?.shadowRoot?.querySelector('[data-part="flow"]');
    if (/\d/.test(flow?.textContent ?? '') && links.length > 0 && links.every(clickable)) window.usableAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};

async function load(browser, address, rate) {
  const context = await browser.newContext(desk());
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate });
  await page.addInitScript(usable);
  await page.goto(address);
  const at = await (await page.waitForFunction(() => window.usableAt)).jsonValue();
  await context.close();
  return at;
}

export async function start(browser, address) {
  const times = { [kSlower]: [], 1: [] };
  await load(browser, address, 1); // wakes the browser's own processes, which are not the page's
  // By turns, so that what else this machine does meets both alike.
  for (let turn = 0; turn < kLoads; ++turn) for (const rate of [kSlower, 1]) times[rate].push(await load(browser, address, rate));
  const [slow, quick] = [median(times[kSlower]), median(times[1])];
  const shown = (list) => list.map((ms) => ms.toFixed(0)).join(' ');
  console.log(`  at ${kSlower} times slower: ${shown(times[kSlower])} ms`);
  console.log(`  not slowed: ${shown(times[1])} ms; median ${quick.toFixed(0)}, ratio ${(slow / quick).toFixed(2)}`);
  return [{ what: `usable, median of ${kLoads} cold loads at ${kSlower} times slower`, value: slow, limit: kLimitMs, unit: 'ms' }];
}
