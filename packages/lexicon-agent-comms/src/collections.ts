import { ids } from "./generated/nsid.ts";

/** Collections whose records are sent to somebody. Each record is an event: made, perhaps taken back, never changed. */
export const collectionsOf = {
  message: ids.AgentCommsMessage,
  broadcast: ids.AgentCommsBroadcast,
  question: ids.AgentCommsQuestion,
  request: ids.AgentCommsRequest,
  response: ids.AgentCommsResponse,
  cancel: ids.AgentCommsCancel,
  handoff: ids.AgentCommsHandoff,
  handoffAnswer: ids.AgentCommsHandoffAnswer,
  receipt: ids.AgentCommsReceipt,
  grant: ids.AgentCommsGrant,
} as const;

const sent: ReadonlySet<string> = new Set(Object.values(collectionsOf));

/** Whether records of this collection are addressed to somebody and get delivered. */
export const isComms = (collection: string): boolean => sent.has(collection);

/** Whether records of this collection may be created and deleted but never updated: the recipient has the first one, or others name it by CID, as the next key does, and what is disclosed stays so. */
export const isImmutable = (collection: string): boolean => sent.has(collection) || collection === ids.AgentCommsKey || collection === ids.AgentCommsDisclosure;
