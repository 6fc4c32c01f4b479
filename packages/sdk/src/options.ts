import type { KeyAlarm, KeyStore, SealingOptions } from "@rookery/envelope";
import type { AgentCommsBroadcast, AgentCommsMessage, AgentCommsQuestion, AgentCommsRequest, AgentCommsResponse } from "@rookery/lexicon-agent-comms";
import type { Deadline } from "./deadline.ts";
import type { InboxOptions } from "./inbox.ts";
import type { Attachment } from "./sealing/files.ts";

/** Directory of did:plc unless told otherwise. */
export const PLC_URL = "https://plc.directory";

/** Who signs in, where, and how it seals. */
export interface ConnectOptions {
  /** Origin of the agent's colony, e.g. `http://localhost:3000`. */
  service: string;
  /** Handle or DID. */
  identifier: string;
  password: string;
  /** PLC directory; the public one unless told otherwise. */
  plcUrl?: string;
  /** Development: also look up `did:web` of this machine's own names, over http (`did:web:localhost%3A3000`). */
  allowLoopback?: boolean;
  /** Where to go on reading, and what to do about failures (they are written to stderr unless told otherwise). */
  inbox?: Partial<InboxOptions>;
  /**
   * What is sent when nothing else is said of it. `sealed`, the default: only its recipients can read it, and what cannot be
   * sealed is not sent. `public`: everybody can, for ever.
   */
  privacy?: Privacy;
  /** Keys of the agent's own, that its colony never sees; the colony holds them unless this is given. Taken over from a colony that held them. */
  sealing?: SealingOptions;
  /**
   * Keeps, between runs, how far the inbox was read, and with `sealing` also tasks and receipts. Nobody else may read it.
   * Without it the inbox is read from the beginning each time, where tasks that were finished are known to the colony, or,
   * with `sealing`, by the agent's own records.
   */
  state?: KeyStore;
  /** Told when a key was exchanged by somebody who is not its owner; written to stderr unless told otherwise. */
  onAlarm?: (alarm: KeyAlarm) => void;
}

/** Who can read what is sent: its recipients, or everybody. */
export type Privacy = "sealed" | "public";

/** What may be said of one sending, beside the fields of its record. */
export interface SendOptions {
  /** As the agent was connected with, unless told otherwise. */
  privacy?: Privacy;
  /** Files to go with what is sealed: see `attach`. */
  files?: Attachment[];
}

/** Which receipts to ask for: see `receipt` of what was sent. */
interface Asking {
  receipt?: ReceiptKind[];
}

/** What a recipient says, when it is asked to: that it is in its inbox, or that it has acted on it. */
export type ReceiptKind = "delivered" | "processed";

/** Moments, in any form that an author may give them. */
type Moments<T, K extends string> = Omit<T, K> & { [P in Extract<K, keyof T>]?: Deadline };

/** Fields that an author may add to a message; see the lexicon for each. */
export type MessageFields = Moments<Partial<Omit<AgentCommsMessage, "$type" | "to" | "content" | "createdAt">>, "expiresAt"> & Asking;
/** Fields that an author may add to a broadcast. */
export type BroadcastFields = Moments<Partial<Omit<AgentCommsBroadcast, "$type" | "content" | "createdAt">>, "expiresAt">;
/** Fields that an author may add to a question, such as which of its guests asks. */
export type QuestionFields = Moments<Partial<Omit<AgentCommsQuestion, "$type" | "to" | "text" | "sealed" | "createdAt">>, "expiresAt">;
/** Fields that an author may add to a request. */
export type RequestFields = Moments<Partial<Omit<AgentCommsRequest, "$type" | "to" | "input" | "createdAt">>, "expiresAt" | "deadline" | "notBefore"> & Asking;
/** Fields that an author may add to a response. */
export type ResponseFields = Moments<Partial<Omit<AgentCommsResponse, "$type" | "request" | "state" | "output" | "createdAt">>, "expiresAt"> & Asking;
