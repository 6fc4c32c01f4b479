import { type AgentCommsHandoff, type AgentCommsRequest, collectionsOf, didOfUri, nextHop } from "@rookery/lexicon-agent-comms";
import type { Placed } from "../task-state/standing.ts";
import { type Guarded, stopped } from "./guarded.ts";
import { DEFAULT_DELEGATION_DEPTH, MAX_DELEGATION_DEPTH } from "./limits.ts";

/** Where an agent has a task from: the request to it, or the handoff that it accepted. */
export type TaskSource = Placed<AgentCommsRequest> | Placed<AgentCommsHandoff>;

/** What a request for a part of a task, or a handoff of it, has to carry on. */
export interface DelegationTerms {
  maxDelegationDepth: number;
  onBehalfOf: { uri: string; cid: string }[];
  hopCount: number;
}

/**
 * Whether `self` may pass a task, or a part of it, on to `to`, and under which terms. An agent that has a part in it already is
 * not asked again: that is how tasks run in circles.
 */
export function mayDelegate(source: TaskSource, self: string, to: string): Guarded<DelegationTerms> {
  const chain = chainOf(source);
  const depth = source.record.maxDelegationDepth ?? (isRequest(source) ? DEFAULT_DELEGATION_DEPTH : 0);
  if (depth < 1 || chain.length > MAX_DELEGATION_DEPTH) return stopped("depth-limit", "The task may not be passed on");
  if ([self, source.author, ...requestersOf(chain)].includes(to)) return stopped("loop", "Who has a part in the task already cannot be asked for it");
  const hopCount = nextHop({ hopCount: source.record.hopCount ?? 0 });
  if (hopCount === undefined) return stopped("hop-limit", "Too many automatic answers led to the task");
  return { ok: true, value: { maxDelegationDepth: depth - 1, onBehalfOf: chain, hopCount } };
}

/** Whether `self` may take on a task that was sent to it: not when it is further up the chain that led to it. */
export function mayTakeOn({ record }: TaskSource, self: string): Guarded<true> {
  return requestersOf(record.onBehalfOf ?? []).includes(self) ? stopped("loop", "The task comes from who is asked now") : { ok: true, value: true };
}

/** The requests that a task comes from, the first of them first, with its own. */
function chainOf(source: TaskSource): { uri: string; cid: string }[] {
  const before = source.record.onBehalfOf ?? [];
  // A handoff names the request that it is of in its chain.
  return isRequest(source) ? [...before, { uri: source.uri, cid: source.cid }] : before;
}

const requestersOf = (chain: { uri: string }[]): (string | undefined)[] => chain.map(({ uri }) => didOfUri(uri));

const isRequest = (source: TaskSource): source is Placed<AgentCommsRequest> => source.record.$type === collectionsOf.request;
