import { describe, expect, it } from "vitest";
import { DAY, FakeRepo, START, fakeMemory, good } from "../test/fake-repo.ts";
import { hashedEmbedder } from "./embed/hashed.ts";
import { IndexFormatError } from "./index/memory-index.ts";
import type { Memory } from "./open-memory.ts";
import type { RememberInput } from "./types.ts";

const said = async (memory: Memory) => good(await memory.recall({ superseded: true, limit: 50 })).memories.map(({ value }) => value["text"]);

/** Six notes of one week, which are to be condensed. */
async function aWeek(ports: Parameters<typeof fakeMemory>[1] = {}) {
  const world = fakeMemory(new FakeRepo(), ports);
  const uris: string[] = [];
  for (let i = 0; i < 6; i++) uris.push(good(await world.memory.remember({ text: `Zebra ${i} was seen.` })).uri);
  world.clock.now = START + 20 * DAY;
  return { ...world, uris };
}

/** A summarizer that is told when to answer. */
function slowly() {
  let begun: () => void = () => undefined;
  let end: () => void = () => undefined;
  const [started, ended] = [new Promise<void>((done) => (begun = done)), new Promise<void>((done) => (end = done))];
  return { started, end, summarizer: { id: "slow", summarize: async (notes: readonly { text: string }[]) => (begun(), await ended, notes.map(({ text }) => text).join(" ")) } };
}

describe("calls at the same time", () => {
  it("condense notes once", async () => {
    const { memory, repo } = await aWeek();
    const [one, other] = (await Promise.all([memory.compact(), memory.compact()])).map(good);
    expect([...(one?.summaries ?? []), ...(other?.summaries ?? [])]).toHaveLength(1);
    expect([...repo.records.keys()].filter((path) => path.includes("summary"))).toHaveLength(1);
  });

  it("put nothing into a summary that was forgotten while it was written", async () => {
    const { started, end, summarizer } = slowly();
    const { memory, repo, uris } = await aWeek({ summarizer });
    const compacting = memory.compact();
    await started;
    expect(good(await memory.forget({ uri: uris[3] ?? "" })).forgotten).toHaveLength(1);
    end();
    expect(good(await compacting).summaries).toEqual([]);
    expect([...repo.records.keys()].filter((path) => path.includes("summary"))).toEqual([]);
    expect(good(await memory.compact()).summaries).toHaveLength(1);
  });

  it("leave nothing of a subject that is forgotten while it is told anew, by whomever", async () => {
    const repo = new FakeRepo();
    const [here, there] = [fakeMemory(repo), fakeMemory(repo)];
    good(await here.memory.remember({ kind: "fact", subject: "door", text: "It is red." }));
    await there.records.refresh();
    const { write } = repo;
    repo.write = async (ops) => {
      repo.write = write;
      there.clock.now += 1000;
      good(await there.memory.remember({ kind: "fact", subject: "door", text: "It is blue." }));
      await here.records.refresh();
      return write(ops);
    };
    expect(good(await here.memory.forget({ subject: "door" })).forgotten).toHaveLength(2);
    expect([...repo.records.keys()]).toEqual([]);
  });

  it("forget one thing once, and both say so", async () => {
    const { memory } = fakeMemory();
    const { uri } = good(await memory.remember({ text: "once" }));
    const answers = await Promise.all([memory.forget({ uri }), memory.forget({ uri })]);
    expect(answers.map((one) => (one.ok ? "ok" : one.error.name))).toEqual(["ok", "MemoryNotFound"]);
  });

  it("stay within the room there is", async () => {
    const { memory, repo } = fakeMemory(new FakeRepo(), { quotas: { note: 3, decision: 1, fact: 1, summary: 1 } });
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => memory.remember({ text: `note ${i}` })));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3);
    expect(repo.records.size).toBe(3);
  });

  it("have their turn while an index is built", async () => {
    const { memory } = fakeMemory();
    for (let i = 0; i < 400; i++) good(await memory.remember({ text: `note ${i}` }));
    const building = { done: false };
    const built = (async () => {
      while ((await memory.catchUp()) > 0);
      building.done = true;
    })();
    let turns = 0;
    while (!building.done) {
      await new Promise((resume) => setTimeout(resume, 0));
      turns++;
    }
    await built;
    expect(turns).toBeGreaterThanOrEqual(8);
  });

  it("do not wait for an index that another waits for", async () => {
    const { memory } = fakeMemory();
    for (let i = 0; i < 500; i++) good(await memory.remember({ text: `note ${i}` }));
    const order: string[] = [];
    const inOrder = async (input: RememberInput) => {
      order.push(good(await memory.remember(input)).uri.split("/")[3] ?? "");
    };
    await Promise.all([inOrder({ kind: "fact", subject: "door", text: "It is red." }), inOrder({ text: "one more" })]);
    expect(order).toEqual(["agent.memory.note", "agent.memory.fact"]);
  });

  it("make vectors anew also after a page turned out damaged", async () => {
    let broken = false;
    const kept = fakeMemory(new FakeRepo(), {
      cacheBytes: 0,
      wrap: (store) => ({ ...store, get: (name) => { if (!broken) return store.get(name); broken = false; throw new IndexFormatError("damaged"); } }),
      embedder: { ...hashedEmbedder(), embed: () => Promise.reject(new Error("away")) },
    });
    good(await kept.memory.remember({ text: "Harbour." }));
    await kept.memory.catchUp();
    broken = true;
    await kept.memory.reembed();
    expect(kept.faults).toContain("memory-index-given-up");
    expect(await said(kept.memory)).toEqual(["Harbour."]);
  });
});
