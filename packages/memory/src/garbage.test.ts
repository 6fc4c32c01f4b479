import { describe, expect, it } from "vitest";
import { DAY, FakeRepo, START, fakeMemory, good } from "../test/fake-repo.ts";
import type { RememberInput } from "./types.ts";

const DATE = new Date(START).toISOString();

/** What anybody with a session may have written past the methods of memory. */
const GARBAGE: Record<string, unknown>[] = [
  {},
  { sealed: 3 },
  { sealed: {} },
  { text: 7, tags: "x", createdAt: 8, importance: "high", origin: "me", supersedes: "this", sources: { uri: 1 } },
  { text: "x".repeat(100_000), createdAt: DATE },
  { text: "\ud800 half", createdAt: "yesterday", tags: [null, 1, "\udfff"], importance: Number.MAX_SAFE_INTEGER },
  { text: "😀".repeat(5000), createdAt: "9999-99-99T00:00:00Z", validTo: "x", supersededBy: "at://x" },
  { text: "mine", createdAt: DATE, sources: Array.from({ length: 3000 }, () => ({ uri: "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/agent.memory.note/x", cid: "y" })) },
];

async function withGarbage() {
  const repo = new FakeRepo();
  await repo.write(GARBAGE.flatMap((record, i) => ["note", "fact", "summary", "decision"].map((kind) => ({ collection: `agent.memory.${kind}`, rkey: `garbage${i}`, record }))));
  const world = fakeMemory(repo);
  await world.records.refresh();
  return world;
}

describe("records that make no sense", () => {
  it("are in nobody's way", async () => {
    const { memory, clock } = await withGarbage();
    good(await memory.remember({ text: "The harbour is closed." }));
    expect(good(await memory.recall({ query: "harbour" })).memories).toHaveLength(1);
    expect((await memory.stats()).pending).toBe(0);
    clock.now += 400 * DAY;
    good(await memory.compact());
    for (let left; (left = good(await memory.recall({ superseded: true })).memories[0]) !== undefined; ) good(await memory.forget({ uri: left.uri }));
    expect((await memory.stats()).kinds.map(({ count }) => count)).toEqual([2, 2, 2, 2]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["does not open", { sealed: 3 }],
    ["names nothing", {}],
    ["names nonsense", { memories: [1, "x", "at://did:plc:bbbbbbbbbbbbbbbbbbbbbbbb/agent.memory.note/x"] }],
  ])("may be what is pinned: a list that %s is written anew", async (_, record) => {
    const { repo, memory } = fakeMemory();
    await repo.write([{ collection: "agent.memory.pins", rkey: "self", record }]);
    expect(good(await memory.recall({})).memories).toEqual([]);
    const { uri } = good(await memory.remember({ text: "Never promise dates.", pin: true }));
    expect(good(await memory.pin({ uri })).pins).toEqual([uri]);
  });
});

describe("a repeat", () => {
  const fact: RememberInput = { kind: "fact", subject: "door", text: "It is red." };

  it("is pinned when that is what is new", async () => {
    const { memory } = fakeMemory();
    const first = good(await memory.remember(fact));
    expect(good(await memory.remember({ ...fact, pin: true }))).toEqual(first);
    expect(good(await memory.recall({ pinned: true })).memories).toHaveLength(1);
  });

  it("is sealed when it was public, and public only when that is said", async () => {
    const { memory, repo } = fakeMemory();
    good(await memory.remember({ ...fact, privacy: "public" }));
    expect(JSON.stringify([...repo.records])).toContain("It is red");
    const sealed = good(await memory.remember(fact));
    expect(JSON.stringify([...repo.records])).not.toContain("It is red");
    expect(good(await memory.remember(fact))).toEqual(sealed);
    expect(repo.records.size).toBe(1);
    expect(await memory.remember({ text: "Once.", rkey: "3kznmn7xqxl22" })).toMatchObject({ ok: true });
    expect(await memory.remember({ text: "Once.", rkey: "3kznmn7xqxl22", privacy: "public" })).toMatchObject({ error: { name: "RecordConflict" } });
  });
});

describe("what is to hold, and held, at another time than it is told", () => {
  it("is kept for a year after it was told anew, however long ago it ended", async () => {
    const { memory, clock } = fakeMemory();
    good(await memory.remember({ kind: "fact", subject: "home", text: "Ana lives in Lund." }));
    clock.now += DAY;
    good(await memory.remember({ kind: "fact", subject: "home", text: "Ana lives in Malmö.", validFrom: "2020-01-01T00:00:00.000Z" }));
    expect(good(await memory.compact()).collected).toBe(0);
    clock.now += 366 * DAY;
    expect(good(await memory.compact()).collected).toBe(1);
  });

  it("is found beside what holds until then", async () => {
    const { memory, clock } = fakeMemory();
    const texts = async () => good(await memory.recall({ query: "Ana lives" })).memories.map(({ value }) => value["text"]).toSorted();
    good(await memory.remember({ kind: "fact", subject: "home", text: "Ana lives in Lund." }));
    clock.now += DAY;
    good(await memory.remember({ kind: "fact", subject: "home", text: "Ana lives in Malmö.", validFrom: new Date(clock.now + 30 * DAY).toISOString() }));
    expect(await texts()).toEqual(["Ana lives in Lund.", "Ana lives in Malmö."]);
    clock.now += 30 * DAY;
    expect(await texts()).toEqual(["Ana lives in Malmö."]);
  });
});
