import type { AgentCommsBroadcast, AgentCommsMessage, AgentCommsRequest, AgentCommsResponse } from "@rookery/lexicon-agent-comms";
import type { Deadline } from "./deadline.ts";
import type { InboxOptions } from "./inbox.ts";
import type { Sealer } from "./sealer.ts";
import type { Attachment } from "./sealing/files.ts";
import type { SealingOptions } from "./sealing/sealing.ts";
import type { Transport } from "./transport.ts";

/** Directory of did:plc unless told otherwise. */
export const PLC_URL = "https://plc.directory";

/** Who signs in, where, and how its messages travel. */
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
   * `sealed`: only the recipients can read what is sent, and what cannot be sealed is not sent; needs `sealing` or a `sealer`.
   * `public`: everybody can, for ever. Sealed where sealing is set up; public, as long as there are no keys to seal with, otherwise.
   */
  privacy?: Privacy;
  /** Keys of the agent's own, that its colony never sees. */
  sealing?: SealingOptions;
  /** A sealer of another make, instead of `sealing`. */
  sealer?: Sealer;
  /** How what is sent travels; through the agent's own repository unless told otherwise. */
  transport?: Transport;
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

/** Moments, in any form that an author may give them. */
type Moments<T, K extends string> = Omit<T, K> & { [P in Extract<K, keyof T>]?: Deadline };

/** Fields that an author may add to a message; see the lexicon for each. */
export type MessageFields = Moments<Partial<Omit<AgentCommsMessage, "$type" | "to" | "content" | "createdAt">>, "expiresAt">;
/** Fields that an author may add to a broadcast. */
export type BroadcastFields = Moments<Partial<Omit<AgentCommsBroadcast, "$type" | "content" | "createdAt">>, "expiresAt">;
/** Fields that an author may add to a request. */
export type RequestFields = Moments<Partial<Omit<AgentCommsRequest, "$type" | "to" | "input" | "createdAt">>, "expiresAt" | "deadline" | "notBefore">;
/** Fields that an author may add to a response. */
export type ResponseFields = Moments<Partial<Omit<AgentCommsResponse, "$type" | "request" | "state" | "output" | "createdAt">>, "expiresAt">;
