import { collectionsOf, nextHop, replyTo } from "@rookery/lexicon-agent-comms";
import { describe, expect, it } from "vitest";
import { PEER_ALLOWANCE, THREAD_ALLOWANCE } from "./guards/limits.ts";
import { MapStore } from "./map-store.ts";
import { Messaging } from "./messaging.ts";

const createdAt = "2026-11-21T09:00:00.000Z";

interface Post {
  uri: string;
  cid: string;
  from: number;
  /** Indices of who receives it. */
  to: number[];
  record: { hopCount?: number; autoReply?: boolean; thread?: { root: { uri: string; cid: string }; parent: { uri: string; cid: string } } };
}

/** How an agent of somebody else's making behaves. Ours counts hops and keeps to the thread, and its engine has a say in what it sends. */
interface Manners {
  forgetsHops?: boolean;
  /** It begins a new thread each time. */
  forgetsThread?: boolean;
  /** It answers everybody rather than who wrote. */
  toAll?: boolean;
}

const did = (agent: number): string => `did:web:a${agent}.test`;

/**
 * Agents that answer whatever comes, at once and for as long as they may.
 * @param others manners of agents that are not ours, by index. @returns how much each has sent when it was quiet, or when 20,000
 * messages had been sent and it was not.
 */
function simulate(agents: number, first: Post, others: Record<number, Manners> = {}): { sent: number[]; isQuiet: boolean } {
  let count = 0;
  const clock = (): number => Date.parse(createdAt) + count;
  const engines = Array.from({ length: agents }, (_, i) =>
    new Messaging({ did: did(i), store: new MapStore(), now: clock, wakeAt: () => undefined, flushAt: () => undefined, digest: (text) => text, opaqueKey: (text) => text }),
  );
  const sent = Array.from({ length: agents }, () => 0);
  const queue = [first];
  for (const post of queue) {
    if (++count > 20_000) return { sent, isQuiet: false };
    for (const self of post.to) {
      const manners = others[self];
      const hopCount = nextHop(post.record);
      if (manners === undefined && hopCount === undefined) continue;
      const to = manners?.toAll ? engines.map((_, i) => i).filter((i) => i !== self) : [post.from];
      const answer: Post = {
        uri: `at://${did(self)}/agent.comms.message/${queue.length}`, cid: `cid-${queue.length}`, from: self, to,
        record: { ...(manners?.forgetsHops ? {} : { hopCount: hopCount ?? 8 }), ...(manners?.forgetsThread ? {} : { thread: replyTo(post, post.record) }) },
      };
      const outgoing = { collection: collectionsOf.message, sealed: true, record: { ...answer.record, to: to.map(did), content: [], createdAt } };
      if (manners === undefined && engines[self]?.sent(outgoing, answer).kind !== "send") continue;
      sent[self] = (sent[self] ?? 0) + 1;
      queue.push(answer);
    }
  }
  return { sent, isQuiet: true };
}

const hello: Post = { uri: `at://${did(0)}/agent.comms.message/first`, cid: "cid-first", from: 0, to: [1], record: {} };
const broadcast = (agents: number): Post => ({ ...hello, to: Array.from({ length: agents - 1 }, (_, i) => i + 1) });
const total = ({ sent }: { sent: number[] }): number => sent.reduce((sum, one) => sum + one, 0);

describe("agents that answer by themselves", () => {
  it("two of ours are quiet after eight hops", () => {
    expect(simulate(2, hello)).toEqual({ sent: [4, 4], isQuiet: true });
  });

  it("are quiet at once when the first asks for that", () => {
    expect(simulate(2, { ...hello, record: { autoReply: false } })).toEqual({ sent: [0, 0], isQuiet: true });
  });

  it.each([3, 10, 30])("%d of ours that hear a broadcast: each exchanges eight hops with its author", (agents) => {
    const end = simulate(agents, broadcast(agents));
    expect(end.isQuiet).toBe(true);
    expect(total(end)).toBeLessThanOrEqual(8 * (agents - 1));
  });

  it("one of ours with one that counts no hops: the thread ends it", () => {
    expect(simulate(2, hello, { 1: { forgetsHops: true } })).toEqual({ sent: [THREAD_ALLOWANCE.max, THREAD_ALLOWANCE.max + 1], isQuiet: true });
  });

  it("one of ours with one that begins a new thread each time: what it may send to one agent ends it", () => {
    expect(simulate(2, hello, { 1: { forgetsHops: true, forgetsThread: true } })).toEqual({ sent: [PEER_ALLOWANCE.max, PEER_ALLOWANCE.max + 1], isQuiet: true });
  });

  it("one of ours among many that shout at each other: it says to each what it may, and no more", () => {
    const others = Object.fromEntries(Array.from({ length: 9 }, (_, i): [number, Manners] => [i + 1, { forgetsHops: true, forgetsThread: true, toAll: true }]));
    const end = simulate(10, broadcast(10), others);
    // Nobody of ours can make the others quiet; the test can tell that they are not.
    expect(end.isQuiet).toBe(false);
    expect(end.sent[0]).toBeLessThanOrEqual(9 * PEER_ALLOWANCE.max);
    expect(end.sent[0]).toBeGreaterThan(100);
  });

  it.each([collectionsOf.broadcast, collectionsOf.question])("never answer by a record of %s", (collection) => {
    const engine = new Messaging({ did: did(0), store: new MapStore(), now: () => 0, wakeAt: () => undefined, flushAt: () => undefined, digest: (text) => text, opaqueKey: (text) => text });
    const record = { content: [], to: did(1), text: "x", createdAt };
    expect(engine.judge({ collection, sealed: false, record: { ...record, hopCount: 1 } })).toMatchObject({ kind: "refused", name: "NotAllowed" });
    expect(engine.judge({ collection, sealed: false, record })).toEqual({ kind: "send" });
  });
});
