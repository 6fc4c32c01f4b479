import { describe, expect, it } from "vitest";
import { DAY, FakeRepo, START, fakeMemory, good } from "../../test/fake-repo.ts";
import type { RememberInput } from "../types.ts";
import { extractiveSummarizer } from "./extractive.ts";

const STRANGER = { did: "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb", trust: 0 };

/** Notes of one week, a few hours apart. */
const week = (count: number, more: Partial<RememberInput> = {}): RememberInput[] =>
  Array.from({ length: count }, (_, i) => ({ text: `Event ${i}: the ${["mast", "van", "boat", "drone"][i % 4]} was checked by person${i}.`, tags: [i % 3 === 0 ? "rare" : "checks"], ...more }));

async function lived(inputs: RememberInput[], day = 0, ports: Parameters<typeof fakeMemory>[1] = {}) {
  const world = fakeMemory(new FakeRepo(), ports);
  const uris: string[] = [];
  for (const [i, input] of inputs.entries()) {
    world.clock.now = START + day * DAY + i * 60_000;
    uris.push(good(await world.memory.remember(input)).uri);
  }
  const compact = async (at: number) => {
    world.clock.now = START + at * DAY;
    return good(await world.memory.compact());
  };
  const left = () => [...world.repo.records.keys()].filter((path) => path.startsWith("agent.memory.note/")).length;
  return { ...world, uris, compact, left };
}

describe("compaction", () => {
  it("condenses the notes of a week into a summary that names them, and collects them later", async () => {
    const { memory, uris, compact, left } = await lived(week(12));
    expect(await compact(13)).toEqual({ summaries: [], collected: 0 });
    const { summaries } = await compact(20);
    expect(summaries).toHaveLength(1);
    expect(left()).toBe(12);
    const [found] = good(await memory.recall({ kinds: ["summary"] })).memories;
    expect(found).toMatchObject({ uri: summaries[0]?.uri, sealed: true, value: { tags: ["checks", "rare"], from: new Date(START).toISOString() } });
    expect(found?.value["sources"]).toMatchObject(uris.map((uri) => ({ uri })));
    expect(String(found?.value["text"])).toMatch(/^2026-03-02: Event 0/);
    expect(good(await memory.recall({ query: "the drone was checked" })).memories.map(({ kind }) => kind)).toEqual(["summary"]);
    expect(good(await memory.recall({ query: "the drone was checked", superseded: true })).memories.length).toBeGreaterThan(1);
    expect(await compact(49)).toEqual({ summaries: [], collected: 0 });
    expect(await compact(51)).toEqual({ summaries: [], collected: 12 });
    expect(left()).toBe(0);
    expect(await compact(52)).toEqual({ summaries: [], collected: 0 });
    expect(good(await memory.recall({ query: "the drone was checked" })).memories).toHaveLength(1);
  });

  it.each<[string, RememberInput[]]>([
    ["decisions", week(12, { kind: "decision" })],
    ["facts", week(12, { kind: "fact" })],
    ["what is pinned", week(12, { pin: true })],
    ["what matters", week(12, { importance: 8 })],
    ["what strangers said", week(12, { origin: STRANGER })],
    ["a handful", week(4)],
  ])("leaves %s alone", async (_, inputs) => {
    const { compact, repo } = await lived(inputs);
    const before = new Map(repo.records);
    for (const day of [20, 60, 1000]) expect(await compact(day)).toEqual({ summaries: [], collected: 0 });
    expect(repo.records).toEqual(before);
  });

  it("never collects a decision, however long ago it was superseded, and facts after a year", async () => {
    const { memory, uris, compact, repo } = await lived([{ kind: "decision", text: "Go left." }, { kind: "fact", subject: "way", text: "It is left." }]);
    good(await memory.remember({ kind: "decision", text: "Go right.", supersedes: uris[0] ?? "" }));
    good(await memory.remember({ kind: "fact", subject: "way", text: "It is right." }));
    expect(await compact(360)).toMatchObject({ collected: 0 });
    expect(await compact(370)).toMatchObject({ collected: 1 });
    expect(await compact(5000)).toMatchObject({ collected: 0 });
    expect([...repo.records.keys()].filter((path) => path.includes("decision"))).toHaveLength(2);
  });

  it("keeps a pinned note that was condensed before", async () => {
    const { memory, uris, compact, left } = await lived(week(6));
    await compact(20);
    good(await memory.pin({ uri: uris[2] ?? "" }));
    expect(await compact(60)).toMatchObject({ collected: 5 });
    expect(left()).toBe(1);
  });

  it("goes in stretches, and says when there is more", async () => {
    const { memory, clock, compact } = await lived([]);
    for (let span = 0; span < 6; span++)
      for (const [i, input] of week(6).entries()) {
        clock.now = START + span * 7 * DAY + i * 60_000;
        good(await memory.remember(input));
      }
    expect(await compact(200)).toMatchObject({ summaries: { length: 4 }, more: true });
    expect(await compact(200)).toEqual({ summaries: [expect.anything(), expect.anything()], collected: 0 });
  });

  it("tells of whom it trusted least", async () => {
    const origin = { did: STRANGER.did, trust: 2 };
    const { memory, compact } = await lived([...week(5), { text: "Bob says the boat is old.", origin }]);
    await compact(20);
    expect(good(await memory.recall({ kinds: ["summary"] })).memories[0]?.value["origin"]).toEqual(origin);
  });

  it("that ends early has lost nothing, and is done by the next", async () => {
    const { repo, compact, left, memory } = await lived(week(12));
    const { write } = repo;
    repo.write = () => Promise.resolve({ ok: false, error: { status: 503, name: "RelayUnavailable", message: "away" } });
    expect(await memory.compact()).toMatchObject({ ok: true });
    await expect(compact(20)).rejects.toThrow("RelayUnavailable");
    expect(left()).toBe(12);
    repo.write = write;
    expect((await compact(21)).summaries).toHaveLength(1);
  });

  it("that ends right after a summary was written writes no other", async () => {
    const { repo, compact, clock } = await lived(week(12));
    await compact(20);
    const next = fakeMemory(repo);
    next.clock.now = clock.now;
    await next.records.refresh();
    expect(good(await next.memory.compact())).toEqual({ summaries: [], collected: 0 });
  });

  it("goes on without a summarizer that fails, or says too much", async () => {
    const failing = { id: "x", summarize: () => Promise.reject(new Error("away")) };
    const one = await lived(week(6), 0, { summarizer: failing });
    expect((await one.compact(20)).summaries).toHaveLength(1);
    expect(one.faults).toEqual(["summarizer-failed"]);
    const talking = await lived(week(6), 0, { summarizer: { id: "y", summarize: () => Promise.resolve("word ".repeat(10_000)) } });
    await talking.compact(20);
    expect(String(good(await talking.memory.recall({ kinds: ["summary"] })).memories[0]?.value["text"])).toHaveLength(2000);
  });

  it("gets over notes without a word, and cuts no character in two", async () => {
    const blank = await lived(Array.from({ length: 6 }, () => ({ text: " " })));
    expect((await blank.compact(20)).summaries).toHaveLength(1);
    expect(await blank.compact(21)).toEqual({ summaries: [], collected: 0 });
    const emoji = await lived(Array.from({ length: 6 }, () => ({ text: `x${"🎉".repeat(3000)}` })));
    await emoji.compact(20);
    expect(String(good(await emoji.memory.recall({ kinds: ["summary"] })).memories[0]?.value["text"]).isWellFormed()).toBe(true);
  });

  it("writes no more summaries than there may be", async () => {
    const { compact } = await lived(week(6), 0, { quotas: { note: 100, decision: 1, fact: 1, summary: 0 } });
    expect(await compact(20)).toEqual({ summaries: [], collected: 0 });
  });
});

describe("the offline summarizer", () => {
  const note = (text: string, day = 1) => ({ text, at: `2026-03-0${day}T10:00:00.000Z` });

  it("takes whole sentences, those that many speak of, each once, in order", async () => {
    const text = await extractiveSummarizer.summarize(
      [note("The pump leaks again. Lunch was late."), note("The pump leaks again."), note("A new pump was ordered at Leiterwerk.", 2), note("The sky is blue.", 3)],
      110,
    );
    expect(text).toBe("2026-03-01: The pump leaks again.\n2026-03-02: A new pump was ordered at Leiterwerk.");
  });

  it("knows where sentences end in other scripts", async () => {
    expect(await extractiveSummarizer.summarize([note("富士山は高い。海は広い。")], 30)).toMatch(/^2026-03-01: [^。]+。$/);
  });

  it("has something to say of anything", async () => {
    expect(await extractiveSummarizer.summarize([note("x".repeat(5000))], 100)).toHaveLength(100);
    expect(await extractiveSummarizer.summarize([], 100)).toBe("");
    expect(await extractiveSummarizer.summarize([note(" \n ")], 100)).toBe("");
  });
});
