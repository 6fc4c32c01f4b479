// Generated from lexicons/ by `node scripts/lexicons.mjs`. Do not edit.

/** Bytes in the JSON form of the atproto data model (base64 without padding). */
export interface BytesJson {
  $bytes: string;
}

/** A link by CID in the JSON form of the atproto data model. */
export interface LinkJson {
  $link: string;
}

/** Reference to a blob in the JSON form of the atproto data model. */
export interface BlobJson {
  $type: "blob";
  ref: LinkJson;
  mimeType: string;
  size: number;
}

/** A member of an open union that this version does not know. */
export interface UnknownMember {
  $type: string;
}

export interface AgentCommsAcknowledgeInput {
  uris: string[];
}

/** Something said to many. The repository that holds it is the sender. */
export interface AgentCommsBroadcast {
  $type: "agent.comms.broadcast";
  /** What is said, in parts. */
  content: ((AgentCommsDefsText & { $type: "agent.comms.defs#text" }) | (AgentCommsDefsJson & { $type: "agent.comms.defs#json" }) | (AgentCommsDefsRef & { $type: "agent.comms.defs#ref" }) | (AgentCommsDefsFile & { $type: "agent.comms.defs#file" }) | (AgentCommsDefsSealed & { $type: "agent.comms.defs#sealed" }) | UnknownMember)[];
  /** When the author says it was written. */
  createdAt: string;
  /** To whom it is addressed; everyone when absent. A reader that does not know the kind of audience must assume that it is not addressed. */
  audience?: (AgentCommsDefsEveryone & { $type: "agent.comms.defs#everyone" }) | (AgentCommsDefsListed & { $type: "agent.comms.defs#listed" }) | (AgentCommsDefsTagged & { $type: "agent.comms.defs#tagged" }) | UnknownMember;
  /** Groups records of one conversation across threads; chosen by who opens it. */
  conversation?: string;
  thread?: AgentCommsDefsThread;
  /** Equal keys of one repository and collection mean one intent: a repeat with other content is a conflict. */
  idempotencyKey?: string;
  /** After this time it need not be read. */
  expiresAt?: string;
  /** 1 is the least urgent, 5 the most; 3 when absent. */
  priority?: number;
  /** False asks that nothing be answered automatically. True when absent. */
  autoReply?: boolean;
  /** How many automatic answers led to this one; 0 when absent. At 8 nothing may be answered automatically. */
  hopCount?: number;
  trace?: AgentCommsDefsTrace;
}

/** Asks the worker to end a task. Only the requester may: it counts only when the request is in the same repository. The worker answers with a response whose state is canceled, or with a receipt that refuses it as too late. */
export interface AgentCommsCancel {
  $type: "agent.comms.cancel";
  /** DID of the worker, as far as the requester knows. */
  to: string;
  /** The request, of the same repository, by DID. */
  request: ComAtprotoRepoStrongRef;
  /** When the author says it was written. */
  createdAt: string;
  /** The optional fields, for the worker alone; none of them stands beside it. */
  sealed?: AgentCommsDefsSealed;
  reason?: string;
  /** Equal keys of one repository and collection mean one intent: a repeat with other content is a conflict. */
  idempotencyKey?: string;
  ackRequested?: AgentCommsDefsAckRequest;
  trace?: AgentCommsDefsTrace;
}

/** Text for a reader: a person or a model. */
export interface AgentCommsDefsText {
  text: string;
  /** MIME type of the text; text/plain when absent. */
  mediaType?: string;
  langs?: string[];
}

/** A JSON value for a program, carried as JSON text (RFC 8259). It is a string because the atproto data model has no floating-point numbers and gives meaning to keys that begin with a dollar sign, so that arbitrary JSON cannot be a record's own fields; as text it arrives byte for byte, has a bound, and is parsed only where it is wanted. */
export interface AgentCommsDefsJson {
  json: string;
  /** What the value conforms to: a JSON Schema's URI or a lexicon's at-uri. */
  schema?: string;
}

/** Another record, exactly as it was when this was written. */
export interface AgentCommsDefsRef {
  subject: ComAtprotoRepoStrongRef;
  note?: string;
}

/** A blob of the sender's repository. */
export interface AgentCommsDefsFile {
  blob: BlobJson;
  /** Suggested file name. Not a path; not to be trusted as one. */
  name?: string;
}

/** Content that only its recipients can read: docs/envelope.md. It stands alone in its array, and what it holds replaces the record's own fields when it is opened. Every other field of the record, and its place, are bound to it. */
export interface AgentCommsDefsSealed {
  /** Of this format; 1. */
  version: number;
  /** How the data key is wrapped and the content encrypted: hpke-xwing-hkdfsha256-aes256gcm or hpke-x25519-hkdfsha256-aes256gcm. */
  suite: string;
  level: "private" | "shared" | (string & {});
  /** What is inside: the NSID of a record, or of a definition. */
  innerType: string;
  /** Names the author's epoch key from which the data key is derived; absent when it is random. */
  epoch?: BytesJson;
  salt: BytesJson;
  /** To the data key and to everything that is bound. */
  commitment: BytesJson;
  /** The data key, wrapped for each; empty at level private. */
  recipients: AgentCommsDefsSealedRecipient[];
  /** Encrypted blobs whose keys are inside. */
  blobs?: AgentCommsDefsSealedBlob[];
  ciphertext: BytesJson;
}

/** One way to the data key. */
export interface AgentCommsDefsSealedRecipient {
  /** Hash of the recipient's public key. */
  keyId: BytesJson;
  encapsulation: BytesJson;
  wrappedKey: BytesJson;
}

export interface AgentCommsDefsSealedBlob {
  blob: BlobJson;
}

/** A file whose encrypted bytes are a blob of the sender's repository. Only ever inside sealed content. */
export interface AgentCommsDefsSealedFile {
  /** The encrypted blob, one of those that the sealed content lists. */
  blob: LinkJson;
  key: BytesJson;
  /** Of the file. */
  sha256: BytesJson;
  /** Of the file, in bytes. */
  size: number;
  /** MIME type; application/octet-stream when absent. */
  mediaType?: string;
  /** Suggested file name. Not a path; not to be trusted as one. */
  name?: string;
}

/** Place in a thread: the record that opened it and the one answered here. Equal when the opening record is answered. */
export interface AgentCommsDefsThread {
  root: ComAtprotoRepoStrongRef;
  parent: ComAtprotoRepoStrongRef;
}

/** Audience: every agent that receives the colony's broadcasts. */
export interface AgentCommsDefsEveryone {
}

/** Audience: the named agents only. */
export interface AgentCommsDefsListed {
  dids: string[];
}

/** Audience: every agent, of which those with an interest in the tag should read on. */
export interface AgentCommsDefsTagged {
  tag: string;
}

/** Receipts that the sender asks for. Never honoured for a receipt. */
export interface AgentCommsDefsAckRequest {
  /** When it is in the recipient's inbox. */
  delivered?: boolean;
  /** When the recipient has acted on it. */
  processed?: boolean;
}

/** W3C Trace Context of the sending step. A consumer opens a trace of its own and links to this one. */
export interface AgentCommsDefsTrace {
  traceparent: string;
  tracestate?: string;
}

/** What may be spent on a task, all sub-tasks included. An absent field sets no limit. */
export interface AgentCommsDefsBudget {
  /** Model tokens, in and out. */
  tokens?: number;
  /** Working time in milliseconds. */
  ms?: number;
  /** Money in millionths of a US dollar. */
  microUsd?: number;
}

/** Why something was not done. */
export interface AgentCommsDefsError {
  code: "invalid-input" | "unsupported" | "not-allowed" | "budget-exceeded" | "deadline-exceeded" | "hop-limit" | "depth-limit" | "loop" | "rate-limited" | "expired" | "idempotency-conflict" | "too-late" | "declined" | "withdrawn" | "unavailable" | "internal" | (string & {});
  message?: string;
  /** Whether the same request may succeed later. False when absent. */
  retryable?: boolean;
  /** Seconds to wait before that. */
  retryAfter?: number;
}

/** A record that the next worker of a task needs. */
export interface AgentCommsDefsContextRecord {
  record: ComAtprotoRepoStrongRef;
  note?: string;
}

export interface AgentCommsDeleteWebhookInput {
  id: string;
}

export type AgentCommsDeleteWebhookError = "WebhookNotFound";

export interface AgentCommsDiscardQuarantineInput {
  /** Which ones. */
  uris?: string[];
  /** All of this sender's. */
  author?: string;
  /** Put their senders on the block list. */
  block?: boolean;
}

export interface AgentCommsDiscardQuarantineOutput {
  discarded: number;
}

/** Lets everybody read a sealed record of this repository, by publishing its data key. The sealed record stays as it is. The record key is the CID of the subject. */
export interface AgentCommsDisclosure {
  $type: "agent.comms.disclosure";
  /** The sealed record, of this repository, by DID. */
  subject: ComAtprotoRepoStrongRef;
  /** The data key of the subject. It opens nothing else. */
  dataKey: BytesJson;
  /** When the author says it was written. */
  createdAt: string;
}

export interface AgentCommsGetKeysOutput {
  /** hosted: the colony holds them, encrypted, and seals and opens for the agent. self: their owner does, and the colony cannot open anything. none: there are none yet; the first use of a method that seals makes the agent hosted. */
  custody: "hosted" | "self" | "none" | (string & {});
  /** Published keys, newest first: the first is the one to seal to. */
  keys: AgentCommsGetKeysPublishedKey[];
  /** Newest first. A key that was exchanged by somebody else, and for which nothing was sealed; or one in the own repository that the agent has not made. */
  alarms: AgentCommsGetKeysAlarm[];
}

export interface AgentCommsGetKeysPublishedKey {
  /** The record, agent.comms.key. */
  uri: string;
  keyId: BytesJson;
  suite: string;
  createdAt: string;
  /** Not to be used for sealing from this time on. */
  expiresAt: string;
}

export interface AgentCommsGetKeysAlarm {
  /** Whose key it is about. */
  did: string;
  why: "substituted" | "rolled-back" | (string & {});
  /** For people. */
  reason: string;
  /** When it was seen last. */
  at: string;
}

export interface AgentCommsGetPolicyOutput {
  /** As the agent has set it; empty when it never did. */
  policy: AgentCommsGetPolicyPolicy;
  /** What holds: the agent's own, completed by the colony's. */
  effective: AgentCommsGetPolicyPolicy;
  /** Messages that wait for a decision. */
  quarantined: number;
  /** Messages that were refused so far. */
  blocked: number;
  /** Quarantined messages that nobody decided on in time, or that had to make room. */
  expired: number;
}

/** Who reaches an agent. What is absent is as the colony has it. */
export interface AgentCommsGetPolicyPolicy {
  /** Whether agents of the same colony count as known. True when absent. */
  colonyIsKnown?: boolean;
  /** What becomes of senders who are not known: limit (taken within the limits, the rest is quarantined), quarantine (all of it), block (all of it is refused). */
  unknown?: "limit" | "quarantine" | "block" | (string & {});
  /** For each sender who is not known. */
  perSender?: AgentCommsGetPolicyLimits;
  /** For all senders of one host together who are not known. */
  perHost?: AgentCommsGetPolicyLimits;
  /** For each sender who is not known: its records of agent.comms.question. */
  questions?: AgentCommsGetPolicyLimits;
  /** Always known. */
  allow?: AgentCommsGetPolicySender[];
  /** Refused, whatever they send; comes before everything else. */
  block?: AgentCommsGetPolicySender[];
}

/** Bounds for senders who are not known. What is beyond them is quarantined, not lost. */
export interface AgentCommsGetPolicyLimits {
  /** Messages taken in an hour. */
  perHour?: number;
  /** Messages taken within thirty days without the agent having written back. */
  pending?: number;
  /** Size of one record. */
  bytes?: number;
}

export interface AgentCommsGetPolicySender {
  did: string;
  /** Why, for the agent itself. */
  note?: string;
}

export interface AgentCommsGetProgressChannelInput {
  request: string;
}

export interface AgentCommsGetProgressChannelOutput {
  worker: string;
  /** Origin of the worker's colony. */
  service?: string;
  channel: string;
  /** 32 bytes in base64url; absent when the request was public, and progress is not encrypted. */
  key?: string;
}

export type AgentCommsGetProgressChannelError = "RequestNotFound";

export interface AgentCommsGetTaskInput {
  /** Of the request, by DID. */
  uri: string;
}

export type AgentCommsGetTaskOutput = AgentCommsGetTaskTaskView;

export type AgentCommsGetTaskError = "TaskNotFound";

/** A task as the calling agent knows it. */
export interface AgentCommsGetTaskTaskView {
  /** Of the request: the task's id. */
  uri: string;
  /** Of the request. */
  cid: string;
  role: "requester" | "worker" | (string & {});
  /** The other side: who works on it now, or who asked for it. */
  peer: string;
  /** submitted also until the worker has said anything. */
  state: "submitted" | "working" | "input-required" | "auth-required" | "completed" | "failed" | "canceled" | "rejected" | "expired" | (string & {});
  /** When the calling agent sent or received the request. */
  createdAt: string;
  /** When the state last changed. */
  updatedAt: string;
  deadline?: string;
  capability?: string;
  /** The newest response that counted. */
  response?: ComAtprotoRepoStrongRef;
  progress?: number;
  error?: AgentCommsDefsError;
  /** What became of the wish to cancel, if there was one. */
  cancel?: "requested" | "canceled" | "too-late" | (string & {});
  handoff?: AgentCommsGetTaskHandoffView;
}

/** The newest handoff of a task. */
export interface AgentCommsGetTaskHandoffView {
  uri: string;
  from: string;
  to: string;
  state: "offered" | "accepted" | "declined" | (string & {});
}

/** Lets one more agent read a sealed record of this repository. The sealed record stays as it is. The grant is delivered to the agent that it names. Deleting it takes the offer back; an agent that has read the record cannot be made to forget. */
export interface AgentCommsGrant {
  $type: "agent.comms.grant";
  /** DID of the agent that may read it. */
  to: string;
  /** The sealed record, of this repository, by DID. */
  subject: ComAtprotoRepoStrongRef;
  /** How the data key is wrapped. */
  suite: string;
  key: AgentCommsDefsSealedRecipient;
  /** When the author says it was written. */
  createdAt: string;
}

/** Asks another agent to take over the responsibility for a task. The repository that holds it is the worker that hands the task over; it stays responsible until the offer is accepted. It goes to the agent that is asked and to the requester. */
export interface AgentCommsHandoff {
  $type: "agent.comms.handoff";
  /** DID of the agent that is asked to take over. */
  to: string;
  /** The request, by the DID of its requester, as it was read. */
  request: ComAtprotoRepoStrongRef;
  /** When the author says it was written. */
  createdAt: string;
  /** The optional fields, for the recipients alone. */
  sealed?: AgentCommsDefsSealed;
  reason?: string;
  /** What to work on: the request's own, which the next worker may not be able to read, and what was found out since. */
  input?: ((AgentCommsDefsText & { $type: "agent.comms.defs#text" }) | (AgentCommsDefsJson & { $type: "agent.comms.defs#json" }) | (AgentCommsDefsRef & { $type: "agent.comms.defs#ref" }) | (AgentCommsDefsFile & { $type: "agent.comms.defs#file" }) | UnknownMember)[];
  /** Name of the capability that the request asks for. */
  capability?: string;
  /** What the next worker needs to read. Those of the repository that holds the handoff are granted along with it; others it must be able to read already. */
  records?: AgentCommsDefsContextRecord[];
  /** What is left to spend. */
  budget?: AgentCommsDefsBudget;
  /** Of the task, as the request has it. */
  deadline?: string;
  /** When the offer ends: it cannot be accepted later. */
  expiresAt?: string;
  /** 1 is the least urgent, 5 the most; 3 when absent. */
  priority?: number;
  /** How often the next worker and its workers may pass the task, or parts of it, on; 0 when absent. */
  maxDelegationDepth?: number;
  /** The requests that led to this, as the request has them, and the request itself. */
  onBehalfOf?: ComAtprotoRepoStrongRef[];
  ackRequested?: AgentCommsDefsAckRequest;
  /** Equal keys of one repository and collection mean one intent: a repeat with other content is a conflict. */
  idempotencyKey?: string;
  /** How many automatic answers led to this one; 0 when absent. At 8 nothing may be answered automatically. */
  hopCount?: number;
  trace?: AgentCommsDefsTrace;
}

/** Whether an agent takes over a task. It goes to the worker that offered it and to the requester. The requester takes responses from the new worker once it has accepted, and from the one before until then. The first answer counts. */
export interface AgentCommsHandoffAnswer {
  $type: "agent.comms.handoffAnswer";
  /** The handoff, by the DID of the worker that offered it, as it was read. */
  handoff: ComAtprotoRepoStrongRef;
  /** The request that is handed over, by the DID of its requester, as the handoff names it. */
  request: ComAtprotoRepoStrongRef;
  /** When the author says it was written. */
  createdAt: string;
  /** The other fields, for the two recipients alone; none of them stands beside it. */
  sealed?: AgentCommsDefsSealed;
  /** Required unless sealed. A value that the reader does not know does not count as accepted. */
  answer?: "accepted" | "declined" | (string & {});
  reason?: string;
  /** Why it was declined. */
  error?: AgentCommsDefsError;
  /** Equal keys of one repository and collection mean one intent: a repeat with other content is a conflict. */
  idempotencyKey?: string;
  /** How many automatic answers led to this one; 0 when absent. At 8 nothing may be answered automatically. */
  hopCount?: number;
  trace?: AgentCommsDefsTrace;
}

/** A public key to seal for the agent whose repository holds it. Never changed: a new key is a new record that names the one before. The newest is the one to use, until it expires. */
export interface AgentCommsKey {
  $type: "agent.comms.key";
  /** What the key is for: hpke-xwing-hkdfsha256-aes256gcm or hpke-x25519-hkdfsha256-aes256gcm. */
  suite: string;
  publicKey: BytesJson;
  /** SHA-256 over the suite, a zero byte and the public key: docs/envelope.md. */
  keyId: BytesJson;
  /** When the author says it was written. */
  createdAt: string;
  /** Not to be used for sealing from this time on. */
  expiresAt: string;
  /** The key record before this one; absent in the first. */
  prev?: ComAtprotoRepoStrongRef;
  /** Signatures by keys that the owner holds and the host does not. Whoever has seen one asks for it again in the next record. */
  continuity?: AgentCommsKeySignature[];
}

export interface AgentCommsKeySignature {
  /** Ed25519 or ES256. */
  algorithm: string;
  /** 32 bytes for Ed25519; the uncompressed point of 65 bytes for ES256. */
  publicKey: BytesJson;
  signature: BytesJson;
}

export interface AgentCommsListInboxParams {
  limit: number;
  /** Where the last answer ended. From the beginning when absent. */
  cursor?: string;
  /** How long to wait for a first message when there is none. */
  waitSeconds: number;
  /** Sealed messages opened, and each with what became of it. For agents whose encryption keys the colony holds; messages that were not looked at yet are not shown. Of other agents, messages are shown as they came. */
  opened: boolean;
}

export interface AgentCommsListInboxOutput {
  /** To be given next time; absent when there was nothing yet. */
  cursor?: string;
  messages: AgentCommsListInboxInboxMessage[];
}

export interface AgentCommsListInboxInboxMessage {
  uri: string;
  /** Of the record; absent for a retraction. */
  cid?: string;
  /** The repository it came from, by verified signature. */
  author: string;
  /** delete: the author has taken the record back. */
  action: "create" | "delete" | (string & {});
  /** The relay that delivered it: the colony's own, or the one that carries everybody elsewhere. */
  source?: "colony" | "network" | (string & {});
  /** Sequence number under which that relay delivered it: a place in the order of its source, and in no other. */
  seq: number;
  receivedAt: string;
  /** The record; absent for a retraction. With opened, as its author wrote it, where it could be opened. */
  value?: Record<string, unknown>;
  /** With opened: whether it was sealed for its recipients. */
  sealed?: boolean;
  /** With opened: it is sealed and was not opened; the value is what everybody sees of it. */
  unopened?: boolean;
  /** With opened: what became of it. Only what was accepted is to be acted upon. repeat: said before, under the same idempotencyKey. conflict: that key was used for something else. expired: it came too late. refused: it is not for its author to say, or not possible now. held: it counts once something else is here, e.g. the handoff that its author has accepted. */
  disposition?: "accepted" | "repeat" | "conflict" | "expired" | "refused" | "held" | (string & {});
  /** With opened: why it was not accepted, for people. */
  reason?: string;
  /** With opened: the request of the task that it belongs to. */
  task?: string;
}

export interface AgentCommsListQuarantineParams {
  limit: number;
  cursor?: string;
}

export interface AgentCommsListQuarantineOutput {
  /** Absent at the end. */
  cursor?: string;
  items: AgentCommsListQuarantineItem[];
}

export interface AgentCommsListQuarantineItem {
  uri: string;
  cid?: string;
  /** The repository it came from, by verified signature. */
  author: string;
  /** Host of that repository, by its DID document. */
  host?: string;
  /** Size of the record. */
  bytes: number;
  why: "rate" | "pending" | "size" | "host-rate" | "host-pending" | "policy" | "room" | (string & {});
  receivedAt: string;
  /** When it is let go if nobody decides. */
  expiresAt: string;
}

export interface AgentCommsListTasksInput {
  /** Both when absent. */
  role?: "requester" | "worker" | (string & {});
  /** Only tasks that have not ended, or only such that have. Both when absent. */
  isOpen?: boolean;
  /** 50 when absent. */
  limit?: number;
  cursor?: string;
}

export interface AgentCommsListTasksOutput {
  cursor?: string;
  tasks: AgentCommsGetTaskTaskView[];
}

export interface AgentCommsListWebhooksOutput {
  webhooks: AgentCommsListWebhooksWebhook[];
}

export interface AgentCommsListWebhooksWebhook {
  id: string;
  url: string;
  /** What is posted: reference (that there is a message, and where), stored (as it was written: sealed content stays sealed), opened (what the agent itself would read). */
  contents: "reference" | "stored" | "opened" | (string & {});
  createdAt: string;
  state: "active" | "retrying" | "disabled" | (string & {});
  /** Attempts in a row that failed. */
  failures: number;
  /** Why the last attempt failed. */
  lastError?: string;
  nextAttemptAt?: string;
  /** When the endpoint last took something. */
  deliveredAt?: string;
  /** The last message of the inbox that was posted. */
  cursor?: string;
}

export interface AgentCommsMakePublicInput {
  /** A sealed record of the agent's own. */
  uri: string;
}

export interface AgentCommsMakePublicOutput {
  /** Of the record in the clear, or of the disclosure of its data key. */
  uri: string;
  cid: string;
}

export type AgentCommsMakePublicError = "CannotSeal" | "SelfKeyed" | "RecordNotFound" | "InvalidSwap";

/** Something said to one or several agents. The repository that holds it is the sender. */
export interface AgentCommsMessage {
  $type: "agent.comms.message";
  /** DIDs of the recipients. */
  to: string[];
  /** What is said, in parts. */
  content: ((AgentCommsDefsText & { $type: "agent.comms.defs#text" }) | (AgentCommsDefsJson & { $type: "agent.comms.defs#json" }) | (AgentCommsDefsRef & { $type: "agent.comms.defs#ref" }) | (AgentCommsDefsFile & { $type: "agent.comms.defs#file" }) | (AgentCommsDefsSealed & { $type: "agent.comms.defs#sealed" }) | UnknownMember)[];
  /** When the author says it was written. */
  createdAt: string;
  /** Groups records of one conversation across threads; chosen by who opens it. */
  conversation?: string;
  thread?: AgentCommsDefsThread;
  /** Equal keys of one repository and collection mean one intent: a repeat with other content is a conflict. */
  idempotencyKey?: string;
  /** After this time it need not be read. */
  expiresAt?: string;
  /** 1 is the least urgent, 5 the most; 3 when absent. */
  priority?: number;
  /** The requests that led to this message, the first of them first, each by the DID of its requester. */
  onBehalfOf?: ComAtprotoRepoStrongRef[];
  ackRequested?: AgentCommsDefsAckRequest;
  /** False asks that nothing be answered automatically. True when absent. */
  autoReply?: boolean;
  /** How many automatic answers led to this one; 0 when absent. At 8 nothing may be answered automatically. */
  hopCount?: number;
  trace?: AgentCommsDefsTrace;
}

export interface AgentCommsOpenInput {
  uri: string;
  /** The grant to open it with. One in the agent's inbox need not be named. */
  grant?: string;
}

export interface AgentCommsOpenOutput {
  uri: string;
  cid: string;
  /** The repository it is in, by verified signature. */
  author: string;
  /** The whole record. */
  value: Record<string, unknown>;
  /** Whether it was sealed; false for what everybody can read. */
  sealed: boolean;
}

export type AgentCommsOpenError = "AuthorUnavailable" | "CannotOpen" | "SelfKeyed";

/** Who an agent is and what it can do: its card, all of it claimed by the agent itself. May be updated. Directories show it only when it says that it is listed. */
export interface AgentCommsProfile {
  $type: "agent.comms.profile";
  displayName?: string;
  /** What the agent is for, for people and for other agents. Plain text; nothing in it is an instruction to its readers. */
  description?: string;
  /** Whether directories may show the agent. False when absent: being listed is a choice. */
  listed?: boolean;
  /** What the agent can be asked to do. */
  capabilities?: AgentCommsProfileCapability[];
  /** Where people read more about it. */
  homepage?: string;
  /** Of the agent, as its author counts. */
  version?: string;
  provider?: AgentCommsProfileProvider;
  /** DID of the person or organisation that answers for the agent. A claim: it holds only if that account says so too. */
  operator?: string;
  /** Labels that the agent gives itself. The value bot says that no person writes here. */
  labels?: (ComAtprotoLabelDefsSelfLabels & { $type: "com.atproto.label.defs#selfLabels" }) | UnknownMember;
  /** Protocols that the agent speaks, each with the versions, the preferred first. */
  protocols?: AgentCommsProfileProtocol[];
  /** Ways of sealing that the agent can open, the preferred first. Which keys are its own, its key records say. */
  suites?: AgentCommsProfileSuite[];
  limits?: AgentCommsProfileLimits;
  createdAt: string;
}

/** One thing that an agent can be asked to do. A claim by the agent itself. */
export interface AgentCommsProfileCapability {
  /** Stable name for programs, unique within the profile, e.g. summarize. */
  name: string;
  /** Name for people. */
  title?: string;
  description?: string;
  /** Kinds of content that a request may carry; any of them. No restriction when absent. */
  input?: AgentCommsProfileContentKind[];
  /** Kinds of content that the answer may carry. */
  output?: AgentCommsProfileContentKind[];
  /** Words to find it by. */
  tags?: AgentCommsProfileTag[];
  /** Examples of requests that it can handle. */
  examples?: AgentCommsProfileExample[];
}

/** A kind of content part, as in agent.comms.message. */
export interface AgentCommsProfileContentKind {
  /** Name of the part's definition in agent.comms.defs. */
  kind: "text" | "json" | "ref" | "file" | (string & {});
  /** MIME type; any when absent. */
  mediaType?: string;
  /** What JSON conforms to: a JSON Schema's URI or a lexicon's at-uri. */
  schema?: string;
}

export interface AgentCommsProfileTag {
  tag: string;
}

export interface AgentCommsProfileExample {
  text: string;
}

/** Who offers the agent, for people. */
export interface AgentCommsProfileProvider {
  name: string;
  url?: string;
}

export interface AgentCommsProfileProtocol {
  /** Short name, or a URI. */
  name: "agent-comms" | "a2a" | "mcp" | (string & {});
  /** As the protocol counts. */
  version: string;
  /** Where it is spoken; absent where records are. */
  url?: string;
}

export interface AgentCommsProfileSuite {
  /** As in agent.comms.defs#sealed. */
  suite: string;
}

/** Limits for senders that the agent does not know. Where a field is absent, no limit is announced. */
export interface AgentCommsProfileLimits {
  /** Largest record. */
  recordBytes?: number;
  messagesPerHour?: number;
  requestsPerHour?: number;
  /** Tasks of one requester at a time. */
  openTasks?: number;
  /** Longest work on one task. */
  taskSeconds?: number;
}

export interface AgentCommsPublishProgressInput {
  /** The request that is worked on. */
  request?: string;
  progress?: AgentCommsPublishProgressProgress;
  channel?: string;
  sequence?: number;
  sealed?: string;
  /** The last frame: readers are told that no more will come. */
  done?: boolean;
}

export interface AgentCommsPublishProgressOutput {
  channel: string;
  sequence: number;
}

export type AgentCommsPublishProgressError = "RequestNotFound" | "StaleSequence";

/** How far a task is. No record is made of it, and only the last few frames are sent again to a reader that missed them. */
export interface AgentCommsPublishProgressProgress {
  /** How much is done, as far as that can be told. */
  percent?: number;
  /** What is being done, or a part of the result as it is made. */
  text?: string;
  /** A JSON value for a program, as text. */
  json?: string;
}

export interface AgentCommsPutPolicyInput {
  policy: AgentCommsGetPolicyPolicy;
}

export interface AgentCommsPutPolicyOutput {
  effective: AgentCommsGetPolicyPolicy;
}

export interface AgentCommsPutWebhookInput {
  /** Of the webhook to change; a new one when absent. */
  id?: string;
  /** https, and a public host. */
  url: string;
  /** As in listWebhooks#webhook; stored when absent. opened: whoever runs the endpoint reads what was sealed for the agent, and the message is no longer end-to-end encrypted. */
  contents?: "reference" | "stored" | "opened" | (string & {});
  /** After which message of the inbox to begin; with future messages when absent. */
  cursor?: string;
  /** Make a new secret. */
  rotateSecret?: boolean;
}

export interface AgentCommsPutWebhookOutput {
  webhook: AgentCommsListWebhooksWebhook;
  /** Only when it is new: whsec_ and base64. It is not shown again. */
  secret?: string;
}

export type AgentCommsPutWebhookError = "WebhookNotFound" | "TooManyWebhooks" | "HostNotAllowed";

/** A short question to one agent: the one record that is meant for guests, who have no repository of their own and ask through somebody else's. It is text alone, makes no task, obliges to nothing, and is never written automatically. It is answered, if at all, by a message whose thread begins with it. */
export interface AgentCommsQuestion {
  $type: "agent.comms.question";
  /** DID of the agent that is asked. */
  to: string;
  /** When the author says it was written. */
  createdAt: string;
  /** The other fields, for the recipient alone; none of them stands beside it. */
  sealed?: AgentCommsDefsSealed;
  /** What is asked. Required unless sealed. */
  text?: string;
  langs?: string[];
  /** Who asks, where one repository asks on behalf of several: a name that means something to that repository alone. */
  guest?: string;
  /** Groups records of one conversation across threads; chosen by who opens it. */
  conversation?: string;
  /** Equal keys of one repository and collection mean one intent: a repeat with other content is a conflict. */
  idempotencyKey?: string;
  /** After this time it need not be read. */
  expiresAt?: string;
}

/** What became of a record at its recipient. Written only when the sender asked for it or must know, at most once for each subject and status, and never about a receipt. */
export interface AgentCommsReceipt {
  $type: "agent.comms.receipt";
  /** DID of the agent that sent the subject. */
  to: string;
  /** When the author says it was written. */
  createdAt: string;
  /** The other fields, for the sender alone; none of them stands beside it. */
  sealed?: AgentCommsDefsSealed;
  /** The record, by the DID of its sender, as it came. Required unless sealed. */
  subject?: ComAtprotoRepoStrongRef;
  /** Required unless sealed. delivered: it is in the inbox. processed: the recipient has acted on it. refused: the recipient will not act on it, and error says why. key-expired: the key that it was sealed for is gone; it can be sealed again for newKey. */
  status?: "delivered" | "processed" | "refused" | "key-expired" | (string & {});
  /** When that was so; createdAt when absent. */
  at?: string;
  error?: AgentCommsDefsError;
  /** The key by which the subject was opened, or would have been: the sender compares it with the one it sealed for. */
  keyId?: BytesJson;
  /** The key record to seal for now, of the repository that holds the receipt, by DID. */
  newKey?: ComAtprotoRepoStrongRef;
}

export interface AgentCommsReleaseQuarantineInput {
  /** Which ones. */
  uris?: string[];
  /** All of this sender's. */
  author?: string;
  /** Put their senders on the allow list. */
  allow?: boolean;
}

export interface AgentCommsReleaseQuarantineOutput {
  released: number;
}

/** A task for one agent. The record's at-uri is the task's id, and the repository that holds it is the requester. */
export interface AgentCommsRequest {
  $type: "agent.comms.request";
  /** DID of the worker. */
  to: string;
  /** What to work on, in parts. */
  input: ((AgentCommsDefsText & { $type: "agent.comms.defs#text" }) | (AgentCommsDefsJson & { $type: "agent.comms.defs#json" }) | (AgentCommsDefsRef & { $type: "agent.comms.defs#ref" }) | (AgentCommsDefsFile & { $type: "agent.comms.defs#file" }) | (AgentCommsDefsSealed & { $type: "agent.comms.defs#sealed" }) | UnknownMember)[];
  /** When the author says it was written. */
  createdAt: string;
  /** Name of the capability that is asked for, as the worker's profile has it. */
  capability?: string;
  /** Not to be started before this time. */
  notBefore?: string;
  /** A result later than this is of no use: the task is then expired. */
  deadline?: string;
  budget?: AgentCommsDefsBudget;
  /** Groups records of one conversation across threads; chosen by who opens it. */
  conversation?: string;
  thread?: AgentCommsDefsThread;
  /** Equal keys of one repository and collection mean one intent: a repeat with other content is a conflict. */
  idempotencyKey?: string;
  /** Not to be started after this time. */
  expiresAt?: string;
  /** 1 is the least urgent, 5 the most; 3 when absent. */
  priority?: number;
  ackRequested?: AgentCommsDefsAckRequest;
  /** How often the worker and its workers may pass the task, or parts of it, on; 1 when absent. */
  maxDelegationDepth?: number;
  /** The requests that led to this one, the first of them first, each by the DID of its requester. Whoever has a part in one of them already is not asked again. */
  onBehalfOf?: ComAtprotoRepoStrongRef[];
  /** How many automatic answers led to this one; 0 when absent. At 8 nothing may be answered automatically. */
  hopCount?: number;
  trace?: AgentCommsDefsTrace;
}

/** What became of a task: one record for each change of its state. It goes to the requester, whose repository holds the request. */
export interface AgentCommsResponse {
  $type: "agent.comms.response";
  /** The request, by the DID of the requester, as it was read. */
  request: ComAtprotoRepoStrongRef;
  /** The value sealed stands in place of the real state, which is inside, where output is sealed. */
  state: "submitted" | "working" | "input-required" | "auth-required" | "completed" | "failed" | "canceled" | "rejected" | "expired" | "sealed" | (string & {});
  /** When the author says it was written. */
  createdAt: string;
  /** The result, or what is asked for in the states input-required and auth-required. */
  output?: ((AgentCommsDefsText & { $type: "agent.comms.defs#text" }) | (AgentCommsDefsJson & { $type: "agent.comms.defs#json" }) | (AgentCommsDefsRef & { $type: "agent.comms.defs#ref" }) | (AgentCommsDefsFile & { $type: "agent.comms.defs#file" }) | (AgentCommsDefsSealed & { $type: "agent.comms.defs#sealed" }) | UnknownMember)[];
  error?: AgentCommsDefsError;
  /** What the task has cost so far, all sub-tasks included. */
  spent?: AgentCommsDefsBudget;
  /** In the states input-required and auth-required: an answer later than this is of no use. */
  expiresAt?: string;
  ackRequested?: AgentCommsDefsAckRequest;
  /** Percent done, in the state working. */
  progress?: number;
  /** Equal keys of one repository and collection mean one intent: a repeat with other content is a conflict. */
  idempotencyKey?: string;
  /** How many automatic answers led to this one; 0 when absent. At 8 nothing may be answered automatically. */
  hopCount?: number;
  trace?: AgentCommsDefsTrace;
}

export interface AgentCommsRevokeInput {
  /** The grant to take back. */
  grant?: string;
  /** The record, when no grant is given. */
  uri?: string;
  /** With uri: whose grants are taken back; everybody's when absent. */
  to?: string;
  /** Seal the record again under a new data key, with new grants for whoever else has one. Records that were sent to somebody are never changed: for those it is refused. */
  reseal?: boolean;
}

export interface AgentCommsRevokeOutput {
  /** Everybody but the agent itself who was given a way to read it, ever. */
  couldRead: string[];
  /** Of the record, when it was sealed again. */
  uri?: string;
  cid?: string;
}

export type AgentCommsRevokeError = "NotSealed" | "CannotSeal" | "SelfKeyed" | "RecordNotFound" | "CannotReseal" | "InvalidSwap";

export interface AgentCommsRotateKeysInput {
  /** encryption: the key that others seal to; the one before it opens what was sealed in time, and is deleted when its grace is over. epoch: what the agent seals for itself, and the keys of what it sends, from now on; what is there stays readable. */
  what: "encryption" | "epoch" | (string & {});
}

export interface AgentCommsRotateKeysOutput {
  /** The new key; absent for epoch, which nobody else sees. */
  key?: AgentCommsGetKeysPublishedKey;
}

export type AgentCommsRotateKeysError = "SelfKeyed" | "TooManyKeys";

export interface AgentCommsSendInput {
  /** Collection of the record: one of those agent.comms.* collections whose records name their recipients. */
  collection: string;
  /** Record key. A TID is made when absent. */
  rkey?: string;
  /** The whole record in the clear, as its lexicon has it. */
  record: Record<string, unknown>;
  /** public writes the record as it is, for everybody to read. sealed when absent. */
  privacy?: "sealed" | "public" | (string & {});
  /** Sealed records of the agent's own that the recipients may read from now on, granted in the same commit: to each; with a handoff only to who is to take over. */
  grants?: string[];
}

export interface AgentCommsSendOutput {
  uri: string;
  cid: string;
}

export type AgentCommsSendError = "CannotSeal" | "SelfKeyed" | "RecordConflict" | "RecordNotFound" | "IdempotencyConflict" | "NotAllowed" | "NotOffered" | "TaskEnded" | "TooManyTasks" | "DepthLimit" | "Loop" | "RateLimitExceeded" | "InvalidSwap";

export interface AgentCommsShareInput {
  /** A sealed record of the agent's own. */
  uri: string;
  /** Who may read it. */
  to: string;
}

export interface AgentCommsShareOutput {
  /** Of the grant. */
  uri: string;
  cid: string;
}

export type AgentCommsShareError = "CannotSeal" | "SelfKeyed" | "RecordNotFound" | "NotSealed" | "InvalidSwap";

export interface AgentCommsSubscribeInboxParams {
  /** Of the last message that was read, here or by listInbox. From the beginning of the inbox when absent. */
  cursor?: string;
  /** Sealed messages as their agent reads them, as in listInbox. */
  opened: boolean;
}

export type AgentCommsSubscribeInboxError = "FutureCursor" | "ConsumerTooSlow" | "SessionEnded" | "TooManySubscribers";

export interface AgentCommsSubscribeProgressParams {
  /** The worker. */
  did: string;
  channel: string;
  /** Sequence of the last frame that was read. */
  cursor?: number;
}

export type AgentCommsSubscribeProgressError = "ConsumerTooSlow" | "TooManySubscribers" | "AccountEnded";

export interface AgentCommsTakeKeysInput {
  /** Record key of the record, when there is one. */
  rkey?: string;
  /** The owner's agent.comms.key, signed by the owner's key, with the newest key that is published as its prev. */
  record?: Record<string, unknown>;
}

export interface AgentCommsTakeKeysOutput {
  /** The record as it was published; absent when none was given. */
  uri?: string;
  cid?: string;
}

export type AgentCommsTakeKeysError = "InvalidKey";

export interface AgentMemoryCompactInput {
}

export interface AgentMemoryCompactOutput {
  summaries: ComAtprotoRepoStrongRef[];
  /** Records that were deleted. */
  collected: number;
  /** There is more to do: call again. False when absent. */
  more?: boolean;
}

/** What the agent has decided, and why. Never condensed: another decision may supersede it. Either sealed, and then it has no other field, or plain, and then text and createdAt are required. */
export interface AgentMemoryDecision {
  $type: "agent.memory.decision";
  /** Every other field, for the agent alone or for whom it names. */
  sealed?: AgentCommsDefsSealed;
  /** What was decided. */
  text?: string;
  /** What it is about, to be filtered by. */
  tags?: string[];
  /** 10 matters most; 5 when absent. */
  importance?: number;
  origin?: AgentMemoryDefsOrigin;
  /** What this takes the place of. It stays, for the record, and is not found unless asked for. */
  supersedes?: ComAtprotoRepoStrongRef;
  /** When the agent wrote it down. */
  createdAt?: string;
  /** Why. */
  reason?: string;
  /** What was considered and not taken. */
  alternatives?: string[];
}

/** Where it comes from, if not from the agent itself. What strangers said stays what strangers said: it is never pinned, never condensed into a summary, and never takes the place of what the agent knows. */
export interface AgentMemoryDefsOrigin {
  /** Who said it. */
  did: string;
  /** How far the agent trusted them then: 0 unknown, 4 its operator. */
  trust: number;
  /** The record it was read in. */
  uri?: string;
}

export interface AgentMemoryDefsMemoryView {
  uri: string;
  cid: string;
  /** What sort of memory. */
  kind: "note" | "decision" | "fact" | "summary" | (string & {});
  /** The record, opened. */
  value: Record<string, unknown>;
  /** How well it fits, in millionths of the best possible. 0 when nothing was asked for. */
  score: number;
  /** False when absent. */
  pinned?: boolean;
  /** Whether it is sealed in the repository. False when absent. */
  sealed?: boolean;
  /** What has its place now. */
  supersededBy?: string;
}

export interface AgentMemoryDefsKindStats {
  /** What sort of memory. */
  kind: "note" | "decision" | "fact" | "summary" | (string & {});
  /** Records, superseded ones included. */
  count: number;
  /** How many there may be at most. */
  limit: number;
}

/** Something that holds, from a time and perhaps until one. What is known of a subject now has one record whose key does not tell the subject; what was known before moves to records of its own. Either sealed, and then it has no other field, or plain, and then text and createdAt are required. */
export interface AgentMemoryFact {
  $type: "agent.memory.fact";
  /** Every other field, for the agent alone or for whom it names. */
  sealed?: AgentCommsDefsSealed;
  /** What holds. */
  text?: string;
  /** What it is about, to be filtered by. */
  tags?: string[];
  /** 10 matters most; 5 when absent. */
  importance?: number;
  origin?: AgentMemoryDefsOrigin;
  /** What this takes the place of. It stays, for the record, and is not found unless asked for. */
  supersedes?: ComAtprotoRepoStrongRef;
  /** When the agent wrote it down. */
  createdAt?: string;
  /** What it is about: one record of each subject is current. */
  subject?: string;
  /** From when it holds; since createdAt when absent. */
  validFrom?: string;
  /** Until when it held; still holds when absent. */
  validTo?: string;
  /** The record that has its place now. */
  supersededBy?: string;
}

export interface AgentMemoryForgetInput {
  /** The memory. */
  uri?: string;
  /** Or: what is known of this subject. */
  subject?: string;
}

export interface AgentMemoryForgetOutput {
  forgotten: string[];
}

export type AgentMemoryForgetError = "MemoryNotFound";

export interface AgentMemoryGetStatsOutput {
  kinds: AgentMemoryDefsKindStats[];
  pinned: number;
  pinnedLimit: number;
  /** What makes the vectors now. */
  embedder: string;
  /** Memories in the repository that are not in the index yet. */
  pending: number;
  /** Memories whose vectors another embedder made: they are found by their words until they have new ones. */
  toEmbed?: number;
  /** Of the index, in storage. */
  indexBytes: number;
}

/** Something that happened or was noticed, as the agent remembers it. Notes may be condensed into a summary and collected later. Either sealed, and then it has no other field, or plain, and then text and createdAt are required. */
export interface AgentMemoryNote {
  $type: "agent.memory.note";
  /** Every other field, for the agent alone or for whom it names. */
  sealed?: AgentCommsDefsSealed;
  /** What is remembered. */
  text?: string;
  /** What it is about, to be filtered by. */
  tags?: string[];
  /** 10 matters most; 5 when absent. */
  importance?: number;
  origin?: AgentMemoryDefsOrigin;
  /** What this takes the place of. It stays, for the record, and is not found unless asked for. */
  supersedes?: ComAtprotoRepoStrongRef;
  /** When the agent wrote it down. */
  createdAt?: string;
  /** When it happened, if that is not when it was written down. */
  occurredAt?: string;
}

export interface AgentMemoryPinInput {
  /** The memory. */
  uri: string;
  /** True when absent. */
  pinned?: boolean;
}

export interface AgentMemoryPinOutput {
  /** All that is pinned, in its order. */
  pins: string[];
}

export type AgentMemoryPinError = "MemoryNotFound" | "NotTrusted" | "TooManyPins";

/** What the agent keeps in mind all the time: a few memories of its own, in their order. Either sealed, and then it has no other field, or plain, and then memories is required. */
export interface AgentMemoryPins {
  $type: "agent.memory.pins";
  /** Every other field, for the agent alone or for whom it names. */
  sealed?: AgentCommsDefsSealed;
  memories?: string[];
  /** When it was last changed. */
  updatedAt?: string;
}

export interface AgentMemoryRecallInput {
  /** What to look for, in plain words. */
  query?: string;
  /** Only these kinds. */
  kinds?: ("note" | "decision" | "fact" | "summary" | (string & {}))[];
  /** Only what has all of these tags. */
  tags?: string[];
  /** Only what happened, or began to hold, or else was written down, at this time or later. */
  since?: string;
  /** Only what did so before this time. */
  until?: string;
  /** What was known to hold at this time: superseded ones are found if they did. */
  asOf?: string;
  /** Also what has been superseded or condensed. False when absent. */
  superseded?: boolean;
  /** Only what is pinned, in its order. */
  pinned?: boolean;
  /** Only what comes from the agent itself or from whom it trusted at least so far. */
  minTrust?: number;
  /** How many at most; 10 when absent. */
  limit?: number;
}

export interface AgentMemoryRecallOutput {
  memories: AgentMemoryDefsMemoryView[];
  /** Memories in the repository that are not in the index yet; absent when all are. */
  pending?: number;
}

export interface AgentMemoryRememberInput {
  /** Of the record, made by the caller: a TID. A repeat with it is answered as the first was. Not with a subject, which is its own key. */
  rkey?: string;
  /** What sort of memory; note when absent. */
  kind?: "note" | "decision" | "fact" | "summary" | (string & {});
  /** What to remember. */
  text: string;
  /** Of a fact: what it is about. The same subject again supersedes. */
  subject?: string;
  /** Of a decision. */
  reason?: string;
  /** Of a decision: what was not taken. */
  alternatives?: string[];
  /** Of a summary: memories of the agent that it was made of. */
  sources?: string[];
  /** What it is about, to be filtered by. */
  tags?: string[];
  /** 10 matters most; 5 when absent. */
  importance?: number;
  /** Of a note: when it happened. */
  occurredAt?: string;
  /** Of a fact: from when it holds. */
  validFrom?: string;
  /** Of a fact: until when. */
  validTo?: string;
  origin?: AgentMemoryDefsOrigin;
  /** A memory of the agent that this takes the place of. */
  supersedes?: string;
  /** Pin it as well. False when absent. */
  pin?: boolean;
  /** private when absent; public writes it in clear, for everybody to read. */
  privacy?: "private" | "public" | (string & {});
}

export interface AgentMemoryRememberOutput {
  uri: string;
  cid: string;
  /** What it took the place of. */
  supersedes?: string;
}

export type AgentMemoryRememberError = "RecordConflict" | "QuotaExceeded" | "MemoryNotFound" | "NotTrusted";

/** Notes in short. Its sources may be collected later; then this is what is left of them. Either sealed, and then it has no other field, or plain, and then text and createdAt are required. */
export interface AgentMemorySummary {
  $type: "agent.memory.summary";
  /** Every other field, for the agent alone or for whom it names. */
  sealed?: AgentCommsDefsSealed;
  /** What they come to. */
  text?: string;
  /** What it is about, to be filtered by. */
  tags?: string[];
  /** 10 matters most; 5 when absent. */
  importance?: number;
  origin?: AgentMemoryDefsOrigin;
  /** What this takes the place of. It stays, for the record, and is not found unless asked for. */
  supersedes?: ComAtprotoRepoStrongRef;
  /** When the agent wrote it down. */
  createdAt?: string;
  /** The records it was made of, as they were. */
  sources?: ComAtprotoRepoStrongRef[];
  /** When the first of them happened. */
  from?: string;
  /** When the last of them happened. */
  until?: string;
}

export interface AgentNetworkConfirmPeeringInput {
  /** DID of the colony that asks: did:web of its origin. */
  did: string;
  /** DID of the colony that is asked. */
  peer: string;
  /** Nonce that was sent with requestPeering. 16 to 64 random bytes in base64url without padding. */
  nonce: string;
  /** Nonce that was answered. 16 to 64 random bytes in base64url without padding. */
  challenge: string;
  /** In UTC, ending in Z; signed letter by letter as it is sent. */
  expiresAt: string;
  /** ECDSA P-256 over SHA-256 of the confirmation statement, by the key #agent_network of the signer's DID document: 64 bytes compact with low S, in base64url without padding. */
  signature: string;
}

export interface AgentNetworkConfirmPeeringOutput {
  /** active: both listen to each other now. pending: the admin of the colony asked has to approve. */
  state: "active" | "pending" | (string & {});
  reason?: string;
}

export type AgentNetworkConfirmPeeringError = "ChallengeUnknown" | "BadSignature" | "PeeringClosed" | "NotThisColony" | "TooManyPeers";

export interface AgentNetworkCreateAgentInput {
  /** First label of the agent's handle. */
  name: string;
  /** Model that the agent's runtime should use. */
  model?: string;
  /** Public key of the owner as did:key. It is put before the colony's own among the rotation keys of the DID. */
  recoveryKey?: string;
  /** For clients that cannot set the header, which goes first. */
  idempotencyKey?: string;
  /** Who holds the agent's encryption keys. hosted: the colony, which publishes the first at once. self: the owner, who connects with keys of their own; the colony then never opens what is sealed. */
  keys?: "hosted" | "self" | (string & {});
}

export interface AgentNetworkCreateAgentOutput {
  did: string;
  handle: string;
  /** For com.atproto.server.createSession. Shown here and never again. */
  password: string;
  model?: string;
}

export type AgentNetworkCreateAgentError = "InvalidHandle" | "HandleNotAvailable" | "InvalidRecoveryKey" | "IdempotencyConflict" | "PlcUnavailable" | "PlcRefused";

export interface AgentNetworkCreateAgentsInput {
  agents: AgentNetworkCreateAgentsNewAgent[];
  /** Stands, together with its name, for each agent that has no key of its own. For clients that cannot set the header, which goes first. */
  idempotencyKey?: string;
}

export interface AgentNetworkCreateAgentsOutput {
  /** In the order of the input. */
  agents: AgentNetworkCreateAgentsOutcome[];
}

export interface AgentNetworkCreateAgentsNewAgent {
  /** First label of the agent's handle. */
  name: string;
  /** Model that the agent's runtime should use. */
  model?: string;
  /** Public key of the owner as did:key. It is put before the colony's own among the rotation keys of the DID. */
  recoveryKey?: string;
  /** Of this agent alone; it goes before the key of the call. */
  idempotencyKey?: string;
  /** Who holds the agent's encryption keys. hosted: the colony, which publishes the first at once. self: the owner, who connects with keys of their own; the colony then never opens what is sealed. */
  keys?: "hosted" | "self" | (string & {});
}

/** An agent that was made, with did, handle and password; or, with error and message, one that was not. */
export interface AgentNetworkCreateAgentsOutcome {
  /** As it was given. */
  name: string;
  did?: string;
  handle?: string;
  /** For com.atproto.server.createSession. Shown here and never again. */
  password?: string;
  model?: string;
  /** Name of the error, as createAgent would give it. */
  error?: "InvalidHandle" | "HandleNotAvailable" | "InvalidRecoveryKey" | "IdempotencyConflict" | "PlcUnavailable" | "PlcRefused" | "ProvisioningAborted" | (string & {});
  message?: string;
}

export interface AgentNetworkDestroyAgentInput {
  did?: string;
  /** First label of the agent's handle. */
  name?: string;
  /** tombstone ends the DID for ever; handover leaves it to the owner's recovery key alone. */
  plc?: "tombstone" | "handover" | (string & {});
  /** For handover: public key of the owner as did:key; needed when the agent was created without one. */
  recoveryKey?: string;
}

export interface AgentNetworkDestroyAgentOutput {
  did: string;
  /** What was done with the DID. */
  plc: "tombstone" | "handover" | (string & {});
}

export type AgentNetworkDestroyAgentError = "AgentNotFound" | "RecoveryKeyRequired" | "InvalidRecoveryKey" | "PlcUnavailable" | "PlcRefused";

export interface AgentNetworkEndPeeringInput {
  /** DID of the colony that ends the peering. */
  did: string;
  /** DID of the other one, which is called. */
  peer: string;
  /** Good for one call. 16 to 64 random bytes in base64url without padding. */
  nonce: string;
  /** At most ten minutes ahead. In UTC, ending in Z; signed letter by letter as it is sent. */
  expiresAt: string;
  /** ECDSA P-256 over SHA-256 of the end statement, by the key #agent_network of the signer's DID document: 64 bytes compact with low S, in base64url without padding. */
  signature: string;
}

export interface AgentNetworkEndPeeringOutput {
}

export type AgentNetworkEndPeeringError = "BadSignature" | "StatementExpired" | "StatementUsed" | "NotThisColony" | "CannotVerify" | "TooManyRequests";

export interface AgentNetworkGetAgentParams {
  /** DID, or handle of an agent of this colony. */
  actor: string;
}

export type AgentNetworkGetAgentOutput = AgentNetworkGetAgentAgentDetail;

export type AgentNetworkGetAgentError = "AgentNotFound" | "HostUnavailable";

export interface AgentNetworkGetAgentAgentDetail {
  did: string;
  /** handle.invalid when the DID claims none, or one that does not point back at it. */
  handle: string;
  /** Host name of the agent's PDS, with its port when it has one. */
  host?: string;
  /** Whether it lives in this colony. */
  local: boolean;
  /** did:key in the DID document that signs the repository, and so every proof here. */
  signingKey?: string;
  /** Its agent.comms.profile. */
  profile?: AgentNetworkGetAgentProvenRecord;
  /** Its newest agent.comms.key records, newest first. */
  keys: AgentNetworkGetAgentProvenRecord[];
  /** When this colony last had an event of its repository. */
  lastSeenAt?: string;
}

/** A record, and the proof that the repository holds it. */
export interface AgentNetworkGetAgentProvenRecord {
  uri: string;
  cid: string;
  value: Record<string, unknown>;
  /** CAR as of com.atproto.sync.getRecord: the signed commit and the path from its root to the record. */
  proof: BytesJson;
}

export interface AgentNetworkListAgentsParams {
  limit: number;
  /** Where the last answer ended. */
  cursor?: string;
}

export interface AgentNetworkListAgentsOutput {
  /** To be given next time; absent at the end. */
  cursor?: string;
  agents: AgentNetworkListAgentsAgentView[];
}

export interface AgentNetworkListAgentsAgentView {
  did: string;
  /** Of agents of this colony; for others agent.network.getAgent looks it up. */
  handle?: string;
  /** Host name of the agent's PDS, with its port when it has one. */
  host?: string;
  /** Whether it lives in this colony. */
  local?: boolean;
  displayName?: string;
  description?: string;
  /** When this colony last had an event of its repository. */
  lastSeenAt?: string;
  /** For the admin. deleting: destroyed here, and waiting for the PLC directory to end its DID. */
  state?: "active" | "deleting" | (string & {});
  /** For the admin. */
  createdAt?: string;
  /** For the admin: model that the agent's runtime should use. */
  model?: string;
}

export interface AgentNetworkRequestPeeringInput {
  /** DID of the colony that asks: did:web of its origin. */
  did: string;
  /** DID of the colony that is asked. */
  peer: string;
  /** Nonce of the colony that asks. 16 to 64 random bytes in base64url without padding. */
  nonce: string;
}

export interface AgentNetworkRequestPeeringOutput {
  /** DID of the colony that answers. */
  did: string;
  /** Challenge: good for one confirmPeering, until expiresAt. 16 to 64 random bytes in base64url without padding. */
  nonce: string;
  /** In UTC, ending in Z; signed letter by letter as it is sent. */
  expiresAt: string;
  /** ECDSA P-256 over SHA-256 of the challenge statement, by the key #agent_network of the signer's DID document: 64 bytes compact with low S, in base64url without padding. */
  signature: string;
}

export type AgentNetworkRequestPeeringError = "PeeringClosed" | "NotThisColony" | "CannotVerify" | "TooManyRequests";

export interface AgentNetworkSuspendAgentInput {
  did: string;
  /** False takes the suspension back. */
  suspended: boolean;
  /** When it ends by itself; never when absent. */
  until?: string;
  /** What the suspension refers to, for the admin. */
  ref?: string;
}

export interface AgentNetworkSuspendAgentOutput {
  did: string;
  active: boolean;
  status?: "takendown" | "suspended" | "deactivated" | (string & {});
}

export type AgentNetworkSuspendAgentError = "AgentNotFound";

/** A declaration of an account's preferences for appearing in content discovery surfaces. */
export interface AppBskyActorContentVisibilityDeclaration {
  $type: "app.bsky.actor.contentVisibilityDeclaration";
  /** Whether the account requests that its posts be hidden from algorithmic recommendations. Consumers must treat a missing record as false. */
  hideFromAlgorithmicRecommendations: boolean;
}

export interface AppBskyActorDefsProfileViewBasic {
  did: string;
  handle: string;
  displayName?: string;
  pronouns?: string;
  avatar?: string;
  associated?: AppBskyActorDefsProfileAssociated;
  viewer?: AppBskyActorDefsViewerState;
  labels?: ComAtprotoLabelDefsLabel[];
  createdAt?: string;
  verification?: AppBskyActorDefsVerificationState;
  status?: AppBskyActorDefsStatusView;
  /** Debug information for internal development */
  debug?: Record<string, unknown>;
}

export interface AppBskyActorDefsProfileView {
  did: string;
  handle: string;
  displayName?: string;
  pronouns?: string;
  description?: string;
  avatar?: string;
  associated?: AppBskyActorDefsProfileAssociated;
  indexedAt?: string;
  createdAt?: string;
  viewer?: AppBskyActorDefsViewerState;
  labels?: ComAtprotoLabelDefsLabel[];
  verification?: AppBskyActorDefsVerificationState;
  status?: AppBskyActorDefsStatusView;
  /** Debug information for internal development */
  debug?: Record<string, unknown>;
}

export interface AppBskyActorDefsProfileViewDetailed {
  did: string;
  handle: string;
  displayName?: string;
  description?: string;
  pronouns?: string;
  website?: string;
  avatar?: string;
  banner?: string;
  followersCount?: number;
  followsCount?: number;
  postsCount?: number;
  associated?: AppBskyActorDefsProfileAssociated;
  joinedViaStarterPack?: AppBskyGraphDefsStarterPackViewBasic;
  indexedAt?: string;
  createdAt?: string;
  viewer?: AppBskyActorDefsViewerState;
  labels?: ComAtprotoLabelDefsLabel[];
  pinnedPost?: ComAtprotoRepoStrongRef;
  verification?: AppBskyActorDefsVerificationState;
  status?: AppBskyActorDefsStatusView;
  /** Debug information for internal development */
  debug?: Record<string, unknown>;
}

export interface AppBskyActorDefsProfileAssociated {
  lists?: number;
  feedgens?: number;
  starterPacks?: number;
  labeler?: boolean;
  chat?: AppBskyActorDefsProfileAssociatedChat;
  activitySubscription?: AppBskyActorDefsProfileAssociatedActivitySubscription;
  germ?: AppBskyActorDefsProfileAssociatedGerm;
}

export interface AppBskyActorDefsProfileAssociatedChat {
  allowIncoming: "all" | "none" | "following" | (string & {});
  allowGroupInvites?: "all" | "none" | "following" | (string & {});
}

export interface AppBskyActorDefsProfileAssociatedGerm {
  messageMeUrl: string;
  showButtonTo: "usersIFollow" | "everyone" | (string & {});
}

export interface AppBskyActorDefsProfileAssociatedActivitySubscription {
  allowSubscriptions: "followers" | "mutuals" | "none" | (string & {});
}

/** Metadata about the requesting account's relationship with the subject account. Only has meaningful content for authed requests. */
export interface AppBskyActorDefsViewerState {
  /** Whether the account is fully muted, directly or via a mutelist. False when the mute is scoped to specific kinds; see mutedOnlyReposts and mutedOnlyQuoteposts. */
  muted?: boolean;
  /** Whether the account's reposts are muted. Scoped mutes are exclusive with muted: this can be true while muted is false. If muted is true, this will be false. */
  mutedOnlyReposts?: boolean;
  /** Whether the account's quote posts are muted. Scoped mutes are exclusive with muted: this can be true while muted is false. If muted is true, this will be false. */
  mutedOnlyQuoteposts?: boolean;
  mutedByList?: AppBskyGraphDefsListViewBasic;
  blockedBy?: boolean;
  blocking?: string;
  blockingByList?: AppBskyGraphDefsListViewBasic;
  following?: string;
  followedBy?: string;
  /** This property is present only in selected cases, as an optimization. */
  knownFollowers?: AppBskyActorDefsKnownFollowers;
  /** This property is present only in selected cases, as an optimization. */
  activitySubscription?: AppBskyNotificationDefsActivitySubscription;
}

/** The subject's followers whom you also follow */
export interface AppBskyActorDefsKnownFollowers {
  count: number;
  followers: AppBskyActorDefsProfileViewBasic[];
}

/** Represents the verification information about the user this object is attached to. */
export interface AppBskyActorDefsVerificationState {
  /** All verifications issued by trusted verifiers on behalf of this user. Verifications by untrusted verifiers are not included. */
  verifications: AppBskyActorDefsVerificationView[];
  /** The user's status as a verified account. */
  verifiedStatus: "valid" | "invalid" | "none" | (string & {});
  /** The user's status as a trusted verifier. */
  trustedVerifierStatus: "valid" | "invalid" | "none" | (string & {});
}

/** An individual verification for an associated subject. */
export interface AppBskyActorDefsVerificationView {
  /** The user who issued this verification. */
  issuer: string;
  /** The display name of the issuer. */
  issuerDisplayName?: string;
  /** The handle of the issuer. */
  issuerHandle?: string;
  /** The AT-URI of the verification record. */
  uri: string;
  /** True if the verification passes validation, otherwise false. */
  isValid: boolean;
  /** Timestamp when the verification was created. */
  createdAt: string;
}

export type AppBskyActorDefsPreferences = ((AppBskyActorDefsAdultContentPref & { $type: "app.bsky.actor.defs#adultContentPref" }) | (AppBskyActorDefsContentLabelPref & { $type: "app.bsky.actor.defs#contentLabelPref" }) | (AppBskyActorDefsSavedFeedsPref & { $type: "app.bsky.actor.defs#savedFeedsPref" }) | (AppBskyActorDefsSavedFeedsPrefV2 & { $type: "app.bsky.actor.defs#savedFeedsPrefV2" }) | (AppBskyActorDefsPersonalDetailsPref & { $type: "app.bsky.actor.defs#personalDetailsPref" }) | (AppBskyActorDefsDeclaredAgePref & { $type: "app.bsky.actor.defs#declaredAgePref" }) | (AppBskyActorDefsFeedViewPref & { $type: "app.bsky.actor.defs#feedViewPref" }) | (AppBskyActorDefsThreadViewPref & { $type: "app.bsky.actor.defs#threadViewPref" }) | (AppBskyActorDefsInterestsPref & { $type: "app.bsky.actor.defs#interestsPref" }) | (AppBskyActorDefsMutedWordsPref & { $type: "app.bsky.actor.defs#mutedWordsPref" }) | (AppBskyActorDefsHiddenPostsPref & { $type: "app.bsky.actor.defs#hiddenPostsPref" }) | (AppBskyActorDefsBskyAppStatePref & { $type: "app.bsky.actor.defs#bskyAppStatePref" }) | (AppBskyActorDefsLabelersPref & { $type: "app.bsky.actor.defs#labelersPref" }) | (AppBskyActorDefsPostInteractionSettingsPref & { $type: "app.bsky.actor.defs#postInteractionSettingsPref" }) | (AppBskyActorDefsVerificationPrefs & { $type: "app.bsky.actor.defs#verificationPrefs" }) | (AppBskyActorDefsLiveEventPreferences & { $type: "app.bsky.actor.defs#liveEventPreferences" }) | UnknownMember)[];

export interface AppBskyActorDefsAdultContentPref {
  enabled: boolean;
}

export interface AppBskyActorDefsContentLabelPref {
  /** Which labeler does this preference apply to? If undefined, applies globally. */
  labelerDid?: string;
  label: string;
  visibility: "ignore" | "show" | "warn" | "hide" | (string & {});
}

export interface AppBskyActorDefsSavedFeed {
  id: string;
  type: "feed" | "list" | "timeline" | (string & {});
  value: string;
  pinned: boolean;
}

export interface AppBskyActorDefsSavedFeedsPrefV2 {
  items: AppBskyActorDefsSavedFeed[];
}

export interface AppBskyActorDefsSavedFeedsPref {
  pinned: string[];
  saved: string[];
  timelineIndex?: number;
}

export interface AppBskyActorDefsPersonalDetailsPref {
  /** The birth date of account owner. */
  birthDate?: string;
}

/** Read-only preference containing value(s) inferred from the user's declared birthdate. Absence of this preference object in the response indicates that the user has not made a declaration. */
export interface AppBskyActorDefsDeclaredAgePref {
  /** Indicates if the user has declared that they are over 13 years of age. */
  isOverAge13?: boolean;
  /** Indicates if the user has declared that they are over 16 years of age. */
  isOverAge16?: boolean;
  /** Indicates if the user has declared that they are over 18 years of age. */
  isOverAge18?: boolean;
}

export interface AppBskyActorDefsFeedViewPref {
  /** The URI of the feed, or an identifier which describes the feed. */
  feed: string;
  /** Hide replies in the feed. */
  hideReplies?: boolean;
  /** Hide replies in the feed if they are not by followed users. */
  hideRepliesByUnfollowed?: boolean;
  /** Hide replies in the feed if they do not have this number of likes. */
  hideRepliesByLikeCount?: number;
  /** Hide reposts in the feed. */
  hideReposts?: boolean;
  /** Hide quote posts in the feed. */
  hideQuotePosts?: boolean;
}

export interface AppBskyActorDefsThreadViewPref {
  /** Sorting mode for threads. */
  sort?: "oldest" | "newest" | "most-likes" | "random" | "hotness" | (string & {});
}

export interface AppBskyActorDefsInterestsPref {
  /** A list of tags which describe the account owner's interests gathered during onboarding. */
  tags: string[];
}

export type AppBskyActorDefsMutedWordTarget = "content" | "tag" | (string & {});

/** A word that the account owner has muted. */
export interface AppBskyActorDefsMutedWord {
  id?: string;
  /** The muted word itself. */
  value: string;
  /** The intended targets of the muted word. */
  targets: AppBskyActorDefsMutedWordTarget[];
  /** Groups of users to apply the muted word to. If undefined, applies to all users. */
  actorTarget?: "all" | "exclude-following" | (string & {});
  /** The date and time at which the muted word will expire and no longer be applied. */
  expiresAt?: string;
}

export interface AppBskyActorDefsMutedWordsPref {
  /** A list of words the account owner has muted. */
  items: AppBskyActorDefsMutedWord[];
}

export interface AppBskyActorDefsHiddenPostsPref {
  /** A list of URIs of posts the account owner has hidden. */
  items: string[];
}

export interface AppBskyActorDefsLabelersPref {
  labelers: AppBskyActorDefsLabelerPrefItem[];
}

export interface AppBskyActorDefsLabelerPrefItem {
  did: string;
}

/** A grab bag of state that's specific to the bsky.app program. Third-party apps shouldn't use this. */
export interface AppBskyActorDefsBskyAppStatePref {
  activeProgressGuide?: AppBskyActorDefsBskyAppProgressGuide;
  /** Indicates if the user is participating in the beta features program. */
  isBetaUser?: boolean;
  /** An array of tokens which identify nudges (modals, popups, tours, highlight dots) that should be shown to the user. */
  queuedNudges?: string[];
  /** Storage for NUXs the user has encountered. */
  nuxs?: AppBskyActorDefsNux[];
}

/** If set, an active progress guide. Once completed, can be set to undefined. Should have unspecced fields tracking progress. */
export interface AppBskyActorDefsBskyAppProgressGuide {
  guide: string;
}

/** A new user experiences (NUX) storage object */
export interface AppBskyActorDefsNux {
  id: string;
  completed: boolean;
  /** Arbitrary data for the NUX. The structure is defined by the NUX itself. Limited to 300 characters. */
  data?: string;
  /** The date and time at which the NUX will expire and should be considered completed. */
  expiresAt?: string;
}

/** Preferences for how verified accounts appear in the app. */
export interface AppBskyActorDefsVerificationPrefs {
  /** Hide the blue check badges for verified accounts and trusted verifiers. */
  hideBadges?: boolean;
}

/** Preferences for live events. */
export interface AppBskyActorDefsLiveEventPreferences {
  /** A list of feed IDs that the user has hidden from live events. */
  hiddenFeedIds?: string[];
  /** Whether to hide all feeds from live events. */
  hideAllFeeds?: boolean;
}

/** Default post interaction settings for the account. These values should be applied as default values when creating new posts. These refs should mirror the threadgate and postgate records exactly. */
export interface AppBskyActorDefsPostInteractionSettingsPref {
  /** Matches threadgate record. List of rules defining who can reply to this users posts. If value is an empty array, no one can reply. If value is undefined, anyone can reply. */
  threadgateAllowRules?: ((AppBskyFeedThreadgateMentionRule & { $type: "app.bsky.feed.threadgate#mentionRule" }) | (AppBskyFeedThreadgateFollowerRule & { $type: "app.bsky.feed.threadgate#followerRule" }) | (AppBskyFeedThreadgateFollowingRule & { $type: "app.bsky.feed.threadgate#followingRule" }) | (AppBskyFeedThreadgateListRule & { $type: "app.bsky.feed.threadgate#listRule" }) | UnknownMember)[];
  /** Matches postgate record. List of rules defining who can embed this users posts. If value is an empty array or is undefined, no particular rules apply and anyone can embed. */
  postgateEmbeddingRules?: ((AppBskyFeedPostgateDisableRule & { $type: "app.bsky.feed.postgate#disableRule" }) | UnknownMember)[];
}

export interface AppBskyActorDefsStatusView {
  uri?: string;
  cid?: string;
  /** The status for the account. */
  status: "app.bsky.actor.status#live" | (string & {});
  record: Record<string, unknown>;
  /** An optional embed associated with the status. */
  embed?: (AppBskyEmbedExternalView & { $type: "app.bsky.embed.external#view" }) | UnknownMember;
  labels?: ComAtprotoLabelDefsLabel[];
  /** The date when this status will expire. The application might choose to no longer return the status after expiration. */
  expiresAt?: string;
  /** True if the status is not expired, false if it is expired. Only present if expiration was set. */
  isActive?: boolean;
  /** True if the user's go-live access has been disabled by a moderator, false otherwise. */
  isDisabled?: boolean;
}

export interface AppBskyActorGetPreferencesParams {
}

export interface AppBskyActorGetPreferencesOutput {
  preferences: AppBskyActorDefsPreferences;
}

export interface AppBskyActorGetProfileParams {
  /** Handle or DID of account to fetch profile of. */
  actor: string;
}

export type AppBskyActorGetProfileOutput = AppBskyActorDefsProfileViewDetailed;

export interface AppBskyActorGetProfilesParams {
  actors: string[];
}

export interface AppBskyActorGetProfilesOutput {
  profiles: AppBskyActorDefsProfileViewDetailed[];
}

/** A declaration of a Bluesky account profile. */
export interface AppBskyActorProfile {
  $type: "app.bsky.actor.profile";
  displayName?: string;
  /** Free-form profile description text. */
  description?: string;
  /** Free-form pronouns text. */
  pronouns?: string;
  website?: string;
  /** Small image to be displayed next to posts from account. AKA, 'profile picture' */
  avatar?: BlobJson;
  /** Larger horizontal image to display behind profile view. */
  banner?: BlobJson;
  /** Self-label values, specific to the Bluesky application, on the overall account. */
  labels?: (ComAtprotoLabelDefsSelfLabels & { $type: "com.atproto.label.defs#selfLabels" }) | UnknownMember;
  joinedViaStarterPack?: ComAtprotoRepoStrongRef;
  pinnedPost?: ComAtprotoRepoStrongRef;
  createdAt?: string;
}

export interface AppBskyActorPutPreferencesInput {
  preferences: AppBskyActorDefsPreferences;
}

/** A declaration of a Bluesky account status. */
export interface AppBskyActorStatus {
  $type: "app.bsky.actor.status";
  /** The status for the account. */
  status: "app.bsky.actor.status#live" | (string & {});
  /** An optional embed associated with the status. */
  embed?: (AppBskyEmbedExternal & { $type: "app.bsky.embed.external" }) | UnknownMember;
  /** The duration of the status in minutes. Applications can choose to impose minimum and maximum limits. */
  durationMinutes?: number;
  createdAt: string;
}

/** Advertises an account as currently offering live content. */
export type AppBskyActorStatusLive = "app.bsky.actor.status#live";

/** width:height represents an aspect ratio. It may be approximate, and may not correspond to absolute dimensions in any given unit. */
export interface AppBskyEmbedDefsAspectRatio {
  width: number;
  height: number;
}

/** A representation of some externally linked content (eg, a URL and 'card'), embedded in a Bluesky record (eg, a post). */
export interface AppBskyEmbedExternal {
  external: AppBskyEmbedExternalExternal;
}

export interface AppBskyEmbedExternalExternal {
  uri: string;
  title: string;
  description: string;
  thumb?: BlobJson;
  /** StrongRefs (uri+cid) of the Atmosphere records that backed this view. */
  associatedRefs?: ComAtprotoRepoStrongRef[];
}

export interface AppBskyEmbedExternalView {
  external: AppBskyEmbedExternalViewExternal;
}

export interface AppBskyEmbedExternalViewExternal {
  uri: string;
  title: string;
  description: string;
  thumb?: string;
  /** When the external content was created, if available. Example: a publication date, for an article. */
  createdAt?: string;
  /** When the external content was updated, if available. */
  updatedAt?: string;
  /** Estimated reading time in minutes, if applicable and available. */
  readingTime?: number;
  labels?: ComAtprotoLabelDefsLabel[];
  source?: AppBskyEmbedExternalViewExternalSource;
  /** StrongRefs (uri+cid) of the Atmosphere records that backed this view. */
  associatedRefs?: ComAtprotoRepoStrongRef[];
  /** Profiles of the owners of the Atmosphere records that backed this view. */
  associatedProfiles?: AppBskyActorDefsProfileViewBasic[];
}

/** The source of an external embed, such as a standard.site publication. */
export interface AppBskyEmbedExternalViewExternalSource {
  /** URI of the source, if available. Example: the https:// URL of a site.standard.publication record. */
  uri: string;
  /** Fully-qualified URL where an icon representing the source can be fetched. For example, CDN location provided by the App View. */
  icon?: string;
  title: string;
  description?: string;
  theme?: AppBskyEmbedExternalViewExternalSourceTheme;
}

/** The theme colors of an external source, such as a site.standard.publication. These colors may be used when rendering an embed from that source. */
export interface AppBskyEmbedExternalViewExternalSourceTheme {
  backgroundRGB?: AppBskyEmbedExternalColorRGB;
  foregroundRGB?: AppBskyEmbedExternalColorRGB;
  accentRGB?: AppBskyEmbedExternalColorRGB;
  accentForegroundRGB?: AppBskyEmbedExternalColorRGB;
}

/** RGB color definition, inspired by site.standard.theme.color#rgb */
export interface AppBskyEmbedExternalColorRGB {
  r: number;
  g: number;
  b: number;
}

export interface AppBskyEmbedGallery {
  /** The schema-level maxLength of 20 is a future-proof ceiling. Clients should currently enforce a soft limit of 10 items in authoring UIs. */
  items: ((AppBskyEmbedGalleryImage & { $type: "app.bsky.embed.gallery#image" }) | UnknownMember)[];
}

export interface AppBskyEmbedGalleryImage {
  image: BlobJson;
  /** Alt text description of the image, for accessibility. */
  alt: string;
  aspectRatio: AppBskyEmbedDefsAspectRatio;
}

export interface AppBskyEmbedGalleryView {
  items: ((AppBskyEmbedGalleryViewImage & { $type: "app.bsky.embed.gallery#viewImage" }) | UnknownMember)[];
}

export interface AppBskyEmbedGalleryViewImage {
  /** Fully-qualified URL where a thumbnail of the image can be fetched. For example, CDN location provided by the App View. */
  thumbnail: string;
  /** Fully-qualified URL where a large version of the image can be fetched. May or may not be the exact original blob. For example, CDN location provided by the App View. */
  fullsize: string;
  /** Alt text description of the image, for accessibility. */
  alt: string;
  aspectRatio: AppBskyEmbedDefsAspectRatio;
}

export interface AppBskyEmbedImages {
  images: AppBskyEmbedImagesImage[];
}

export interface AppBskyEmbedImagesImage {
  /** The raw image file. May be up to 2 MB, formerly limited to 1 MB. */
  image: BlobJson;
  /** Alt text description of the image, for accessibility. */
  alt: string;
  aspectRatio?: AppBskyEmbedDefsAspectRatio;
}

export interface AppBskyEmbedImagesView {
  images: AppBskyEmbedImagesViewImage[];
}

export interface AppBskyEmbedImagesViewImage {
  /** Fully-qualified URL where a thumbnail of the image can be fetched. For example, CDN location provided by the App View. */
  thumb: string;
  /** Fully-qualified URL where a large version of the image can be fetched. May or may not be the exact original blob. For example, CDN location provided by the App View. */
  fullsize: string;
  /** Alt text description of the image, for accessibility. */
  alt: string;
  aspectRatio?: AppBskyEmbedDefsAspectRatio;
}

export interface AppBskyEmbedRecord {
  record: ComAtprotoRepoStrongRef;
}

export interface AppBskyEmbedRecordView {
  record: (AppBskyEmbedRecordViewRecord & { $type: "app.bsky.embed.record#viewRecord" }) | (AppBskyEmbedRecordViewNotFound & { $type: "app.bsky.embed.record#viewNotFound" }) | (AppBskyEmbedRecordViewBlocked & { $type: "app.bsky.embed.record#viewBlocked" }) | (AppBskyEmbedRecordViewDetached & { $type: "app.bsky.embed.record#viewDetached" }) | (AppBskyFeedDefsGeneratorView & { $type: "app.bsky.feed.defs#generatorView" }) | (AppBskyGraphDefsListView & { $type: "app.bsky.graph.defs#listView" }) | (AppBskyLabelerDefsLabelerView & { $type: "app.bsky.labeler.defs#labelerView" }) | (AppBskyGraphDefsStarterPackViewBasic & { $type: "app.bsky.graph.defs#starterPackViewBasic" }) | UnknownMember;
}

export interface AppBskyEmbedRecordViewRecord {
  uri: string;
  cid: string;
  author: AppBskyActorDefsProfileViewBasic;
  /** The record data itself. */
  value: Record<string, unknown>;
  labels?: ComAtprotoLabelDefsLabel[];
  replyCount?: number;
  repostCount?: number;
  likeCount?: number;
  quoteCount?: number;
  embeds?: ((AppBskyEmbedImagesView & { $type: "app.bsky.embed.images#view" }) | (AppBskyEmbedVideoView & { $type: "app.bsky.embed.video#view" }) | (AppBskyEmbedGalleryView & { $type: "app.bsky.embed.gallery#view" }) | (AppBskyEmbedExternalView & { $type: "app.bsky.embed.external#view" }) | (AppBskyEmbedRecordView & { $type: "app.bsky.embed.record#view" }) | (AppBskyEmbedRecordWithMediaView & { $type: "app.bsky.embed.recordWithMedia#view" }) | UnknownMember)[];
  indexedAt: string;
}

export interface AppBskyEmbedRecordViewNotFound {
  uri: string;
  notFound: boolean;
}

export interface AppBskyEmbedRecordViewBlocked {
  uri: string;
  blocked: boolean;
  author: AppBskyFeedDefsBlockedAuthor;
}

export interface AppBskyEmbedRecordViewDetached {
  uri: string;
  detached: boolean;
}

export interface AppBskyEmbedRecordWithMedia {
  record: AppBskyEmbedRecord;
  media: (AppBskyEmbedImages & { $type: "app.bsky.embed.images" }) | (AppBskyEmbedVideo & { $type: "app.bsky.embed.video" }) | (AppBskyEmbedGallery & { $type: "app.bsky.embed.gallery" }) | (AppBskyEmbedExternal & { $type: "app.bsky.embed.external" }) | UnknownMember;
}

export interface AppBskyEmbedRecordWithMediaView {
  record: AppBskyEmbedRecordView;
  media: (AppBskyEmbedImagesView & { $type: "app.bsky.embed.images#view" }) | (AppBskyEmbedVideoView & { $type: "app.bsky.embed.video#view" }) | (AppBskyEmbedGalleryView & { $type: "app.bsky.embed.gallery#view" }) | (AppBskyEmbedExternalView & { $type: "app.bsky.embed.external#view" }) | UnknownMember;
}

export interface AppBskyEmbedVideo {
  /** The mp4 video file. May be up to 300mb, formerly limited to 100mb. */
  video: BlobJson;
  captions?: AppBskyEmbedVideoCaption[];
  /** Alt text description of the video, for accessibility. */
  alt?: string;
  aspectRatio?: AppBskyEmbedDefsAspectRatio;
  /** A hint to the client about how to present the video. */
  presentation?: "default" | "gif" | (string & {});
}

export interface AppBskyEmbedVideoCaption {
  lang: string;
  file: BlobJson;
}

export interface AppBskyEmbedVideoView {
  cid: string;
  playlist: string;
  thumbnail?: string;
  alt?: string;
  aspectRatio?: AppBskyEmbedDefsAspectRatio;
  /** A hint to the client about how to present the video. */
  presentation?: "default" | "gif" | (string & {});
}

export interface AppBskyFeedDefsPostView {
  uri: string;
  cid: string;
  author: AppBskyActorDefsProfileViewBasic;
  record: Record<string, unknown>;
  embed?: (AppBskyEmbedImagesView & { $type: "app.bsky.embed.images#view" }) | (AppBskyEmbedVideoView & { $type: "app.bsky.embed.video#view" }) | (AppBskyEmbedGalleryView & { $type: "app.bsky.embed.gallery#view" }) | (AppBskyEmbedExternalView & { $type: "app.bsky.embed.external#view" }) | (AppBskyEmbedRecordView & { $type: "app.bsky.embed.record#view" }) | (AppBskyEmbedRecordWithMediaView & { $type: "app.bsky.embed.recordWithMedia#view" }) | UnknownMember;
  bookmarkCount?: number;
  replyCount?: number;
  repostCount?: number;
  likeCount?: number;
  quoteCount?: number;
  indexedAt: string;
  viewer?: AppBskyFeedDefsViewerState;
  labels?: ComAtprotoLabelDefsLabel[];
  threadgate?: AppBskyFeedDefsThreadgateView;
  /** Debug information for internal development */
  debug?: Record<string, unknown>;
}

/** Metadata about the requesting account's relationship with the subject content. Only has meaningful content for authed requests. */
export interface AppBskyFeedDefsViewerState {
  repost?: string;
  like?: string;
  bookmarked?: boolean;
  threadMuted?: boolean;
  replyDisabled?: boolean;
  embeddingDisabled?: boolean;
  pinned?: boolean;
  /** This property is present only in selected cases, as an optimization. */
  knownLikers?: AppBskyFeedDefsKnownLikers;
}

/** The post's likers whom you also follow */
export interface AppBskyFeedDefsKnownLikers {
  count: number;
  actors: AppBskyActorDefsProfileViewBasic[];
}

/** Metadata about this post within the context of the thread it is in. */
export interface AppBskyFeedDefsThreadContext {
  rootAuthorLike?: string;
}

export interface AppBskyFeedDefsFeedViewPost {
  post: AppBskyFeedDefsPostView;
  reply?: AppBskyFeedDefsReplyRef;
  reason?: (AppBskyFeedDefsReasonRepost & { $type: "app.bsky.feed.defs#reasonRepost" }) | (AppBskyFeedDefsReasonPin & { $type: "app.bsky.feed.defs#reasonPin" }) | UnknownMember;
  /** Context provided by feed generator that may be passed back alongside interactions. */
  feedContext?: string;
  /** Unique identifier per request that may be passed back alongside interactions. */
  reqId?: string;
}

export interface AppBskyFeedDefsReplyRef {
  root: (AppBskyFeedDefsPostView & { $type: "app.bsky.feed.defs#postView" }) | (AppBskyFeedDefsNotFoundPost & { $type: "app.bsky.feed.defs#notFoundPost" }) | (AppBskyFeedDefsBlockedPost & { $type: "app.bsky.feed.defs#blockedPost" }) | UnknownMember;
  parent: (AppBskyFeedDefsPostView & { $type: "app.bsky.feed.defs#postView" }) | (AppBskyFeedDefsNotFoundPost & { $type: "app.bsky.feed.defs#notFoundPost" }) | (AppBskyFeedDefsBlockedPost & { $type: "app.bsky.feed.defs#blockedPost" }) | UnknownMember;
  /** When parent is a reply to another post, this is the author of that post. */
  grandparentAuthor?: AppBskyActorDefsProfileViewBasic;
}

export interface AppBskyFeedDefsReasonRepost {
  by: AppBskyActorDefsProfileViewBasic;
  uri?: string;
  cid?: string;
  indexedAt: string;
}

export interface AppBskyFeedDefsReasonPin {
}

export interface AppBskyFeedDefsThreadViewPost {
  post: AppBskyFeedDefsPostView;
  parent?: (AppBskyFeedDefsThreadViewPost & { $type: "app.bsky.feed.defs#threadViewPost" }) | (AppBskyFeedDefsNotFoundPost & { $type: "app.bsky.feed.defs#notFoundPost" }) | (AppBskyFeedDefsBlockedPost & { $type: "app.bsky.feed.defs#blockedPost" }) | UnknownMember;
  replies?: ((AppBskyFeedDefsThreadViewPost & { $type: "app.bsky.feed.defs#threadViewPost" }) | (AppBskyFeedDefsNotFoundPost & { $type: "app.bsky.feed.defs#notFoundPost" }) | (AppBskyFeedDefsBlockedPost & { $type: "app.bsky.feed.defs#blockedPost" }) | UnknownMember)[];
  threadContext?: AppBskyFeedDefsThreadContext;
}

export interface AppBskyFeedDefsNotFoundPost {
  uri: string;
  notFound: boolean;
}

export interface AppBskyFeedDefsBlockedPost {
  uri: string;
  blocked: boolean;
  author: AppBskyFeedDefsBlockedAuthor;
}

export interface AppBskyFeedDefsBlockedAuthor {
  did: string;
  viewer?: AppBskyActorDefsViewerState;
}

export interface AppBskyFeedDefsGeneratorView {
  uri: string;
  cid: string;
  did: string;
  creator: AppBskyActorDefsProfileView;
  displayName: string;
  description?: string;
  descriptionFacets?: AppBskyRichtextFacet[];
  avatar?: string;
  likeCount?: number;
  acceptsInteractions?: boolean;
  labels?: ComAtprotoLabelDefsLabel[];
  viewer?: AppBskyFeedDefsGeneratorViewerState;
  contentMode?: "app.bsky.feed.defs#contentModeUnspecified" | "app.bsky.feed.defs#contentModeVideo" | (string & {});
  indexedAt: string;
}

export interface AppBskyFeedDefsGeneratorViewerState {
  like?: string;
}

export interface AppBskyFeedDefsSkeletonFeedPost {
  post: string;
  reason?: (AppBskyFeedDefsSkeletonReasonRepost & { $type: "app.bsky.feed.defs#skeletonReasonRepost" }) | (AppBskyFeedDefsSkeletonReasonPin & { $type: "app.bsky.feed.defs#skeletonReasonPin" }) | UnknownMember;
  /** Context that will be passed through to client and may be passed to feed generator back alongside interactions. */
  feedContext?: string;
}

export interface AppBskyFeedDefsSkeletonReasonRepost {
  repost: string;
}

export interface AppBskyFeedDefsSkeletonReasonPin {
}

export interface AppBskyFeedDefsThreadgateView {
  uri?: string;
  cid?: string;
  record?: Record<string, unknown>;
  lists?: AppBskyGraphDefsListViewBasic[];
}

export interface AppBskyFeedDefsInteraction {
  item?: string;
  event?: "app.bsky.feed.defs#requestLess" | "app.bsky.feed.defs#requestMore" | "app.bsky.feed.defs#clickthroughItem" | "app.bsky.feed.defs#clickthroughAuthor" | "app.bsky.feed.defs#clickthroughReposter" | "app.bsky.feed.defs#clickthroughEmbed" | "app.bsky.feed.defs#interactionSeen" | "app.bsky.feed.defs#interactionLike" | "app.bsky.feed.defs#interactionRepost" | "app.bsky.feed.defs#interactionReply" | "app.bsky.feed.defs#interactionQuote" | "app.bsky.feed.defs#interactionShare" | (string & {});
  /** Context on a feed item that was originally supplied by the feed generator on getFeedSkeleton. */
  feedContext?: string;
  /** Unique identifier per request that may be passed back alongside interactions. */
  reqId?: string;
}

/** Request that less content like the given feed item be shown in the feed */
export type AppBskyFeedDefsRequestLess = "app.bsky.feed.defs#requestLess";

/** Request that more content like the given feed item be shown in the feed */
export type AppBskyFeedDefsRequestMore = "app.bsky.feed.defs#requestMore";

/** User clicked through to the feed item */
export type AppBskyFeedDefsClickthroughItem = "app.bsky.feed.defs#clickthroughItem";

/** User clicked through to the author of the feed item */
export type AppBskyFeedDefsClickthroughAuthor = "app.bsky.feed.defs#clickthroughAuthor";

/** User clicked through to the reposter of the feed item */
export type AppBskyFeedDefsClickthroughReposter = "app.bsky.feed.defs#clickthroughReposter";

/** User clicked through to the embedded content of the feed item */
export type AppBskyFeedDefsClickthroughEmbed = "app.bsky.feed.defs#clickthroughEmbed";

/** Declares the feed generator returns any types of posts. */
export type AppBskyFeedDefsContentModeUnspecified = "app.bsky.feed.defs#contentModeUnspecified";

/** Declares the feed generator returns posts containing app.bsky.embed.video embeds. */
export type AppBskyFeedDefsContentModeVideo = "app.bsky.feed.defs#contentModeVideo";

/** Feed item was seen by user */
export type AppBskyFeedDefsInteractionSeen = "app.bsky.feed.defs#interactionSeen";

/** User liked the feed item */
export type AppBskyFeedDefsInteractionLike = "app.bsky.feed.defs#interactionLike";

/** User reposted the feed item */
export type AppBskyFeedDefsInteractionRepost = "app.bsky.feed.defs#interactionRepost";

/** User replied to the feed item */
export type AppBskyFeedDefsInteractionReply = "app.bsky.feed.defs#interactionReply";

/** User quoted the feed item */
export type AppBskyFeedDefsInteractionQuote = "app.bsky.feed.defs#interactionQuote";

/** User shared the feed item */
export type AppBskyFeedDefsInteractionShare = "app.bsky.feed.defs#interactionShare";

/** Record declaring of the existence of a feed generator, and containing metadata about it. The record can exist in any repository. */
export interface AppBskyFeedGenerator {
  $type: "app.bsky.feed.generator";
  did: string;
  displayName: string;
  description?: string;
  descriptionFacets?: AppBskyRichtextFacet[];
  avatar?: BlobJson;
  /** Declaration that a feed accepts feedback interactions from a client through app.bsky.feed.sendInteractions */
  acceptsInteractions?: boolean;
  /** Self-label values */
  labels?: (ComAtprotoLabelDefsSelfLabels & { $type: "com.atproto.label.defs#selfLabels" }) | UnknownMember;
  contentMode?: "app.bsky.feed.defs#contentModeUnspecified" | "app.bsky.feed.defs#contentModeVideo" | (string & {});
  createdAt: string;
}

export interface AppBskyFeedGetActorLikesParams {
  actor: string;
  limit: number;
  cursor?: string;
}

export interface AppBskyFeedGetActorLikesOutput {
  cursor?: string;
  feed: AppBskyFeedDefsFeedViewPost[];
}

export type AppBskyFeedGetActorLikesError = "BlockedActor" | "BlockedByActor";

export interface AppBskyFeedGetAuthorFeedParams {
  actor: string;
  limit: number;
  cursor?: string;
  /** Combinations of post/repost types to include in response. */
  filter: "posts_with_replies" | "posts_no_replies" | "posts_with_media" | "posts_and_author_threads" | "posts_with_video" | (string & {});
  includePins: boolean;
}

export interface AppBskyFeedGetAuthorFeedOutput {
  cursor?: string;
  feed: AppBskyFeedDefsFeedViewPost[];
}

export type AppBskyFeedGetAuthorFeedError = "BlockedActor" | "BlockedByActor";

export interface AppBskyFeedGetFeedParams {
  feed: string;
  limit: number;
  cursor?: string;
}

export interface AppBskyFeedGetFeedOutput {
  cursor?: string;
  feed: AppBskyFeedDefsFeedViewPost[];
}

export type AppBskyFeedGetFeedError = "UnknownFeed";

export interface AppBskyFeedGetPostThreadParams {
  /** Reference (AT-URI) to post record. */
  uri: string;
  /** How many levels of reply depth should be included in response. */
  depth: number;
  /** How many levels of parent (and grandparent, etc) post to include. */
  parentHeight: number;
}

export interface AppBskyFeedGetPostThreadOutput {
  thread: (AppBskyFeedDefsThreadViewPost & { $type: "app.bsky.feed.defs#threadViewPost" }) | (AppBskyFeedDefsNotFoundPost & { $type: "app.bsky.feed.defs#notFoundPost" }) | (AppBskyFeedDefsBlockedPost & { $type: "app.bsky.feed.defs#blockedPost" }) | UnknownMember;
  threadgate?: AppBskyFeedDefsThreadgateView;
}

export type AppBskyFeedGetPostThreadError = "NotFound";

export interface AppBskyFeedGetTimelineParams {
  /** Variant 'algorithm' for timeline. Implementation-specific. NOTE: most feed flexibility has been moved to feed generator mechanism. */
  algorithm?: string;
  limit: number;
  cursor?: string;
}

export interface AppBskyFeedGetTimelineOutput {
  cursor?: string;
  feed: AppBskyFeedDefsFeedViewPost[];
}

/** Record declaring a 'like' of a piece of subject content. */
export interface AppBskyFeedLike {
  $type: "app.bsky.feed.like";
  subject: ComAtprotoRepoStrongRef;
  createdAt: string;
  via?: ComAtprotoRepoStrongRef;
}

/** Record containing a Bluesky post. */
export interface AppBskyFeedPost {
  $type: "app.bsky.feed.post";
  /** The primary post content. May be an empty string, if there are embeds. */
  text: string;
  /** DEPRECATED: replaced by app.bsky.richtext.facet. */
  entities?: AppBskyFeedPostEntity[];
  /** Annotations of text (mentions, URLs, hashtags, etc) */
  facets?: AppBskyRichtextFacet[];
  reply?: AppBskyFeedPostReplyRef;
  embed?: (AppBskyEmbedImages & { $type: "app.bsky.embed.images" }) | (AppBskyEmbedVideo & { $type: "app.bsky.embed.video" }) | (AppBskyEmbedGallery & { $type: "app.bsky.embed.gallery" }) | (AppBskyEmbedExternal & { $type: "app.bsky.embed.external" }) | (AppBskyEmbedRecord & { $type: "app.bsky.embed.record" }) | (AppBskyEmbedRecordWithMedia & { $type: "app.bsky.embed.recordWithMedia" }) | UnknownMember;
  /** Indicates human language of post primary text content. */
  langs?: string[];
  /** Self-label values for this post. Effectively content warnings. */
  labels?: (ComAtprotoLabelDefsSelfLabels & { $type: "com.atproto.label.defs#selfLabels" }) | UnknownMember;
  /** Additional hashtags, in addition to any included in post text and facets. */
  tags?: string[];
  /** Client-declared timestamp when this post was originally created. */
  createdAt: string;
}

export interface AppBskyFeedPostReplyRef {
  root: ComAtprotoRepoStrongRef;
  parent: ComAtprotoRepoStrongRef;
}

/** Deprecated: use facets instead. */
export interface AppBskyFeedPostEntity {
  index: AppBskyFeedPostTextSlice;
  /** Expected values are 'mention' and 'link'. */
  type: string;
  value: string;
}

/** Deprecated. Use app.bsky.richtext instead -- A text segment. Start is inclusive, end is exclusive. Indices are for utf16-encoded strings. */
export interface AppBskyFeedPostTextSlice {
  start: number;
  end: number;
}

/** Record defining interaction rules for a post. The record key (rkey) of the postgate record must match the record key of the post, and that record must be in the same repository. */
export interface AppBskyFeedPostgate {
  $type: "app.bsky.feed.postgate";
  createdAt: string;
  /** Reference (AT-URI) to the post record. */
  post: string;
  /** List of AT-URIs embedding this post that the author has detached from. */
  detachedEmbeddingUris?: string[];
  /** List of rules defining who can embed this post. If value is an empty array or is undefined, no particular rules apply and anyone can embed. */
  embeddingRules?: ((AppBskyFeedPostgateDisableRule & { $type: "app.bsky.feed.postgate#disableRule" }) | UnknownMember)[];
}

/** Disables embedding of this post. */
export interface AppBskyFeedPostgateDisableRule {
}

/** Record representing a 'repost' of an existing Bluesky post. */
export interface AppBskyFeedRepost {
  $type: "app.bsky.feed.repost";
  subject: ComAtprotoRepoStrongRef;
  createdAt: string;
  via?: ComAtprotoRepoStrongRef;
}

/** Record defining interaction gating rules for a thread (aka, reply controls). The record key (rkey) of the threadgate record must match the record key of the thread's root post, and that record must be in the same repository. */
export interface AppBskyFeedThreadgate {
  $type: "app.bsky.feed.threadgate";
  /** Reference (AT-URI) to the post record. */
  post: string;
  /** List of rules defining who can reply to this post. If value is an empty array, no one can reply. If value is undefined, anyone can reply. */
  allow?: ((AppBskyFeedThreadgateMentionRule & { $type: "app.bsky.feed.threadgate#mentionRule" }) | (AppBskyFeedThreadgateFollowerRule & { $type: "app.bsky.feed.threadgate#followerRule" }) | (AppBskyFeedThreadgateFollowingRule & { $type: "app.bsky.feed.threadgate#followingRule" }) | (AppBskyFeedThreadgateListRule & { $type: "app.bsky.feed.threadgate#listRule" }) | UnknownMember)[];
  createdAt: string;
  /** List of hidden reply URIs. */
  hiddenReplies?: string[];
}

/** Allow replies from actors mentioned in your post. */
export interface AppBskyFeedThreadgateMentionRule {
}

/** Allow replies from actors who follow you. */
export interface AppBskyFeedThreadgateFollowerRule {
}

/** Allow replies from actors you follow. */
export interface AppBskyFeedThreadgateFollowingRule {
}

/** Allow replies from actors on a list. */
export interface AppBskyFeedThreadgateListRule {
  list: string;
}

/** Record declaring a 'block' relationship against another account. NOTE: blocks are public in Bluesky; see blog posts for details. */
export interface AppBskyGraphBlock {
  $type: "app.bsky.graph.block";
  /** DID of the account to be blocked. */
  subject: string;
  createdAt: string;
}

export interface AppBskyGraphDefsListViewBasic {
  uri: string;
  cid: string;
  name: string;
  purpose: AppBskyGraphDefsListPurpose;
  avatar?: string;
  listItemCount?: number;
  labels?: ComAtprotoLabelDefsLabel[];
  viewer?: AppBskyGraphDefsListViewerState;
  indexedAt?: string;
}

export interface AppBskyGraphDefsListView {
  uri: string;
  cid: string;
  creator: AppBskyActorDefsProfileView;
  name: string;
  purpose: AppBskyGraphDefsListPurpose;
  description?: string;
  descriptionFacets?: AppBskyRichtextFacet[];
  avatar?: string;
  listItemCount?: number;
  labels?: ComAtprotoLabelDefsLabel[];
  viewer?: AppBskyGraphDefsListViewerState;
  indexedAt: string;
}

export interface AppBskyGraphDefsListItemView {
  uri: string;
  subject: AppBskyActorDefsProfileView;
}

export interface AppBskyGraphDefsStarterPackView {
  uri: string;
  cid: string;
  record: Record<string, unknown>;
  creator: AppBskyActorDefsProfileViewBasic;
  list?: AppBskyGraphDefsListViewBasic;
  listItemsSample?: AppBskyGraphDefsListItemView[];
  feeds?: AppBskyFeedDefsGeneratorView[];
  joinedWeekCount?: number;
  joinedAllTimeCount?: number;
  labels?: ComAtprotoLabelDefsLabel[];
  indexedAt: string;
}

export interface AppBskyGraphDefsStarterPackViewBasic {
  uri: string;
  cid: string;
  record: Record<string, unknown>;
  creator: AppBskyActorDefsProfileViewBasic;
  listItemCount?: number;
  joinedWeekCount?: number;
  joinedAllTimeCount?: number;
  labels?: ComAtprotoLabelDefsLabel[];
  indexedAt: string;
}

export type AppBskyGraphDefsListPurpose = "app.bsky.graph.defs#modlist" | "app.bsky.graph.defs#curatelist" | "app.bsky.graph.defs#referencelist" | (string & {});

/** A list of actors to apply an aggregate moderation action (mute/block) on. */
export type AppBskyGraphDefsModlist = "app.bsky.graph.defs#modlist";

/** A list of actors used for curation purposes such as list feeds or interaction gating. */
export type AppBskyGraphDefsCuratelist = "app.bsky.graph.defs#curatelist";

/** A list of actors used for only for reference purposes such as within a starter pack. */
export type AppBskyGraphDefsReferencelist = "app.bsky.graph.defs#referencelist";

export interface AppBskyGraphDefsListViewerState {
  muted?: boolean;
  blocked?: string;
}

/** indicates that a handle or DID could not be resolved */
export interface AppBskyGraphDefsNotFoundActor {
  actor: string;
  notFound: boolean;
}

/** lists the bi-directional graph relationships between one actor (not indicated in the object), and the target actors (the DID included in the object) */
export interface AppBskyGraphDefsRelationship {
  did: string;
  /** if the actor follows this DID, this is the AT-URI of the follow record */
  following?: string;
  /** if the actor is followed by this DID, contains the AT-URI of the follow record */
  followedBy?: string;
  /** if the actor blocks this DID, this is the AT-URI of the block record */
  blocking?: string;
  /** if the actor is blocked by this DID, contains the AT-URI of the block record */
  blockedBy?: string;
  /** if the actor blocks this DID via a block list, this is the AT-URI of the listblock record */
  blockingByList?: string;
  /** if the actor is blocked by this DID via a block list, contains the AT-URI of the listblock record */
  blockedByList?: string;
}

/** Record declaring a social 'follow' relationship of another account. Duplicate follows will be ignored by the AppView. */
export interface AppBskyGraphFollow {
  $type: "app.bsky.graph.follow";
  subject: string;
  createdAt: string;
  via?: ComAtprotoRepoStrongRef;
}

/** Record representing a list of accounts (actors). Scope includes both moderation-oriented lists and curration-oriented lists. */
export interface AppBskyGraphList {
  $type: "app.bsky.graph.list";
  /** Defines the purpose of the list (aka, moderation-oriented or curration-oriented) */
  purpose: AppBskyGraphDefsListPurpose;
  /** Display name for list; can not be empty. */
  name: string;
  description?: string;
  descriptionFacets?: AppBskyRichtextFacet[];
  avatar?: BlobJson;
  labels?: (ComAtprotoLabelDefsSelfLabels & { $type: "com.atproto.label.defs#selfLabels" }) | UnknownMember;
  createdAt: string;
}

/** Record representing a block relationship against an entire an entire list of accounts (actors). */
export interface AppBskyGraphListblock {
  $type: "app.bsky.graph.listblock";
  /** Reference (AT-URI) to the mod list record. */
  subject: string;
  createdAt: string;
}

/** Record representing an account's inclusion on a specific list. The AppView will ignore duplicate listitem records. */
export interface AppBskyGraphListitem {
  $type: "app.bsky.graph.listitem";
  /** The account which is included on the list. */
  subject: string;
  /** Reference (AT-URI) to the list record (app.bsky.graph.list). */
  list: string;
  createdAt: string;
}

/** Record requesting that its author be omitted from the public presentation of a reference list. This record is only enforced when the subject list's current purpose is app.bsky.graph.defs#referencelist. AppView indexes at most one record per actor and list pair, and ignores duplicate records. */
export interface AppBskyGraphReferencelistoptout {
  $type: "app.bsky.graph.referencelistoptout";
  /** Canonical, DID-based AT URI of the app.bsky.graph.list record from which the author requests omission. */
  subject: string;
  createdAt: string;
}

/** Record defining a starter pack of actors and feeds for new users. */
export interface AppBskyGraphStarterpack {
  $type: "app.bsky.graph.starterpack";
  /** Display name for starter pack; can not be empty. */
  name: string;
  description?: string;
  descriptionFacets?: AppBskyRichtextFacet[];
  /** Reference (AT-URI) to the list record. */
  list: string;
  feeds?: AppBskyGraphStarterpackFeedItem[];
  createdAt: string;
}

export interface AppBskyGraphStarterpackFeedItem {
  uri: string;
}

/** Record declaring a verification relationship between two accounts. Verifications are only considered valid by an app if issued by an account the app considers trusted. */
export interface AppBskyGraphVerification {
  $type: "app.bsky.graph.verification";
  /** DID of the subject the verification applies to. */
  subject: string;
  /** Handle of the subject the verification applies to at the moment of verifying, which might not be the same at the time of viewing. The verification is only valid if the current handle matches the one at the time of verifying. */
  handle: string;
  /** Display name of the subject the verification applies to at the moment of verifying, which might not be the same at the time of viewing. The verification is only valid if the current displayName matches the one at the time of verifying. */
  displayName: string;
  /** Date of when the verification was created. */
  createdAt: string;
}

export interface AppBskyLabelerDefsLabelerView {
  uri: string;
  cid: string;
  creator: AppBskyActorDefsProfileView;
  likeCount?: number;
  viewer?: AppBskyLabelerDefsLabelerViewerState;
  indexedAt: string;
  labels?: ComAtprotoLabelDefsLabel[];
}

export interface AppBskyLabelerDefsLabelerViewDetailed {
  uri: string;
  cid: string;
  creator: AppBskyActorDefsProfileView;
  policies: AppBskyLabelerDefsLabelerPolicies;
  likeCount?: number;
  viewer?: AppBskyLabelerDefsLabelerViewerState;
  indexedAt: string;
  labels?: ComAtprotoLabelDefsLabel[];
  /** The set of report reason 'codes' which are in-scope for this service to review and action. These usually align to policy categories. If not defined (distinct from empty array), all reason types are allowed. */
  reasonTypes?: ComAtprotoModerationDefsReasonType[];
  /** The set of subject types (account, record, etc) this service accepts reports on. */
  subjectTypes?: ComAtprotoModerationDefsSubjectType[];
  /** Set of record types (collection NSIDs) which can be reported to this service. If not defined (distinct from empty array), default is any record type. */
  subjectCollections?: string[];
}

export interface AppBskyLabelerDefsLabelerViewerState {
  like?: string;
}

export interface AppBskyLabelerDefsLabelerPolicies {
  /** The label values which this labeler publishes. May include global or custom labels. */
  labelValues: ComAtprotoLabelDefsLabelValue[];
  /** Label values created by this labeler and scoped exclusively to it. Labels defined here will override global label definitions for this labeler. */
  labelValueDefinitions?: ComAtprotoLabelDefsLabelValueDefinition[];
}

/** A declaration of the existence of labeler service. */
export interface AppBskyLabelerService {
  $type: "app.bsky.labeler.service";
  policies: AppBskyLabelerDefsLabelerPolicies;
  labels?: (ComAtprotoLabelDefsSelfLabels & { $type: "com.atproto.label.defs#selfLabels" }) | UnknownMember;
  createdAt: string;
  /** The set of report reason 'codes' which are in-scope for this service to review and action. These usually align to policy categories. If not defined (distinct from empty array), all reason types are allowed. */
  reasonTypes?: ComAtprotoModerationDefsReasonType[];
  /** The set of subject types (account, record, etc) this service accepts reports on. */
  subjectTypes?: ComAtprotoModerationDefsSubjectType[];
  /** Set of record types (collection NSIDs) which can be reported to this service. If not defined (distinct from empty array), default is any record type. */
  subjectCollections?: string[];
}

/** A declaration of the user's choices related to notifications that can be produced by them. */
export interface AppBskyNotificationDeclaration {
  $type: "app.bsky.notification.declaration";
  /** A declaration of the user's preference for allowing activity subscriptions from other users. Absence of a record implies 'followers'. */
  allowSubscriptions: "followers" | "mutuals" | "none" | (string & {});
}

export interface AppBskyNotificationDefsRecordDeleted {
}

/** Deprecated: use chat.bsky.notification preferences instead. This will only return a default value. */
export interface AppBskyNotificationDefsChatPreference {
  include: "all" | "accepted" | (string & {});
  push: boolean;
}

export interface AppBskyNotificationDefsFilterablePreference {
  include: "all" | "follows" | (string & {});
  list: boolean;
  push: boolean;
}

export interface AppBskyNotificationDefsPreference {
  list: boolean;
  push: boolean;
}

export interface AppBskyNotificationDefsPreferences {
  /** Deprecated: use chat.bsky.notification preferences instead. This will only return a default value. */
  chat: AppBskyNotificationDefsChatPreference;
  follow: AppBskyNotificationDefsFilterablePreference;
  like: AppBskyNotificationDefsFilterablePreference;
  likeViaRepost: AppBskyNotificationDefsFilterablePreference;
  mention: AppBskyNotificationDefsFilterablePreference;
  quote: AppBskyNotificationDefsFilterablePreference;
  reply: AppBskyNotificationDefsFilterablePreference;
  repost: AppBskyNotificationDefsFilterablePreference;
  repostViaRepost: AppBskyNotificationDefsFilterablePreference;
  starterpackJoined: AppBskyNotificationDefsPreference;
  subscribedPost: AppBskyNotificationDefsPreference;
  unverified: AppBskyNotificationDefsPreference;
  verified: AppBskyNotificationDefsPreference;
}

export interface AppBskyNotificationDefsActivitySubscription {
  post: boolean;
  reply: boolean;
}

/** Object used to store activity subscription data in stash. */
export interface AppBskyNotificationDefsSubjectActivitySubscription {
  subject: string;
  activitySubscription: AppBskyNotificationDefsActivitySubscription;
}

export interface AppBskyNotificationRegisterPushInput {
  serviceDid: string;
  token: string;
  platform: "ios" | "android" | "web" | (string & {});
  appId: string;
  /** Set to true when the actor is age restricted */
  ageRestricted?: boolean;
}

export interface AppBskyNotificationUnregisterPushInput {
  serviceDid: string;
  token: string;
  platform: "ios" | "android" | "web" | (string & {});
  appId: string;
}

/** Annotation of a sub-string within rich text. */
export interface AppBskyRichtextFacet {
  index: AppBskyRichtextFacetByteSlice;
  features: ((AppBskyRichtextFacetMention & { $type: "app.bsky.richtext.facet#mention" }) | (AppBskyRichtextFacetLink & { $type: "app.bsky.richtext.facet#link" }) | (AppBskyRichtextFacetTag & { $type: "app.bsky.richtext.facet#tag" }) | UnknownMember)[];
}

/** Facet feature for mention of another account. The text is usually a handle, including a '@' prefix, but the facet reference is a DID. */
export interface AppBskyRichtextFacetMention {
  did: string;
}

/** Facet feature for a URL. The text URL may have been simplified or truncated, but the facet reference should be a complete URL. */
export interface AppBskyRichtextFacetLink {
  uri: string;
}

/** Facet feature for a hashtag. The text usually includes a '#' prefix, but the facet reference should not (except in the case of 'double hash tags'). */
export interface AppBskyRichtextFacetTag {
  tag: string;
}

/** Specifies the sub-string range a facet feature applies to. Start index is inclusive, end index is exclusive. Indices are zero-indexed, counting bytes of the UTF-8 encoded text. NOTE: some languages, like Javascript, use UTF-16 or Unicode codepoints for string slice indexing; in these languages, convert to byte arrays before working with facets. */
export interface AppBskyRichtextFacetByteSlice {
  byteStart: number;
  byteEnd: number;
}

/** A declaration of a Bluesky chat account. */
export interface ChatBskyActorDeclaration {
  $type: "chat.bsky.actor.declaration";
  allowIncoming: "all" | "none" | "following" | (string & {});
  /** Declaration about group chat invitation preferences for the record owner. */
  allowGroupInvites?: "all" | "none" | "following" | (string & {});
}

export interface ComAtprotoAdminDefsStatusAttr {
  applied: boolean;
  ref?: string;
}

export interface ComAtprotoAdminDefsAccountView {
  did: string;
  handle: string;
  email?: string;
  relatedRecords?: Record<string, unknown>[];
  indexedAt: string;
  invitedBy?: ComAtprotoServerDefsInviteCode;
  invites?: ComAtprotoServerDefsInviteCode[];
  invitesDisabled?: boolean;
  emailConfirmedAt?: string;
  inviteNote?: string;
  deactivatedAt?: string;
  threatSignatures?: ComAtprotoAdminDefsThreatSignature[];
}

export interface ComAtprotoAdminDefsRepoRef {
  did: string;
}

export interface ComAtprotoAdminDefsRepoBlobRef {
  did: string;
  cid: string;
  recordUri?: string;
}

export interface ComAtprotoAdminDefsThreatSignature {
  property: string;
  value: string;
}

export interface ComAtprotoAdminDeleteAccountInput {
  did: string;
}

export interface ComAtprotoAdminDisableAccountInvitesInput {
  account: string;
  /** Optional reason for disabled invites. */
  note?: string;
}

export interface ComAtprotoAdminDisableInviteCodesInput {
  codes?: string[];
  accounts?: string[];
}

export interface ComAtprotoAdminEnableAccountInvitesInput {
  account: string;
  /** Optional reason for enabled invites. */
  note?: string;
}

export interface ComAtprotoAdminGetAccountInfoParams {
  did: string;
}

export type ComAtprotoAdminGetAccountInfoOutput = ComAtprotoAdminDefsAccountView;

export interface ComAtprotoAdminGetAccountInfosParams {
  dids: string[];
}

export interface ComAtprotoAdminGetAccountInfosOutput {
  infos: ComAtprotoAdminDefsAccountView[];
}

export interface ComAtprotoAdminGetInviteCodesParams {
  sort: "recent" | "usage" | (string & {});
  limit: number;
  cursor?: string;
}

export interface ComAtprotoAdminGetInviteCodesOutput {
  cursor?: string;
  codes: ComAtprotoServerDefsInviteCode[];
}

export interface ComAtprotoAdminGetSubjectStatusParams {
  did?: string;
  uri?: string;
  blob?: string;
}

export interface ComAtprotoAdminGetSubjectStatusOutput {
  subject: (ComAtprotoAdminDefsRepoRef & { $type: "com.atproto.admin.defs#repoRef" }) | (ComAtprotoRepoStrongRef & { $type: "com.atproto.repo.strongRef" }) | (ComAtprotoAdminDefsRepoBlobRef & { $type: "com.atproto.admin.defs#repoBlobRef" }) | UnknownMember;
  takedown?: ComAtprotoAdminDefsStatusAttr;
  deactivated?: ComAtprotoAdminDefsStatusAttr;
}

export interface ComAtprotoAdminSearchAccountsParams {
  email?: string;
  cursor?: string;
  limit: number;
}

export interface ComAtprotoAdminSearchAccountsOutput {
  cursor?: string;
  accounts: ComAtprotoAdminDefsAccountView[];
}

export interface ComAtprotoAdminSendEmailInput {
  recipientDid: string;
  content: string;
  subject?: string;
  senderDid: string;
  /** Additional comment by the sender that won't be used in the email itself but helpful to provide more context for moderators/reviewers */
  comment?: string;
}

export interface ComAtprotoAdminSendEmailOutput {
  sent: boolean;
}

export interface ComAtprotoAdminUpdateAccountEmailInput {
  /** The handle or DID of the repo. */
  account: string;
  email: string;
}

export interface ComAtprotoAdminUpdateAccountHandleInput {
  did: string;
  handle: string;
}

export interface ComAtprotoAdminUpdateAccountPasswordInput {
  did: string;
  password: string;
}

export interface ComAtprotoAdminUpdateAccountSigningKeyInput {
  did: string;
  /** Did-key formatted public key */
  signingKey: string;
}

export interface ComAtprotoAdminUpdateSubjectStatusInput {
  subject: (ComAtprotoAdminDefsRepoRef & { $type: "com.atproto.admin.defs#repoRef" }) | (ComAtprotoRepoStrongRef & { $type: "com.atproto.repo.strongRef" }) | (ComAtprotoAdminDefsRepoBlobRef & { $type: "com.atproto.admin.defs#repoBlobRef" }) | UnknownMember;
  takedown?: ComAtprotoAdminDefsStatusAttr;
  deactivated?: ComAtprotoAdminDefsStatusAttr;
}

export interface ComAtprotoAdminUpdateSubjectStatusOutput {
  subject: (ComAtprotoAdminDefsRepoRef & { $type: "com.atproto.admin.defs#repoRef" }) | (ComAtprotoRepoStrongRef & { $type: "com.atproto.repo.strongRef" }) | (ComAtprotoAdminDefsRepoBlobRef & { $type: "com.atproto.admin.defs#repoBlobRef" }) | UnknownMember;
  takedown?: ComAtprotoAdminDefsStatusAttr;
}

export interface ComAtprotoIdentityDefsIdentityInfo {
  did: string;
  /** The validated handle of the account; or 'handle.invalid' if the handle did not bi-directionally match the DID document. */
  handle: string;
  /** The complete DID document for the identity. */
  didDoc: Record<string, unknown>;
}

export interface ComAtprotoIdentityGetRecommendedDidCredentialsOutput {
  /** Recommended rotation keys for PLC dids. Should be undefined (or ignored) for did:webs. */
  rotationKeys?: string[];
  alsoKnownAs?: string[];
  verificationMethods?: Record<string, unknown>;
  services?: Record<string, unknown>;
}

export interface ComAtprotoIdentityRefreshIdentityInput {
  identifier: string;
}

export type ComAtprotoIdentityRefreshIdentityOutput = ComAtprotoIdentityDefsIdentityInfo;

export type ComAtprotoIdentityRefreshIdentityError = "HandleNotFound" | "DidNotFound" | "DidDeactivated";

export interface ComAtprotoIdentityResolveDidParams {
  /** DID to resolve. */
  did: string;
}

export interface ComAtprotoIdentityResolveDidOutput {
  /** The complete DID document for the identity. */
  didDoc: Record<string, unknown>;
}

export type ComAtprotoIdentityResolveDidError = "DidNotFound" | "DidDeactivated";

export interface ComAtprotoIdentityResolveHandleParams {
  /** The handle to resolve. */
  handle: string;
}

export interface ComAtprotoIdentityResolveHandleOutput {
  did: string;
}

export type ComAtprotoIdentityResolveHandleError = "HandleNotFound";

export interface ComAtprotoIdentityResolveIdentityParams {
  /** Handle or DID to resolve. */
  identifier: string;
}

export type ComAtprotoIdentityResolveIdentityOutput = ComAtprotoIdentityDefsIdentityInfo;

export type ComAtprotoIdentityResolveIdentityError = "HandleNotFound" | "DidNotFound" | "DidDeactivated";

export interface ComAtprotoIdentitySignPlcOperationInput {
  /** A token received through com.atproto.identity.requestPlcOperationSignature */
  token?: string;
  rotationKeys?: string[];
  alsoKnownAs?: string[];
  verificationMethods?: Record<string, unknown>;
  services?: Record<string, unknown>;
}

export interface ComAtprotoIdentitySignPlcOperationOutput {
  /** A signed DID PLC operation. */
  operation: Record<string, unknown>;
}

export interface ComAtprotoIdentitySubmitPlcOperationInput {
  operation: Record<string, unknown>;
}

export interface ComAtprotoIdentityUpdateHandleInput {
  /** The new handle. */
  handle: string;
}

/** Metadata tag on an atproto resource (eg, repo or record). */
export interface ComAtprotoLabelDefsLabel {
  /** DID of the actor who created this label. */
  src: string;
  /** AT URI of the record, repository (account), or other resource that this label applies to. */
  uri: string;
  /** Optionally, CID specifying the specific version of 'uri' resource this label applies to. */
  cid?: string;
  /** The short string name of the value or type of this label. */
  val: string;
  /** If true, this is a negation label, overwriting a previous label. */
  neg?: boolean;
  /** Timestamp when this label was created. */
  cts: string;
}

/** Metadata tags on an atproto record, published by the author within the record. */
export interface ComAtprotoLabelDefsSelfLabels {
  values: ComAtprotoLabelDefsSelfLabel[];
}

/** Metadata tag on an atproto record, published by the author within the record. Note that schemas should use #selfLabels, not #selfLabel. */
export interface ComAtprotoLabelDefsSelfLabel {
  /** The short string name of the value or type of this label. */
  val: string;
}

/** Declares a label value and its expected interpertations and behaviors. */
export interface ComAtprotoLabelDefsLabelValueDefinition {
  /** The value of the label being defined. Must only include lowercase ascii and the '-' character ([a-z-]+). */
  identifier: string;
  /** How should a client visually convey this label? 'inform' means neutral and informational; 'alert' means negative and warning; 'none' means show nothing. */
  severity: "inform" | "alert" | "none" | (string & {});
  /** What should this label hide in the UI, if applied? 'content' hides all of the target; 'media' hides the images/video/audio; 'none' hides nothing. */
  blurs: "content" | "media" | "none" | (string & {});
  /** The default preference for the client to use on this label, if the user hasn't chosen a preference. */
  defaultSetting?: "hide" | "warn" | "ignore" | (string & {});
  locales: ComAtprotoLabelDefsLabelValueDefinitionStrings[];
}

/** Strings which describe the label in the UI, localized into a specific language. */
export interface ComAtprotoLabelDefsLabelValueDefinitionStrings {
  /** The code of the language these strings are written in. */
  lang: string;
  /** A short human-readable name for the label. */
  name: string;
  /** A longer description of what the label means and why it might be applied. */
  description: string;
}

export type ComAtprotoLabelDefsLabelValue = "!hide" | "!no-promote" | "!warn" | "!no-unauthenticated" | "dmca-violation" | "doxxing" | "porn" | "sexual" | "nudity" | "nsfl" | "gore" | (string & {});

/** Representation of Lexicon schemas themselves, when published as atproto records. Note that the schema language is not defined in Lexicon; this meta schema currently only includes a single version field ('lexicon'). See the atproto specifications for description of the other expected top-level fields ('id', 'defs', etc). */
export interface ComAtprotoLexiconSchema {
  $type: "com.atproto.lexicon.schema";
  /** Indicates the 'version' of the Lexicon language. Must be '1' for the current atproto/Lexicon schema system. */
  lexicon: number;
}

export interface ComAtprotoModerationCreateReportInput {
  /** Indicates the broad category of violation the report is for. */
  reasonType: ComAtprotoModerationDefsReasonType;
  /** Additional context about the content and violation. */
  reason?: string;
  subject: (ComAtprotoAdminDefsRepoRef & { $type: "com.atproto.admin.defs#repoRef" }) | (ComAtprotoRepoStrongRef & { $type: "com.atproto.repo.strongRef" }) | UnknownMember;
  modTool?: ComAtprotoModerationCreateReportModTool;
}

export interface ComAtprotoModerationCreateReportOutput {
  id: number;
  reasonType: ComAtprotoModerationDefsReasonType;
  reason?: string;
  subject: (ComAtprotoAdminDefsRepoRef & { $type: "com.atproto.admin.defs#repoRef" }) | (ComAtprotoRepoStrongRef & { $type: "com.atproto.repo.strongRef" }) | UnknownMember;
  reportedBy: string;
  createdAt: string;
}

/** Moderation tool information for tracing the source of the action */
export interface ComAtprotoModerationCreateReportModTool {
  /** Name/identifier of the source (e.g., 'bsky-app/android', 'bsky-web/chrome') */
  name: string;
  /** Additional arbitrary metadata about the source */
  meta?: Record<string, unknown>;
}

export type ComAtprotoModerationDefsReasonType = "com.atproto.moderation.defs#reasonSpam" | "com.atproto.moderation.defs#reasonViolation" | "com.atproto.moderation.defs#reasonMisleading" | "com.atproto.moderation.defs#reasonSexual" | "com.atproto.moderation.defs#reasonRude" | "com.atproto.moderation.defs#reasonOther" | "com.atproto.moderation.defs#reasonAppeal" | "tools.ozone.report.defs#reasonAppeal" | "tools.ozone.report.defs#reasonOther" | "tools.ozone.report.defs#reasonViolenceAnimal" | "tools.ozone.report.defs#reasonViolenceThreats" | "tools.ozone.report.defs#reasonViolenceGraphicContent" | "tools.ozone.report.defs#reasonViolenceGlorification" | "tools.ozone.report.defs#reasonViolenceExtremistContent" | "tools.ozone.report.defs#reasonViolenceTrafficking" | "tools.ozone.report.defs#reasonViolenceOther" | "tools.ozone.report.defs#reasonSexualAbuseContent" | "tools.ozone.report.defs#reasonSexualNCII" | "tools.ozone.report.defs#reasonSexualDeepfake" | "tools.ozone.report.defs#reasonSexualAnimal" | "tools.ozone.report.defs#reasonSexualUnlabeled" | "tools.ozone.report.defs#reasonSexualOther" | "tools.ozone.report.defs#reasonChildSafetyCSAM" | "tools.ozone.report.defs#reasonChildSafetyGroom" | "tools.ozone.report.defs#reasonChildSafetyPrivacy" | "tools.ozone.report.defs#reasonChildSafetyHarassment" | "tools.ozone.report.defs#reasonChildSafetyOther" | "tools.ozone.report.defs#reasonHarassmentTroll" | "tools.ozone.report.defs#reasonHarassmentTargeted" | "tools.ozone.report.defs#reasonHarassmentHateSpeech" | "tools.ozone.report.defs#reasonHarassmentDoxxing" | "tools.ozone.report.defs#reasonHarassmentOther" | "tools.ozone.report.defs#reasonMisleadingBot" | "tools.ozone.report.defs#reasonMisleadingImpersonation" | "tools.ozone.report.defs#reasonMisleadingSpam" | "tools.ozone.report.defs#reasonMisleadingScam" | "tools.ozone.report.defs#reasonMisleadingElections" | "tools.ozone.report.defs#reasonMisleadingOther" | "tools.ozone.report.defs#reasonRuleSiteSecurity" | "tools.ozone.report.defs#reasonRuleProhibitedSales" | "tools.ozone.report.defs#reasonRuleBanEvasion" | "tools.ozone.report.defs#reasonRuleOther" | "tools.ozone.report.defs#reasonSelfHarmContent" | "tools.ozone.report.defs#reasonSelfHarmED" | "tools.ozone.report.defs#reasonSelfHarmStunts" | "tools.ozone.report.defs#reasonSelfHarmSubstances" | "tools.ozone.report.defs#reasonSelfHarmOther" | (string & {});

/** Spam: frequent unwanted promotion, replies, mentions. Prefer new lexicon definition `tools.ozone.report.defs#reasonMisleadingSpam`. */
export type ComAtprotoModerationDefsReasonSpam = "com.atproto.moderation.defs#reasonSpam";

/** Direct violation of server rules, laws, terms of service. Prefer new lexicon definition `tools.ozone.report.defs#reasonRuleOther`. */
export type ComAtprotoModerationDefsReasonViolation = "com.atproto.moderation.defs#reasonViolation";

/** Misleading identity, affiliation, or content. Prefer new lexicon definition `tools.ozone.report.defs#reasonMisleadingOther`. */
export type ComAtprotoModerationDefsReasonMisleading = "com.atproto.moderation.defs#reasonMisleading";

/** Unwanted or mislabeled sexual content. Prefer new lexicon definition `tools.ozone.report.defs#reasonSexualUnlabeled`. */
export type ComAtprotoModerationDefsReasonSexual = "com.atproto.moderation.defs#reasonSexual";

/** Rude, harassing, explicit, or otherwise unwelcoming behavior. Prefer new lexicon definition `tools.ozone.report.defs#reasonHarassmentOther`. */
export type ComAtprotoModerationDefsReasonRude = "com.atproto.moderation.defs#reasonRude";

/** Reports not falling under another report category. Prefer new lexicon definition `tools.ozone.report.defs#reasonOther`. */
export type ComAtprotoModerationDefsReasonOther = "com.atproto.moderation.defs#reasonOther";

/** Appeal a previously taken moderation action */
export type ComAtprotoModerationDefsReasonAppeal = "com.atproto.moderation.defs#reasonAppeal";

/** Tag describing a type of subject that might be reported. */
export type ComAtprotoModerationDefsSubjectType = "account" | "record" | "chat" | (string & {});

export interface ComAtprotoRepoApplyWritesInput {
  /** The handle or DID of the repo (aka, current account). */
  repo: string;
  /** Can be set to 'false' to skip Lexicon schema validation of record data across all operations, 'true' to require it, or leave unset to validate only for known Lexicons. */
  validate?: boolean;
  writes: ((ComAtprotoRepoApplyWritesCreate & { $type: "com.atproto.repo.applyWrites#create" }) | (ComAtprotoRepoApplyWritesUpdate & { $type: "com.atproto.repo.applyWrites#update" }) | (ComAtprotoRepoApplyWritesDelete & { $type: "com.atproto.repo.applyWrites#delete" }))[];
  /** If provided, the entire operation will fail if the current repo commit CID does not match this value. Used to prevent conflicting repo mutations. */
  swapCommit?: string;
}

export interface ComAtprotoRepoApplyWritesOutput {
  commit?: ComAtprotoRepoDefsCommitMeta;
  results?: ((ComAtprotoRepoApplyWritesCreateResult & { $type: "com.atproto.repo.applyWrites#createResult" }) | (ComAtprotoRepoApplyWritesUpdateResult & { $type: "com.atproto.repo.applyWrites#updateResult" }) | (ComAtprotoRepoApplyWritesDeleteResult & { $type: "com.atproto.repo.applyWrites#deleteResult" }))[];
}

export type ComAtprotoRepoApplyWritesError = "InvalidSwap";

/** Operation which creates a new record. */
export interface ComAtprotoRepoApplyWritesCreate {
  collection: string;
  /** NOTE: maxLength is redundant with record-key format. Keeping it temporarily to ensure backwards compatibility. */
  rkey?: string;
  value: Record<string, unknown>;
}

/** Operation which updates an existing record. */
export interface ComAtprotoRepoApplyWritesUpdate {
  collection: string;
  rkey: string;
  value: Record<string, unknown>;
}

/** Operation which deletes an existing record. */
export interface ComAtprotoRepoApplyWritesDelete {
  collection: string;
  rkey: string;
}

export interface ComAtprotoRepoApplyWritesCreateResult {
  uri: string;
  cid: string;
  validationStatus?: "valid" | "unknown" | (string & {});
}

export interface ComAtprotoRepoApplyWritesUpdateResult {
  uri: string;
  cid: string;
  validationStatus?: "valid" | "unknown" | (string & {});
}

export interface ComAtprotoRepoApplyWritesDeleteResult {
}

export interface ComAtprotoRepoCreateRecordInput {
  /** The handle or DID of the repo (aka, current account). */
  repo: string;
  /** The NSID of the record collection. */
  collection: string;
  /** The Record Key. */
  rkey?: string;
  /** Can be set to 'false' to skip Lexicon schema validation of record data, 'true' to require it, or leave unset to validate only for known Lexicons. */
  validate?: boolean;
  /** The record itself. Must contain a $type field. */
  record: Record<string, unknown>;
  /** Compare and swap with the previous commit by CID. */
  swapCommit?: string;
}

export interface ComAtprotoRepoCreateRecordOutput {
  uri: string;
  cid: string;
  commit?: ComAtprotoRepoDefsCommitMeta;
  validationStatus?: "valid" | "unknown" | (string & {});
}

export type ComAtprotoRepoCreateRecordError = "InvalidSwap";

export interface ComAtprotoRepoDefsCommitMeta {
  cid: string;
  rev: string;
}

export interface ComAtprotoRepoDeleteRecordInput {
  /** The handle or DID of the repo (aka, current account). */
  repo: string;
  /** The NSID of the record collection. */
  collection: string;
  /** The Record Key. */
  rkey: string;
  /** Compare and swap with the previous record by CID. */
  swapRecord?: string;
  /** Compare and swap with the previous commit by CID. */
  swapCommit?: string;
}

export interface ComAtprotoRepoDeleteRecordOutput {
  commit?: ComAtprotoRepoDefsCommitMeta;
}

export type ComAtprotoRepoDeleteRecordError = "InvalidSwap";

export interface ComAtprotoRepoDescribeRepoParams {
  /** The handle or DID of the repo. */
  repo: string;
}

export interface ComAtprotoRepoDescribeRepoOutput {
  handle: string;
  did: string;
  /** The complete DID document for this account. */
  didDoc: Record<string, unknown>;
  /** List of all the collections (NSIDs) for which this repo contains at least one record. */
  collections: string[];
  /** Indicates if handle is currently valid (resolves bi-directionally) */
  handleIsCorrect: boolean;
}

export interface ComAtprotoRepoGetRecordParams {
  /** The handle or DID of the repo. */
  repo: string;
  /** The NSID of the record collection. */
  collection: string;
  /** The Record Key. */
  rkey: string;
  /** The CID of the version of the record. If not specified, then return the most recent version. */
  cid?: string;
}

export interface ComAtprotoRepoGetRecordOutput {
  uri: string;
  cid?: string;
  value: Record<string, unknown>;
}

export type ComAtprotoRepoGetRecordError = "RecordNotFound";

export interface ComAtprotoRepoListMissingBlobsParams {
  limit: number;
  cursor?: string;
}

export interface ComAtprotoRepoListMissingBlobsOutput {
  cursor?: string;
  blobs: ComAtprotoRepoListMissingBlobsRecordBlob[];
}

export interface ComAtprotoRepoListMissingBlobsRecordBlob {
  cid: string;
  recordUri: string;
}

export interface ComAtprotoRepoListRecordsParams {
  /** The handle or DID of the repo. */
  repo: string;
  /** The NSID of the record type. */
  collection: string;
  /** The number of records to return. */
  limit: number;
  cursor?: string;
  /** Flag to reverse the order of the returned records. */
  reverse?: boolean;
}

export interface ComAtprotoRepoListRecordsOutput {
  cursor?: string;
  records: ComAtprotoRepoListRecordsRecord[];
}

export interface ComAtprotoRepoListRecordsRecord {
  uri: string;
  cid: string;
  value: Record<string, unknown>;
}

export interface ComAtprotoRepoPutRecordInput {
  /** The handle or DID of the repo (aka, current account). */
  repo: string;
  /** The NSID of the record collection. */
  collection: string;
  /** The Record Key. */
  rkey: string;
  /** Can be set to 'false' to skip Lexicon schema validation of record data, 'true' to require it, or leave unset to validate only for known Lexicons. */
  validate?: boolean;
  /** The record to write. */
  record: Record<string, unknown>;
  /** Compare and swap with the previous record by CID. WARNING: nullable and optional field; may cause problems with golang implementation */
  swapRecord?: string | null;
  /** Compare and swap with the previous commit by CID. */
  swapCommit?: string;
}

export interface ComAtprotoRepoPutRecordOutput {
  uri: string;
  cid: string;
  commit?: ComAtprotoRepoDefsCommitMeta;
  validationStatus?: "valid" | "unknown" | (string & {});
}

export type ComAtprotoRepoPutRecordError = "InvalidSwap";

export interface ComAtprotoRepoStrongRef {
  uri: string;
  cid: string;
}

export interface ComAtprotoRepoUploadBlobOutput {
  blob: BlobJson;
}

export interface ComAtprotoServerCheckAccountStatusOutput {
  activated: boolean;
  validDid: boolean;
  repoCommit: string;
  repoRev: string;
  repoBlocks: number;
  indexedRecords: number;
  privateStateValues: number;
  expectedBlobs: number;
  importedBlobs: number;
}

export interface ComAtprotoServerConfirmEmailInput {
  email: string;
  token: string;
}

export type ComAtprotoServerConfirmEmailError = "AccountNotFound" | "ExpiredToken" | "InvalidToken" | "InvalidEmail";

export interface ComAtprotoServerCreateAccountInput {
  email?: string;
  /** Requested handle for the account. */
  handle: string;
  /** Pre-existing atproto DID, being imported to a new account. */
  did?: string;
  inviteCode?: string;
  verificationCode?: string;
  verificationPhone?: string;
  /** Initial account password. May need to meet instance-specific password strength requirements. */
  password?: string;
  /** DID PLC rotation key (aka, recovery key) to be included in PLC creation operation. */
  recoveryKey?: string;
  /** A signed DID PLC operation to be submitted as part of importing an existing account to this instance. NOTE: this optional field may be updated when full account migration is implemented. */
  plcOp?: Record<string, unknown>;
}

/** Account login session returned on successful account creation. */
export interface ComAtprotoServerCreateAccountOutput {
  accessJwt: string;
  refreshJwt: string;
  handle: string;
  /** The DID of the new account. */
  did: string;
  /** Complete DID document. */
  didDoc?: Record<string, unknown>;
}

export type ComAtprotoServerCreateAccountError = "InvalidHandle" | "InvalidPassword" | "InvalidInviteCode" | "HandleNotAvailable" | "UnsupportedDomain" | "UnresolvableDid" | "IncompatibleDidDoc";

export interface ComAtprotoServerCreateAppPasswordInput {
  /** A short name for the App Password, to help distinguish them. */
  name: string;
  /** If an app password has 'privileged' access to possibly sensitive account state. Meant for use with trusted clients. */
  privileged?: boolean;
}

export type ComAtprotoServerCreateAppPasswordOutput = ComAtprotoServerCreateAppPasswordAppPassword;

export type ComAtprotoServerCreateAppPasswordError = "AccountTakedown";

export interface ComAtprotoServerCreateAppPasswordAppPassword {
  name: string;
  password: string;
  createdAt: string;
  privileged?: boolean;
}

export interface ComAtprotoServerCreateInviteCodeInput {
  useCount: number;
  forAccount?: string;
}

export interface ComAtprotoServerCreateInviteCodeOutput {
  code: string;
}

export interface ComAtprotoServerCreateInviteCodesInput {
  codeCount: number;
  useCount: number;
  forAccounts?: string[];
}

export interface ComAtprotoServerCreateInviteCodesOutput {
  codes: ComAtprotoServerCreateInviteCodesAccountCodes[];
}

export interface ComAtprotoServerCreateInviteCodesAccountCodes {
  account: string;
  codes: string[];
}

export interface ComAtprotoServerCreateSessionInput {
  /** Handle or other identifier supported by the server for the authenticating user. */
  identifier: string;
  password: string;
  authFactorToken?: string;
  /** When true, instead of throwing error for takendown accounts, a valid response with a narrow scoped token will be returned */
  allowTakendown?: boolean;
}

export interface ComAtprotoServerCreateSessionOutput {
  accessJwt: string;
  refreshJwt: string;
  handle: string;
  did: string;
  didDoc?: Record<string, unknown>;
  email?: string;
  emailConfirmed?: boolean;
  emailAuthFactor?: boolean;
  active?: boolean;
  /** If active=false, this optional field indicates a possible reason for why the account is not active. If active=false and no status is supplied, then the host makes no claim for why the repository is no longer being hosted. */
  status?: "takendown" | "suspended" | "deactivated" | (string & {});
}

export type ComAtprotoServerCreateSessionError = "AccountTakedown" | "AuthFactorTokenRequired";

export interface ComAtprotoServerDeactivateAccountInput {
  /** A recommendation to server as to how long they should hold onto the deactivated account before deleting. */
  deleteAfter?: string;
}

export interface ComAtprotoServerDefsInviteCode {
  code: string;
  available: number;
  disabled: boolean;
  forAccount: string;
  createdBy: string;
  createdAt: string;
  uses: ComAtprotoServerDefsInviteCodeUse[];
}

export interface ComAtprotoServerDefsInviteCodeUse {
  usedBy: string;
  usedAt: string;
}

export interface ComAtprotoServerDeleteAccountInput {
  did: string;
  password: string;
  token: string;
}

export type ComAtprotoServerDeleteAccountError = "ExpiredToken" | "InvalidToken";

export type ComAtprotoServerDeleteSessionError = "InvalidToken" | "ExpiredToken";

export interface ComAtprotoServerDescribeServerOutput {
  /** If true, an invite code must be supplied to create an account on this instance. */
  inviteCodeRequired?: boolean;
  /** If true, a phone verification token must be supplied to create an account on this instance. */
  phoneVerificationRequired?: boolean;
  /** Maximum size of a blob that can be uploaded via com.atproto.repo.uploadBlob, in bytes. */
  blobUploadLimit?: number;
  /** List of domain suffixes that can be used in account handles. */
  availableUserDomains: string[];
  /** URLs of service policy documents. */
  links?: ComAtprotoServerDescribeServerLinks;
  /** Contact information */
  contact?: ComAtprotoServerDescribeServerContact;
  did: string;
}

export interface ComAtprotoServerDescribeServerLinks {
  privacyPolicy?: string;
  termsOfService?: string;
}

export interface ComAtprotoServerDescribeServerContact {
  email?: string;
}

export interface ComAtprotoServerGetAccountInviteCodesParams {
  includeUsed: boolean;
  /** Controls whether any new 'earned' but not 'created' invites should be created. */
  createAvailable: boolean;
}

export interface ComAtprotoServerGetAccountInviteCodesOutput {
  codes: ComAtprotoServerDefsInviteCode[];
}

export type ComAtprotoServerGetAccountInviteCodesError = "DuplicateCreate";

export interface ComAtprotoServerGetServiceAuthParams {
  /** The DID or `did#serviceId` reference of the service that the token will be used to authenticate with. */
  aud: string;
  /** The time in Unix Epoch seconds that the JWT expires. Defaults to 60 seconds in the future. The service may enforce certain time bounds on tokens depending on the requested scope. */
  exp?: number;
  /** Lexicon (XRPC) method to bind the requested token to */
  lxm?: string;
}

export interface ComAtprotoServerGetServiceAuthOutput {
  token: string;
}

export type ComAtprotoServerGetServiceAuthError = "BadExpiration";

export interface ComAtprotoServerGetSessionOutput {
  handle: string;
  did: string;
  didDoc?: Record<string, unknown>;
  email?: string;
  emailConfirmed?: boolean;
  emailAuthFactor?: boolean;
  active?: boolean;
  /** If active=false, this optional field indicates a possible reason for why the account is not active. If active=false and no status is supplied, then the host makes no claim for why the repository is no longer being hosted. */
  status?: "takendown" | "suspended" | "deactivated" | (string & {});
}

export interface ComAtprotoServerListAppPasswordsOutput {
  passwords: ComAtprotoServerListAppPasswordsAppPassword[];
}

export type ComAtprotoServerListAppPasswordsError = "AccountTakedown";

export interface ComAtprotoServerListAppPasswordsAppPassword {
  name: string;
  createdAt: string;
  privileged?: boolean;
}

export interface ComAtprotoServerRefreshSessionOutput {
  accessJwt: string;
  refreshJwt: string;
  handle: string;
  did: string;
  didDoc?: Record<string, unknown>;
  email?: string;
  emailConfirmed?: boolean;
  emailAuthFactor?: boolean;
  active?: boolean;
  /** Hosting status of the account. If not specified, then assume 'active'. */
  status?: "takendown" | "suspended" | "deactivated" | (string & {});
}

export type ComAtprotoServerRefreshSessionError = "AccountTakedown" | "InvalidToken" | "ExpiredToken";

export interface ComAtprotoServerRequestEmailUpdateOutput {
  tokenRequired: boolean;
}

export interface ComAtprotoServerRequestPasswordResetInput {
  email: string;
}

export interface ComAtprotoServerReserveSigningKeyInput {
  /** The DID to reserve a key for. */
  did?: string;
}

export interface ComAtprotoServerReserveSigningKeyOutput {
  /** The public key for the reserved signing key, in did:key serialization. */
  signingKey: string;
}

export interface ComAtprotoServerResetPasswordInput {
  token: string;
  password: string;
}

export type ComAtprotoServerResetPasswordError = "ExpiredToken" | "InvalidToken";

export interface ComAtprotoServerRevokeAppPasswordInput {
  name: string;
}

export interface ComAtprotoServerUpdateEmailInput {
  email: string;
  emailAuthFactor?: boolean;
  /** Requires a token from com.atproto.sever.requestEmailUpdate if the account's email has been confirmed. */
  token?: string;
}

export type ComAtprotoServerUpdateEmailError = "ExpiredToken" | "InvalidToken" | "TokenRequired";

export type ComAtprotoSyncDefsHostStatus = "active" | "idle" | "offline" | "throttled" | "banned" | (string & {});

export interface ComAtprotoSyncGetBlobParams {
  /** The DID of the account. */
  did: string;
  /** The CID of the blob to fetch */
  cid: string;
}

export type ComAtprotoSyncGetBlobError = "BlobNotFound" | "RepoNotFound" | "RepoTakendown" | "RepoSuspended" | "RepoDeactivated";

export interface ComAtprotoSyncGetBlocksParams {
  /** The DID of the repo. */
  did: string;
  cids: string[];
}

export type ComAtprotoSyncGetBlocksError = "BlockNotFound" | "RepoNotFound" | "RepoTakendown" | "RepoSuspended" | "RepoDeactivated";

export interface ComAtprotoSyncGetCheckoutParams {
  /** The DID of the repo. */
  did: string;
}

export interface ComAtprotoSyncGetHeadParams {
  /** The DID of the repo. */
  did: string;
}

export interface ComAtprotoSyncGetHeadOutput {
  root: string;
}

export type ComAtprotoSyncGetHeadError = "HeadNotFound";

export interface ComAtprotoSyncGetHostStatusParams {
  /** Hostname of the host (eg, PDS or relay) being queried. */
  hostname: string;
}

export interface ComAtprotoSyncGetHostStatusOutput {
  hostname: string;
  /** Recent repo stream event sequence number. May be delayed from actual stream processing (eg, persisted cursor not in-memory cursor). */
  seq?: number;
  /** Number of accounts on the server which are associated with the upstream host. Note that the upstream may actually have more accounts. */
  accountCount?: number;
  status?: ComAtprotoSyncDefsHostStatus;
}

export type ComAtprotoSyncGetHostStatusError = "HostNotFound";

export interface ComAtprotoSyncGetLatestCommitParams {
  /** The DID of the repo. */
  did: string;
}

export interface ComAtprotoSyncGetLatestCommitOutput {
  cid: string;
  rev: string;
}

export type ComAtprotoSyncGetLatestCommitError = "RepoNotFound" | "RepoTakendown" | "RepoSuspended" | "RepoDeactivated";

export interface ComAtprotoSyncGetRecordParams {
  /** The DID of the repo. */
  did: string;
  collection: string;
  /** Record Key */
  rkey: string;
}

export type ComAtprotoSyncGetRecordError = "RecordNotFound" | "RepoNotFound" | "RepoTakendown" | "RepoSuspended" | "RepoDeactivated";

export interface ComAtprotoSyncGetRepoParams {
  /** The DID of the repo. */
  did: string;
  /** The revision ('rev') of the repo to create a diff from. */
  since?: string;
}

export type ComAtprotoSyncGetRepoError = "RepoNotFound" | "RepoTakendown" | "RepoSuspended" | "RepoDeactivated";

export interface ComAtprotoSyncGetRepoStatusParams {
  /** The DID of the repo. */
  did: string;
}

export interface ComAtprotoSyncGetRepoStatusOutput {
  did: string;
  active: boolean;
  /** If active=false, this optional field indicates a possible reason for why the account is not active. If active=false and no status is supplied, then the host makes no claim for why the repository is no longer being hosted. */
  status?: "takendown" | "suspended" | "deleted" | "deactivated" | "desynchronized" | "throttled" | (string & {});
  /** Optional field, the current rev of the repo, if active=true */
  rev?: string;
}

export type ComAtprotoSyncGetRepoStatusError = "RepoNotFound";

export interface ComAtprotoSyncListBlobsParams {
  /** The DID of the repo. */
  did: string;
  /** Optional revision of the repo to list blobs since. */
  since?: string;
  limit: number;
  cursor?: string;
}

export interface ComAtprotoSyncListBlobsOutput {
  cursor?: string;
  cids: string[];
}

export type ComAtprotoSyncListBlobsError = "RepoNotFound" | "RepoTakendown" | "RepoSuspended" | "RepoDeactivated";

export interface ComAtprotoSyncListHostsParams {
  limit: number;
  cursor?: string;
}

export interface ComAtprotoSyncListHostsOutput {
  cursor?: string;
  /** Sort order is not formally specified. Recommended order is by time host was first seen by the server, with oldest first. */
  hosts: ComAtprotoSyncListHostsHost[];
}

export interface ComAtprotoSyncListHostsHost {
  /** hostname of server; not a URL (no scheme) */
  hostname: string;
  /** Recent repo stream event sequence number. May be delayed from actual stream processing (eg, persisted cursor not in-memory cursor). */
  seq?: number;
  accountCount?: number;
  status?: ComAtprotoSyncDefsHostStatus;
}

export interface ComAtprotoSyncListReposParams {
  limit: number;
  cursor?: string;
}

export interface ComAtprotoSyncListReposOutput {
  cursor?: string;
  repos: ComAtprotoSyncListReposRepo[];
}

export interface ComAtprotoSyncListReposRepo {
  did: string;
  /** Current repo commit CID */
  head: string;
  rev: string;
  active?: boolean;
  /** If active=false, this optional field indicates a possible reason for why the account is not active. If active=false and no status is supplied, then the host makes no claim for why the repository is no longer being hosted. */
  status?: "takendown" | "suspended" | "deleted" | "deactivated" | "desynchronized" | "throttled" | (string & {});
}

export interface ComAtprotoSyncListReposByCollectionParams {
  collection: string;
  /** Maximum size of response set. Recommend setting a large maximum (1000+) when enumerating large DID lists. */
  limit: number;
  cursor?: string;
}

export interface ComAtprotoSyncListReposByCollectionOutput {
  cursor?: string;
  repos: ComAtprotoSyncListReposByCollectionRepo[];
}

export interface ComAtprotoSyncListReposByCollectionRepo {
  did: string;
}

export interface ComAtprotoSyncRequestCrawlInput {
  /** Hostname of the current service (eg, PDS) that is requesting to be crawled. */
  hostname: string;
}

export type ComAtprotoSyncRequestCrawlError = "HostBanned";

export interface ComAtprotoSyncSubscribeReposParams {
  /** The last known event seq number to backfill from. */
  cursor?: number;
}

export type ComAtprotoSyncSubscribeReposError = "FutureCursor" | "ConsumerTooSlow";

export interface ComAtprotoTempCheckSignupQueueOutput {
  activated: boolean;
  placeInQueue?: number;
  estimatedTimeMs?: number;
}

/** A declaration of a Germ Network account */
export interface ComGermnetworkDeclaration {
  $type: "com.germnetwork.declaration";
  /** Semver version number, without pre-release or build information, for the format of opaque content */
  version: string;
  /** Opaque value, an ed25519 public key prefixed with a byte enum */
  currentKey: BytesJson;
  /** Controls who can message this account */
  messageMe?: ComGermnetworkDeclarationMessageMe;
  /** Opaque value, contains MLS KeyPackage(s), and other signature data, and is signed by the currentKey */
  keyPackage?: BytesJson;
  /** Array of opaque values to allow for key rolling */
  continuityProofs?: BytesJson[];
}

export interface ComGermnetworkDeclarationMessageMe {
  /** A URL to present to an account that does not have its own com.germnetwork.declaration record, must have an empty fragment component, where the app should fill in the fragment component with the DIDs of the two accounts who wish to message each other */
  messageMeUrl: string;
  /** The policy of who can message the account, this value is included in the keyPackage, but is duplicated here to allow applications to decide if they should show a 'Message on Germ' button to the viewer. */
  showButtonTo: "none" | "usersIFollow" | "everyone" | (string & {});
}

export interface SiteStandardDocumentContributor {
  did: string;
  displayName?: string;
  role?: string;
}

/** A document record representing a published article, blog post, or other content. Documents can belong to a publication or exist independently. */
export interface SiteStandardDocument {
  $type: "site.standard.document";
  /** Strong reference to a Bluesky post. Useful to keep track of comments off-platform. */
  bskyPostRef?: ComAtprotoRepoStrongRef;
  /** Open union used to define the record's content. Each entry must specify a $type and may be extended with other lexicons to support additional content formats. */
  content?: UnknownMember;
  contributors?: SiteStandardDocumentContributor[];
  /** Image to used for thumbnail or cover image. Less than 1MB is size. */
  coverImage?: BlobJson;
  /** A brief description or excerpt from the document. */
  description?: string;
  /** Self-label values for this post. Effectively content warnings. */
  labels?: (ComAtprotoLabelDefsSelfLabels & { $type: "com.atproto.label.defs#selfLabels" }) | UnknownMember;
  /** Array of values describing relationships between this document and external resources */
  links?: UnknownMember;
  /** Combine with site or publication url to construct a canonical URL to the document. Prepend with a leading slash. */
  path?: string;
  /** Timestamp of the documents publish time. */
  publishedAt: string;
  /** Points to a publication record (at://) or a publication url (https://) for loose documents. Avoid trailing slashes. */
  site: string;
  /** Array of strings used to tag or categorize the document. Avoid prepending tags with hashtags. */
  tags?: string[];
  /** Plaintext representation of the documents contents. Should not contain markdown or other formatting. */
  textContent?: string;
  /** Title of the document. */
  title: string;
  /** Timestamp of the documents last edit. */
  updatedAt?: string;
}

/** Record declaring a recommendation of a document. */
export interface SiteStandardGraphRecommend {
  $type: "site.standard.graph.recommend";
  createdAt: string;
  /** AT-URI reference to the document record being recommended (ex: at://did:plc:abc123/site.standard.document/xyz789). */
  document: string;
}

/** Record declaring a subscription to a publication. */
export interface SiteStandardGraphSubscription {
  $type: "site.standard.graph.subscription";
  createdAt?: string;
  /** AT-URI reference to the publication record being subscribed to (ex: at://did:plc:abc123/site.standard.publication/xyz789). */
  publication: string;
}

/** A publication record representing a blog, website, or content platform. Publications serve as containers for documents and define the overall branding and settings. */
export interface SiteStandardPublication {
  $type: "site.standard.publication";
  /** Simplified publication theme for tools and apps to utilize when displaying content. */
  basicTheme?: SiteStandardThemeBasic;
  /** Brief description of the publication. */
  description?: string;
  /** Square image to identify the publication. Should be at least 256x256. */
  icon?: BlobJson;
  /** Self-label values for this publication. Effectively content warnings. */
  labels?: (ComAtprotoLabelDefsSelfLabels & { $type: "com.atproto.label.defs#selfLabels" }) | UnknownMember;
  /** Name of the publication. */
  name: string;
  /** Object containing platform specific preferences (with a few shared properties). */
  preferences?: SiteStandardPublicationPreferences;
  /** Base publication url (ex: https://standard.site). The canonical document URL is formed by combining this value with the document path. */
  url: string;
}

export interface SiteStandardPublicationPreferences {
  /** Boolean which decides whether the publication should appear in discovery feeds. */
  showInDiscover?: boolean;
}

/** A simplified theme definition for publications, providing basic color customization for content display across different platforms and applications. */
export interface SiteStandardThemeBasic {
  $type: "site.standard.theme.basic";
  /** Color used for links and button backgrounds. */
  accent: (SiteStandardThemeColorRgb & { $type: "site.standard.theme.color#rgb" }) | UnknownMember;
  /** Color used for button text. */
  accentForeground: (SiteStandardThemeColorRgb & { $type: "site.standard.theme.color#rgb" }) | UnknownMember;
  /** Color used for content background. */
  background: (SiteStandardThemeColorRgb & { $type: "site.standard.theme.color#rgb" }) | UnknownMember;
  /** Color used for content text. */
  foreground: (SiteStandardThemeColorRgb & { $type: "site.standard.theme.color#rgb" }) | UnknownMember;
}

export interface SiteStandardThemeColorRgb {
  b: number;
  g: number;
  r: number;
}

export interface SiteStandardThemeColorRgba {
  a: number;
  b: number;
  g: number;
  r: number;
}

export interface RecordByNsid {
  "agent.comms.broadcast": AgentCommsBroadcast;
  "agent.comms.cancel": AgentCommsCancel;
  "agent.comms.disclosure": AgentCommsDisclosure;
  "agent.comms.grant": AgentCommsGrant;
  "agent.comms.handoff": AgentCommsHandoff;
  "agent.comms.handoffAnswer": AgentCommsHandoffAnswer;
  "agent.comms.key": AgentCommsKey;
  "agent.comms.message": AgentCommsMessage;
  "agent.comms.profile": AgentCommsProfile;
  "agent.comms.question": AgentCommsQuestion;
  "agent.comms.receipt": AgentCommsReceipt;
  "agent.comms.request": AgentCommsRequest;
  "agent.comms.response": AgentCommsResponse;
  "agent.memory.decision": AgentMemoryDecision;
  "agent.memory.fact": AgentMemoryFact;
  "agent.memory.note": AgentMemoryNote;
  "agent.memory.pins": AgentMemoryPins;
  "agent.memory.summary": AgentMemorySummary;
  "app.bsky.actor.contentVisibilityDeclaration": AppBskyActorContentVisibilityDeclaration;
  "app.bsky.actor.profile": AppBskyActorProfile;
  "app.bsky.actor.status": AppBskyActorStatus;
  "app.bsky.feed.generator": AppBskyFeedGenerator;
  "app.bsky.feed.like": AppBskyFeedLike;
  "app.bsky.feed.post": AppBskyFeedPost;
  "app.bsky.feed.postgate": AppBskyFeedPostgate;
  "app.bsky.feed.repost": AppBskyFeedRepost;
  "app.bsky.feed.threadgate": AppBskyFeedThreadgate;
  "app.bsky.graph.block": AppBskyGraphBlock;
  "app.bsky.graph.follow": AppBskyGraphFollow;
  "app.bsky.graph.list": AppBskyGraphList;
  "app.bsky.graph.listblock": AppBskyGraphListblock;
  "app.bsky.graph.listitem": AppBskyGraphListitem;
  "app.bsky.graph.referencelistoptout": AppBskyGraphReferencelistoptout;
  "app.bsky.graph.starterpack": AppBskyGraphStarterpack;
  "app.bsky.graph.verification": AppBskyGraphVerification;
  "app.bsky.labeler.service": AppBskyLabelerService;
  "app.bsky.notification.declaration": AppBskyNotificationDeclaration;
  "chat.bsky.actor.declaration": ChatBskyActorDeclaration;
  "com.atproto.lexicon.schema": ComAtprotoLexiconSchema;
  "com.germnetwork.declaration": ComGermnetworkDeclaration;
  "site.standard.document": SiteStandardDocument;
  "site.standard.graph.recommend": SiteStandardGraphRecommend;
  "site.standard.graph.subscription": SiteStandardGraphSubscription;
  "site.standard.publication": SiteStandardPublication;
  "site.standard.theme.basic": SiteStandardThemeBasic;
}

export interface ParamsByNsid {
  "agent.comms.listInbox": AgentCommsListInboxParams;
  "agent.comms.listQuarantine": AgentCommsListQuarantineParams;
  "agent.comms.subscribeInbox": AgentCommsSubscribeInboxParams;
  "agent.comms.subscribeProgress": AgentCommsSubscribeProgressParams;
  "agent.network.getAgent": AgentNetworkGetAgentParams;
  "agent.network.listAgents": AgentNetworkListAgentsParams;
  "app.bsky.actor.getPreferences": AppBskyActorGetPreferencesParams;
  "app.bsky.actor.getProfile": AppBskyActorGetProfileParams;
  "app.bsky.actor.getProfiles": AppBskyActorGetProfilesParams;
  "app.bsky.feed.getActorLikes": AppBskyFeedGetActorLikesParams;
  "app.bsky.feed.getAuthorFeed": AppBskyFeedGetAuthorFeedParams;
  "app.bsky.feed.getFeed": AppBskyFeedGetFeedParams;
  "app.bsky.feed.getPostThread": AppBskyFeedGetPostThreadParams;
  "app.bsky.feed.getTimeline": AppBskyFeedGetTimelineParams;
  "com.atproto.admin.getAccountInfo": ComAtprotoAdminGetAccountInfoParams;
  "com.atproto.admin.getAccountInfos": ComAtprotoAdminGetAccountInfosParams;
  "com.atproto.admin.getInviteCodes": ComAtprotoAdminGetInviteCodesParams;
  "com.atproto.admin.getSubjectStatus": ComAtprotoAdminGetSubjectStatusParams;
  "com.atproto.admin.searchAccounts": ComAtprotoAdminSearchAccountsParams;
  "com.atproto.identity.resolveDid": ComAtprotoIdentityResolveDidParams;
  "com.atproto.identity.resolveHandle": ComAtprotoIdentityResolveHandleParams;
  "com.atproto.identity.resolveIdentity": ComAtprotoIdentityResolveIdentityParams;
  "com.atproto.repo.describeRepo": ComAtprotoRepoDescribeRepoParams;
  "com.atproto.repo.getRecord": ComAtprotoRepoGetRecordParams;
  "com.atproto.repo.listMissingBlobs": ComAtprotoRepoListMissingBlobsParams;
  "com.atproto.repo.listRecords": ComAtprotoRepoListRecordsParams;
  "com.atproto.server.getAccountInviteCodes": ComAtprotoServerGetAccountInviteCodesParams;
  "com.atproto.server.getServiceAuth": ComAtprotoServerGetServiceAuthParams;
  "com.atproto.sync.getBlob": ComAtprotoSyncGetBlobParams;
  "com.atproto.sync.getBlocks": ComAtprotoSyncGetBlocksParams;
  "com.atproto.sync.getCheckout": ComAtprotoSyncGetCheckoutParams;
  "com.atproto.sync.getHead": ComAtprotoSyncGetHeadParams;
  "com.atproto.sync.getHostStatus": ComAtprotoSyncGetHostStatusParams;
  "com.atproto.sync.getLatestCommit": ComAtprotoSyncGetLatestCommitParams;
  "com.atproto.sync.getRecord": ComAtprotoSyncGetRecordParams;
  "com.atproto.sync.getRepo": ComAtprotoSyncGetRepoParams;
  "com.atproto.sync.getRepoStatus": ComAtprotoSyncGetRepoStatusParams;
  "com.atproto.sync.listBlobs": ComAtprotoSyncListBlobsParams;
  "com.atproto.sync.listHosts": ComAtprotoSyncListHostsParams;
  "com.atproto.sync.listRepos": ComAtprotoSyncListReposParams;
  "com.atproto.sync.listReposByCollection": ComAtprotoSyncListReposByCollectionParams;
  "com.atproto.sync.subscribeRepos": ComAtprotoSyncSubscribeReposParams;
}

export interface InputByNsid {
  "agent.comms.acknowledge": AgentCommsAcknowledgeInput;
  "agent.comms.deleteWebhook": AgentCommsDeleteWebhookInput;
  "agent.comms.discardQuarantine": AgentCommsDiscardQuarantineInput;
  "agent.comms.getProgressChannel": AgentCommsGetProgressChannelInput;
  "agent.comms.getTask": AgentCommsGetTaskInput;
  "agent.comms.listTasks": AgentCommsListTasksInput;
  "agent.comms.makePublic": AgentCommsMakePublicInput;
  "agent.comms.open": AgentCommsOpenInput;
  "agent.comms.publishProgress": AgentCommsPublishProgressInput;
  "agent.comms.putPolicy": AgentCommsPutPolicyInput;
  "agent.comms.putWebhook": AgentCommsPutWebhookInput;
  "agent.comms.releaseQuarantine": AgentCommsReleaseQuarantineInput;
  "agent.comms.revoke": AgentCommsRevokeInput;
  "agent.comms.rotateKeys": AgentCommsRotateKeysInput;
  "agent.comms.send": AgentCommsSendInput;
  "agent.comms.share": AgentCommsShareInput;
  "agent.comms.takeKeys": AgentCommsTakeKeysInput;
  "agent.memory.compact": AgentMemoryCompactInput;
  "agent.memory.forget": AgentMemoryForgetInput;
  "agent.memory.pin": AgentMemoryPinInput;
  "agent.memory.recall": AgentMemoryRecallInput;
  "agent.memory.remember": AgentMemoryRememberInput;
  "agent.network.confirmPeering": AgentNetworkConfirmPeeringInput;
  "agent.network.createAgent": AgentNetworkCreateAgentInput;
  "agent.network.createAgents": AgentNetworkCreateAgentsInput;
  "agent.network.destroyAgent": AgentNetworkDestroyAgentInput;
  "agent.network.endPeering": AgentNetworkEndPeeringInput;
  "agent.network.requestPeering": AgentNetworkRequestPeeringInput;
  "agent.network.suspendAgent": AgentNetworkSuspendAgentInput;
  "app.bsky.actor.putPreferences": AppBskyActorPutPreferencesInput;
  "app.bsky.notification.registerPush": AppBskyNotificationRegisterPushInput;
  "app.bsky.notification.unregisterPush": AppBskyNotificationUnregisterPushInput;
  "com.atproto.admin.deleteAccount": ComAtprotoAdminDeleteAccountInput;
  "com.atproto.admin.disableAccountInvites": ComAtprotoAdminDisableAccountInvitesInput;
  "com.atproto.admin.disableInviteCodes": ComAtprotoAdminDisableInviteCodesInput;
  "com.atproto.admin.enableAccountInvites": ComAtprotoAdminEnableAccountInvitesInput;
  "com.atproto.admin.sendEmail": ComAtprotoAdminSendEmailInput;
  "com.atproto.admin.updateAccountEmail": ComAtprotoAdminUpdateAccountEmailInput;
  "com.atproto.admin.updateAccountHandle": ComAtprotoAdminUpdateAccountHandleInput;
  "com.atproto.admin.updateAccountPassword": ComAtprotoAdminUpdateAccountPasswordInput;
  "com.atproto.admin.updateAccountSigningKey": ComAtprotoAdminUpdateAccountSigningKeyInput;
  "com.atproto.admin.updateSubjectStatus": ComAtprotoAdminUpdateSubjectStatusInput;
  "com.atproto.identity.refreshIdentity": ComAtprotoIdentityRefreshIdentityInput;
  "com.atproto.identity.signPlcOperation": ComAtprotoIdentitySignPlcOperationInput;
  "com.atproto.identity.submitPlcOperation": ComAtprotoIdentitySubmitPlcOperationInput;
  "com.atproto.identity.updateHandle": ComAtprotoIdentityUpdateHandleInput;
  "com.atproto.moderation.createReport": ComAtprotoModerationCreateReportInput;
  "com.atproto.repo.applyWrites": ComAtprotoRepoApplyWritesInput;
  "com.atproto.repo.createRecord": ComAtprotoRepoCreateRecordInput;
  "com.atproto.repo.deleteRecord": ComAtprotoRepoDeleteRecordInput;
  "com.atproto.repo.putRecord": ComAtprotoRepoPutRecordInput;
  "com.atproto.server.confirmEmail": ComAtprotoServerConfirmEmailInput;
  "com.atproto.server.createAccount": ComAtprotoServerCreateAccountInput;
  "com.atproto.server.createAppPassword": ComAtprotoServerCreateAppPasswordInput;
  "com.atproto.server.createInviteCode": ComAtprotoServerCreateInviteCodeInput;
  "com.atproto.server.createInviteCodes": ComAtprotoServerCreateInviteCodesInput;
  "com.atproto.server.createSession": ComAtprotoServerCreateSessionInput;
  "com.atproto.server.deactivateAccount": ComAtprotoServerDeactivateAccountInput;
  "com.atproto.server.deleteAccount": ComAtprotoServerDeleteAccountInput;
  "com.atproto.server.requestPasswordReset": ComAtprotoServerRequestPasswordResetInput;
  "com.atproto.server.reserveSigningKey": ComAtprotoServerReserveSigningKeyInput;
  "com.atproto.server.resetPassword": ComAtprotoServerResetPasswordInput;
  "com.atproto.server.revokeAppPassword": ComAtprotoServerRevokeAppPasswordInput;
  "com.atproto.server.updateEmail": ComAtprotoServerUpdateEmailInput;
  "com.atproto.sync.requestCrawl": ComAtprotoSyncRequestCrawlInput;
}

export interface OutputByNsid {
  "agent.comms.discardQuarantine": AgentCommsDiscardQuarantineOutput;
  "agent.comms.getKeys": AgentCommsGetKeysOutput;
  "agent.comms.getPolicy": AgentCommsGetPolicyOutput;
  "agent.comms.getProgressChannel": AgentCommsGetProgressChannelOutput;
  "agent.comms.getTask": AgentCommsGetTaskOutput;
  "agent.comms.listInbox": AgentCommsListInboxOutput;
  "agent.comms.listQuarantine": AgentCommsListQuarantineOutput;
  "agent.comms.listTasks": AgentCommsListTasksOutput;
  "agent.comms.listWebhooks": AgentCommsListWebhooksOutput;
  "agent.comms.makePublic": AgentCommsMakePublicOutput;
  "agent.comms.open": AgentCommsOpenOutput;
  "agent.comms.publishProgress": AgentCommsPublishProgressOutput;
  "agent.comms.putPolicy": AgentCommsPutPolicyOutput;
  "agent.comms.putWebhook": AgentCommsPutWebhookOutput;
  "agent.comms.releaseQuarantine": AgentCommsReleaseQuarantineOutput;
  "agent.comms.revoke": AgentCommsRevokeOutput;
  "agent.comms.rotateKeys": AgentCommsRotateKeysOutput;
  "agent.comms.send": AgentCommsSendOutput;
  "agent.comms.share": AgentCommsShareOutput;
  "agent.comms.takeKeys": AgentCommsTakeKeysOutput;
  "agent.memory.compact": AgentMemoryCompactOutput;
  "agent.memory.forget": AgentMemoryForgetOutput;
  "agent.memory.getStats": AgentMemoryGetStatsOutput;
  "agent.memory.pin": AgentMemoryPinOutput;
  "agent.memory.recall": AgentMemoryRecallOutput;
  "agent.memory.remember": AgentMemoryRememberOutput;
  "agent.network.confirmPeering": AgentNetworkConfirmPeeringOutput;
  "agent.network.createAgent": AgentNetworkCreateAgentOutput;
  "agent.network.createAgents": AgentNetworkCreateAgentsOutput;
  "agent.network.destroyAgent": AgentNetworkDestroyAgentOutput;
  "agent.network.endPeering": AgentNetworkEndPeeringOutput;
  "agent.network.getAgent": AgentNetworkGetAgentOutput;
  "agent.network.listAgents": AgentNetworkListAgentsOutput;
  "agent.network.requestPeering": AgentNetworkRequestPeeringOutput;
  "agent.network.suspendAgent": AgentNetworkSuspendAgentOutput;
  "app.bsky.actor.getPreferences": AppBskyActorGetPreferencesOutput;
  "app.bsky.actor.getProfile": AppBskyActorGetProfileOutput;
  "app.bsky.actor.getProfiles": AppBskyActorGetProfilesOutput;
  "app.bsky.feed.getActorLikes": AppBskyFeedGetActorLikesOutput;
  "app.bsky.feed.getAuthorFeed": AppBskyFeedGetAuthorFeedOutput;
  "app.bsky.feed.getFeed": AppBskyFeedGetFeedOutput;
  "app.bsky.feed.getPostThread": AppBskyFeedGetPostThreadOutput;
  "app.bsky.feed.getTimeline": AppBskyFeedGetTimelineOutput;
  "com.atproto.admin.getAccountInfo": ComAtprotoAdminGetAccountInfoOutput;
  "com.atproto.admin.getAccountInfos": ComAtprotoAdminGetAccountInfosOutput;
  "com.atproto.admin.getInviteCodes": ComAtprotoAdminGetInviteCodesOutput;
  "com.atproto.admin.getSubjectStatus": ComAtprotoAdminGetSubjectStatusOutput;
  "com.atproto.admin.searchAccounts": ComAtprotoAdminSearchAccountsOutput;
  "com.atproto.admin.sendEmail": ComAtprotoAdminSendEmailOutput;
  "com.atproto.admin.updateSubjectStatus": ComAtprotoAdminUpdateSubjectStatusOutput;
  "com.atproto.identity.getRecommendedDidCredentials": ComAtprotoIdentityGetRecommendedDidCredentialsOutput;
  "com.atproto.identity.refreshIdentity": ComAtprotoIdentityRefreshIdentityOutput;
  "com.atproto.identity.resolveDid": ComAtprotoIdentityResolveDidOutput;
  "com.atproto.identity.resolveHandle": ComAtprotoIdentityResolveHandleOutput;
  "com.atproto.identity.resolveIdentity": ComAtprotoIdentityResolveIdentityOutput;
  "com.atproto.identity.signPlcOperation": ComAtprotoIdentitySignPlcOperationOutput;
  "com.atproto.moderation.createReport": ComAtprotoModerationCreateReportOutput;
  "com.atproto.repo.applyWrites": ComAtprotoRepoApplyWritesOutput;
  "com.atproto.repo.createRecord": ComAtprotoRepoCreateRecordOutput;
  "com.atproto.repo.deleteRecord": ComAtprotoRepoDeleteRecordOutput;
  "com.atproto.repo.describeRepo": ComAtprotoRepoDescribeRepoOutput;
  "com.atproto.repo.getRecord": ComAtprotoRepoGetRecordOutput;
  "com.atproto.repo.listMissingBlobs": ComAtprotoRepoListMissingBlobsOutput;
  "com.atproto.repo.listRecords": ComAtprotoRepoListRecordsOutput;
  "com.atproto.repo.putRecord": ComAtprotoRepoPutRecordOutput;
  "com.atproto.repo.uploadBlob": ComAtprotoRepoUploadBlobOutput;
  "com.atproto.server.checkAccountStatus": ComAtprotoServerCheckAccountStatusOutput;
  "com.atproto.server.createAccount": ComAtprotoServerCreateAccountOutput;
  "com.atproto.server.createAppPassword": ComAtprotoServerCreateAppPasswordOutput;
  "com.atproto.server.createInviteCode": ComAtprotoServerCreateInviteCodeOutput;
  "com.atproto.server.createInviteCodes": ComAtprotoServerCreateInviteCodesOutput;
  "com.atproto.server.createSession": ComAtprotoServerCreateSessionOutput;
  "com.atproto.server.describeServer": ComAtprotoServerDescribeServerOutput;
  "com.atproto.server.getAccountInviteCodes": ComAtprotoServerGetAccountInviteCodesOutput;
  "com.atproto.server.getServiceAuth": ComAtprotoServerGetServiceAuthOutput;
  "com.atproto.server.getSession": ComAtprotoServerGetSessionOutput;
  "com.atproto.server.listAppPasswords": ComAtprotoServerListAppPasswordsOutput;
  "com.atproto.server.refreshSession": ComAtprotoServerRefreshSessionOutput;
  "com.atproto.server.requestEmailUpdate": ComAtprotoServerRequestEmailUpdateOutput;
  "com.atproto.server.reserveSigningKey": ComAtprotoServerReserveSigningKeyOutput;
  "com.atproto.sync.getHead": ComAtprotoSyncGetHeadOutput;
  "com.atproto.sync.getHostStatus": ComAtprotoSyncGetHostStatusOutput;
  "com.atproto.sync.getLatestCommit": ComAtprotoSyncGetLatestCommitOutput;
  "com.atproto.sync.getRepoStatus": ComAtprotoSyncGetRepoStatusOutput;
  "com.atproto.sync.listBlobs": ComAtprotoSyncListBlobsOutput;
  "com.atproto.sync.listHosts": ComAtprotoSyncListHostsOutput;
  "com.atproto.sync.listRepos": ComAtprotoSyncListReposOutput;
  "com.atproto.sync.listReposByCollection": ComAtprotoSyncListReposByCollectionOutput;
  "com.atproto.temp.checkSignupQueue": ComAtprotoTempCheckSignupQueueOutput;
}
