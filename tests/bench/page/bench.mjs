// The page's measures, one after the other: bench.mjs ADDRESS [FOLDER OF A BUILT PAGE or ''] [MEASURES…]; run.py calls it.
import { resolve } from 'node:path';
import { launch } from './browser.mjs';
import { hour } from './hour.mjs';
import { served } from './served.mjs';
import { size } from './size.mjs';
import { start } from './start.mjs';
import { year } from './year.mjs';

const measures = { size, start, year, hour };
const [daemon, built, ...wanted] = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in measures));
if (daemon === undefined || unknown.length > 0) {
  console.error(`bench.mjs ADDRESS [FOLDER] [${Object.keys(measures).join(' ')}]`);
  process.exit(2);
}

const server = built ? await served(resolve(built), daemon) : null;
const browser = await launch();
let within = true;
try {
  for (const name of wanted.length > 0 ? wanted : Object.keys(measures)) {
    console.log(`\n== page/${name}`);
    for (const { what, value, limit, unit } of await measures[name](browser, server?.address ?? daemon)) {
      const kept = value < limit;
      within &&= kept;
      console.log(`${kept ? 'kept  ' : 'BROKEN'} ${what}: ${value.toFixed(unit === '%' ? 2 : 1)} ${unit}, limit ${limit} ${unit}`);
    }
  }
} finally {
  await browser.close();
  server?.close();
}
process.exit(within ? 0 : 1);
