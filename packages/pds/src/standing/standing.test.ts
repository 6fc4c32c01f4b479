import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { create, isWaiting, makeAgent, note, objectOf, op, ringAlarm, value } from "../../test/agents.ts";
import { world } from "../../test/worker.ts";
import { backTo, versionBefore } from "../../test/old-schema.ts";
import { MemoryRelay } from "../../test/relay.ts";
import { spendRates } from "./spend-rates.ts";

beforeEach(() => {
  world.relay = new MemoryRelay();
  world.told.length = 0;
});

/** What the relay heard of an account, after its birth. */
const heard = (did: string) => world.relay.rowsOf(did).slice(4).map(({ kind, active, status }) => [kind, ...(kind === "account" ? [active, status] : [])]);

describe("an account's standing", () => {
  it("goes from active to deactivated and back, with the reference's events", async () => {
    const { api, did } = await makeAgent();
    expect(await api.deactivate({ deleteAfter: "2027-01-01T00:00:00.000Z" })).toEqual({ ok: true, value: null });
    expect(value(await api.getStatus())).toEqual({ did, active: false, status: "deactivated" });
    expect(await api.write({ ops: [create("a")] })).toMatchObject({ ok: false, error: { status: 401, name: "AccountDeactivated" } });
    expect(await api.activate()).toEqual({ ok: true, value: null });
    const { rev } = value(await api.getHead());
    expect(value(await api.getStatus())).toEqual({ did, active: true, rev });
    value(await api.write({ ops: [create("a")] }));
    await expect.poll(() => heard(did)).toEqual([["account", false, "deactivated"], ["account", true, undefined], ["identity"], ["sync"], ["commit"]]);
    expect(world.told.map(({ status }) => status)).toEqual(["deactivated", null]);
  });

  it("keeps takedown, suspension and deactivation apart", async () => {
    const { api, did } = await makeAgent();
    const status = async () => value(await api.getStatus()).status;
    value(await api.deactivate({}));
    value(await api.suspend({ applied: true, ref: "case 1" }));
    expect(await status()).toBe("suspended");
    value(await api.takeDown({ applied: true, ref: "case 2" }));
    expect(await status()).toBe("takendown");
    expect(value(await api.accountAttrs())).toEqual({ takedown: { applied: true, ref: "case 2" }, deactivated: { applied: true } });
    expect(await api.activate()).toMatchObject({ ok: false, error: { status: 400, name: "AccountNotFound" } });
    expect(await api.write({ ops: [create("a")] })).toMatchObject({ ok: false, error: { status: 401, name: "AccountTakedown" } });
    value(await api.takeDown({ applied: false }));
    expect(await status()).toBe("suspended");
    value(await api.suspend({ applied: false }));
    expect(await status()).toBe("deactivated");
    value(await api.activate());
    expect(await status()).toBeUndefined();
    expect(heard(did).filter(([kind]) => kind === "account").map(([, , why]) => why)).toEqual(["deactivated", "suspended", "takendown", "suspended", "deactivated", undefined]);
  });

  it("ends a suspension by the clock", async () => {
    const { api, stub } = await makeAgent();
    value(await api.suspend({ applied: true, until: Date.now() - 1 }));
    expect(value(await api.getStatus()).status).toBe("suspended");
    expect(await isWaiting({ stub }, "suspension")).toBe(true);
    await ringAlarm({ stub });
    expect(value(await api.getStatus()).active).toBe(true);
    expect(world.told.at(-1)?.status).toBeNull();
  });

  it("is suspended for as long as was said last", async () => {
    const { did } = await makeAgent();
    const api = (): ReturnType<typeof objectOf>["api"] => objectOf(did).api;
    const until = () => runInDurableObject(objectOf(did).stub, (_, { storage }) => storage.sql.exec<{ at: number }>("SELECT at FROM due WHERE job = 'suspension'").toArray()[0]?.at);
    const later = Date.now() + 3_600_000;
    value(await api().suspend({ applied: true, until: Date.now() - 1 }));
    value(await api().suspend({ applied: true, until: later }));
    // While it sleeps, the first time passes.
    await abortAllDurableObjects();
    await ringAlarm(objectOf(did));
    expect(value(await api().getStatus()).status).toBe("suspended");
    expect(Math.abs(((await until()) ?? 0) - later)).toBeLessThan(60_000);
    expect(await api().activate()).toMatchObject({ ok: false, error: { status: 400, name: "AccountNotFound" } });
    value(await api().suspend({ applied: true }));
    await runInDurableObject(objectOf(did).stub, (_, { storage }) => storage.sql.exec("UPDATE due SET at = 1 WHERE job = 'suspension'"));
    await abortAllDurableObjects();
    await ringAlarm(objectOf(did));
    expect(value(await api().getStatus()).status).toBe("suspended");
    expect(await until()).toBeUndefined();
  });

  it("changes between two commits: writes that wait are refused, and none is in the stream after it", async () => {
    const { api, did } = await makeAgent();
    const writes = Array.from({ length: 30 }, (_, i) => api.write({ ops: [create(`race-${i}`)] }));
    const changed = api.takeDown({ applied: true });
    const late = Array.from({ length: 30 }, (_, i) => api.write({ ops: [create(`late-${i}`)] }));
    const answers = await Promise.all([...writes, ...late]);
    value(await changed);
    const written = answers.filter(({ ok: isDone }) => isDone).length;
    for (const answer of answers) if (!answer.ok) expect(answer.error.name).toBe("AccountTakedown");
    value(await api.takeDown({ applied: false }));
    await expect.poll(() => heard(did).at(-1)).toEqual(["account", true, undefined]);
    const kinds = heard(did).map(([kind]) => kind);
    expect(kinds.lastIndexOf("commit")).toBeLessThan(kinds.indexOf("account"));
    expect(value(await api.listRecords({ collection: "com.example.note", limit: 100 })).records).toHaveLength(written);
  });

  it("is brought to a registry that was away, once it is back", async () => {
    const { api, did, stub } = await makeAgent();
    const { registry } = world;
    world.registry = { ...registry, noteStanding: () => Promise.reject(new Error("away")) };
    try {
      value(await api.deactivate({}));
      value(await api.setHandle({ handle: "other.test" }));
    } finally {
      world.registry = registry;
    }
    expect(world.told).toEqual([]);
    const waiting = await runInDurableObject(stub, (agent) =>
      agent.inside(async ({ scheduler, standing }) => {
        await standing.job(0);
        return scheduler.isWaiting("standing");
      }),
    );
    expect(waiting).toBe(true);
    expect(world.told).toEqual([{ did, handle: "other.test", status: "deactivated", deactivatedAt: expect.any(String) }]);
  });

  it("ends sessions with a takedown, and says #account when asked to", async () => {
    const { api, did } = await makeAgent();
    const { id } = value(await api.startSession());
    value(await api.takeDown({ applied: true }));
    value(await api.takeDown({ applied: false }));
    expect(await api.refreshSession({ id })).toMatchObject({ ok: false, error: { name: "ExpiredToken" } });
    value(await api.announceStanding());
    expect(heard(did).at(-1)).toEqual(["account", true, undefined]);
  });

  it("of a handle: #identity says the new one", async () => {
    const { api, did } = await makeAgent();
    value(await api.setHandle({ handle: "renamed.test" }));
    expect(value(await api.getAccount()).handle).toBe("renamed.test");
    expect(heard(did)).toEqual([["identity"]]);
  });

  it("refuses what a moderator refers to at great length", async () => {
    const { api } = await makeAgent();
    expect(await api.takeDown({ applied: true, ref: "x".repeat(2_001) })).toMatchObject({ ok: false, error: { status: 400 } });
    expect(value(await api.getStatus()).active).toBe(true);
  });
});

describe("what is taken down of an account", () => {
  const uploaded = { cid: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", mimeType: "image/png", size: 3, key: "k" };

  it("is a record: nobody is shown it, until it is put back or deleted", async () => {
    const { api } = await makeAgent();
    value(await api.write({ ops: ["a", "b", "c"].map((rkey) => create(rkey)) }));
    const path = "com.example.note/b";
    const at = { collection: "com.example.note", rkey: "b" };
    const listed = async (limit = 10) => value(await api.listRecords({ collection: "com.example.note", limit })).records.map(({ rkey }) => rkey);
    value(await api.takeDownRecord({ path, takedown: { applied: true, ref: "r" } }));
    expect(await api.getRecord(at)).toMatchObject({ ok: false, error: { name: "RecordNotFound" } });
    expect(await listed()).toEqual(["c", "a"]);
    expect(await listed(2)).toEqual(["c", "a"]);
    expect(value(await api.recordAttr({ path }))?.takedown).toEqual({ applied: true, ref: "r" });
    value(await api.takeDownRecord({ path, takedown: { applied: false } }));
    expect((await api.getRecord(at)).ok).toBe(true);
    expect(value(await api.recordAttr({ path }))?.takedown).toEqual({ applied: false });
    // It goes with the record: another one at its path is another one.
    value(await api.takeDownRecord({ path, takedown: { applied: true } }));
    value(await api.write({ ops: [op({ action: "delete", ...at })] }));
    expect(value(await api.recordAttr({ path }))).toBeUndefined();
    value(await api.write({ ops: [create("b", "again")] }));
    expect((await api.getRecord(at)).ok).toBe(true);
    // One that is not there cannot be.
    value(await api.takeDownRecord({ path: "com.example.note/nothing", takedown: { applied: true } }));
    expect(value(await api.recordAttr({ path: "com.example.note/nothing" }))).toBeUndefined();
  });

  it("is a blob: not shown, not referred to, not uploaded again", async () => {
    const { api } = await makeAgent();
    const { cid } = uploaded;
    const image = { $type: "blob", ref: { $link: cid }, mimeType: "image/png", size: 3 };
    const withBlob = (rkey: string) => op({ action: "create", collection: "com.example.note", rkey, record: { ...note("x"), image } });
    value(await api.putBlob(uploaded));
    value(await api.write({ ops: [withBlob("a")] }));
    expect(value(await api.blobAttr({ cid }))).toEqual({ applied: false });
    value(await api.takeDownBlob({ cid, takedown: { applied: true, ref: "r" } }));
    expect(value(await api.blobAttr({ cid }))).toEqual({ applied: true, ref: "r" });
    expect(await api.syncBlob({ reader: "owner", cid })).toMatchObject({ ok: false, error: { name: "BlobNotFound" } });
    expect(await api.write({ ops: [withBlob("b")] })).toMatchObject({ ok: false, error: { name: "BlobNotFound" } });
    expect(await api.putBlob(uploaded)).toMatchObject({ ok: false, error: { status: 400, message: "Blob has been takendown, cannot re-upload" } });
    value(await api.takeDownBlob({ cid, takedown: { applied: false } }));
    expect((await api.syncBlob({ reader: "owner", cid })).ok).toBe(true);
  });
});

describe("an agent of before", () => {
  it("has a standing, too", async () => {
    const { did, stub } = await makeAgent();
    await runInDurableObject(stub, (_, { storage: { sql } }) => backTo(sql, versionBefore("deactivated_at")));
    await abortAllDurableObjects();
    const { api } = objectOf(did);
    expect(value(await api.getStatus()).active).toBe(true);
    value(await api.takeDown({ applied: true, ref: "r" }));
    value(await api.deactivate({}));
    await abortAllDurableObjects();
    expect(value(await objectOf(did).api.accountAttrs())).toEqual({ takedown: { applied: true, ref: "r" }, deactivated: { applied: true } });
    value(await objectOf(did).api.spendRates({ rates: [{ name: "n", points: 1, windowMs: 1 }] }));
  });
});

describe("limits of an account", () => {
  it("count refused calls too, tell the tightest, and begin anew when their window is over", async () => {
    const { api, stub } = await makeAgent();
    const rates = [{ name: "short", points: 2, windowMs: 300_000 }, { name: "day", points: 50, windowMs: 86_400_000 }];
    expect(value(await api.spendRates({ rates }))).toMatchObject({ limit: 2, remaining: 1, policy: "2;w=300", exceeded: false });
    value(await api.spendRates({ rates }));
    expect(value(await api.spendRates({ rates }))).toMatchObject({ remaining: 0, exceeded: true });
    const later = await runInDurableObject(stub, (agent) => agent.inside(async (state) => spendRates(state, rates, Date.now() + 300_001)));
    expect(later).toMatchObject({ limit: 2, remaining: 1, exceeded: false });
  });
});

describe("what checkAccountStatus counts", () => {
  it("is what is stored", async () => {
    const { api } = await makeAgent();
    value(await api.write({ ops: [create("a"), create("b")] }));
    const counts = value(await api.countAccount());
    expect(counts).toMatchObject({ activated: true, indexedRecords: 2, expectedBlobs: 0, importedBlobs: 0, repoRev: value(await api.getHead()).rev });
    expect(counts.repoBlocks).toBeGreaterThanOrEqual(4);
    value(await api.deactivate({}));
    expect(value(await api.countAccount()).activated).toBe(false);
  });
});
