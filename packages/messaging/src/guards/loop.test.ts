import { collectionsOf, rootOf } from "@rookery/lexicon-agent-comms";
import { describe, expect, it } from "vitest";
import { mayAnswer } from "./automatic.ts";
import { PEER_ALLOWANCE, THREAD_ALLOWANCE } from "./limits.ts";
import type { Usage } from "./usage.ts";

interface Post {
  uri: string;
  from: number;
  to: number[];
  collection: string;
  record: { hopCount?: number; thread?: { root: { uri: string; cid: string }; parent: { uri: string; cid: string } } };
}

/** How an agent misbehaves. */
interface Manners {
  /** It leaves out how many hops there were. */
  forgetsHops?: boolean;
  /** It begins a new thread each time. */
  forgetsThread?: boolean;
  /** It answers to everybody rather than to who wrote. */
  toAll?: boolean;
}

/**
 * Agents that answer whatever comes, at once and for as long as their guards let them. How many messages there were when it was
 * quiet, or when so many had been sent that it will not be.
 */
function simulate(agents: number, manners: (agent: number) => Manners, first: Post, most = 200_000): number {
  const threads = new Map<string, Usage>();
  const peers = new Map<string, Usage>();
  const queue = [first];
  let count = 0;
  const everybodyBut = (self: number): number[] => Array.from({ length: agents }, (_, i) => i).filter((i) => i !== self);
  for (const post of queue) {
    if (++count > most) return count;
    for (const self of post.to) {
      const root = rootOf({ uri: post.uri, cid: post.uri }, post.record).uri;
      // A minute for every thousand messages: far from a day, so that no allowance begins anew unless the test means it.
      const now = count * 60;
      const guarded = mayAnswer({ of: post.collection, record: post.record, by: collectionsOf.message, thread: threads.get(`${self} ${root}`), peer: peers.get(`${self} ${post.from}`), now });
      if (!guarded.ok) continue;
      threads.set(`${self} ${root}`, guarded.value.thread);
      peers.set(`${self} ${post.from}`, guarded.value.peer);
      const { forgetsHops, forgetsThread, toAll } = manners(self);
      const uri = `at://${self}/${queue.length}`;
      queue.push({
        uri, from: self, to: toAll ? everybodyBut(self) : [post.from], collection: collectionsOf.message,
        record: {
          ...(forgetsHops ? {} : { hopCount: guarded.value.hopCount }),
          ...(forgetsThread ? {} : { thread: { root: { uri: root, cid: root }, parent: { uri: post.uri, cid: post.uri } } }),
        },
      });
    }
  }
  return count;
}

const hello = (to: number[]): Post => ({ uri: "at://0/first", from: 0, to, collection: collectionsOf.message, record: {} });
const broadcast = (agents: number): Post => ({ ...hello(Array.from({ length: agents - 1 }, (_, i) => i + 1)), collection: collectionsOf.broadcast });

describe("agents that answer each other by themselves", () => {
  it("two of good manners are quiet after eight hops", () => expect(simulate(2, () => ({}), hello([1]))).toBe(9));

  it("one that forgets the hops is ended by the other's count, and by its own thread", () => {
    expect(simulate(2, (agent) => ({ forgetsHops: agent === 1 }), hello([1]))).toBeLessThanOrEqual(2 * THREAD_ALLOWANCE.max + 1);
  });

  it("two that both forget the hops are ended by the thread", () => {
    expect(simulate(2, () => ({ forgetsHops: true }), hello([1]))).toBe(2 * THREAD_ALLOWANCE.max + 1);
  });

  it("two that forget thread and hops are ended by what one agent sends another", () => {
    expect(simulate(2, () => ({ forgetsHops: true, forgetsThread: true }), hello([1]))).toBe(2 * PEER_ALLOWANCE.max + 1);
  });

  it.each([3, 10, 30])("%d that answer a broadcast: each a few times", (agents) => {
    expect(simulate(agents, () => ({}), broadcast(agents))).toBeLessThanOrEqual(1 + (agents - 1) * 8);
  });

  it.each([3, 10, 30])("%d that answer everybody, whatever they forget: no more than their threads allow", (agents) => {
    expect(simulate(agents, () => ({ toAll: true, forgetsHops: true }), broadcast(agents))).toBeLessThanOrEqual(1 + agents * THREAD_ALLOWANCE.max);
  });

  it("one of good manners among many of bad ones sends what it may send to each, and no more", () => {
    const agents = 10;
    const sent = simulate(agents, (agent) => (agent === 0 ? {} : { toAll: true, forgetsHops: true, forgetsThread: true }), broadcast(agents));
    expect(sent).toBeLessThanOrEqual(1 + agents * (agents - 1) * PEER_ALLOWANCE.max);
  });

  it("without guards it would never end: the test can tell", () => {
    const endless = (): Post[] => {
      const queue = [hello([1])];
      for (const post of queue) if (queue.length < 5_000) queue.push({ ...post, from: post.to[0] ?? 0, to: [post.from] });
      return queue;
    };
    expect(endless().length).toBe(5_000);
  });
});
