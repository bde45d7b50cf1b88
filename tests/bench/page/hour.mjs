// An hour of running water on the first page, five events a second, as fast as the page takes them: its clock is moved on,
// and a stream of made-up events stands in for the daemon's. What is held once the line is full and after an hour more is
// compared, when all that can be given back was.
import { desk, flowShown } from './browser.mjs';

const kEventEveryMs = 200;
const kStepMs = 5_000;
const kWarmMinutes = 20; // by then the line of the last hour holds as many points as it ever does (live/flow_trace.ts)
const kHourMinutes = 60;
const kLimits = { heap: 5, nodes: 2, listeners: 2 }; // % of growth

// Stands in for the browser's EventSource: the daemon's devices at first, then one of its sensors with an ever other flow.
const madeUp = ({ devices, everyMs }) => {
  window.EventSource = class extends EventTarget {
    static CLOSED = 2;
    readyState = 1;
    constructor() {
      super();
      const sensor = devices.sensors[0];
      const began = Date.now();
      setTimeout(() => {
        const now = { ...devices, time: new Date().toISOString() };
        this.tell('snapshot', { devices: now, alarms: { items: [] } });
      }, 0);
      this.timer = setInterval(() => {
        const lasted = (Date.now() - began) / 60_000;
        const time = new Date().toISOString();
        window.told = (window.told ?? 0) + 1;
        this.tell('sensor', {
          ...sensor, running: true, flow: 8 + 4 * Math.sin(window.told / 7), last_seen: time, last_reading: time,
          today: sensor.today + 8 * lasted, lifetime: sensor.lifetime + 8 * lasted,
        });
      }, everyMs);
    }
    tell(type, data) {
      this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
    }
    close() {
      clearInterval(this.timer);
      this.readyState = 2;
    }
  };
};

async function held(devtools) {
  // Twice, for what the first sweep lets go of may hold more.
  for (let turn = 0; turn < 2; ++turn) await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const of = (name) => metrics.find((metric) => metric.name === name).value;
  return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners') };
}

export async function hour(browser, address) {
  const devices = await (await fetch(`${address}/api/v1/devices`)).json();
  const context = await browser.newContext(desk());
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable');
  await page.clock.install({ time: Date.now() });
  await page.addInitScript(madeUp, { devices, everyMs: kEventEveryMs });
  await page.goto(address);
  const pass = async (minutes) => {
    for (let ms = 0; ms < minutes * 60_000; ms += kStepMs) await page.clock.runFor(kStepMs);
  };
  await page.clock.runFor(1_000);
  await flowShown(page);
  const began = Date.now();
  await pass(kWarmMinutes);
  const before = await held(devtools);
  const toldBefore = await page.evaluate(() => window.told);
  await pass(kHourMinutes);
  const after = await held(devtools);
  const told = (await page.evaluate(() => window.told)) - toldBefore;
  await context.close();
  console.log(`  ${told} events in ${((Date.now() - began) / 1000).toFixed(0)} s`);
  console.log(`  after ${kWarmMinutes} minutes: ${JSON.stringify(before)}; after ${kHourMinutes} more: ${JSON.stringify(after)}`);
  const expected = (kHourMinutes * 60_000) / kEventEveryMs;
  if (told < expected * 0.99) throw new Error(`only ${told} of ${expected} events were told`);
  return Object.entries(kLimits).map(([what, limit]) => ({ what: `growth of ${what}`, value: 100 * (after[what] / before[what] - 1), limit, unit: '%' }));
}
