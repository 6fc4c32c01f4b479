import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { hashedEmbedder, type RecallInput } from "@rookery/memory";
import { tidOf } from "@rookery/repo";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AgentState, openState } from "../src/state.ts";
import { VaultError } from "../src/vault/vault.ts";
import { type Made, op, ringAlarm, value } from "./agents.ts";
import { known, useDirectory } from "./mail.ts";
import { backTo } from "./old-schema.ts";
import { fault, hosted, listed, sealedNote, stored, useNeighbours, within } from "./sealing-world.ts";

useDirectory();
useNeighbours();

let said: string[];

beforeEach(() => {
  said = [];
  vi.spyOn(console, "error").mockImplementation((line: string) => void said.push(line));
});

afterEach(() => {
  vi.restoreAllMocks();
});

const recall = async (agent: Made, input: RecallInput) => value(await agent.api.recall(input)).memories;
const texts = async (agent: Made, input: RecallInput) => (await recall(agent, input)).map(({ value: record }) => record["text"]);

/** Wake the agent once more, as after a restart, and see what it finds. */
async function again({ storage, ports }: AgentState): Promise<number> {
  const { memory } = openState(storage, ports);
  return value(await memory.use((own) => own.recall({ query: "harbour", limit: 50 }))).memories.length;
}

/** What the agent makes of its memory when it is dropped and made anew; its answers to everything. */
const answers = async (agent: Made) => Promise.all(["staging key", "tea", "number 7", "harbour"].map((query) => recall(agent, { query, limit: 50, superseded: true })));

const rebuilt = (agent: Made) =>
  within(agent, async ({ memory }) => {
    await memory.use(async (own) => {
      own.rebuild();
      return { ok: true, value: await own.catchUp(10_000) };
    });
  });

/** Clear notes, as anything with a session may write them. */
const plainly = (rkey: string, text: string) => op({ action: "put", collection: "agent.memory.note", rkey, record: { text, createdAt: "2026-11-21T00:00:00.000Z" } });

const changed = (agent: Made) => within(agent, async ({ sql }) => sql.exec<{ path: string }>("SELECT path FROM memory_changed").toArray().length);

describe("memory of a hosted agent", () => {
  it("is sealed in the repository, and found by what it says", async () => {
    const agent = await hosted();
    const { uri } = value(await agent.api.remember({ text: "The staging key is rotated on Fridays.", tags: ["keys"] }));
    value(await agent.api.remember({ text: "Ana prefers tea." }));
    expect(Object.keys(await stored(agent, uri)).toSorted()).toEqual(["$type", "sealed"]);
    expect(await recall(agent, { query: "When is the staging key rotated?" })).toMatchObject([{ uri, kind: "note", sealed: true, value: { tags: ["keys"] } }]);
    expect(await recall(agent, { query: "When is the next eclipse of the moon?" })).toEqual([]);
  });

  it("is in clear only when that is said", async () => {
    const agent = await hosted();
    const { uri } = value(await agent.api.remember({ text: "Open on Sundays.", privacy: "public" }));
    expect(await stored(agent, uri)).toMatchObject({ text: "Open on Sundays." });
    expect(await texts(agent, { query: "sundays" })).toEqual(["Open on Sundays."]);
  });

  it("is found as before when it is made public", async () => {
    const agent = await hosted();
    const { uri } = value(await agent.api.remember({ text: "The staging key is rotated on Fridays." }));
    const [before] = await recall(agent, { query: "staging key" });
    value(await agent.api.makePublic({ uri }));
    const [after, ...more] = await recall(agent, { query: "staging key" });
    expect(more).toEqual([]);
    expect(after).toMatchObject({ uri, value: { text: "The staging key is rotated on Fridays." } });
    expect([before?.sealed, after?.sealed]).toEqual([true, undefined]);
  });

  it("has one record for a subject, which does not tell it", async () => {
    const [alice, bob] = [await hosted(), await hosted()];
    for (const text of ["It is red.", "It is blue."]) value(await alice.api.remember({ kind: "fact", subject: "colour of the door", text }));
    const { uri } = value(await bob.api.remember({ kind: "fact", subject: "colour of the door", text: "It is green." }));
    expect(await texts(alice, { query: "colour of the door" })).toEqual(["It is blue."]);
    const keys = await listed(alice, "agent.memory.fact");
    expect(keys).toHaveLength(2);
    expect(keys.map((one) => one.split("/").at(-1))).not.toContain(uri.split("/").at(-1));
  });

  it("makes an agent without keys a hosted one", async () => {
    const agent = await known();
    expect(await recall(agent, { query: "anything" })).toEqual([]);
    expect(await listed(agent, "agent.comms.key")).toEqual([]);
    value(await agent.api.remember({ text: "First." }));
    expect(await listed(agent, "agent.comms.key")).toHaveLength(1);
  });

  it("is its own: no agent finds another's", async () => {
    const agents = [await hosted(), await hosted(), await hosted()];
    for (const [i, agent] of agents.entries()) for (const word of ["harbour", "tea"]) value(await agent.api.remember({ text: `The ${word} of agent ${i} is number ${i}.` }));
    for (const [i, agent] of agents.entries()) {
      const found = await recall(agent, { query: "harbour tea of agent number 0 1 2", limit: 50 });
      expect(found.map(({ uri }) => uri.split("/")[2])).toEqual([agent.did, agent.did]);
      expect(found.every(({ value: record }) => String(record["text"]).endsWith(`number ${i}.`))).toBe(true);
      expect(await agent.api.forget({ uri: (await recall(agents[(i + 1) % 3] ?? agent, {}))[0]?.uri ?? "" })).toMatchObject({ error: { name: "MemoryNotFound" } });
    }
  });

  it("is not kept for an agent whose owner holds the keys", async () => {
    const agent = await known();
    await within(agent, async ({ vault }) => vault.putJson("keys", "owner", {}));
    for (const outcome of [agent.api.remember({ text: "x" }), agent.api.recall({}), agent.api.forget({ subject: "x" }), agent.api.pinMemory({ uri: "x" }), agent.api.compactMemory(), agent.api.getMemoryStats()])
      expect(fault(await outcome)).toBe("SelfKeyed");
    value(await agent.api.write({ ops: [plainly("3kznmn7xqxl22", "mine")] }));
    expect(await within(agent, ({ memory }) => memory.job())).toBeUndefined();
  });

  it("leaves nothing with the colony when its owner takes the keys", async () => {
    const agent = await hosted();
    value(await agent.api.remember({ text: "The harbour is closed." }));
    expect(await recall(agent, { query: "harbour" })).toHaveLength(1);
    const pages = () => within(agent, async ({ vault }) => vault.count("memory-pages"));
    expect(await pages()).toBeGreaterThan(0);
    value(await agent.api.takeKeys({}));
    expect(fault(await agent.api.recall({ query: "harbour" }))).toBe("SelfKeyed");
    await ringAlarm(agent);
    expect(await pages()).toBe(0);
    expect(await within(agent, ({ memory }) => memory.job())).toBeUndefined();
  });

  it("pins, condenses, forgets and counts", async () => {
    const agent = await hosted();
    const { uri } = value(await agent.api.remember({ text: "Never promise dates.", pin: true }));
    expect((await stored(agent, `at://${agent.did}/agent.memory.pins/self`))["sealed"]).toBeDefined();
    expect(await recall(agent, { pinned: true })).toMatchObject([{ uri, pinned: true }]);
    expect(value(await agent.api.pinMemory({ uri, pinned: false }))).toEqual({ pins: [] });
    for (let i = 0; i < 6; i++) value(await agent.api.remember({ text: `Long ago ${i}.`, occurredAt: "2020-01-01T00:00:00.000Z" }));
    // Written down today: what happened long ago is condensed only when it was also written down long ago.
    expect(value(await agent.api.compactMemory())).toEqual({ summaries: [], collected: 0 });
    expect(value(await agent.api.forget({ uri })).forgotten).toEqual([uri]);
    expect(value(await agent.api.getMemoryStats())).toMatchObject({ kinds: [{ kind: "note", count: 6 }, {}, {}, {}], pending: 0, pinned: 0 });
    expect(await stored(agent, uri).catch(() => undefined)).toBeUndefined();
  });
});

describe("what is forgotten", () => {
  it("is offered to nobody any more: its grants go with it, and nothing is kept about them", async () => {
    const [agent, bob] = [await hosted(), await hosted()];
    const told = value(await agent.api.remember({ kind: "fact", text: "The key is under the mat.", subject: "key" }));
    const other = value(await agent.api.remember({ text: "The kettle is on." }));
    for (const { uri } of [told, other]) value(await agent.api.share({ uri, to: bob.did }));
    expect(value(await agent.api.forget({ uri: told.uri })).forgotten).toEqual([told.uri]);
    expect(await listed(agent, "agent.comms.grant")).toHaveLength(1);
    expect(value(await agent.api.revoke({ uri: other.uri }))).toEqual({ couldRead: [bob.did] });
    expect(await within(agent, async ({ sql }) => sql.exec("SELECT path FROM granted").toArray().length)).toBe(1);
  });
});

describe("the index of an agent's memory", () => {
  it("follows whatever writes to the repository", async () => {
    const agent = await hosted();
    const sealed = await sealedNote(agent, "3kznmn7xqxl22", "The harbour is closed.");
    value(await agent.api.write({ ops: [plainly("3kznmn7xqxl23", "The harbour is open.")] }));
    expect((await texts(agent, { query: "harbour" })).toSorted()).toEqual(["The harbour is closed.", "The harbour is open."]);
    value(await agent.api.write({ ops: [plainly("3kznmn7xqxl23", "The bridge is open."), op({ action: "delete", collection: "agent.memory.note", rkey: sealed.split("/").at(-1) })] }));
    expect(await texts(agent, { query: "harbour" })).toEqual([]);
    expect(await texts(agent, { query: "bridge" })).toEqual(["The bridge is open."]);
  });

  it("is held up by nothing that does not open, or makes no sense", async () => {
    const agent = await hosted();
    const uri = await sealedNote(agent, "3kznmn7xqxl22", "The harbour is closed.");
    const { sealed } = await stored(agent, uri);
    const put = (rkey: string, record: Record<string, unknown>, collection = "agent.memory.note") => op({ action: "put", collection, rkey, record, validate: false });
    const seals = [sealed, {}, 3, null, [], { ...Object(sealed), recipients: 7 }, { ...Object(sealed), epoch: "x", ciphertext: {} }, { $type: "agent.comms.defs#sealed", version: 99 }];
    const plain = [{}, { text: 5, tags: {}, createdAt: [] }, { text: "x".repeat(60_000), createdAt: "then" }];
    value(await agent.api.write({ ops: [...seals.map((one) => ({ sealed: one })), ...plain].flatMap((record, i) => [put(tidOf(1000 + i, 1), record), put(`odd${i}`, record, "agent.memory.fact")]) }));
    value(await agent.api.write({ ops: [put("self", { sealed: {} }, "agent.memory.pins")] }));
    expect(await texts(agent, { query: "harbour" })).toEqual(["The harbour is closed."]);
    expect(await changed(agent)).toBe(0);
    expect(value(await agent.api.remember({ text: "Never promise dates.", pin: true })).uri).toBeDefined();
    expect(await texts(agent, { pinned: true })).toEqual(["Never promise dates."]);
    expect(said.every((line) => !line.includes("harbour"))).toBe(true);
  });

  it("is of no more memories than there may be, whatever writes them", async () => {
    const agent = await hosted();
    const summary = (i: number) => op({ action: "create", collection: "agent.memory.summary", rkey: tidOf(i, 0), record: { text: `Summary ${i}.`, createdAt: "2026-11-21T00:00:00.000Z" } });
    const some = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => summary(from + i));
    for (let at = 0; at < 800; at += 200) value(await agent.api.write({ ops: some(at, at + 200) }));
    value(await agent.api.write({ ops: some(800, 999) }));
    expect(fault(await agent.api.write({ ops: some(999, 1001) }))).toBe("QuotaExceeded");
    const both = await Promise.all([agent.api.write({ ops: [summary(999)] }), agent.api.write({ ops: [summary(1001)] })]);
    expect(both.map(({ ok }) => ok)).toEqual([true, false]);
    expect(fault(both[1])).toBe("QuotaExceeded");
    const gone = op({ action: "delete", collection: "agent.memory.summary", rkey: tidOf(0, 0) });
    value(await agent.api.write({ ops: [gone, summary(1001)] }));
    value(await agent.api.write({ ops: [plainly("3kznmn7xqxl22", "another kind")] }));
  });

  it("says the same after the object was away, and after it was built anew", async () => {
    const agent = await hosted();
    // Scores are of a moment: while the object is away this one stays.
    vi.useFakeTimers({ now: Date.now(), toFake: ["Date"] });
    for (let i = 0; i < 60; i++) value(await agent.api.remember({ text: `The harbour has number ${i}.`, importance: 1 + (i % 10) }));
    for (const text of ["Tea.", "The staging key."]) value(await agent.api.remember({ kind: "fact", subject: "x", text }));
    const before = await answers(agent);
    expect(before.flat().length).toBeGreaterThan(50);
    await evictDurableObject(agent.stub);
    expect(await answers(agent)).toEqual(before);
    await rebuilt(agent);
    expect(await answers(agent)).toEqual(before);
  });

  it("that is behind when the object dies catches up", async () => {
    const agent = await hosted();
    value(await agent.api.remember({ text: "The harbour is closed." }));
    await recall(agent, {});
    value(await agent.api.remember({ text: "The harbour is open." }));
    await evictDurableObject(agent.stub);
    expect(await texts(agent, { query: "harbour" })).toHaveLength(2);
  });

  it("changes with the note of what it took in, or not at all", async () => {
    const agent = await hosted();
    value(await agent.api.remember({ text: "The harbour is closed." }));
    await within(agent, async ({ vault, memory }) => {
      const put = vi.spyOn(vault, "put").mockImplementation(() => {
        throw new Error("the disk is full");
      });
      await expect(memory.use((own) => own.recall({ query: "harbour" }))).rejects.toThrow("the disk is full");
      put.mockRestore();
    });
    expect(await changed(agent)).toBe(1);
    expect(await texts(agent, { query: "harbour" })).toHaveLength(1);
    expect(await changed(agent)).toBe(0);
  });

  it("is brought up by an alarm, without anybody asking", async () => {
    const agent = await hosted();
    value(await agent.api.remember({ text: "The harbour is closed." }));
    expect(await changed(agent)).toBe(1);
    await runInDurableObject(agent.stub, (_, { storage }) => storage.sql.exec("UPDATE due SET at = 1 WHERE job = 'memory'"));
    await evictDurableObject(agent.stub);
    await within(agent, async () => undefined);
    await ringAlarm(agent);
    expect(await changed(agent)).toBe(0);
    // And looked at again a day later.
    const [due] = await within(agent, async ({ sql }) => sql.exec<{ at: number }>("SELECT at FROM due WHERE job = 'memory'").toArray());
    expect(Math.abs((due?.at ?? 0) - Date.now() - 24 * 3600_000)).toBeLessThan(60_000);
  });

  it("shows nothing at rest", async () => {
    const agent = await hosted();
    value(await agent.api.remember({ text: "Zanzibar was mentioned.", tags: ["zebratag"], origin: { did: "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb", trust: 3 } }));
    value(await agent.api.remember({ kind: "fact", subject: "zubject", text: "Zanzibar again.", pin: true }));
    await recall(agent, { query: "zanzibar zubject" });
    const dump = await within(agent, async ({ sql }) => {
      const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray();
      return tables.flatMap(({ name }) => sql.exec(`SELECT * FROM ${name}`).toArray().flatMap((row) => Object.values(row).map((cell) => (cell instanceof ArrayBuffer ? Buffer.from(cell).toString("latin1") : String(cell)))));
    });
    expect(dump.length).toBeGreaterThan(20);
    expect(dump.filter((cell) => /zanzibar|zebratag|zubject|bbbbbbbbbbbb/i.test(cell))).toEqual([]);
  });

  it("that is damaged is given up loudly, and built anew", async () => {
    const agent = await hosted();
    for (let i = 0; i < 5; i++) value(await agent.api.remember({ text: `The harbour has number ${i}.` }));
    const before = await answers(agent);
    const other = await within(agent, async (state) => {
      const { sql, vault } = state;
      const rows = () => sql.exec<{ id: ArrayBuffer; kind: ArrayBuffer; data: ArrayBuffer }>("SELECT id, kind, data FROM vault").toArray();
      const all = rows();
      vault.clear("memory-pages");
      const left = new Set(rows().map(({ id }) => Buffer.from(id).toString("hex")));
      for (const { id, kind, data } of all)
        if (!left.has(Buffer.from(id).toString("hex"))) sql.exec("INSERT INTO vault (id, kind, data) VALUES (?, ?, ?)", id, kind, new Uint8Array(data).with(40, 1 ^ (new Uint8Array(data)[40] ?? 0)));
      expect(() => [...vault.all("memory-pages")]).toThrow(VaultError);
      return again(state);
    });
    expect(other).toBe(5);
    expect(await answers(agent)).toEqual(before);
    expect(said.filter((line) => line.includes("memory-index-given-up"))).toHaveLength(1);
  });

  it("drops nothing because a key cannot be had", async () => {
    const agent = await hosted();
    value(await agent.api.remember({ text: "The harbour is closed." }));
    await within(agent, async (state) => {
      const locked: AgentState = openState(state.storage, { ...state.ports, masterKey: new Uint8Array(32) });
      const refused = await locked.memory.use((own) => own.recall({ query: "harbour" })).catch((error: Error) => error.name);
      expect(["KeyUnavailableError", { ok: false, error: expect.objectContaining({ status: 500, name: "KeyUnavailable" }) }]).toContainEqual(refused);
    });
    expect(await texts(agent, { query: "harbour" })).toHaveLength(1);
  });

  it("gets new vectors when the colony's embedder changes, by alarm", async () => {
    const agent = await hosted();
    for (let i = 0; i < 5; i++) value(await agent.api.remember({ text: `The harbour has number ${i}.` }));
    // More than one alarm's share.
    for (const part of [0, 1]) value(await agent.api.write({ ops: Array.from({ length: 150 }, (_, i) => plainly(tidOf(1.7e15 + part * 150 + i, 0), `Entry ${i}.`)) }));
    for (let i = 0; i < 2; i++) await recall(agent, {});
    await within(agent, async ({ storage, ports }) => {
      const { memory } = openState(storage, { ...ports, embedder: hashedEmbedder(64) });
      const stats = () => memory.use(async (own) => ({ ok: true, value: await own.stats() }));
      expect(value(await stats())).toMatchObject({ toEmbed: 305 });
      expect(value(await memory.use((own) => own.recall({ query: "harbour number" }))).memories).toHaveLength(5);
      expect(await memory.job()).toEqual({ again: 100 });
      expect(value(await stats())).toHaveProperty("toEmbed");
      await memory.job();
      expect(value(await stats())).not.toHaveProperty("toEmbed");
    });
  });

  it("of an object from before it was kept takes in all there is", async () => {
    const agent = await known();
    value(await agent.api.write({ ops: [plainly("3kznmn7xqxl22", "The harbour is closed."), plainly("3kznmn7xqxl23", "Ana likes tea.")] }));
    const found = await within(agent, async (state) => {
      const { sql } = state;
      backTo(sql, 3);
      return again(state);
    });
    expect(found).toBe(1);
  });
});
