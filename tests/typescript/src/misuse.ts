// What the generated types have to refuse. Each marked line is a mistake that a client could make; where the types let
// one pass (because they became `any`, say), the mark is in vain, and that fails the compilation. It is never run.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

export async function misuse(uuid: string): Promise<void> {
  const client = createClient<paths, `application/${string}json`>({ baseUrl: "" });
  const path = { uuid };

  // @ts-expect-error There is no such address.
  await client.GET("/api/v1/sensor");
  // @ts-expect-error An address is asked by the methods that it has.
  await client.DELETE("/api/v1/status");
  // @ts-expect-error Which sensor has to be said.
  await client.GET("/api/v1/sensors/{uuid}/readings");
  // @ts-expect-error A bucket is one of those named.
  await client.GET("/api/v1/sensors/{uuid}/usage", { params: { path, query: { bucket: "fortnight" } } });
  // @ts-expect-error A limit is a number.
  await client.GET("/api/v1/sensors/{uuid}/readings", { params: { path, query: { limit: "all" } } });
  // @ts-expect-error A body has the members that are described, and a mode is one of those named.
  await client.PUT("/api/v1/mode", { body: { mode: "asleep" } });

  const { data, error } = await client.GET("/api/v1/sensors/{uuid}/usage", { params: { path } });
  // @ts-expect-error An answer may be a problem, and then there is no data.
  data.volume;
  if (data) {
    // @ts-expect-error The member is called volume.
    data.litres;
    // @ts-expect-error A list may be empty.
    data.items[0].volume;
    // @ts-expect-error A bucket's start is a text, not a Date.
    data.items[0]?.start.getTime();
    // @ts-expect-error A sum of peaks is a number.
    data.peaks satisfies string;
  } else {
    // @ts-expect-error Only a request that was refused for its parameters or body lists what is wrong.
    error.errors;
  }
}

// @ts-expect-error The last page says so with null.
export const cursorOf = (page: components["schemas"]["ReadingPage"]): string => page.next_cursor;
