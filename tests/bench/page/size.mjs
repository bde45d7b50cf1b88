// What the first page loads, file by file, as it is sent: with gzip, which is what browsers take over plain http from
// another machine, and with Brotli, which they take over https. Answers of the API are figures, not the page: they are
// listed but not held to the limit.
import { get } from 'node:http';
import { desk, flowShown } from './browser.mjs';

const kLimitKb = 90;
const kLanguages = { English: 'en-GB', Spanish: 'es-ES' };

const bytesOf = (address, coding) =>
  new Promise((tell, fail) => {
    get(address, { headers: { 'Accept-Encoding': coding } }, (answer) => {
      let bytes = 0;
      answer.on('data', (part) => (bytes += part.length)).on('end', () => tell(bytes)).on('error', fail);
    }).on('error', fail);
  });

const row = (name, ...cells) => console.log(`  ${name.padEnd(34)}${cells.map((cell) => String(cell).padStart(9)).join('')}`);

export async function size(browser, address) {
  const results = [];
  for (const [language, locale] of Object.entries(kLanguages)) {
    const context = await browser.newContext(desk(locale));
    const page = await context.newPage();
    const asked = new Set();
    page.on('request', (request) => asked.add(request.url()));
    await page.goto(address);
    await flowShown(page);
    // The cards below the flow ask for their figures too; whatever is loaded by then belongs to the first page.
    await page.locator('mr-now-water mr-chart').nth(1).waitFor();
    await page.waitForFunction(() => document.readyState === 'complete');
    await context.close();

    const all = [...asked].filter((url) => url.startsWith(address));
    const sums = { plain: 0, gzip: 0, br: 0 };
    console.log(`${language}:`);
    row('file', 'plain', 'gzip', 'Brotli');
    for (const url of all.filter((one) => !one.includes('/api/'))) {
      const sizes = await Promise.all(['identity', 'gzip', 'br'].map((coding) => bytesOf(url, coding)));
      Object.keys(sums).forEach((coding, index) => (sums[coding] += sizes[index]));
      row(new URL(url).pathname.replace('/assets/', ''), ...sizes);
    }
    row('all', sums.plain, sums.gzip, sums.br);
    let figures = 0;
    for (const url of all.filter((one) => one.includes('/api/') && !one.endsWith('/stream'))) figures += await bytesOf(url, 'gzip');
    row('answers of the API beside it', '', figures, '');
    results.push({ what: `first page in ${language}, gzip`, value: sums.gzip / 1000, limit: kLimitKb, unit: 'kB' });
    results.push({ what: `first page in ${language}, Brotli`, value: sums.br / 1000, limit: kLimitKb, unit: 'kB' });
  }
  return results;
}
