import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { create, makeAgent, note, op, value } from "./agents.ts";
import { world } from "./worker.ts";

const COLLECTION = "com.example.note";

describe("writing", () => {
  it("provisions, writes, reads back, and tells the relay", async () => {
    const { api, did } = await makeAgent();
    const written = value(await api.write({ ops: [create("a")] }));
    expect(written.commit?.rev).toMatch(/^[2-7a-z]{13}$/);
    const record = value(await api.getRecord({ collection: COLLECTION, rkey: "a" }));
    expect(record.cid).toBe(written.results[0]?.cid);
    await expect.poll(() => world.relay.of(did).map(({ kind }) => kind)).toEqual(["identity", "account", "commit", "sync", "commit"]);
    expect(value(await api.getHead())).toMatchObject({ did, ...written.commit });
  });

  it("updates, puts and deletes; what changes nothing makes no commit", async () => {
    const { api } = await makeAgent();
    const put = (text: string) => op({ action: "put", collection: COLLECTION, rkey: "a", record: note(text) });
    expect(value(await api.write({ ops: [put("1")] })).results[0]?.action).toBe("create");
    const second = value(await api.write({ ops: [put("2")] }));
    expect(second.results[0]?.action).toBe("update");
    const same = value(await api.write({ ops: [put("2")] }));
    expect(same.commit).toBeUndefined();
    expect(same.results[0]?.cid).toBe(second.results[0]?.cid);
    const gone = op({ action: "delete", collection: COLLECTION, rkey: "a" });
    expect(value(await api.write({ ops: [gone] })).commit).toBeDefined();
    expect(value(await api.write({ ops: [gone] })).commit).toBeUndefined();
    expect(await api.getRecord({ collection: COLLECTION, rkey: "a" })).toMatchObject({ ok: false, error: { status: 400, name: "RecordNotFound" } });
  });

  it("refuses what does not fit the state, and changes nothing", async () => {
    const { api } = await makeAgent();
    const first = value(await api.write({ ops: [create("a")] }));
    const head = value(await api.getHead());
    const update = op({ action: "update", collection: COLLECTION, rkey: "nobody", record: note("x") });
    const swap = (swapRecord: string | null) => op({ action: "put", collection: COLLECTION, rkey: "a", record: note("swapped"), swapRecord });
    const cases = [
      [{ ops: [create("a")] }, "InvalidRequest"],
      [{ ops: [update] }, "InvalidRequest"],
      [{ ops: [create("b"), create("b")] }, "InvalidRequest"],
      [{ ops: Array.from({ length: 201 }, (_, i) => create(`n${i}`)) }, "InvalidRequest"],
      [{ ops: [swap(null)] }, "InvalidSwap"],
      [{ ops: [swap(head.cid)] }, "InvalidSwap"],
      [{ ops: [swap("no cid")] }, "InvalidSwap"],
      [{ ops: [create("b")], swapCommit: first.results[0]?.cid ?? "" }, "InvalidSwap"],
    ] as const;
    for (const [request, name] of cases) expect(await api.write({ ...request, ops: [...request.ops] })).toMatchObject({ ok: false, error: { status: 400, name } });
    expect(value(await api.getHead())).toEqual(head);
    expect(value(await api.write({ ops: [swap(first.results[0]?.cid ?? "")], swapCommit: head.cid })).commit).toBeDefined();
  });

  it("never changes a record that was sent to somebody", async () => {
    const { api } = await makeAgent();
    const text = (t: string) => ({ to: ["did:plc:aaaaaaaaaaaaaaaaaaaaaaaz"], content: [{ $type: "agent.comms.defs#text", text: t }], createdAt: "2026-11-21T00:00:00.000Z" });
    const collection = "agent.comms.message";
    const made = op({ action: "create", collection, record: text("hello"), validate: true });
    value(await api.write({ ops: [made] }));
    const changed = op({ action: "put", collection, rkey: made.rkey, record: text("other") });
    expect(await api.write({ ops: [changed] })).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
  });

  it("keeps a commit below the limit of the stream, also when a group would pass it", async () => {
    const { api, did } = await makeAgent();
    const big = (rkey: string, size: number) => op({ action: "create", collection: COLLECTION, rkey, record: note(rkey.repeat(size)) });
    expect(await api.write({ ops: [big("a", 900_000), big("b", 900_000), big("c", 900_000)] })).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
    value(await api.write({ ops: [big("a", 900_000), big("b", 900_000)] }));
    const answers = await Promise.all(["d", "e", "f", "g"].map((rkey) => api.write({ ops: [big(rkey, 900_000)] })));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    await expect.poll(() => world.relay.of(did).at(-1)?.rev).toBe(value(await api.getHead()).rev);
    for (const { frame } of world.relay.of(did)) expect(frame.length).toBeLessThan(2_010_000);
  });
});

describe("group commit", () => {
  it("lets writes that wait share a commit; one that fails is answered alone", async () => {
    const { api, did } = await makeAgent();
    value(await api.write({ ops: [create("taken")] }));
    const requests = Array.from({ length: 32 }, (_, i) => api.write({ ops: [create(i === 20 ? "taken" : `g${i}`)] }));
    const answers = await Promise.all(requests);
    expect(answers.map(({ ok }) => ok)).toEqual(answers.map((_, i) => i !== 20));
    const commits = new Set(answers.flatMap((a) => (a.ok ? [a.value.commit?.rev] : [])));
    expect(commits.size).toBeLessThan(32);
    const page = value(await api.listRecords({ collection: COLLECTION, limit: 100 }));
    expect(page.records.length).toBe(32);
    await expect.poll(() => world.relay.of(did).filter(({ kind }) => kind === "commit").length).toBe(commits.size + 2);
  });

  it("never puts two writes to one path into one commit", async () => {
    const { api } = await makeAgent();
    const put = (i: number) => op({ action: "put", collection: COLLECTION, rkey: "same", record: note(`${i}`) });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => api.write({ ops: [put(i)] })));
    const revs = answers.map((a) => value(a).commit?.rev);
    expect(new Set(revs).size).toBe(10);
    expect(value(await api.getRecord({ collection: COLLECTION, rkey: "same" })).cid).toBe(value(answers[9] as (typeof answers)[0]).results[0]?.cid);
  });

  it("checks swapCommit against what came before it", async () => {
    const { api } = await makeAgent();
    const { cid } = value(await api.getHead());
    const answers = await Promise.all([1, 2, 3].map((i) => api.write({ ops: [create(`s${i}`)], swapCommit: cid })));
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false]);
  });
});

describe("a transaction that fails", () => {
  for (const table of ["node", "record_block", "record_key", "head", "outbox"]) {
    it(`changes nothing when ${table} cannot be written`, async () => {
      const { api, stub, did } = await makeAgent();
      await api.write({ ops: [create("a")] });
      const head = value(await api.getHead());
      const dump = () => runInDurableObject(stub, (_, { storage: { sql } }) => ["head", "node", "record", "due"].map((name) => sql.exec(`SELECT * FROM ${name}`).toArray()));
      await expect.poll(() => world.relay.of(did).length).toBe(5);
      const before = await dump();
      await runInDurableObject(stub, (_, { storage: { sql } }) => {
        for (const verb of ["INSERT", "UPDATE"]) sql.exec(`CREATE TRIGGER no_${verb} BEFORE ${verb} ON ${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
      });
      const failed = await api.write({ ops: [create("b")] }).then(() => "answered", String);
      expect(failed).toContain("disk full");
      await runInDurableObject(stub, (_, { storage: { sql } }) => ["INSERT", "UPDATE"].forEach((verb) => sql.exec(`DROP TRIGGER no_${verb}`)));
      expect(await dump()).toEqual(before);
      expect(value(await api.getHead())).toEqual(head);
      const next = value(await api.write({ ops: [create("b")] }));
      await expect.poll(() => world.relay.of(did).at(-1)?.rev).toBe(next.commit?.rev);
    });
  }
});

describe("write points", () => {
  it("count like the reference's and end with 429", async () => {
    world.rateLimits = true;
    try {
      const { api } = await makeAgent();
      const first = value(await api.write({ ops: [create("a")] }));
      expect(first.rate).toMatchObject({ limit: 5000, remaining: 4997, policy: "5000;w=3600" });
      for (let i = 0; i < 8; i++) value(await api.write({ ops: Array.from({ length: 200 }, (_, n) => create(`r${i}-${n}`)) }));
      expect(await api.write({ ops: Array.from({ length: 200 }, (_, n) => create(`z${n}`)) })).toMatchObject({
        ok: false, error: { status: 429, name: "RateLimitExceeded", rate: { limit: 5000, remaining: 197, policy: "5000;w=3600" } },
      });
      expect(value(await api.write({ ops: [op({ action: "delete", collection: COLLECTION, rkey: "a" })] })).rate?.remaining).toBe(196);
    } finally {
      world.rateLimits = false;
    }
  });
});
