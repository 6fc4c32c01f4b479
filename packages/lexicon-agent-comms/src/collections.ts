import { ids } from "./generated/nsid.ts";

/** Collections whose records are sent to somebody. Each record is an event: made, perhaps taken back, never changed. */
export const collectionsOf = {
  message: ids.AgentCommsMessage,
  broadcast: ids.AgentCommsBroadcast,
  request: ids.AgentCommsRequest,
  response: ids.AgentCommsResponse,
  handoff: ids.AgentCommsHandoff,
} as const;

const sent: ReadonlySet<string> = new Set(Object.values(collectionsOf));

/** Whether records of this collection are addressed to somebody and get delivered. */
export const isComms = (collection: string): boolean => sent.has(collection);

/** Named by CID in other records that rely on them: the next key, the sealed record that a grant is for. */
const pinned: ReadonlySet<string> = new Set([ids.AgentCommsKey, ids.AgentCommsGrant]);

/** Whether records of this collection may be created and deleted but never updated: the recipient has the first one, or others rely on it. */
export const isImmutable = (collection: string): boolean => sent.has(collection) || pinned.has(collection);
