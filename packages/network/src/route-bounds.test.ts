import { gzipSync } from "node:zlib";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { ADMIN, type Login, ORIGIN, RELAY, ask, provision } from "../test/client.ts";
import { methodSchema } from "../../lexicon-agent-comms/src/schema-of.ts";
import { BODY_TIMEOUT, MAX_JSON_DEPTH, MAX_JSON_PARTS, MAX_URL_CHARS } from "./door/limits.ts";
import type { AnyRoute } from "./door/route.ts";
import { relayViewRoutes } from "./routes/relay-view.ts";
import { routes } from "./routes.ts";

/** Bodies that are read whole, and those that are passed on as they come: what the largest of each may have. */
const MOST = { json: 4_000_000, bytes: 500_000_000, any: 16_000_000, none: 0 };

/** Names that a list gives at most: those of com.atproto.sync.listReposByCollection, of 32 characters each. Records are 100 at most. */
const MOST_LISTED = 2_000;

/** What costs nothing to answer, and is asked by those who watch whether the colony is up. */
const UNLIMITED = new Set(["/xrpc/_health"]);

let alice: Login;

beforeAll(async () => {
  alice = await provision();
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Credentials that get past this row, so that what is refused is what was asked. */
const headersFor = ({ access }: AnyRoute): Record<string, string> => {
  if (access === "admin" || access === "moderator") return { authorization: ADMIN };
  if (access === "refresh" || access === "refresh-or-expired") return { authorization: alice.refresh };
  return access.startsWith("agent") ? { authorization: alice.access } : {};
};

/** From now on this time is over at once. The clock itself stays: a timer belongs to the request that set it. */
const hurry = (time: number) => {
  const { setTimeout: real } = globalThis;
  vi.spyOn(globalThis, "setTimeout").mockImplementation((work: () => void, ms?: number) => real(work, ms === time ? 1 : ms));
};

const pathOf = ({ path }: AnyRoute): string => path.replace(":name", "nobody-there").replace(":nsid", "com.example.unknown");

/** Bytes of which nobody says how many there are. */
const undeclared = (bytes: Uint8Array<ArrayBuffer>) => new Blob([bytes]).stream();
const spaces = (count: number) => new Uint8Array(count).fill(0x20);

describe.each([
  ["the origin", ORIGIN, routes],
  ["the relay view", RELAY, relayViewRoutes],
])("every row of %s", (_, at, table) => {
  const send = (route: AnyRoute, body: BodyInit, headers: Record<string, string> = {}) =>
    ask(pathOf(route), { at, method: route.method, body, headers: { "content-type": "application/json", ...headersFor(route), ...headers } });
  const rowsWith = (body: AnyRoute["body"]) => table.filter((route) => route.body === body && route.method !== "GET");

  it("says how large its body may be, and how often it may be called", () => {
    for (const { path, body, maxBytes, rate } of table) {
      expect({ path, fits: maxBytes <= MOST[body], isSaid: maxBytes > 0 }).toEqual({ path, fits: true, isSaid: body !== "none" });
      expect({ path, limited: rate.length > 0 }).toEqual({ path, limited: !UNLIMITED.has(path) });
    }
  });

  it("that gives a list says how long at most", () => {
    let lists = 0;
    for (const { nsid } of table) {
      const limit = nsid === undefined ? undefined : methodSchema(nsid).parameters.properties?.["limit"];
      if (limit?.type !== "integer") continue;
      lists++;
      expect({ nsid, bounded: Number(limit.maximum) <= MOST_LISTED }).toEqual({ nsid, bounded: true });
    }
    expect(lists).toBeGreaterThan(2);
  });

  for (const route of table) {
    it(`${route.method} ${route.path} refuses an address that is too long`, async () => {
      const path = `${pathOf(route)}?q=`;
      const answer = await ask(path.padEnd(MAX_URL_CHARS + 1, "x"), { at, method: route.method, headers: headersFor(route) });
      expect([answer.status, answer.body.error]).toEqual([414, "UriTooLong"]);
    });
  }

  for (const route of rowsWith("none")) {
    if ("plain" in route) continue;
    it(`${route.method} ${route.path} takes no body`, async () => {
      expect(await send(route, undeclared(spaces(10)))).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: "A request body was provided when none was expected" } });
    });
  }

  for (const route of rowsWith("json")) {
    it(`${route.method} ${route.path} takes a body of ${route.maxBytes} bytes and no more, flat, in time`, async () => {
      const tooLarge = { status: 413, body: { error: "PayloadTooLarge" } };
      const large = spaces(route.maxBytes + 1);
      expect(await send(route, large)).toMatchObject(tooLarge);
      expect(await send(route, undeclared(large))).toMatchObject(tooLarge);
      expect(await send(route, new Uint8Array(gzipSync(large)), { "content-encoding": "gzip" })).toMatchObject(tooLarge);
      // As large as it may be, it is looked at: there is nothing in it.
      expect((await send(route, large.subarray(1))).status).not.toBe(413);

      const deep = `{"a":${"[".repeat(MAX_JSON_DEPTH)}${"]".repeat(MAX_JSON_DEPTH)}}`.padEnd(Math.min(route.maxBytes, 5_000));
      if (deep.length <= route.maxBytes) expect(await send(route, deep)).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: expect.stringContaining("nested") } });
      const many = `{"a":[${"{},".repeat(MAX_JSON_PARTS)}{}]}`;
      if (many.length <= route.maxBytes) expect(await send(route, many)).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: expect.stringContaining("more than") } });

      hurry(BODY_TIMEOUT);
      const slow = send(route, new ReadableStream({ start: (controller) => controller.enqueue(spaces(1)) }));
      expect(await slow).toMatchObject({ status: 408, body: { error: "RequestTimeout" } });
    });
  }

  for (const route of [...rowsWith("bytes"), ...rowsWith("any")]) {
    it(`${route.method} ${route.path} refuses what says that it has more than ${route.maxBytes} bytes`, async () => {
      const type = route.path.endsWith("importRepo") ? "application/vnd.ipld.car" : "application/octet-stream";
      const answer = await send(route, spaces(10), { "content-type": type, "content-length": String(route.maxBytes + 1) });
      expect([answer.status, answer.body.error]).toEqual([413, "PayloadTooLarge"]);
    });
  }
});
