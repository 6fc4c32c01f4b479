import { describe, expect, it } from "vitest";
import { DAY, FakeRepo, START, fakeMemory, good } from "../../test/fake-repo.ts";
import { hashedEmbedder } from "../embed/hashed.ts";
import { IndexFormatError } from "./memory-index.ts";
import type { PageChange, PageStore } from "./page-store.ts";

const WORDS = "station harbour battery wind tide mast sensor budget Ana Lund Malmö tea storm gust logger van meeting Tuesday storm富士 заря".split(" ");

/** mulberry32: the same life every time. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type World = ReturnType<typeof fakeMemory>;

const QUERIES = ["harbour wind", "When is the meeting on Tuesday?", "battery of the logger", "Ana Lund tea", "富士", "заря над станцией", "storm gusts"];

/** Whatever can be asked, with every score. */
async function answersOf({ memory }: World): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const query of QUERIES) {
    answers.push(good(await memory.recall({ query, limit: 50 })), good(await memory.recall({ query, superseded: true, limit: 50 })), good(await memory.recall({ query, asOf: new Date(START + 40 * DAY).toISOString() })));
    answers.push(good(await memory.recall({ query, kinds: ["fact", "summary"], tags: ["tag1"] })));
  }
  answers.push(good(await memory.recall({ limit: 50 })), good(await memory.recall({ pinned: true })));
  const { indexBytes: _, ...stats } = await memory.stats();
  return [...answers, stats];
}

/** Some hundred days of remembering, changing, forgetting, pinning and condensing. */
async function live(world: World, seed: number, steps: number): Promise<void> {
  const { memory, clock } = world;
  const next = random(seed);
  const word = () => WORDS[Math.floor(next() * WORDS.length)] ?? "";
  const text = () => Array.from({ length: 3 + Math.floor(next() * 12) }, word).join(" ");
  const some = async () => {
    const { memories } = good(await memory.recall({ query: word(), limit: 10 }));
    return memories[Math.floor(next() * memories.length)];
  };
  for (let i = 0; i < steps; i++) {
    clock.now += next() * DAY * 0.6;
    const dice = next();
    if (dice < 0.6) good(await memory.remember({ text: text(), tags: [`tag${Math.floor(next() * 3)}`], importance: 1 + Math.floor(next() * 10) }));
    else if (dice < 0.8) good(await memory.remember({ kind: "fact", subject: `subject ${Math.floor(next() * 12)}`, text: text() }));
    else if (dice < 0.88) good(await memory.remember({ kind: "decision", text: text() }));
    else if (dice < 0.94) {
      const one = await some();
      if (one !== undefined) good(await memory.forget({ uri: one.uri }));
    } else if (dice < 0.97) {
      const one = await some();
      if (one !== undefined) await memory.pin({ uri: one.uri });
    } else good(await memory.compact());
  }
}

describe("the index", () => {
  it.each([1, 2, 3])("built anew from the repository gives the same answers, score for score (life %i)", async (seed) => {
    const repo = new FakeRepo();
    const lived = fakeMemory(repo);
    await live(lived, seed, 260);
    const answers = await answersOf(lived);
    expect(JSON.stringify(answers)).toContain("supersededBy");

    lived.memory.rebuild();
    await lived.memory.catchUp(10_000);
    expect(await answersOf(lived)).toEqual(answers);

    const anew = fakeMemory(repo);
    anew.clock.now = lived.clock.now;
    await anew.records.refresh();
    await anew.memory.catchUp(10_000);
    expect(await answersOf(anew)).toEqual(answers);

    const tight = fakeMemory(repo, { cacheBytes: 0 });
    tight.clock.now = lived.clock.now;
    await tight.records.refresh();
    await tight.memory.catchUp(10_000);
    expect(await answersOf(tight)).toEqual(answers);
  });

  it("is the same bytes when it is built twice", async () => {
    const repo = new FakeRepo();
    await live(fakeMemory(repo), 4, 200);
    const bytesOf = async () => {
      const world = fakeMemory(repo);
      await world.records.refresh();
      await world.memory.catchUp(10_000);
      return [...world.pages.all()].map(({ name, data }) => [name, Buffer.from(data).toString("base64")]);
    };
    const once = await bytesOf();
    expect(once.length).toBeGreaterThan(1);
    expect(await bytesOf()).toEqual(once);
  });

  it("read again by the next start says the same", async () => {
    const repo = new FakeRepo();
    const lived = fakeMemory(repo);
    await live(lived, 5, 150);
    const answers = await answersOf(lived);
    const next = fakeMemory(repo, { kept: [...lived.pages.all()] });
    next.clock.now = lived.clock.now;
    // Nothing changed: what is listed is in the index already.
    await next.records.refresh();
    expect(await answersOf(next)).toEqual(answers);
  });

  it("grows by few bytes with each memory", async () => {
    const { memory, writes } = counted();
    for (let i = 0; i < 600; i++) {
      good(await memory.remember({ text: `The ${WORDS[i % 7]} of place ${i} has value ${i * 7} since ${WORDS[i % 11]} came by and spoke with ${WORDS[i % 5]} about it.` }));
      await memory.catchUp();
    }
    const sizes = writes.map(({ put }) => put.reduce((sum, { data }) => sum + data.length, 0)).sort((a, b) => a - b);
    expect(sizes[300]).toBeLessThan(1000);
    expect(sizes.reduce((sum, one) => sum + one, 0) / sizes.length).toBeLessThan(4000);
  });

  it("keeps no more in memory than it may", async () => {
    const world = fakeMemory(new FakeRepo(), { cacheBytes: 30_000 });
    for (let i = 0; i < 400; i++) good(await world.memory.remember({ text: `Entry ${i} about ${WORDS[i % 13]}.` }));
    await world.memory.catchUp(1000);
    for (let i = 0; i < 3; i++) expect(good(await world.memory.recall({ query: "entry 77 about" })).memories.length).toBeGreaterThan(0);
    expect(world.memory.residentBytes).toBeLessThanOrEqual(30_000);
    world.memory.evict();
    expect(world.memory.residentBytes).toBe(400 * 70);
  });

  it("follows what others write to the repository, and what they take away", async () => {
    const world = fakeMemory();
    const { uri } = good(await world.memory.remember({ text: "The mast is blue." }));
    await world.repo.write([{ collection: "agent.memory.note", rkey: "3kznmn7xqxl22", record: { text: "The mast is green.", createdAt: new Date(START).toISOString() } }]);
    await world.records.refresh();
    expect(good(await world.memory.recall({ query: "mast" })).memories).toHaveLength(2);
    await world.repo.write([{ collection: "agent.memory.note", rkey: uri.split("/").at(-1) ?? "" }]);
    await world.records.refresh();
    expect(good(await world.memory.recall({ query: "mast" })).memories.map(({ value }) => value["text"])).toEqual(["The mast is green."]);
  });

  it("leaves out what does not open, and what is no memory, and says so", async () => {
    const world = fakeMemory();
    await world.repo.write([
      { collection: "agent.memory.note", rkey: "broken", record: { sealed: 5 } },
      { collection: "agent.memory.note", rkey: "odd", record: { text: 7, createdAt: "never", tags: "x", importance: 99, supersedes: 3, sources: {}, origin: "me" } },
    ]);
    await world.records.refresh();
    good(await world.memory.remember({ text: "The mast is blue." }));
    expect(good(await world.memory.recall({ query: "mast" })).memories).toHaveLength(1);
    expect(world.faults).toEqual(["memory-unreadable"]);
    expect((await world.memory.stats()).pending).toBe(0);
  });

  it("tells what it has not taken in yet", async () => {
    const world = fakeMemory();
    for (let i = 0; i < 260; i++) good(await world.memory.remember({ text: `Entry ${i}` }));
    expect(good(await world.memory.recall({ query: "entry" })).pending).toBe(60);
    expect(good(await world.memory.recall({ query: "entry" }))).not.toHaveProperty("pending");
  });
});

describe("an index that cannot be read", () => {
  it.each([
    ["of another version", (data: Uint8Array) => data.with(0, 9)],
    ["gone in part", (data: Uint8Array) => data],
  ])("%s is given up, and built anew", async (name, spoil) => {
    const repo = new FakeRepo();
    const lived = fakeMemory(repo);
    await live(lived, 6, 60);
    const answers = await answersOf(lived);
    const pages = [...lived.pages.all()];
    let gone = name === "gone in part" ? pages[0]?.name : undefined;
    const kept = pages.map(({ name: page, data }) => ({ name: page, data: spoil(data) }));
    const wrap = (store: PageStore): PageStore => ({
      ...store,
      get: (page) => (page === gone ? undefined : store.get(page)),
      clear: () => {
        gone = undefined;
        store.clear();
      },
    });
    const next = fakeMemory(repo, { kept, cacheBytes: 0, wrap });
    next.clock.now = lived.clock.now;
    await next.records.refresh();
    await next.memory.recall({ query: "wind" });
    expect(next.faults).toContain("memory-index-given-up");
    await next.memory.catchUp(1000);
    expect(await answersOf(next)).toEqual(answers);
  });

  it("is told when that does not help", async () => {
    const broken = (store: PageStore): PageStore => ({
      ...store,
      all: () => {
        throw new IndexFormatError("still broken");
      },
    });
    await expect(fakeMemory(new FakeRepo(), { wrap: broken }).memory.recall({ query: "x" })).rejects.toThrow("still broken");
  });
});

describe("another embedder", () => {
  it("makes all vectors anew, and meanwhile words are enough", async () => {
    const repo = new FakeRepo();
    const first = fakeMemory(repo);
    for (let i = 0; i < 120; i++) good(await first.memory.remember({ text: `Entry ${i} about ${WORDS[i % 13]}.` }));
    await first.memory.catchUp(1000);
    const next = fakeMemory(repo, { kept: [...first.pages.all()], embedder: hashedEmbedder(64) });
    await next.records.refresh();
    expect(await next.memory.stats()).toMatchObject({ toEmbed: 120 });
    expect(good(await next.memory.recall({ query: "Entry 77" })).memories[0]?.value["text"]).toContain("Entry 77 ");
    let rounds = 0;
    while (await next.memory.reembed()) rounds++;
    expect(rounds).toBeGreaterThan(1);
    expect(await next.memory.stats()).not.toHaveProperty("toEmbed");
    expect(await next.memory.reembed()).toBe(false);
  });

  it("that does not answer costs its vectors, not the memories", async () => {
    const embedder = { ...hashedEmbedder(), down: true };
    const embed = embedder.embed.bind(embedder);
    embedder.embed = (texts, purpose) => (embedder.down ? Promise.reject(new Error("away")) : embed(texts, purpose));
    const world = fakeMemory(new FakeRepo(), { embedder });
    good(await world.memory.remember({ text: "The mast is blue." }));
    expect(good(await world.memory.recall({ query: "mast" })).memories).toHaveLength(1);
    expect(world.faults).toEqual(["embedder-failed", "embedder-failed"]);
    expect(await world.memory.reembed()).toBe(false);
    embedder.down = false;
    expect(await world.memory.reembed()).toBe(true);
    expect(good(await world.memory.recall({ query: "the blue masts" })).memories).toHaveLength(1);
  });

  it("whose vectors have another length is not believed", async () => {
    const world = fakeMemory(new FakeRepo(), { embedder: { ...hashedEmbedder(), dim: 100 } });
    good(await world.memory.remember({ text: "The mast is blue." }));
    expect(good(await world.memory.recall({ query: "mast" })).memories).toHaveLength(1);
    expect(world.faults).toContain("embedder-failed");
  });
});

/** A memory, and every change of its pages. */
function counted() {
  const writes: PageChange[] = [];
  const wrap = (store: PageStore): PageStore => ({
    ...store,
    commit: (change) => {
      writes.push(change);
      store.commit(change);
    },
  });
  return { ...fakeMemory(new FakeRepo(), { wrap }), writes };
}
