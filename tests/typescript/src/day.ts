// A day of one sensor, read from a running daemon with nothing but the types that its document gives. Prints what it
// read as one JSON object, which tests/daemon/test_typescript.py holds against the daemon.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

// All of Node that is used beside what browsers have too; its own type package is not worth depending on for this.
declare const process: { readonly argv: readonly string[] };

type Reading = components["schemas"]["Reading"];
type Use = components["schemas"]["Use"];
type Problem = components["schemas"]["Problem"] | components["schemas"]["InvalidRequest"];
type Page<Item> = { next_cursor: string | null; items: Item[] };
// What openapi-fetch gives: one of the two is there.
type Answer<Value> = { data?: Value | undefined; error?: Problem | undefined };

function given<Value>(answer: Answer<Value>, what: string): Value {
  if (answer.data === undefined) throw new Error(`${what}: ${answer.error?.detail ?? "no answer"}`);
  return answer.data;
}

async function allPages<Item>(
  ask: (cursor: string | null) => Promise<Page<Item>>,
): Promise<{ pages: number; items: Item[] }> {
  const items: Item[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const page: Page<Item> = await ask(cursor);
    items.push(...page.items);
    cursor = page.next_cursor;
    ++pages;
  } while (cursor !== null);
  return { pages, items };
}

function sum<Item>(items: Item[], amount: (item: Item) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}

// The parameters that a problem names, with what would be allowed.
function wrongParameters(problem: Problem): Record<string, string> {
  const named: Record<string, string> = {};
  if (!("errors" in problem)) return named;
  for (const error of problem.errors) {
    if ("parameter" in error) named[error.parameter] = error.detail;
  }
  return named;
}

async function readDay(daemon: string, uuid: string, from: string, to: string, pageSize: number) {
  // JSON and JSON's problems, because some of these addresses have CSV too.
  const client = createClient<paths, `application/${string}json`>({ baseUrl: daemon });
  const path = { uuid };
  // Left out where there is none, because no cursor and an empty one are not the same.
  const turnTo = (cursor: string | null) => (cursor === null ? {} : { cursor });

  const status = given(await client.GET("/api/v1/status"), "status");
  const devices = given(await client.GET("/api/v1/devices", { params: { query: { unit: "gal" } } }), "devices");
  const readings = await allPages<Reading>(async (cursor) => {
    const query = { from, to, limit: pageSize, ...turnTo(cursor) };
    return given(await client.GET("/api/v1/sensors/{uuid}/readings", { params: { path, query } }), "readings");
  });
  const usage = given(
    await client.GET("/api/v1/sensors/{uuid}/usage", { params: { path, query: { from, to, bucket: "hour" } } }),
    "usage",
  );
  const uses = await allPages<Use>(async (cursor) => {
    const query = { from, to, limit: pageSize, ...turnTo(cursor) };
    return given(await client.GET("/api/v1/sensors/{uuid}/uses", { params: { path, query } }), "uses");
  });

  const peaksOfReadings = sum(readings.items, (reading) => reading.peaks);
  const peaksOfHours = sum(usage.items, (hour) => hour.peaks);
  if (peaksOfReadings !== peaksOfHours) {
    throw new Error(`the readings have ${peaksOfReadings} peaks, the hours ${peaksOfHours}`);
  }

  const refused = await client.GET("/api/v1/sensors/{uuid}/readings", { params: { path, query: { limit: 0 } } });
  if (refused.error === undefined) throw new Error("a page of no readings was not refused");
  const unknown = await client.GET("/api/v1/sensors/{uuid}/usage", { params: { path: { uuid: "0".repeat(16) } } });
  if (unknown.error === undefined) throw new Error("a sensor that nobody knows has usage");

  return {
    status: { name: status.name, mode: status.mode, unit: status.unit, sensors: status.counts.sensors },
    devices: {
      flow_unit: devices.flow_unit,
      bridges: devices.bridges.map((bridge) => bridge.uuid),
      sensors: devices.sensors.map((sensor) => ({ uuid: sensor.uuid, lifetime: sensor.lifetime })),
    },
    readings: { pages: readings.pages, peaks: peaksOfReadings, times: readings.items.map((reading) => reading.time) },
    usage: { peaks: peaksOfHours, hours: usage.items.map((hour) => hour.volume) },
    uses: { pages: uses.pages, volumes: uses.items.map((use) => use.volume) },
    refused: { status: refused.error.status, title: refused.error.title, parameters: wrongParameters(refused.error) },
    unknown: { status: unknown.error.status, parameters: wrongParameters(unknown.error) },
  };
}

const [daemon, uuid, from, to, pageSize] = process.argv.slice(2);
if (!daemon || !uuid || !from || !to || !pageSize) throw new Error("usage: day.js DAEMON SENSOR FROM TO PAGE_SIZE");
console.log(JSON.stringify(await readDay(daemon, uuid, from, to, Number(pageSize))));
