import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { didOf, FakeColony, ids } from "../test/fake-colony.ts";
import type { ColonyAgent } from "./colony-agent.ts";
import { textOf } from "./content.ts";
import type { Incoming, IncomingOf } from "./message.ts";

const ALICE = didOf("alice");
const BOB = didOf("bob");
const CID = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const TIME = "2026-01-01T00:00:00.000Z";

let colony: FakeColony;
let alice: ColonyAgent;
let bob: ColonyAgent;

beforeEach(() => {
  colony = new FakeColony();
  alice = colony.join("alice");
  bob = colony.join("bob");
});

afterEach(() => colony.close());

const message = (extra: Partial<IncomingOf<"message">["record"]> = {}, sealed = false): IncomingOf<"message"> => ({
  kind: "message",
  uri: `at://${BOB}/agent.comms.message/1`,
  cid: CID,
  author: BOB,
  receivedAt: TIME,
  disposition: "accepted",
  sealed,
  record: { $type: "agent.comms.message", to: [ALICE], content: [{ $type: "agent.comms.defs#text", text: "hi" }], createdAt: TIME, ...extra },
});

describe("what is sent", () => {
  it("is sealed without being asked, and public only when that is said", async () => {
    await alice.send(BOB, "secret");
    await alice.send(BOB, "open", { privacy: "public" });
    await alice.request(BOB, "secret");
    await alice.question(BOB, "who are you?");
    expect(colony.posted.map(({ privacy }) => privacy)).toEqual(["sealed", "public", "sealed", "sealed"]);
    await expect(alice.broadcast("to all")).rejects.toThrow("say expressly that it is public");
    await alice.broadcast("to all", { privacy: "public" });
    expect(colony.posted.at(-1)).toMatchObject({ collection: ids.AgentCommsBroadcast, to: "all", privacy: "public" });
  });

  it("goes to each once, named by DID or by handle, with or without an @", async () => {
    colony.handles.set("bob.test", BOB);
    await alice.send([BOB, "bob.test", "@bob.test"], "x");
    expect(colony.posted.map(({ record }) => record["to"])).toEqual([[BOB]]);
  });

  it("names whoever cannot be found, and what is nobody's name", async () => {
    await expect(alice.send("nobody.test", "x")).rejects.toMatchObject({ error: "HandleNotFound", message: expect.stringContaining("nobody.test") });
    for (const wrong of ["bob", "", 5, undefined, ["bob.test"]]) await expect(alice.request(wrong as string, "x")).rejects.toThrow("Not a handle or DID");
    await expect(alice.send([], "x")).rejects.toThrow("Nobody is named");
    await expect(alice.share(`at://${ALICE}/agent.memory.note/1`, ALICE)).rejects.toThrow("author");
    expect(colony.posted).toEqual([]);
  });

  it("is public by default for who says so once", async () => {
    const talker = colony.join("talker", { privacy: "public" });
    await talker.send(BOB, "open");
    await talker.send(BOB, "secret", { privacy: "sealed" });
    expect(colony.posted.map(({ privacy }) => privacy)).toEqual(["public", "sealed"]);
  });

  it("goes where it is said to go, whatever else is said", async () => {
    const record = { ...message().record, to: [ALICE], content: [{ $type: "agent.comms.defs#text" as const, text: "old" }] };
    await alice.send(BOB, "new", record);
    await alice.request(BOB, "new", { $type: record.$type, to: ALICE, input: record.content } as object);
    for (const { to, record: sent, collection } of colony.posted) {
      expect(to).toEqual([BOB]);
      expect(sent["$type"]).toBe(collection);
      expect(JSON.stringify(sent)).not.toContain("old");
    }
  });

  it("writes moments as datetimes, receipts as what is asked for, and of what it answers no more than its name", async () => {
    const first = await alice.send(BOB, "first");
    await alice.send(BOB, "second", { expiresAt: new Date(TIME), receipt: ["delivered"], thread: { root: first, parent: first } });
    const ref = { uri: first.uri, cid: first.cid };
    expect(colony.posted[1]?.record).toMatchObject({ expiresAt: TIME, ackRequested: { delivered: true }, thread: { root: ref, parent: ref } });
    expect(Object.keys(colony.posted[1]?.record ?? {})).not.toContain("receipt");
    await expect(alice.send(BOB, "x", { expiresAt: "soon" })).rejects.toThrow("Not a moment");
  });

  it("in public holds no key of a file", async () => {
    const part = { $type: "agent.comms.defs#sealedFile", blob: { $link: CID }, key: { $bytes: "A".repeat(43) }, sha256: { $bytes: "A".repeat(43) }, size: 1 };
    for (const parts of [[part], [{ $type: "agent.comms.defs#text", text: "see" }, part]] as never[]) {
      await expect(alice.send(BOB, parts, { privacy: "public" })).rejects.toThrow("not to be sent in public");
      await expect(alice.request(BOB, parts, { privacy: "public" })).rejects.toThrow("not to be sent in public");
    }
    expect(colony.posted).toEqual([]);
  });
});

describe("a reply", () => {
  it("stands in the thread and counts the hop", async () => {
    const root = { uri: `at://${ALICE}/agent.comms.message/0`, cid: CID };
    await alice.reply(message({ hopCount: 1, thread: { root, parent: root } }), "hello");
    expect(colony.posted[0]?.record).toMatchObject({ to: [BOB], hopCount: 2, thread: { root, parent: { uri: `at://${BOB}/agent.comms.message/1`, cid: CID } } });
  });

  it.each([{ autoReply: false }, { hopCount: 8 }])("is not sent to a message with %j", async (extra) => {
    expect(await alice.reply(message(extra), "hello")).toBeUndefined();
    expect(colony.posted).toEqual([]);
  });

  it("to what was sealed is sealed, also by who speaks in public otherwise", async () => {
    const talker = colony.join("talker", { privacy: "public" });
    await talker.reply(message({}, true), "sealed");
    await talker.reply(message({}, false), "public");
    await talker.reply(message({}, true), "public", { privacy: "public" });
    // Nothing is said by that.
    await talker.reply(message({}, true), "sealed", { privacy: undefined } as object);
    expect(colony.posted.map(({ privacy }) => privacy)).toEqual(["sealed", "public", "public", "sealed"]);
  });

  it("tells for which guest a question is asked", async () => {
    await alice.question(BOB, "Are you open?", { guest: "visitor-7", conversation: "desk", langs: ["en"], expiresAt: 60_000 });
    expect(colony.of(ids.AgentCommsQuestion)).toMatchObject([{ record: { text: "Are you open?", guest: "visitor-7", conversation: "desk", langs: ["en"], expiresAt: expect.stringContaining("T") } }]);
  });

  it("answers a question by a message", async () => {
    bob.onMessage(async (incoming) => {
      if (incoming.kind === "question") await bob.reply(incoming, `You ask: ${incoming.record.text}`);
    });
    const answered = new Promise<string>((resolve) => alice.onMessage((incoming) => void (incoming.kind === "message" && resolve(textOf(incoming.record.content)))));
    await alice.question(BOB, "who?");
    expect(await answered).toBe("You ask: who?");
  });
});

describe("what arrives", () => {
  it("is handed over when it is to be acted upon, and only then", async () => {
    const got: Incoming[] = [];
    bob.onMessage((incoming) => void got.push(incoming));
    await alice.send(BOB, "one", { idempotencyKey: "k" });
    const eve = colony.join("eve");
    await eve.respond({ uri: `at://${BOB}/agent.comms.request/3kznmn7xqxl22`, cid: CID, author: BOB }, "completed", "never asked");
    await alice.send(BOB, "two");
    await expect.poll(() => got.map((one) => (one.kind === "message" ? textOf(one.record.content) : one.kind))).toEqual(["one", "two"]);
  });

  it("comes again to a handler that throws", async () => {
    const errors: unknown[] = [];
    const carol = colony.join("carol", { onError: (error) => void errors.push(error) });
    let tries = 0;
    carol.onMessage(() => {
      tries++;
      if (tries === 1) throw new Error("not now");
    });
    await alice.send(carol.did, "hello");
    await expect.poll(() => tries).toBe(2);
    expect(errors).toMatchObject([{ message: "not now" }]);
  });
});
