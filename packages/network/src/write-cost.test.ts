import { tidOf } from "@rookery/repo";
import { env, runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { type RowsWritten, countRows } from "../../pds/test/rows-written.ts";
import { login, provision, xrpc } from "../test/client.ts";
import { until } from "../test/until.ts";

/** As many as other hosts' figures were measured with; in commits of as many as one may have. */
const RECORDS = 20_000;
const BATCH = 200;
const COUNTED = 100;
const COLLECTION = "com.example.note";

const note = (i: number) => ({ $type: COLLECTION, text: `note ${i} of many ${"x".repeat(60)}`, createdAt: "2026-11-21T00:00:00.000Z" });

/** Later ones are greater, as clients make them, and the same in every run: how many levels a tree has is a matter of its keys. */
const keyOf = (i: number): string => tidOf(1_700_000_000_000_000 + i * 1_037, 7);

/** By SQLite's own counters, in the objects that are there: agent and relay. */
it(`a create in a repository of ${RECORDS.toLocaleString("en")} records writes at most 16 rows, the relay's among them`, { timeout: 120_000 }, async () => {
  const { did, handle, password } = await provision();
  const { access } = await login(handle, password);
  for (let from = 0; from < RECORDS; from += BATCH) {
    const writes = Array.from({ length: BATCH }, (_, k) => ({ $type: "com.atproto.repo.applyWrites#create", collection: COLLECTION, rkey: keyOf(from + k), value: note(from + k) }));
    expect((await xrpc("com.atproto.repo.applyWrites", { auth: access, json: { repo: did, writes } })).status).toBe(200);
  }
  const agent = env.AGENT.get(env.AGENT.idFromName(did));
  const relay = env.RELAY.get(env.RELAY.idFromName("relay"));
  const held = () => runInDurableObject(relay, (_, { storage }) => storage.sql.exec<{ n: number }>("SELECT n FROM repos WHERE did = ?", did).one().n);
  const sent = () => runInDurableObject(agent, (_, { storage }) => storage.sql.exec<{ n: number }>("SELECT n FROM head").one().n);
  await until("the relay has every commit", async () => (await held()) === (await sent()));

  const counters: RowsWritten[] = [];
  for (const stub of [agent, relay]) await runInDurableObject(stub, (_: unknown, { storage }: DurableObjectState) => void counters.push(countRows(storage.sql)));
  for (let i = 0; i < COUNTED; i++)
    expect((await xrpc("com.atproto.repo.createRecord", { auth: access, json: { repo: did, collection: COLLECTION, rkey: keyOf(RECORDS + i), record: note(RECORDS + i) } })).status).toBe(200);
  await until("the relay has every commit", async () => (await held()) === (await sent()));
  const [written = 0, sequenced = 0] = counters.map((counter) => counter.total() / COUNTED);
  const explained = JSON.stringify(counters.map((counter) => [...counter.byStatement()]));
  const ofRelay = counters[1]?.byStatement();
  for (const counter of counters) counter.stop();
  // The tree has some seven levels: a row each; place and block of the record, head, event.
  expect(written, explained).toBeLessThanOrEqual(13);
  // Each frame, and the account's row once for all that were handed over together.
  expect(sequenced, explained).toBeLessThanOrEqual(3);
  expect(ofRelay?.get("INSERT INTO log"), explained).toBe(COUNTED);
  expect(ofRelay?.get("UPDATE repos SET"), explained).toBeGreaterThanOrEqual(1);
  expect(written + sequenced, explained).toBeLessThanOrEqual(16);
});
