import type {
  AgentCommsBroadcast,
  AgentCommsHandoff,
  AgentCommsMessage,
  AgentCommsRequest,
  AgentCommsResponse,
} from "@rookery/lexicon-agent-comms";
import { validateRecord } from "@rookery/lexicon-agent-comms";
import { collectionOf } from "./at-uri.ts";
import type { InboxItem } from "./inbox.ts";

/** A record that names another exactly as it was. */
export interface StrongRef {
  uri: string;
  cid: string;
}

interface Envelope extends StrongRef {
  /** DID of the sender, by verified signature. */
  author: string;
  receivedAt: string;
  /** Whether it was opened, and so nobody but its recipients could read it. Of what was not, its author is as sure as the host that handed it over. */
  sealed: boolean;
}

/**
 * Something that arrived, by kind. `unknown` is a kind this version does not know, or not what its lexicon says: nothing of it
 * is dropped. `unopened` is sealed, and does not open with a key that this agent has, or is not written to it, or is not proven
 * to be its author's: `read` tries again. The same may arrive twice: `uri` and `cid` say whether it is the same.
 */
export type Incoming =
  | (Envelope & { kind: "message"; record: AgentCommsMessage })
  | (Envelope & { kind: "broadcast"; record: AgentCommsBroadcast })
  | (Envelope & { kind: "request"; record: AgentCommsRequest })
  | (Envelope & { kind: "response"; record: AgentCommsResponse })
  | (Envelope & { kind: "handoff"; record: AgentCommsHandoff })
  | (Envelope & { kind: "unknown"; record: { $type: string } })
  | (Envelope & { kind: "unopened"; record: { $type: string } })
  | { kind: "retraction"; uri: string; author: string; receivedAt: string };

/** The typed view of an inbox item: of the kind that its collection is, if its record is right, whatever the sender's host let pass. */
export const toIncoming = (item: InboxItem, sealed = false): Incoming => {
  const { uri, author, receivedAt, cid } = item;
  const { value } = item;
  if (item.action === "delete" || value === undefined || cid === undefined) return { kind: "retraction", uri, author, receivedAt };
  const envelope = { uri, cid, author, receivedAt, sealed };
  const collection = collectionOf(uri);
  const verdict = validateRecord(collection, value);
  // From here on records have the type they name (named boundary).
  const record = { ...value, $type: String(value["$type"]) };
  if (record.$type !== collection || !verdict.known || !verdict.ok) return { ...envelope, kind: "unknown", record };
  switch (record.$type) {
    case "agent.comms.message":
      return { ...envelope, kind: "message", record: record as AgentCommsMessage };
    case "agent.comms.broadcast":
      return { ...envelope, kind: "broadcast", record: record as AgentCommsBroadcast };
    case "agent.comms.request":
      return { ...envelope, kind: "request", record: record as AgentCommsRequest };
    case "agent.comms.response":
      return { ...envelope, kind: "response", record: record as AgentCommsResponse };
    case "agent.comms.handoff":
      return { ...envelope, kind: "handoff", record: record as AgentCommsHandoff };
    default:
      return { ...envelope, kind: "unknown", record };
  }
};
