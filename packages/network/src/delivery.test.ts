import { abortAllDurableObjects, createMessageBatch, env } from "cloudflare:test";
import { decodeFrame, templateOf, type OutboxRow } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { type Login, provision, xrpc } from "../test/client.ts";
import { type Stranger, stranger } from "../test/stranger.ts";
import { until } from "../test/until.ts";
import { seeded } from "../../sync/test/agent.ts";
import type { WakeMessage } from "./env.ts";
import { networkStub, relayStub } from "./host/stubs.ts";
import worker from "./index.ts";

interface Message {
  uri: string;
  author: string;
  seq: number;
  source: string;
  action: string;
  value?: { content: { text: string }[] };
}

const COLLECTION = "agent.comms.message";

const inboxOf = async ({ access }: Login): Promise<Message[]> => {
  const messages: Message[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await xrpc<{ messages: Message[]; cursor?: string }>("agent.comms.listInbox", { auth: access, params: { limit: "100", ...(cursor === undefined ? {} : { cursor }) } });
    messages.push(...page.body.messages);
    if (page.body.messages.length < 100) return messages;
    cursor = page.body.cursor;
  }
};

const textsFrom = (messages: Message[], did: string) => messages.filter(({ author }) => author === did).map(({ value }) => value?.content[0]?.text);

const send = async (from: Login, to: string[], text: string): Promise<void> => {
  const record = { $type: COLLECTION, to, content: [{ $type: "agent.comms.defs#text", text }], createdAt: "2026-11-21T00:00:00.000Z" };
  const sent = await xrpc("com.atproto.repo.createRecord", { auth: from.access, json: { repo: from.did, collection: COLLECTION, record } });
  if (sent.status !== 200) throw new Error(JSON.stringify(sent.body));
};

/** The queue hands over the same wakes again, a few times, in one batch. */
const redeliver = (recipient: string, times: number): Promise<void> => {
  const body = (i: number): WakeMessage => ({ recipient, seq: i, ...(i % 3 === 0 ? {} : { source: i % 3 === 1 ? "colony" : "network" }) });
  const messages = Array.from({ length: times }, (_, i) => ({ id: String(i), timestamp: new Date(0), attempts: 1 + i, body: body(i) }));
  return worker.queue(createMessageBatch<WakeMessage>("rookery-delivery", messages), env);
};

/** The colony's relay takes everything of an account once more, as from a restored backup: a new epoch, new seqs. */
const replay = async (did: string, recipient: string, epoch: number): Promise<void> => {
  const { frames } = await relayStub(env).readLog({ after: 0, rows: 10_000, bytes: 20_000_000 });
  const rows: OutboxRow[] = [];
  for (const { frame } of frames) {
    const decoded = decodeFrame(frame);
    if (decoded.kind !== "message" || decoded.t !== "#commit" || decoded.body.repo !== did) continue;
    const ops = decoded.body.ops.filter(({ action, path }) => action === "create" && path.startsWith(COLLECTION));
    const inboxed = await Promise.all(ops.map(async ({ path }) => ({ path, action: "create" as const, cid: await cidOf(did, path), to: [recipient] })));
    const { frame: template, seqAt } = templateOf(frame);
    rows.push({ did, epoch, n: rows.length + 1, kind: "commit", time: decoded.body.time, frame: template, seqAt, rev: decoded.body.rev, head: "head", data: "data", deliveries: inboxed });
  }
  expect(await relayStub(env).ingest(rows)).toMatchObject({ ok: true });
};

const cidOf = async (did: string, path: string): Promise<string> => {
  const [collection = "", rkey = ""] = path.split("/");
  return (await xrpc<{ cid: string }>("com.atproto.repo.getRecord", { params: { repo: did, collection, rkey } })).body.cid;
};

describe("delivery", () => {
  it("is exactly once in effect and in order per sender, whatever dies, repeats or comes twice", async () => {
    const random = seeded(20_261_121);
    const bob = await provision();
    const locals = [await provision(), await provision()];
    const strangers: Stranger[] = [await stranger(), await stranger()];
    for (const one of strangers) await one.publish();
    const sent = new Map<string, string[]>([...locals, ...strangers].map(({ did }) => [did, []]));
    const keys = new Map<string, string[]>(strangers.map(({ did }) => [did, []]));
    for (let round = 0; round < 40; round++) {
      const text = `message ${round}`;
      const local = locals[random(4)];
      if (local !== undefined) {
        await send(local, [bob.did], text);
        sent.get(local.did)?.push(text);
      }
      const other = strangers[random(3)];
      if (other !== undefined) {
        const rkey = `r${String(round).padStart(3, "0")}`;
        other.write(rkey, [bob.did], text);
        sent.get(other.did)?.push(text);
        keys.get(other.did)?.push(rkey);
        await other.deliver(rkey, rkey);
        // The upstream replays its day.
        if (random(4) === 0) await other.deliver(...(keys.get(other.did) ?? []));
      }
      const chaos = random(6);
      if (chaos === 0) await abortAllDurableObjects();
      else if (chaos < 3) void redeliver(bob.did, 1 + random(12)).catch(() => undefined);
    }
    await redeliver(bob.did, 10);
    const complete = async (): Promise<boolean> => [...sent.values()].flat().length === (await inboxOf(bob)).length;
    await until("everything", async () => {
      await redeliver(bob.did, 3);
      return complete();
    });
    const before = await inboxOf(bob);
    for (const [did, texts] of sent) expect(textsFrom(before, did)).toEqual(texts);
    expect(new Set(before.map(({ uri }) => uri)).size).toBe(before.length);

    // Both relays bring everything again, under new seqs: nothing is new.
    for (const [i, { did }] of locals.entries()) await replay(did, bob.did, 1_000 + i);
    await abortAllDurableObjects();
    for (const one of strangers) await one.deliver(...(keys.get(one.did) ?? []));
    await until("it is all dealt with", async () => {
      await redeliver(bob.did, 4);
      const waiting = await Promise.all([relayStub(env), networkStub(env)].map((relay) => relay.listDeliveries({ state: "pending", recipient: bob.did, limit: 10 })));
      return waiting.every((page) => page.ok && page.value.deliveries.length === 0);
    });
    expect(await inboxOf(bob)).toEqual(before);
  });
});
