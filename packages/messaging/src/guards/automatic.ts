import { collectionsOf, isComms, nextHop } from "@rookery/lexicon-agent-comms";
import { type Guarded, stopped } from "./guarded.ts";
import { PEER_ALLOWANCE, THREAD_ALLOWANCE } from "./limits.ts";
import { type Usage, use } from "./usage.ts";

/** Records that may be answered without anybody having decided to. Others end an exchange, or are answered by the engine alone. */
const answerable: ReadonlySet<string> = new Set([
  collectionsOf.message,
  collectionsOf.broadcast,
  collectionsOf.question,
  collectionsOf.request,
  collectionsOf.response,
  collectionsOf.handoff,
]);

/** What is to be answered automatically, with what was used before. */
export interface AutoAnswer {
  /** Collection of what is answered. */
  of: string;
  record: { hopCount?: number; autoReply?: boolean };
  /** Collection of the answer. */
  by: string;
  /** Automatic answers in this thread so far: by its root, which `rootOf` tells. */
  thread?: Usage | undefined;
  /** Automatic answers to this author so far. */
  peer?: Usage | undefined;
  /** Milliseconds since 1970. */
  now: number;
}

/** Under which an automatic answer may go out. */
export interface AnswerTerms {
  hopCount: number;
  /** Both to be stored in place of what was given. */
  thread: Usage;
  peer: Usage;
}

/**
 * Whether a record may be answered automatically. Three bounds, each for peers that break the one before: hops are counted in
 * the records; who does not count them is stopped by the thread's allowance; who begins new threads, by its own.
 */
export function mayAnswer({ of, record, by, thread, peer, now }: AutoAnswer): Guarded<AnswerTerms> {
  if (!answerable.has(of)) return stopped("not-allowed", `A record of ${of} is not answered automatically`);
  // One broadcast answered by broadcasts would grow by the number of agents with each hop. Questions are what guests ask.
  if (by === collectionsOf.broadcast || by === collectionsOf.question || !isComms(by)) return stopped("not-allowed", `Nothing is answered automatically by a record of ${by}`);
  if (record.autoReply === false) return stopped("not-allowed", "Its author asks that nothing be answered automatically");
  const hopCount = nextHop(record);
  if (hopCount === undefined) return stopped("hop-limit", "Too many automatic answers led to it");
  const inThread = use(THREAD_ALLOWANCE, thread, now);
  if (inThread === undefined) return stopped("rate-limited", "Too many automatic answers in this thread");
  const toPeer = use(PEER_ALLOWANCE, peer, now);
  if (toPeer === undefined) return stopped("rate-limited", "Too many automatic answers to this agent");
  return { ok: true, value: { hopCount, thread: inThread, peer: toPeer } };
}
