import type {
  AgentCommsBroadcast,
  AgentCommsHandoff,
  AgentCommsMessage,
  AgentCommsRequest,
  AgentCommsResponse,
} from "@rookery/lexicon-agent-comms";
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
  /** Whether nobody but its recipients could read it. Of what was not, its author is as sure as the host that handed it over. */
  sealed: boolean;
}

/**
 * Something that arrived, by kind. `unknown` is a kind this version does not know: nothing of it is dropped. `unopened` is
 * sealed, and does not open with a key that this agent has, or is not proven to be its author's: `read` tries again.
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

/** The typed view of an inbox item. Records were validated by the sender's host; `$type` decides the kind. */
export const toIncoming = (item: InboxItem, sealed = false): Incoming => {
  const { uri, author, receivedAt, cid } = item;
  // Any record may be in an inbox; from here on they have the type they name (named boundary).
  const record = item.value as { $type: string } | undefined;
  if (item.action === "delete" || record === undefined || cid === undefined) return { kind: "retraction", uri, author, receivedAt };
  const envelope = { uri, cid, author, receivedAt, sealed };
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
