import { CredentialSession } from "@atproto/api";
import { describe, expect, it, onTestFinished } from "vitest";
import { ColonyAgent, type IncomingMessage } from "./colony-agent.ts";
import type { InboxItem } from "./inbox.ts";
import type { Incoming } from "./message.ts";
import type { Draft, Sealer } from "./sealer.ts";
import type { Transport } from "./transport.ts";

const ALICE = "did:plc:alice";
const BOB = "did:plc:bob";
const TIME = "2026-01-01T00:00:00.000Z";

/** Hides a record in one field: enough to see who calls it. */
const wrapping: Sealer = {
  level: "sealed",
  seal: async (draft) => ({ ...draft, record: { $type: "com.example.sealed", inner: draft.record } }),
  open: async ({ record }) => (record["inner"] === undefined ? record : { ...record["inner"] }),
};

/** Alice, with what she sends kept, and an inbox of one page. */
const alice = (inbox: InboxItem[] = []) => {
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
  const agent = new ColonyAgent(session, { service: "http://localhost", identifier: ALICE, password: "", sealer: wrapping, transport });
  onTestFinished(() => agent.close());
  return { agent, sent };
};

const message = (extra: Partial<IncomingMessage["record"]>): IncomingMessage => ({
  kind: "message",
  uri: `at://${BOB}/agent.comms.message/1`,
  cid: "bafy1",
  author: BOB,
  receivedAt: TIME,
  sealed: false,
  record: { $type: "agent.comms.message", to: [ALICE], content: [], createdAt: TIME, ...extra },
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
  expect(incoming).toMatchObject({ kind: "unopened", sealed: true });
});

describe("a reply", () => {
  it("stands in the thread and counts the hop", async () => {
    const { agent, sent } = alice();
    const root = { uri: `at://${ALICE}/agent.comms.message/0`, cid: "bafy0" };
    await agent.reply(message({ hopCount: 1, thread: { root, parent: root } }), "hello");
    expect(sent[0]?.record["inner"]).toMatchObject({ to: [BOB], hopCount: 2, thread: { root, parent: { uri: `at://${BOB}/agent.comms.message/1`, cid: "bafy1" } } });
  });

  it.each([{ autoReply: false }, { hopCount: 8 }])("is not sent to a message with %j", async (extra) => {
    const { agent, sent } = alice();
    expect(await agent.reply(message(extra), "hello")).toBeUndefined();
    expect(sent).toEqual([]);
  });
});
