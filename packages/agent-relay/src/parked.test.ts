import { describe, expect, it } from "vitest";
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import type { DeliveryHint } from "@rookery/sync";
import { MAX_PARKED, WAKE_RETRY_MAX_MS, WAKE_RETRY_MS, WAKE_TRIES_BEFORE_PARKING } from "./settings.ts";
import { accountRow, commitRow, did, relayFor, until, type RelayUnderTest } from "../test/relay.ts";

const hint = (rkey: string, to: string[] | "all"): DeliveryHint => ({ path: `agent.comms.message/${rkey}`, action: "create", to, cid: `cid-${rkey}` });

/** A relay that knows accounts 1, 2 and 3. */
async function colony(settings: Parameters<typeof relayFor>[0]): Promise<RelayUnderTest> {
  const relay = relayFor(settings);
  for (const account of [1, 2, 3]) await relay.stub.ingest([commitRow(account, 1)]);
  return relay;
}

const path = (rkey: string) => `agent.comms.message/${rkey}`;
const park = (relay: RelayUnderTest, account: number, seq: number, rkey: string, reason = "it does not verify") =>
  relay.again().park({ recipient: did(account), seq, path: path(rkey), reason, tries: 4 });
const pull = (relay: RelayUnderTest, account: number, after: number) => relay.again().pull({ recipient: did(account), after, limit: 50, again: true });
const parked = async (relay: RelayUnderTest, account?: number) => {
  const page = await relay.again().listDeliveries({ state: "parked", limit: 100, ...(account === undefined ? {} : { recipient: did(account) }) });
  if (!page.ok) throw new Error(page.error.message);
  return page.value.deliveries;
};
const alarm = (relay: RelayUnderTest) => runInDurableObject(relay.again(), (object) => object.alarm());

describe("a parked delivery", () => {
  it("is kept with its reason while later ones go on, and comes again with its frame when the admin wants it to", async () => {
    const relay = await colony({ test: "parked-again" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2)])] })]);
    await relay.stub.ingest([commitRow(1, 3, { deliveries: [hint("b", [did(2)])] })]);
    const [first] = await pull(relay, 2, 0);
    await park(relay, 2, 4, "a", "x".repeat(5_000));
    await park(relay, 2, 4, "a", "it does not verify");
    await relay.again().acknowledge({ recipient: did(2), through: 5 });
    expect(await pull(relay, 2, 0)).toEqual([]);
    expect(await parked(relay)).toMatchObject([
      { recipient: did(2), author: did(1), path: path("a"), cid: "cid-a", action: "create", seq: 4, parked: { reason: "it does not verify", tries: 4, again: false } },
    ]);
    expect(await relay.again().stats()).toMatchObject({ parkedDeliveries: 1, pendingDeliveries: 0, lostParked: 0 });

    await abortAllDurableObjects();
    relay.controls.wakes.length = 0;
    expect(await relay.again().retryDeliveries({ recipient: did(2), seq: 4, path: path("a") })).toEqual({ deliveries: 1, recipients: 0 });
    await until("it is woken", () => relay.controls.wakes.length > 0);
    expect(relay.controls.wakes[0]?.did).toBe(did(2));
    // Whatever its cursor, and not by itself to who does not ask for it.
    expect(await pull(relay, 2, 5)).toEqual([{ ...first, again: true }]);
    expect(await relay.again().pull({ recipient: did(2), after: 5, limit: 50 })).toEqual([]);
    await relay.again().acknowledge({ recipient: did(2), through: 5 });
    expect(await pull(relay, 2, 5)).toHaveLength(1);
    await park(relay, 2, 4, "a", "still not");
    expect(await pull(relay, 2, 5)).toEqual([]);
    expect(await parked(relay)).toMatchObject([{ parked: { reason: "still not", again: false } }]);
    // Nothing was there to be tried again a moment ago.
    await relay.again().retryDeliveries({ all: true });
    expect(await pull(relay, 3, 5)).toEqual([]);
    expect(await pull(relay, 2, 5)).toEqual([{ ...first, again: true }]);
    await relay.again().unpark({ recipient: did(2), seq: 4, path: path("a") });
    expect(await parked(relay)).toEqual([]);
    expect(await pull(relay, 2, 5)).toEqual([]);
  });

  it("wakes its recipient until it answers, however often that takes", async () => {
    const relay = await colony({ test: "parked-wake" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2)])] })]);
    await park(relay, 2, 4, "a");
    await relay.again().acknowledge({ recipient: did(2), through: 4 });
    await relay.again().retryDeliveries({ all: true, recipient: did(2) });
    relay.controls.wakeFails = true;
    for (let i = 0; i < WAKE_TRIES_BEFORE_PARKING; i++) {
      relay.controls.clockAhead += WAKE_RETRY_MAX_MS;
      await alarm(relay);
    }
    expect(await relay.again().listSilent({ limit: 10 })).toMatchObject([{ recipient: did(2), wakes: WAKE_TRIES_BEFORE_PARKING }]);
    expect(await relay.again().listSilent({ limit: 10, recipient: did(3) })).toEqual([]);
    // The admin has it woken now, not in six hours.
    relay.controls.wakes.length = 0;
    expect(await relay.again().retryDeliveries({ all: true })).toEqual({ deliveries: 1, recipients: 1 });
    await alarm(relay);
    expect(relay.controls.wakes).toMatchObject([{ did: did(2) }]);
    expect(await relay.again().listSilent({ limit: 10 })).toEqual([]);
    relay.controls.clockAhead += WAKE_RETRY_MS;
    await relay.again().unpark({ recipient: did(2), seq: 4, path: path("a") });
    relay.controls.wakes.length = 0;
    await alarm(relay);
    expect(relay.controls.wakes).toEqual([]);
  });

  it("of a broadcast is one recipient's own: the others' is not touched", async () => {
    const relay = await colony({ test: "parked-broadcast" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("all", "all")] })]);
    await park(relay, 2, 4, "all");
    await relay.again().acknowledge({ recipient: did(2), through: 4 });
    expect((await pull(relay, 3, 0)).map(({ path: at }) => at)).toEqual([path("all")]);
    await relay.again().acknowledge({ recipient: did(3), through: 4 });
    relay.controls.clockAhead = WAKE_RETRY_MS;
    await alarm(relay);
    expect(await relay.again().stats()).toMatchObject({ pendingDeliveries: 0, parkedDeliveries: 1 });
    await relay.again().retryDeliveries({ all: true });
    expect((await pull(relay, 2, 4)).map(({ path: at, again }) => [at, again])).toEqual([[path("all"), true]]);
  });

  it("outlives the window with its frame, until retention ends, and is counted then", async () => {
    const relay = await colony({ test: "parked-retention", limits: { maxAgeMs: 60_000 } });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2)])] })]);
    const [before] = await pull(relay, 2, 0);
    await park(relay, 2, 4, "a");
    await relay.again().acknowledge({ recipient: did(2), through: 4 });
    relay.controls.clockAhead = 2 * 3_600_000;
    await alarm(relay);
    expect(await relay.again().stats()).toMatchObject({ rows: 0, parkedDeliveries: 1 });
    await relay.again().retryDeliveries({ all: true });
    expect(await pull(relay, 2, 4)).toEqual([{ ...before, again: true }]);
    relay.controls.clockAhead = 31 * 24 * 3_600_000;
    await alarm(relay);
    expect(await relay.again().stats()).toMatchObject({ parkedDeliveries: 0, lostParked: 1 });
    expect(await runInDurableObject(relay.again(), (_, { storage }) => storage.sql.exec("SELECT COUNT(*) AS n FROM kept").one())).toEqual({ n: 0 });
  });

  it("is one of so many at most: then the oldest go, counted", async () => {
    const relay = await colony({ test: "parked-bound" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2)])] })]);
    await runInDurableObject(relay.again(), (_, { storage: { sql } }) => {
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
         INSERT INTO parked (recipient, seq, op, author, path, cid, action, reason, tries, at, again) SELECT 3, i, 0, 1, 'agent.comms.message/' || i, NULL, 'delete', '', 1, i, 0 FROM n`,
        MAX_PARKED,
      );
    });
    await park(relay, 2, 4, "a");
    expect(await relay.again().stats()).toMatchObject({ parkedDeliveries: MAX_PARKED, lostParked: 1 });
    expect((await parked(relay, 3))[0]?.seq).toBe(2);
    expect(await parked(relay, 2)).toHaveLength(1);
    expect(await relay.again().dropDeliveries({ all: true })).toEqual({ deliveries: MAX_PARKED });
  });

  it("goes with its author and with its recipient", async () => {
    const relay = await colony({ test: "parked-gone" });
    await relay.stub.ingest([commitRow(1, 2, { deliveries: [hint("a", [did(2), did(3)])] })]);
    for (const account of [2, 3]) await park(relay, account, 4, "a");
    await relay.stub.ingest([accountRow(3, 2, "deleted")]);
    expect((await parked(relay)).map(({ recipient }) => recipient)).toEqual([did(2)]);
    await relay.stub.ingest([accountRow(1, 3, "deleted")]);
    expect(await parked(relay)).toEqual([]);
    expect(await relay.again().stats()).toMatchObject({ lostParked: 0 });
  });

  it("that nobody has is told from one that is", async () => {
    const relay = await colony({ test: "parked-none" });
    await park(relay, 2, 77, "a");
    await park(relay, 88, 1, "a");
    expect(await parked(relay)).toEqual([]);
    const none = { deliveries: 0, recipients: 0 };
    expect(await relay.again().retryDeliveries({ recipient: did(2), seq: 77, path: path("a") })).toEqual(none);
    expect(await relay.again().retryDeliveries({ all: true, recipient: did(88) })).toEqual(none);
    expect(await relay.again().dropDeliveries({ recipient: did(88), seq: 1, path: "x/y" })).toEqual({ deliveries: 0 });
    for (const query of [{ cursor: "x" }, { cursor: "1-2" }, { limit: 0 }, { limit: 501 }, { limit: 1.5 }])
      expect(await relay.again().listDeliveries({ state: "parked", limit: 10, ...query }), JSON.stringify(query)).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
  });
});

describe("a broadcast", () => {
  it("to 1,000 agents is one row, and one frame", async () => {
    const relay = relayFor({ test: "broadcast-1000" });
    const { seqs, rows } = await runInDurableObject(relay.again(), async (object, { storage: { sql } }) => {
      const count = () => sql.exec<{ n: number }>("SELECT (SELECT COUNT(*) FROM delivery) + (SELECT COUNT(*) FROM broadcast) + (SELECT COUNT(*) FROM kept) + (SELECT COUNT(*) FROM waking) AS n").one().n;
      for (let account = 1; account <= 1_001; account++) await object.ingest([commitRow(account, 1)]);
      const before = count();
      await object.ingest([commitRow(1, 2, { deliveries: [hint("all", "all")] })]);
      return { seqs: await object.pull({ recipient: did(1_001), after: 0, limit: 10 }), rows: count() - before };
    });
    expect(rows).toBe(1);
    expect(seqs).toHaveLength(1);
    await until("everybody was woken", () => new Set(relay.controls.wakes.map((wake) => wake.did)).size === 1_000);
    await runInDurableObject(relay.again(), async (object) => {
      for (let account = 2; account <= 1_001; account++) await object.acknowledge({ recipient: did(account), through: seqs[0]?.seq ?? 0 });
    });
    relay.controls.clockAhead = WAKE_RETRY_MS;
    await alarm(relay);
    expect(await relay.again().stats()).toMatchObject({ pendingDeliveries: 0 });
  });
});
