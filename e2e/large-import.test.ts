import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AtpAgent } from "@atproto/api";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Wanderer } from "../bench/import/wanderer.mjs";
import { Inspector, inspected } from "../bench/lib/inspector.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { type House, startHouse } from "./test/house.ts";

const RECORDS = 100_000;
/** What Cloudflare gives an isolate, with everything in it. */
const ISOLATE_BYTES = 128 * 1024 * 1024;
const TIMEOUT = 300_000;

let house: House;
let inspector: Inspector;
const folder = mkdtempSync(join(tmpdir(), "rookery-inspected-"));

beforeAll(async () => {
  const port = await anyFreePort();
  const settings = inspected(folder, port);
  Object.assign(process.env, settings);
  house = await startHouse();
  for (const name of Object.keys(settings)) delete process.env[name];
  inspector = await Inspector.attach(port, "rookery");
}, TIMEOUT);

afterAll(async () => {
  inspector.close();
  await house.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The largest that the heap and what hangs on it were, looked at until told to stop. */
const peakHeap = async (over: () => boolean): Promise<number> => {
  let peak = 0;
  for (; !over(); await sleep(20)) {
    const { usedSize, backingStorageSize } = (await inspector.send("Runtime.getHeapUsage")) as { usedSize: number; backingStorageSize: number };
    peak = Math.max(peak, usedSize + backingStorageSize);
  }
  return peak;
};

it("a repository of 100,000 records moves in within the memory of an isolate, and other agents of it write on", { timeout: TIMEOUT }, async () => {
  const wanderer = await Wanderer.make(house.plcUrl, "large.example.com");
  const car = await wanderer.car(RECORDS);
  expect(car.length).toBeGreaterThan(28_000_000);
  const token = await wanderer.open(house.origin, "large.test");
  const neighbour = new AtpAgent({ service: house.origin });
  await neighbour.createAccount({ handle: "neighbour.test", email: "neighbour@example.com", password: "password of a neighbour" });
  const write = () => neighbour.com.atproto.repo.createRecord({ repo: neighbour.assertDid, collection: "com.example.note", record: { $type: "com.example.note", text: "meanwhile" } });

  const done = { over: false };
  const importing = Wanderer.bring(house.origin, token, car).finally(() => (done.over = true));
  const heap = peakHeap(() => done.over);
  let writes = 0;
  for (; !done.over; writes++) await write();
  const answer = await importing;
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
  // Whoever had to wait for the import would have written once, or twice.
  expect(writes).toBeGreaterThan(20);
  expect(await heap).toBeLessThan(ISOLATE_BYTES);

  const status = await fetch(`${house.origin}/xrpc/com.atproto.server.checkAccountStatus`, { headers: { authorization: `Bearer ${token}` } });
  expect(await status.json()).toMatchObject({ activated: false, indexedRecords: RECORDS });
});
