import { type AgentCommsBroadcast, type AgentCommsHandoff, type AgentCommsMessage, type AgentCommsRequest, collectionsOf, didOfUri, isComms, nextHop } from "@rookery/lexicon-agent-comms";
import { type Allowance, DEFAULT_DELEGATION_DEPTH, MAX_DELEGATION_DEPTH, PEER_ALLOWANCE, THREAD_ALLOWANCE } from "./guard-limits.ts";
import type { Placed } from "./standing.ts";

/** Codes of `agent.comms.defs#error` that a guard refuses with. */
export type GuardCode = "hop-limit" | "depth-limit" | "loop" | "rate-limited" | "not-allowed";

/** What a guard says: the terms to go on under, or why not. */
export type Guarded<T> = { ok: true; value: T } | { ok: false; code: GuardCode; message: string };

const refuse = (code: GuardCode, message: string): { ok: false; code: GuardCode; message: string } => ({ ok: false, code, message });

/** How much of an allowance is used. Plain data, to be stored as it is. */
export interface Usage {
  count: number;
  /** When the counting began, in milliseconds since 1970. */
  since: number;
}

/** Use an allowance once more; undefined when it is used up. The count begins anew when its time is over. */
export function use(allowance: Allowance, usage: Usage | undefined, now: number): Usage | undefined {
  // A clock that was set back must not leave a thread without allowance for ever.
  if (usage === undefined || now - usage.since >= allowance.within || now < usage.since) return { count: 1, since: now };
  return usage.count < allowance.max ? { count: usage.count + 1, since: usage.since } : undefined;
}

/** Records that may be answered without anybody having decided to. Others end an exchange, or are answered by the engine alone. */
const answerable: ReadonlySet<string> = new Set([collectionsOf.message, collectionsOf.broadcast, collectionsOf.question, collectionsOf.request, collectionsOf.response, collectionsOf.handoff]);

/** What is to be answered automatically, with what was used before. */
export interface AutoAnswer {
  /** Collection of what is answered. */
  of: string;
  record: { hopCount?: number; autoReply?: boolean };
  /** Collection of the answer. */
  by: string;
  /** Automatic answers in this thread. */
  thread?: Usage | undefined;
  /** Automatic answers to this author. */
  peer?: Usage | undefined;
  now: number;
}

/** Under which an automatic answer may go out. */
export interface AnswerTerms {
  hopCount: number;
  /** To be stored in place of what was given. */
  thread: Usage;
  peer: Usage;
}

/**
 * Whether a record may be answered automatically. Three bounds, each for peers that break the one before: hops are counted in
 * the records; who does not count them is stopped by the thread's allowance; who begins new threads, by its own.
 */
export function mayAnswer({ of, record, by, thread, peer, now }: AutoAnswer): Guarded<AnswerTerms> {
  if (!answerable.has(of)) return refuse("not-allowed", `A record of ${of} is not answered automatically`);
  // One broadcast answered by broadcasts would grow by the number of agents with each hop.
  if (by === collectionsOf.broadcast || !isComms(by)) return refuse("not-allowed", `Nothing is answered automatically by a record of ${by}`);
  if (record.autoReply === false) return refuse("not-allowed", "Its author asks that nothing be answered automatically");
  const hopCount = nextHop(record);
  if (hopCount === undefined) return refuse("hop-limit", "Too many automatic answers led to it");
  const inThread = use(THREAD_ALLOWANCE, thread, now);
  if (inThread === undefined) return refuse("rate-limited", "Too many automatic answers in this thread");
  const toPeer = use(PEER_ALLOWANCE, peer, now);
  if (toPeer === undefined) return refuse("rate-limited", "Too many automatic answers to this agent");
  return { ok: true, value: { hopCount, thread: inThread, peer: toPeer } };
}

/** A task that an agent works on: by the request to it, or by the handoff that it accepted. */
export type TaskSource = Placed<AgentCommsRequest> | Placed<AgentCommsHandoff>;

/** What a request for a part of a task, or a handoff of it, has to carry on. */
export interface DelegationTerms {
  maxDelegationDepth: number;
  onBehalfOf: { uri: string; cid: string }[];
  hopCount: number;
}

/**
 * Whether a task, or a part of it, may be passed on to `to`, and under which terms. An agent that has a part in it already is not
 * asked again: that is how tasks run in circles.
 */
export function mayDelegate(source: TaskSource, self: string, to: string): Guarded<DelegationTerms> {
  const chain = chainOf(source);
  const depth = source.record.maxDelegationDepth ?? (isRequest(source) ? DEFAULT_DELEGATION_DEPTH : 0);
  if (depth < 1 || chain.length > MAX_DELEGATION_DEPTH) return refuse("depth-limit", "The task may not be passed on");
  const involved = [self, source.author, ...chain.map(({ uri }) => didOfUri(uri))];
  if (involved.includes(to)) return refuse("loop", "Who has a part in the task already cannot be asked for it");
  const hopCount = nextHop({ hopCount: source.record.hopCount ?? 0 });
  if (hopCount === undefined) return refuse("hop-limit", "Too many automatic answers led to the task");
  return { ok: true, value: { maxDelegationDepth: depth - 1, onBehalfOf: chain, hopCount } };
}

/** Whether a task that was sent here may be worked on: not when this agent, or its author, is further up its own chain. */
export function mayAccept(source: TaskSource, self: string): Guarded<true> {
  const before = (source.record.onBehalfOf ?? []).map(({ uri }) => didOfUri(uri));
  if (before.includes(self)) return refuse("loop", "The task began with who is asked now");
  if ((source.record.onBehalfOf ?? []).length >= MAX_DELEGATION_DEPTH + 1) return refuse("depth-limit", "Too many requests led to it");
  return { ok: true, value: true };
}

/** The requests that a task comes from, the first of them first, with its own. */
function chainOf(source: TaskSource): { uri: string; cid: string }[] {
  const before = source.record.onBehalfOf ?? [];
  // A handoff is of somebody else's request, and its chain has that already.
  return isRequest(source) ? [...before, { uri: source.uri, cid: source.cid }] : before;
}

const isRequest = (source: TaskSource): source is Placed<AgentCommsRequest> => source.record.$type === collectionsOf.request;

/** Records of these kinds may carry `hopCount`. */
export type Answerable = AgentCommsMessage | AgentCommsBroadcast | AgentCommsRequest;
