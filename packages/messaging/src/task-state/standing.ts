import { type AgentCommsHandoff, type AgentCommsRequest, didOfUri, type TaskState } from "@rookery/lexicon-agent-comms";
import { DEFAULT_DELEGATION_DEPTH } from "../guards/limits.ts";

/** Who is asked to take over a task, and has not answered. */
export interface Offer {
  /** The handoff: at-uri by DID, and CID. */
  uri: string;
  cid: string;
  /** DID of who is asked. */
  to: string;
  /** Not to be accepted later: milliseconds since 1970. */
  expiresAt?: number;
  /** How often the next worker may pass it on. */
  depth?: number;
}

/**
 * How a task stands, as one side knows it: the requester, the worker, or who was asked to take over. Moved by `turn` alone;
 * plain data, to be stored as it is. Times are milliseconds since 1970, by the clock of who keeps it.
 */
export interface Standing {
  /** at-uri of the request, by DID: the task's id. */
  uri: string;
  /** CIDs of the request, more than one when it was sealed again: who answers another text answers another task. */
  cids: string[];
  requester: string;
  /** Who is responsible now, and alone may respond. */
  worker: string;
  state: TaskState;
  /** A result later than this is of no use. */
  deadline?: number;
  /** Not to be started later. Only until it is. */
  startBy?: number;
  /** When the requester asked to end it. */
  cancelAskedAt?: number;
  offer?: Offer;
  /** Handoffs that are done with, by at-uri: at most `MAX_OFFERS`. */
  closedOffers: string[];
  /** Who had it before, oldest first. */
  former: string[];
  /** How often it may still be passed on. */
  depthLeft: number;
}

/** A record at its place, and whose repository it is from. */
export interface Placed<R> {
  uri: string;
  cid: string;
  /** DID of the repository. */
  author: string;
  record: R;
}

/** The task that a request begins. */
export function standingOfRequest({ uri, cid, author, record }: Placed<AgentCommsRequest>): Standing {
  const depthLeft = record.maxDelegationDepth ?? DEFAULT_DELEGATION_DEPTH;
  const standing: Standing = { uri, cids: [cid], requester: author, worker: record.to, state: "submitted", closedOffers: [], former: [], depthLeft };
  return withTimes(standing, record);
}

/** The offer that a handoff makes. */
export function offerOf({ uri, cid, record }: Placed<AgentCommsHandoff>): Offer {
  const offer: Offer = { uri, cid, to: record.to, depth: record.maxDelegationDepth ?? 0 };
  const expiresAt = time(record.expiresAt);
  if (expiresAt !== undefined) offer.expiresAt = expiresAt;
  return offer;
}

/**
 * The task as who is asked to take it over first hears of it: from the handoff, since the request was not written to it.
 * Undefined when the handoff names the request otherwise than by DID.
 */
export function standingOfHandoff(handoff: Placed<AgentCommsHandoff>): Standing | undefined {
  const { uri, cid } = handoff.record.request;
  const requester = didOfUri(uri);
  if (requester === undefined) return undefined;
  const offer = offerOf(handoff);
  const standing: Standing = { uri, cids: [cid], requester, worker: handoff.author, state: "working", offer, closedOffers: [], former: [], depthLeft: (offer.depth ?? 0) + 1 };
  return withTimes(standing, { deadline: handoff.record.deadline });
}

function withTimes(standing: Standing, said: { deadline?: string | undefined; expiresAt?: string | undefined }): Standing {
  const deadline = time(said.deadline);
  const startBy = time(said.expiresAt);
  if (deadline !== undefined) standing.deadline = deadline;
  if (startBy !== undefined) standing.startBy = startBy;
  return standing;
}

/** Milliseconds since 1970 of an atproto datetime, which its lexicon has checked; undefined when it is absent, or no time at all. */
export function time(datetime: string | undefined): number | undefined {
  const at = datetime === undefined ? Number.NaN : Date.parse(datetime);
  return Number.isNaN(at) ? undefined : at;
}
