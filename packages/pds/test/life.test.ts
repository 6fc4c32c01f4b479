import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { cidFromString, cidKey, decodeCommit, readCar, verifyProof } from "@rookery/repo";
import { describe, expect, it, vi } from "vitest";
import type { AgentApi } from "../src/agent-api.ts";
import { wrapKey } from "../src/keys/wrap.ts";
import { hashGeneratedPassword } from "../src/sessions/password.ts";
import { sha256 } from "../src/sha256.ts";
import { type Made, PASSWORD, create, makeAgent, newDid, note, objectOf, op, ringAlarm, unborn, value } from "./agents.ts";
import { bytesOf, verifyExport } from "./verify.ts";
import { world } from "./worker.ts";

const tables = (sql: SqlStorage) => sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray();

/** Every method but provision, as a stranger might call it. */
const calls: ((api: AgentApi) => Promise<unknown>)[] = [
  (api) => api.announceByAlarm(),
  (api) => api.setCredential({ passwordHash: "sha256$$" }),
  (api) => api.deactivate({}),
  (api) => api.activate(),
  (api) => api.takeDown({ applied: true }),
  (api) => api.suspend({ applied: true }),
  (api) => api.announceStanding(),
  (api) => api.setHandle({ handle: "somebody.test" }),
  (api) => api.accountAttrs(),
  (api) => api.recordAttr({ path: "com.example.note/a" }),
  (api) => api.blobAttr({ cid: "c" }),
  (api) => api.takeDownRecord({ path: "com.example.note/a", takedown: { applied: true } }),
  (api) => api.takeDownBlob({ cid: "c", takedown: { applied: true } }),
  (api) => api.countAccount(),
  (api) => api.spendRates({ rates: [{ name: "n", points: 1, windowMs: 1 }] }),
  (api) => api.getAccount(),
  (api) => api.createSession({ password: PASSWORD }),
  (api) => api.startSession(),
  (api) => api.refreshSession({ id: "x" }),
  (api) => api.deleteSession({ id: "x" }),
  (api) => api.createAppPassword({ name: "n", privileged: false }),
  (api) => api.listAppPasswords(),
  (api) => api.revokeAppPassword({ name: "n" }),
  (api) => api.createMailToken({ purpose: "plc_operation", inStanding: true }),
  (api) => api.confirmEmail({ email: "a@example.com", token: "x" }),
  (api) => api.requestEmailUpdate(),
  (api) => api.updateEmail({ email: "a@example.com" }),
  (api) => api.setEmail({ email: "a@example.com" }),
  (api) => api.requestPasswordReset(),
  (api) => api.resetPassword({ token: "x", passwordHash: "sha256$$" }),
  (api) => api.checkDeletion({ password: PASSWORD, token: "x" }),
  (api) => api.write({ ops: [create("a")] }),
  (api) => api.getRecord({ collection: "com.example.note", rkey: "a" }),
  (api) => api.listRecords({ collection: "com.example.note", limit: 5 }),
  (api) => api.collections(),
  (api) => api.putBlob({ cid: "x", mimeType: "a/b", size: 1, key: "k" }),
  (api) => api.syncBlob({ reader: "owner", cid: "x" }),
  (api) => api.syncBlobs({ reader: "owner", limit: 5 }),
  (api) => api.getHead(),
  (api) => api.getStatus(),
  (api) => api.exportRepo({}),
  (api) => api.getProof({ collection: "com.example.note", rkey: "a" }),
  (api) => api.syncBlocks({ reader: "owner", cids: [] }),
  (api) => api.listInbox({ limit: 5 }),
  (api) => api.announceDeletion(),
  (api) => api.takeBlobKeys({ limit: 5 }),
];

/** An agent of another life comes to the time of what it is to do. */
const ringWhenDue = async (stub: Made["stub"]): Promise<void> => {
  expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).not.toBeNull();
  await runInDurableObject(stub, (_, { storage: { sql } }) => void sql.exec("UPDATE due SET at = 1"));
  await evictDurableObject(stub);
  await ringAlarm({ stub });
};

describe("an object that was never provisioned", () => {
  it("answers RepoNotFound and writes nothing", async () => {
    const { api, stub } = objectOf(newDid());
    for (const call of calls) expect(await call(api)).toMatchObject({ ok: false, error: { name: "RepoNotFound" } });
    await api.wake();
    await api.erase();
    await runInDurableObject(stub, async (_, { storage }) => {
      expect(tables(storage.sql)).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
    });
  });
});

describe("provisioning", () => {
  it("answers when the relay knows the account, so that it can be written to; without a relay it answers all the same", async () => {
    const { did } = await makeAgent();
    expect(world.relay.of(did)).not.toEqual([]);
    world.relay.down = true;
    const early = await makeAgent().finally(() => (world.relay.down = false));
    expect(world.relay.of(early.did)).toEqual([]);
  });

  it("waits for nothing more once it has answered: an object that still waits cannot be put to sleep", async () => {
    const waits = vi.spyOn(scheduler, "wait");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { api } = await makeAgent();
      value(await api.announceDeletion());
      expect([vi.getTimerCount(), waits.mock.calls.length]).toEqual([0, 0]);
    } finally {
      vi.useRealTimers();
      waits.mockRestore();
    }
  });

  it("leaves nothing to the alarm when the relay knows the account", async () => {
    const { stub } = await makeAgent();
    await runInDurableObject(stub, async (_, { storage }) => expect(await storage.getAlarm()).toBeNull());
  });

  it("has the alarm tell a relay that was away", async () => {
    world.relay.down = true;
    const { did, stub } = await makeAgent().finally(() => (world.relay.down = false));
    await ringWhenDue(stub);
    expect(world.relay.of(did).map(({ kind }) => kind)).toEqual(["identity", "account", "commit", "sync"]);
  });

  it("can leave it to others to tell the relay, and says what", async () => {
    const input = unborn();
    const { api, stub } = objectOf(input.did);
    const rows = value(await api.provisionUntold(input));
    expect(rows.map(({ did, epoch, n, kind }) => ({ did, epoch, n, kind }))).toEqual(["identity", "account", "commit", "sync"].map((kind, i) => ({ did: input.did, epoch: 1, n: i + 1, kind })));
    await runInDurableObject(stub, async (_, { storage }) => expect(await storage.getAlarm()).toBeNull());
    expect(world.relay.of(input.did)).toEqual([]);
    // Killed before it was told, and asked once more: the same again.
    await evictDurableObject(stub);
    expect(value(await api.provisionUntold(input))).toEqual(rows);
    expect(world.relay.of(input.did)).toEqual([]);
    await world.relay.ingest(rows);
    await evictDurableObject(stub);
    // What the relay has is said again with the next event, and changes nothing.
    value(await api.write({ ops: [create("a")] }));
    await expect.poll(() => world.relay.of(input.did).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
  });

  it("tells the relay itself of an account that was left untold, when it is asked once more", async () => {
    const input = unborn();
    const { api, stub } = objectOf(input.did);
    value(await api.provisionUntold(input));
    await evictDurableObject(stub);
    value(await api.provision(input));
    expect(world.relay.of(input.did)).toHaveLength(4);
  });

  it("tells the relay by alarm where nobody else could", async () => {
    const input = unborn();
    const { api, stub } = objectOf(input.did);
    value(await api.provisionUntold(input));
    value(await api.announceByAlarm());
    await ringWhenDue(stub);
    expect(world.relay.of(input.did)).toHaveLength(4);
    const told = await makeAgent();
    value(await told.api.announceByAlarm());
    await runInDurableObject(told.stub, async (_, { storage }) => expect(await storage.getAlarm()).toBeNull());
  });

  it("again with the same DID changes only the credential", async () => {
    const { api, did } = await makeAgent();
    const head = value(await api.getHead());
    const again = { did, handle: "other.test", wrappedSigningKey: new Uint8Array(3), passwordHash: hashGeneratedPassword("another generated credential") };
    expect(value(await api.provision(again))).toEqual(head);
    expect(value(await api.getAccount()).handle).not.toBe("other.test");
    expect((await api.createSession({ password: PASSWORD })).ok).toBe(false);
    expect(await api.provision({ ...again, did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaz" })).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
  });

  it("with a key that does not open leaves nothing behind", async () => {
    const did = newDid();
    const { api, stub } = objectOf(did);
    const wrapped = wrapKey(new Uint8Array(32).fill(9), did, new Uint8Array(10));
    const input = { did, handle: "x.test", passwordHash: "sha256$$x" };
    expect(await api.provision({ ...input, wrappedSigningKey: wrapped })).toMatchObject({ ok: false, error: { status: 500, name: "KeyUnavailable" } });
    const foreign = wrapKey(world.masterKey, "did:plc:somebodyelse", new Uint8Array(10));
    expect(await api.provision({ ...input, wrappedSigningKey: foreign })).toMatchObject({ ok: false, error: { name: "KeyUnavailable" } });
    await runInDurableObject(stub, (_, { storage }) => expect(tables(storage.sql)).toEqual([]));
  });
});

describe("an agent that wakes", () => {
  it("goes on where it was, and stops with a clear error when its key does not open", async () => {
    const agent = await makeAgent();
    value(await agent.api.write({ ops: [create("a")] }));
    await evictDurableObject(agent.stub);
    const second = value(await agent.api.write({ ops: [create("b")] }));
    expect(value(await agent.api.getHead())).toMatchObject(second.commit ?? {});
    await evictDurableObject(agent.stub);
    const right = world.masterKey;
    world.masterKey = new Uint8Array(32).fill(1);
    try {
      expect(await agent.api.write({ ops: [create("c")] })).toMatchObject({ ok: false, error: { status: 500, name: "KeyUnavailable" } });
      expect(value(await agent.api.getHead()).rev).toBe(second.commit?.rev);
    } finally {
      world.masterKey = right;
      await evictDurableObject(agent.stub);
    }
    value(await agent.api.write({ ops: [create("c")] }));
    expect((await verifyExport(await bytesOf(value(await agent.api.exportRepo({}))), agent)).records.size).toBe(3);
  });

  it("sends what the relay missed, by alarm and in order", async () => {
    const { api, stub, did } = await makeAgent();
    await expect.poll(() => world.relay.of(did).length).toBe(4);
    world.relay.down = true;
    try {
      for (let i = 0; i < 5; i++) value(await api.write({ ops: [create(`k${i}`)] }));
      await evictDurableObject(stub);
    } finally {
      world.relay.down = false;
    }
    expect(world.relay.of(did).length).toBe(4);
    expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).not.toBeNull();
    await runInDurableObject(stub, (_, { storage: { sql } }) => void sql.exec("UPDATE due SET at = 1"));
    await evictDurableObject(stub);
    await ringAlarm({ stub });
    expect(world.relay.of(did).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await runInDurableObject(stub, (_, { storage }) => {
      expect(storage.sql.exec("SELECT * FROM outbox").toArray()).toEqual([]);
      expect(storage.sql.exec("SELECT * FROM due").toArray()).toEqual([]);
    });
  });

  it("sends at once again after an alarm that found nothing to send", async () => {
    const { api, stub, did } = await makeAgent();
    await expect.poll(() => world.relay.of(did).length).toBe(4);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10_000 });
    await ringAlarm({ stub });
    vi.useRealTimers();
    value(await api.write({ ops: [create("a")] }));
    // No alarm rings.
    await expect.poll(() => world.relay.of(did).length).toBe(5);
  });

  it("sends a frame that had to be split as it was", async () => {
    const { api, stub, did } = await makeAgent();
    await expect.poll(() => world.relay.of(did).length).toBe(4);
    world.relay.down = true;
    const big = (rkey: string) => op({ action: "create", collection: "com.example.note", rkey, record: { text: rkey.repeat(800_000) } });
    value(await api.write({ ops: [big("a"), big("b")] }));
    await evictDurableObject(stub);
    world.relay.down = false;
    value(await api.write({ ops: [create("c")] }));
    await expect.poll(() => world.relay.of(did).length).toBe(6);
    expect(world.relay.of(did)[4]?.frame.length).toBeGreaterThan(1_600_000);
    value(await api.write({ ops: [create("d")] }));
    await runInDurableObject(stub, (_, { storage }) => expect(storage.sql.exec("SELECT * FROM outbox_part").toArray()).toEqual([]));
  });
});

describe("an agent that goes", () => {
  it("tells the relay, takes no more writes, and leaves nothing", async () => {
    const { api, stub, did } = await makeAgent();
    value(await api.write({ ops: [create("a")] }));
    value(await api.announceDeletion());
    value(await api.announceDeletion());
    expect(world.relay.of(did).filter(({ kind }) => kind === "account").map(({ status }) => status)).toEqual([undefined, "deleted"]);
    expect(value(await api.getStatus())).toEqual({ did, active: false, status: "deleted" });
    expect((await api.write({ ops: [create("b")] })).ok).toBe(false);
    await api.erase();
    expect(await api.getHead()).toMatchObject({ ok: false, error: { name: "RepoNotFound" } });
    await runInDurableObject(stub, async (_, { storage }) => {
      expect(tables(storage.sql)).toEqual([]);
      expect(await storage.getAlarm()).toBeNull();
    });
  });
});

describe("proofs", () => {
  it("show presence and absence", async () => {
    const { api } = await makeAgent();
    for (let i = 0; i < 60; i++) value(await api.write({ ops: [create(`k${i}`)] }));
    const there = verifyProof(value(await api.getProof({ collection: "com.example.note", rkey: "k30" })), "com.example.note/k30", sha256);
    expect(there.cid).not.toBeNull();
    expect(there.commit.rev).toBe(value(await api.getHead()).rev);
    expect(verifyProof(value(await api.getProof({ collection: "com.example.note", rkey: "none" })), "com.example.note/none", sha256).cid).toBeNull();
  });

  it("give single blocks, and name the missing", async () => {
    const agent = await makeAgent();
    value(await agent.api.write({ ops: [create("a"), create("b")] }));
    const head = value(await agent.api.getHead());
    const record = value(await agent.api.getRecord({ collection: "com.example.note", rkey: "a" }));
    const { blocks } = readCar(await bytesOf(value(await agent.api.syncBlocks({ reader: "public", cids: [head.cid, record.cid] })).car), sha256);
    expect(blocks.size).toBe(2);
    expect([...blocks.values()].some((block) => block.length === record.bytes.length)).toBe(true);
    const missing = "bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm";
    expect(cidFromString(missing).length).toBe(36);
    const answer = await agent.api.syncBlocks({ reader: "public", cids: [head.cid, missing] });
    expect(answer).toMatchObject({ ok: false, error: { status: 400, name: "BlockNotFound" } });
    expect(answer.ok ? "" : answer.error.message).toContain(missing);
    expect(await agent.api.syncBlocks({ reader: "public", cids: ["nonsense"] })).toMatchObject({ error: { name: "InvalidRequest" } });
    const exported = await verifyExport(await bytesOf(value(await agent.api.exportRepo({}))), agent);
    expect(decodeCommit(exported.blocks.get([...exported.blocks.keys()][0] as string) as Uint8Array).rev).toBe(head.rev);
  });
});

describe("blocks that are asked for by their CIDs", () => {
  /** Nine records that are too large to be one answer. */
  const large = async () => {
    const agent = await makeAgent();
    const cids: string[] = [];
    for (let i = 0; i < 9; i++) cids.push(value(await agent.api.write({ ops: [create(`k${i}`, `${i}`.repeat(200_000))] })).results[0]?.cid ?? "");
    return { agent, cids, asked: await agent.api.syncBlocks({ reader: "public", cids }) };
  };
  const kept = ({ stub }: Made) => runInDurableObject(stub, (_, { storage: { sql } }) => sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM record_old").one().n);

  it("are a stream where they are large, each as it was, whatever is written meanwhile", async () => {
    const { agent, cids, asked } = await large();
    const { car } = value(asked);
    expect(car).toBeInstanceOf(ReadableStream);
    value(await agent.api.write({ ops: [{ action: "delete", collection: "com.example.note", rkey: "k8" }, op({ action: "put", collection: "com.example.note", rkey: "k7", record: note("another") })] }));
    const { blocks } = readCar(await bytesOf(car), sha256);
    expect([...blocks.values()].map(({ length }) => length > 200_000)).toEqual(Array.from({ length: 9 }, () => true));
    expect([...blocks.keys()].toSorted()).toEqual(cids.map((cid) => cidKey(cidFromString(cid))).toSorted());
    // What was kept for the reader goes with it.
    expect(await kept(agent)).toBe(0);
  });

  it("are let go of by a reader who leaves", async () => {
    const { agent, asked } = await large();
    const { car } = value(asked);
    value(await agent.api.write({ ops: [{ action: "delete", collection: "com.example.note", rkey: "k8" }] }));
    await (car as ReadableStream<Uint8Array>).cancel();
    await expect.poll(() => kept(agent)).toBe(0);
  });
});
