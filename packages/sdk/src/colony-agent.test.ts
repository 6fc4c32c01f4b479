import { CredentialSession } from "@atproto/api";
import { describe, expect, it, onTestFinished } from "vitest";
import { ColonyAgent, type IncomingMessage } from "./colony-agent.ts";
import type { InboxItem } from "./inbox.ts";
import type { Incoming } from "./message.ts";
import type { ConnectOptions } from "./options.ts";
import type { Draft, Sealer } from "./sealer.ts";
import type { Transport } from "./transport.ts";

const ALICE = "did:plc:alice";
const BOB = "did:plc:bob";
const CID = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const TIME = "2026-01-01T00:00:00.000Z";

/** Hides a record in one field: enough to see who calls it. */
const wrapping: Sealer = {
  level: "sealed",
  seal: async (draft) => ({ ...draft, record: { $type: "com.example.sealed", inner: draft.record } }),
  open: async ({ record }) => (record["inner"] === undefined ? { record: { ...record }, sealed: false } : { record: { ...record["inner"] }, sealed: true }),
};

/** Alice, with what she sends kept, and an inbox of one page. */
const alice = (inbox: InboxItem[] = [], options: Partial<ConnectOptions> = { sealer: wrapping }) => {
  const pages = [{ messages: inbox, cursor: "1" }];
  const session = new CredentialSession(new URL("http://localhost"), async (_, init) => {
    const page = pages.shift();
    if (page !== undefined) return Response.json(page);
    return new Promise<Response>((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
  });
  session.session = { did: ALICE, handle: "alice.test", accessJwt: "", refreshJwt: "", active: true };
  const sent: Draft[] = [];
  const transport: Transport = {
    send: async (draft) => {
      sent.push(draft);
      return { uri: `at://${ALICE}/${draft.collection}/${draft.rkey}`, cid: "bafy" };
    },
  };
  const agent = new ColonyAgent(session, { service: "http://localhost", identifier: ALICE, password: "", transport, ...options });
  onTestFinished(() => agent.close());
  return { agent, sent };
};

const message = (extra: Partial<IncomingMessage["record"]>): IncomingMessage => ({
  kind: "message",
  uri: `at://${BOB}/agent.comms.message/1`,
  cid: CID,
  author: BOB,
  receivedAt: TIME,
  sealed: false,
  record: { $type: "agent.comms.message", to: [ALICE], content: [{ $type: "agent.comms.defs#text", text: "hi" }], createdAt: TIME, ...extra },
});

describe("an agent with a sealer and a transport of its own", () => {
  it("sends everything through both", async () => {
    const { agent, sent } = alice();
    await agent.send(BOB, "hello");
    await agent.broadcast("all");
    expect(sent).toMatchObject([
      { collection: "agent.comms.message", to: [BOB], record: { $type: "com.example.sealed", inner: { to: [BOB], content: [{ text: "hello" }] } } },
      { collection: "agent.comms.broadcast", to: "all", record: { $type: "com.example.sealed" } },
    ]);
  });

  it("opens what arrives before anybody sees it", async () => {
    const { kind: _, record, ...item } = message({});
    const { agent } = alice([{ ...item, action: "create", seq: 1, value: { $type: "com.example.sealed", inner: record } }]);
    const incoming = await new Promise<Incoming>((resolve) => agent.onMessage(resolve));
    expect(incoming).toMatchObject({ kind: "message", author: BOB, sealed: true, record: { $type: "agent.comms.message", to: [ALICE] } });
  });
});

it("hands over as unopened what is sealed and said to be by another than its address says", async () => {
  const { kind: _, record, ...item } = message({});
  const { agent } = alice([{ ...item, author: ALICE, action: "create", seq: 1, value: { $type: "com.example.sealed", inner: record } }]);
  const incoming = await new Promise<Incoming>((resolve) => agent.onMessage(resolve));
  expect(incoming).toMatchObject({ kind: "unopened", sealed: false });
});

const arriving = (value: Record<string, unknown>, collection = "agent.comms.message"): InboxItem => ({ uri: `at://${BOB}/${collection}/3kznmn7xqxl22`, cid: CID, author: BOB, receivedAt: TIME, action: "create", seq: 1, value: { $type: collection, ...value } });
const firstOf = (agent: ColonyAgent): Promise<Incoming> => new Promise((resolve) => agent.onMessage(resolve));
const content = [{ $type: "agent.comms.defs#text", text: "hello" }];

describe("what arrives", () => {
  it("is said to be sealed only by who opened it", async () => {
    const { agent } = alice([arriving({ to: [ALICE], content, createdAt: TIME })]);
    expect(await firstOf(agent)).toMatchObject({ kind: "message", sealed: false });
  });

  it("sealed, at an agent that has no keys, is unopened, not a message without words", async () => {
    const { agent } = alice([arriving({ to: [ALICE], content: [{ $type: "agent.comms.defs#sealed" }], createdAt: TIME })], {});
    expect(await firstOf(agent)).toMatchObject({ kind: "unopened", author: BOB });
  });

  it.each<[string, Record<string, unknown>]>([
    ["is not what its lexicon says", { to: [ALICE], content: 3, createdAt: TIME }],
    ["has another type than its collection", { $type: "agent.comms.request", to: ALICE, input: content, createdAt: TIME }],
  ])("is unknown when it %s", async (_name, value) => {
    const { agent } = alice([arriving(value)]);
    expect(await firstOf(agent)).toMatchObject({ kind: "unknown", sealed: false });
  });

  it("is opened once, however many wait for an answer", async () => {
    let opened = 0;
    const sealer: Sealer = { ...wrapping, open: async (arrived) => (opened++, wrapping.open(arrived)) };
    const { agent } = alice([arriving({ inner: { $type: "agent.comms.message", to: [ALICE], content, createdAt: TIME } })], { sealer });
    for (let i = 0; i < 20; i++) await agent.request(BOB, "anything");
    expect(await firstOf(agent)).toMatchObject({ kind: "message", sealed: true });
    expect(opened).toBe(1);
  });
});

describe("what is sent", () => {
  it("goes where it is said to go, whatever else is said", async () => {
    const { agent, sent } = alice();
    const record = { ...message({}).record, to: [ALICE], content: [{ $type: "agent.comms.defs#text" as const, text: "old" }] };
    await agent.send(BOB, "new", record);
    await agent.request(BOB, "new", { $type: record.$type, to: ALICE, input: record.content } as object);
    await agent.respond({ uri: `at://${BOB}/agent.comms.request/1`, cid: CID, author: BOB }, "working", "new", { state: "failed", output: record.content } as object);
    for (const { to, record: outer } of sent) {
      expect(to).toEqual([BOB]);
      expect(JSON.stringify(outer)).not.toContain("old");
    }
    expect(sent.map(({ record: { inner } }) => inner)).toMatchObject([{ $type: "agent.comms.message", to: [BOB] }, { $type: "agent.comms.request", to: BOB }, { $type: "agent.comms.response", state: "working" }]);
  });

  it("in answer to what was sealed is sealed, also by who speaks in public otherwise", async () => {
    const { agent, sent } = alice([], { sealer: wrapping, privacy: "public" });
    await agent.send(BOB, "public");
    await agent.reply({ ...message({}), sealed: true }, "sealed");
    const task = { uri: `at://${BOB}/agent.comms.request/1`, cid: CID, author: BOB };
    await agent.respond({ ...task, sealed: true }, "completed", "sealed");
    await agent.respond(task, "completed", "public");
    await agent.respond({ ...task, sealed: true }, "completed", "public", { privacy: "public" });
    expect(sent.map(({ record }) => record["inner"] === undefined)).toEqual([true, false, false, true, true]);
  });

  it("in public holds no key of a file", async () => {
    const { agent, sent } = alice([], {});
    const part = { $type: "agent.comms.defs#sealedFile", blob: { $link: CID }, key: { $bytes: "A".repeat(43) }, sha256: { $bytes: "A".repeat(43) }, size: 1 };
    for (const parts of [[part], [...content, part]] as never[]) {
      await expect(agent.send(BOB, parts)).rejects.toThrow("not to be sent in public");
      await expect(agent.request(BOB, parts)).rejects.toThrow("not to be sent in public");
    }
    expect(sent).toEqual([]);
  });
});

it("keys are renewed for as long as the inbox is read, and what hinders that is told", async () => {
  const errors: unknown[] = [];
  const sealer: Sealer = { ...wrapping, refresh: async () => Promise.reject(new Error("disk full")) };
  const { agent } = alice([arriving({ to: [ALICE], content, createdAt: TIME })], { sealer, inbox: { onError: (error) => void errors.push(error) } });
  await firstOf(agent);
  expect(errors).toMatchObject([{ message: "disk full" }, { message: "disk full" }]);
});

describe("a reply", () => {
  it("stands in the thread and counts the hop", async () => {
    const { agent, sent } = alice();
    const root = { uri: `at://${ALICE}/agent.comms.message/0`, cid: "bafy0" };
    await agent.reply(message({ hopCount: 1, thread: { root, parent: root } }), "hello");
    expect(sent[0]?.record["inner"]).toMatchObject({ to: [BOB], hopCount: 2, thread: { root, parent: { uri: `at://${BOB}/agent.comms.message/1`, cid: CID } } });
  });

  it.each([{ autoReply: false }, { hopCount: 8 }])("is not sent to a message with %j", async (extra) => {
    const { agent, sent } = alice();
    expect(await agent.reply(message(extra), "hello")).toBeUndefined();
    expect(sent).toEqual([]);
  });
});
