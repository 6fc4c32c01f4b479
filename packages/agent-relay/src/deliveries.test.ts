import { describe, expect, it } from "vitest";
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import type { DeliveryHint } from "@rookery/sync";
import { MAX_PULL_ROWS, UNCLAIMED_MS, WAKE_PARKED_MS, WAKE_RETRY_MAX_MS, WAKE_RETRY_MS, WAKE_TRIES_BEFORE_PARKING } from "./settings.ts";
import { pauseAfter } from "./wakes.ts";
import { accountRow, commitRow, did, relayFor, until, type RelayUnderTest } from "../test/relay.ts";

const hint = (rkey: string, to: string[] | "all", action: "create" | "delete" = "create"): DeliveryHint => ({
  path: `agent.comms.message/${rkey}`, action, to, ...(action === "create" ? { cid: `cid-${rkey}` } : {}),
});

/** A relay that knows accounts 1, 2 and 3. */
async function colony(settings: Parameters<typeof relayFor>[0]): Promise<RelayUnderTest> {
  const relay = relayFor(settings);
  for (const account of [1, 2, 3]) await relay.stub.ingest([commitRow(account, 1)]);
  return relay;
}

const pull = (relay: RelayUnderTest, account: number, after = 0, limit = 50) => relay.again().pull({ recipient: did(account), after, limit });
const paths = (rows: { path: string }[]) => rows.map(({ path }) => path.split("/")[1]);
const alarm = (relay: RelayUnderTest) => runInDurableObject(relay.again(), (object) => object.alarm());

describe("deliveries", () => {
  it("reach local recipients with the frame that carried them, until acknowledged", async () => {
    const relay = await colony({ test: "direct" });
    const row = commitRow(1, 2, { deliveries: [hint("a", [did(2), did(2), "did:web:elsewhere.example"]), hint("b", [did(2), did(3)])] });
    await relay.stub.ingest([row]);
    await relay.stub.ingest([row]);
    const pulled = await pull(relay, 2);
    expect(pulled).toMatchObject([
      { seq: 4, author: did(1), path: "agent.comms.message/a", cid: "cid-a", action: "create" },
      { seq: 4, author: did(1), path: "agent.comms.message/b", cid: "cid-b", action: "create" },
    ]);
    expect(pulled[0]?.frame.length).toBe(row.frame.length + 1);
    expect(paths(await pull(relay, 3))).toEqual(["b"]);
    expect(await pull(relay, 1)).toEqual([]);
    expect(await pull(relay, 2, 4)).toEqual([]);
    await relay.stub.acknowledge({ recipient: did(2), through: 4 });
    expect(await pull(relay, 2)).toEqual([]);
    expect(await relay.stub.stats()).toMatchObject({ pendingDeliveries: 1 });
  });

  it("are acknowledged by the pull that asks for the next ones", async () => {
    const relay = await colony({ test: "through" });
    for (const n of [2, 3]) await relay.stub.ingest([commitRow(1, n, { deliveries: [hint(`r${n}`, [did(2)])] })]);
    const pulled = await relay.again().pull({ recipient: did(2), after: 4, limit: 50, through: 4 });
    expect([paths(pulled), paths(await pull(relay, 2))]).toEqual([["r3"], ["r3"]]);
    expect(await relay.again().pull({ recipient: did(2), after: 5, limit: 50, through: 5 })).toEqual([]);
    expect(await relay.stub.stats()).toMatchObject({ pendingDeliveries: 0 });
  });

  it("to an account that is heard of only afterwards wait for it, if that is soon", async () => {
    const relay = await colony({ test: "unborn" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(4), did(2)]), hint("b", [did(4)])] })]);
    expect(await pull(relay, 4)).toEqual([]);
    await relay.stub.ingest([commitRow(4, 1)]);
    expect(await pull(relay, 4)).toMatchObject([{ author: did(1), path: "agent.comms.message/a", cid: "cid-a" }, { author: did(1), path: "agent.comms.message/b" }]);
    expect(paths(await pull(relay, 2))).toEqual(["a"]);
    await until("woken", () => relay.controls.wakes.some((wake) => wake.did === did(4)));
    await relay.stub.ingest([commitRow(4, 2)]);
    expect(await pull(relay, 4)).toHaveLength(2);
    await relay.stub.ingest([commitRow(1, 3, { deliveries: [hint("c", [did(5)])] })]);
    relay.controls.clockAhead += UNCLAIMED_MS + 60_000;
    await relay.stub.ingest([commitRow(5, 1)]);
    expect(await pull(relay, 5)).toEqual([]);
  });

  it("whose frames are damaged hide none behind them", async () => {
    const relay = await colony({ test: "damaged" });
    for (const n of [2, 3]) await relay.stub.ingest([commitRow(1, n, { deliveries: [hint(`r${n}`, [did(2)])] })]);
    await runInDurableObject(relay.again(), (_, { storage: { sql } }) => sql.exec("DELETE FROM log WHERE seq = 4"));
    expect(paths(await pull(relay, 2, 0, 1))).toEqual(["r3"]);
  });

  it("wake the recipient at once, and again until it acknowledges", async () => {
    const relay = await colony({ test: "wake" });
    relay.controls.wakeFails = true;
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2)])] })]);
    await until("the first wake", () => relay.controls.wakes.length === 1);
    relay.controls.clockAhead = WAKE_RETRY_MS;
    await alarm(relay);
    await alarm(relay);
    expect(relay.controls.wakes).toEqual([{ did: did(2), seq: 4 }, { did: did(2), seq: 4 }]);
    relay.controls.clockAhead += WAKE_RETRY_MS;
    await alarm(relay);
    expect(relay.controls.wakes).toHaveLength(3);
    await relay.stub.acknowledge({ recipient: did(2), through: 4 });
    relay.controls.clockAhead += WAKE_RETRY_MAX_MS;
    await alarm(relay);
    expect(relay.controls.wakes).toHaveLength(3);
  });

  it("wake after a crash, though the wake itself was lost", async () => {
    const relay = await colony({ test: "wake-crash" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2)])] })]);
    await abortAllDurableObjects();
    relay.controls.wakes.length = 0;
    relay.controls.clockAhead = WAKE_RETRY_MS;
    await alarm(relay);
    expect(relay.controls.wakes).toEqual([{ did: did(2), seq: 4 }]);
    expect(paths(await pull(relay, 2))).toEqual(["a"]);
  });

  it("park a recipient that never answers, without losing what waits for it", async () => {
    const relay = await colony({ test: "park" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2)])] })]);
    for (let i = 0; i <= WAKE_TRIES_BEFORE_PARKING; i++) {
      relay.controls.clockAhead += WAKE_RETRY_MAX_MS;
      await alarm(relay);
    }
    expect(await relay.stub.stats()).toMatchObject({ parkedRecipients: 1, pendingDeliveries: 1 });
    expect(paths(await pull(relay, 2))).toEqual(["a"]);
    await relay.stub.acknowledge({ recipient: did(2), through: 4 });
    expect(await relay.stub.stats()).toMatchObject({ parkedRecipients: 0, pendingDeliveries: 0 });
  });

  it("pause longer with each try", () => {
    expect([1, 2, 3].map(pauseAfter)).toEqual([WAKE_RETRY_MS, 2 * WAKE_RETRY_MS, 4 * WAKE_RETRY_MS]);
    expect(pauseAfter(WAKE_TRIES_BEFORE_PARKING - 1)).toBe(WAKE_RETRY_MAX_MS);
    expect(pauseAfter(WAKE_TRIES_BEFORE_PARKING)).toBe(WAKE_PARKED_MS);
  });

  it("of one broadcast reach everybody but its author, and only who was there", async () => {
    const relay = await colony({ test: "broadcast" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("all", "all")] })]);
    await until("wakes", () => relay.controls.wakes.length === 2);
    expect(new Set(relay.controls.wakes.map((wake) => wake.did))).toEqual(new Set([did(2), did(3)]));
    await relay.stub.ingest([commitRow(4, 1)]);
    expect(paths(await pull(relay, 1))).toEqual([]);
    expect(paths(await pull(relay, 2))).toEqual(["all"]);
    expect(paths(await pull(relay, 3))).toEqual(["all"]);
    expect(paths(await pull(relay, 4))).toEqual([]);
    await relay.stub.acknowledge({ recipient: did(2), through: 4 });
    expect(paths(await pull(relay, 2))).toEqual([]);
    relay.controls.clockAhead = WAKE_RETRY_MS;
    await alarm(relay);
    expect(await relay.stub.stats()).toMatchObject({ pendingDeliveries: 1 });
    await relay.stub.acknowledge({ recipient: did(3), through: 4 });
    relay.controls.clockAhead = 2 * WAKE_RETRY_MS;
    await alarm(relay);
    expect(await relay.stub.stats()).toMatchObject({ pendingDeliveries: 0 });
  });

  it("come in the order of their events, broadcasts among them, and deletes as retractions", async () => {
    const relay = await colony({ test: "order" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2)])] })]);
    await relay.stub.ingest([commitRow(3, 2, { deliveries: [hint("b", "all")] })]);
    await relay.stub.ingest([commitRow(1, 3, { deliveries: [hint("a", [did(2)], "delete")] })]);
    const rows = await pull(relay, 2);
    expect(rows.map(({ seq, action, cid }) => ({ seq, action, cid }))).toEqual([
      { seq: 4, action: "create", cid: "cid-a" }, { seq: 5, action: "create", cid: "cid-b" }, { seq: 6, action: "delete", cid: undefined },
    ]);
  });

  it("are never cut inside an event by the limit", async () => {
    const relay = await colony({ test: "limit" });
    const many = Array.from({ length: 200 }, (_, i) => hint(`m${i}`, [did(2)]));
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("first", [did(2)])] })]);
    await relay.stub.ingest([commitRow(1, 3, { deliveries: many })]);
    await relay.stub.ingest([commitRow(1, 4, { deliveries: [hint("last", [did(2)])] })]);
    const page = await pull(relay, 2, 0, 10);
    expect(page).toHaveLength(201);
    expect(paths(await pull(relay, 2, page.at(-1)?.seq ?? 0, 1_000_000))).toEqual(["last"]);
    expect(page.length).toBeGreaterThan(MAX_PULL_ROWS);
  });

  it("are bounded in bytes: large frames come in several pulls", async () => {
    const relay = await colony({ test: "pull-bytes" });
    for (let n = 2; n <= 9; n++) await relay.stub.ingest([commitRow(1, n, { size: 1_990_000, deliveries: [hint(`m${n}`, [did(2)])] })]);
    const first = await pull(relay, 2);
    expect(paths(first)).toEqual(["m2", "m3", "m4", "m5"]);
    expect(paths(await pull(relay, 2, first.at(-1)?.seq ?? 0))).toEqual(["m6", "m7", "m8", "m9"]);
  });

  it("outlive the window with their frames, small and chunked, and end with the acknowledgement", async () => {
    const relay = await colony({ test: "outlive", limits: { maxAgeMs: 60_000 } });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2)])] })]);
    await relay.stub.ingest([commitRow(1, 3, { size: 2_000_000, deliveries: [hint("b", [did(2)])] })]);
    await relay.stub.ingest([commitRow(1, 4, { deliveries: [hint("c", "all")] })]);
    await relay.stub.ingest([commitRow(1, 5, { size: 2_000_000 })]);
    const before = await pull(relay, 2);
    relay.controls.clockAhead = 80 * 3_600_000;
    await alarm(relay);
    expect(await relay.stub.stats()).toMatchObject({ rows: 0 });
    const after = await pull(relay, 2);
    expect(paths(after)).toEqual(["a", "b", "c"]);
    expect(after).toEqual(before);
    for (const account of [2, 3]) await relay.stub.acknowledge({ recipient: did(account), through: after.at(-1)?.seq ?? 0 });
    relay.controls.clockAhead += 3_700_000;
    await alarm(relay);
    const left = await runInDurableObject(relay.again(), (_, state) => state.storage.sql.exec("SELECT (SELECT COUNT(*) FROM kept) + (SELECT COUNT(*) FROM log_part) AS n").one());
    expect(left).toEqual({ n: 0 });
    expect(await relay.stub.stats()).toMatchObject({ expiredDeliveries: 0 });
  });

  it.each([
    ["age", { maxAgeMs: 3_600_000 }],
    ["bytes", { maxBytes: 0 }],
  ])("end, counted, when their recipient stays away beyond retention by %s", async (kind, retention) => {
    const relay = await colony({ test: `retention-${kind}`, limits: { maxAgeMs: 60_000 }, retention });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2), did(3)])] })]);
    relay.controls.clockAhead = 120_000;
    await alarm(relay);
    relay.controls.clockAhead = 2 * 3_600_000;
    await alarm(relay);
    expect(await pull(relay, 2)).toEqual([]);
    expect(await relay.stub.stats()).toMatchObject({ pendingDeliveries: 0, expiredDeliveries: 2 });
  });

  it("of and to a deleted account are gone, others stay", async () => {
    const relay = await colony({ test: "deleted", limits: { maxAgeMs: 60_000 } });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("kept", [did(2)]), hint("kept-all", "all")] })]);
    relay.controls.clockAhead = 120_000;
    await alarm(relay);
    await relay.stub.ingest([commitRow(1, 3, { deliveries: [hint("a", [did(2)]), hint("b", "all")] })]);
    await relay.stub.ingest([commitRow(2, 2, { deliveries: [hint("to-1", [did(1)]), hint("to-3", [did(3)])] })]);
    await relay.stub.ingest([accountRow(1, 4, "deleted")]);
    expect(await pull(relay, 2)).toEqual([]);
    expect(paths(await pull(relay, 3))).toEqual(["to-3"]);
    expect(await pull(relay, 1)).toEqual([]);
    await relay.stub.ingest([commitRow(3, 2, { deliveries: [hint("too-late", [did(1)])] })]);
    expect(await relay.stub.stats()).toMatchObject({ pendingDeliveries: 1 });
  });

  it("wait for a deactivated recipient and wake it when it comes back", async () => {
    const relay = await colony({ test: "inactive" });
    await relay.stub.ingest([accountRow(2, 2, "deactivated")]);
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2)])] })]);
    relay.controls.clockAhead = WAKE_RETRY_MS;
    await alarm(relay);
    expect(relay.controls.wakes).toEqual([]);
    await relay.stub.ingest([accountRow(2, 3)]);
    await alarm(relay);
    expect(relay.controls.wakes).toMatchObject([{ did: did(2) }]);
    expect(paths(await pull(relay, 2))).toEqual(["a"]);
  });

  it("for whom nobody asked cost nothing: an unknown recipient leaves no row", async () => {
    const relay = await colony({ test: "unknown" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(77)])] })]);
    expect(await relay.stub.stats()).toMatchObject({ pendingDeliveries: 0 });
    expect(await pull(relay, 77)).toEqual([]);
    await relay.stub.acknowledge({ recipient: did(77), through: 10 });
    expect(await relay.stub.stats()).toMatchObject({ pendingDeliveries: 0 });
  });
});
