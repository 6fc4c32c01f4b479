import type { Outcome } from "@rookery/sync";

/** Who reaches the agent and how it hears of it: inbox policy, sockets, webhooks, progress. Part of the agent's RPC surface. */
export interface ReachApi {
  /** The agent's sockets: requests made by `socketRequest` only. */
  fetch(request: Request): Promise<Response>;
  getPolicy(): Promise<Outcome<PolicyView>>;
  /** Replaces what was set. Errors: `InvalidRequest` (400). */
  putPolicy(input: { policy: Policy }): Promise<Outcome<{ effective: Policy }>>;
  /** Oldest first. Errors: `InvalidRequest` (400) for a cursor that is not ours. */
  listQuarantine(input: { limit: number; cursor?: string }): Promise<Outcome<{ items: QuarantinedItem[]; cursor?: string }>>;
  /** Into the inbox with them, in the order in which they came. */
  releaseQuarantine(input: QuarantineSelection & { allow?: boolean }): Promise<Outcome<{ released: number }>>;
  discardQuarantine(input: QuarantineSelection & { block?: boolean }): Promise<Outcome<{ discarded: number }>>;
  /** The secret only when it is new. Errors: `WebhookNotFound`, `TooManyWebhooks`, `HostNotAllowed`, `InvalidRequest` (400). */
  putWebhook(input: WebhookInput): Promise<Outcome<{ webhook: WebhookView; secret?: string }>>;
  listWebhooks(): Promise<Outcome<{ webhooks: WebhookView[] }>>;
  /** Errors: `WebhookNotFound` (400). */
  deleteWebhook(input: { id: string }): Promise<Outcome<null>>;
  /** Errors: `RequestNotFound`, `StaleSequence`, `InvalidRequest` (400), `RateLimitExceeded` (429). */
  publishProgress(input: ProgressInput): Promise<Outcome<{ channel: string; sequence: number }>>;
  /** Errors: `RequestNotFound`, `SelfKeyed` (400). */
  getProgressChannel(input: { request: string }): Promise<Outcome<{ worker: string; channel: string; key?: string }>>;
}

/** Bounds for senders who are not known; what is absent is as the colony has it. */
export interface Limits {
  /** Messages taken in an hour. */
  perHour?: number;
  /** Messages taken within thirty days without the agent having written back. */
  pending?: number;
  /** Size of one record. */
  bytes?: number;
}

/** Who reaches an agent; what is absent is as the colony has it. */
export interface Policy {
  colonyIsKnown?: boolean;
  /** `limit`, `quarantine` or `block`. */
  unknown?: string;
  perSender?: Limits;
  perHost?: Limits;
  questions?: Limits;
  allow?: PolicySender[];
  block?: PolicySender[];
}

/** Somebody on one of the agent's own lists, with a note for people. */
export interface PolicySender {
  did: string;
  note?: string;
}

/** The agent's policy, what holds with the colony's filled in, and what was kept out so far. */
export interface PolicyView {
  policy: Policy;
  effective: Policy;
  quarantined: number;
  blocked: number;
  expired: number;
}

/** A message that waits for the agent's decision. */
export interface QuarantinedItem {
  uri: string;
  cid?: string;
  author: string;
  host?: string;
  bytes: number;
  why: string;
  /** ISO datetimes. */
  receivedAt: string;
  expiresAt: string;
}

/** Which ones: one of the two. */
export interface QuarantineSelection {
  uris?: string[];
  author?: string;
}

/** How much of a message a webhook is told: docs/inbox.md. */
export type WebhookContents = "reference" | "stored" | "opened";

/** agent.comms.putWebhook: a new one, or with `id` a change of one. */
export interface WebhookInput {
  id?: string;
  url: string;
  contents?: string;
  cursor?: string;
  rotateSecret?: boolean;
}

/** A webhook as its agent sees it: without its secret. */
export interface WebhookView {
  id: string;
  url: string;
  contents: WebhookContents;
  createdAt: string;
  state: "active" | "retrying" | "disabled";
  failures: number;
  lastError?: string;
  nextAttemptAt?: string;
  deliveredAt?: string;
  cursor?: string;
}

/** Either `request` and `progress`, or `channel`, `sequence` and `sealed` (`progress` for a public request). */
export interface ProgressInput {
  request?: string;
  progress?: { percent?: number; text?: string; json?: string };
  channel?: string;
  sequence?: number;
  sealed?: string;
  done?: boolean;
}
