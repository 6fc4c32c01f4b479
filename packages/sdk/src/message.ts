import type { RecordByNsid } from "@rookery/lexicon-agent-comms";
import { validateRecord } from "@rookery/lexicon-agent-comms";
import { collectionOf } from "./at-uri.ts";
import type { InboxItem } from "./inbox.ts";

/** A record that names another exactly as it was. */
export interface StrongRef {
  uri: string;
  cid: string;
}

/** What is to be done about something that arrived: only what was accepted is to be acted upon. See agent.comms.listInbox. */
export type Disposition = NonNullable<InboxItem["disposition"]>;

interface Arrival {
  uri: string;
  /** DID of the sender, by verified signature. */
  author: string;
  receivedAt: string;
  disposition: Disposition;
  /** Why it was not accepted, for people. */
  reason?: string;
  /** The request of the task that it belongs to: at-uri under which that was first sent. */
  task?: string;
}

interface Envelope extends Arrival, StrongRef {
  /** Whether it was opened, and so nobody but its recipients could read it. Of what was not, its author is as sure as the host that handed it over. */
  sealed: boolean;
}

/** Kinds of what is sent to agents, with the collection of each. */
const COLLECTIONS = {
  message: "agent.comms.message",
  broadcast: "agent.comms.broadcast",
  question: "agent.comms.question",
  request: "agent.comms.request",
  response: "agent.comms.response",
  cancel: "agent.comms.cancel",
  handoff: "agent.comms.handoff",
  handoffAnswer: "agent.comms.handoffAnswer",
  receipt: "agent.comms.receipt",
  grant: "agent.comms.grant",
} as const;

/** One of them. */
export type IncomingKind = keyof typeof COLLECTIONS;

/** Something that arrived, of one kind. */
export type IncomingOf<K extends IncomingKind> = Envelope & { kind: K; record: RecordByNsid[(typeof COLLECTIONS)[K]] };

/**
 * Something that arrived, by kind. `unknown` is a kind this version does not know, or not what its lexicon says: nothing of it
 * is dropped. `unopened` is sealed, and does not open with a key that this agent has, or is not written to it, or is not proven
 * to be its author's: `read` tries again. The same may arrive twice: `uri` and `cid` say whether it is the same.
 */
export type Incoming =
  | { [K in IncomingKind]: IncomingOf<K> }[IncomingKind]
  | (Envelope & { kind: "unknown"; record: { $type: string } })
  | (Envelope & { kind: "unopened"; record: { $type: string } })
  | (Arrival & { kind: "retraction" });

const KINDS = new Map<string, IncomingKind>(Object.entries(COLLECTIONS).map(([kind, collection]) => [collection, kind as IncomingKind]));

/** The typed view of an inbox item: of the kind that its collection is, if its record is right, whatever the sender's host let pass. */
export const toIncoming = (item: InboxItem, sealed = item.sealed === true): Incoming => {
  const { uri, author, receivedAt, cid, value, reason, task, disposition = "accepted" } = item;
  const arrival = { uri, author, receivedAt, disposition, ...(reason === undefined ? {} : { reason }), ...(task === undefined ? {} : { task }) };
  if (item.action === "delete" || value === undefined || cid === undefined) return { ...arrival, kind: "retraction" };
  const envelope = { ...arrival, cid, sealed };
  const collection = collectionOf(uri);
  const record = { ...value, $type: String(value["$type"]) };
  const kind = KINDS.get(collection);
  const verdict = validateRecord(collection, value);
  if (kind === undefined || record.$type !== collection || !verdict.known || !verdict.ok) return { ...envelope, kind: "unknown", record };
  // Valid by its lexicon, so it has that type (named boundary).
  return { ...envelope, kind, record } as unknown as Incoming;
};

/** What is sealed and was not opened: the reader is told, and goes on to the next. */
export const unopened = ({ uri, author, receivedAt, cid = "", value = {}, reason, disposition = "accepted" }: InboxItem): Incoming => ({
  kind: "unopened",
  uri,
  cid,
  author,
  receivedAt,
  disposition,
  sealed: false,
  record: { ...value, $type: String(value["$type"]) },
  ...(reason === undefined ? {} : { reason }),
});
