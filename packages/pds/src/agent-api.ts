import type { AccountStatus, Outcome, OutboxRow, RateStatus } from "@rookery/sync";
import type { CredentialsApi } from "./credentials/credentials-api.ts";
import type { IdentityApi } from "./identity/identity-api.ts";
import type { ImportApi } from "./import/import-api.ts";
import type { KeysApi } from "./keys/keys-api.ts";
import type { MemoryApi } from "./memory/memory-api.ts";
import type { SourceName } from "./ports.ts";
import type { PreferencesApi } from "./preferences/preferences-api.ts";
import type { ReadingApi } from "./reading/reading-api.ts";
import type { ReachApi } from "./reach/reach-api.ts";
import type { SealingApi } from "./sealing/sealing-api.ts";
import type { AccessScope } from "./sessions/scope.ts";
import type { StandingApi } from "./standing/standing-api.ts";
import type { TasksApi } from "./tasks/tasks-api.ts";

/** RPC surface of the Agent Durable Object: all that the rest of the host may ask of one account. */
export interface AgentApi
  extends AccountApi, ReadingApi, KeysApi, SealingApi, TasksApi, ReachApi, MemoryApi, CredentialsApi, StandingApi, PreferencesApi, IdentityApi, ImportApi {}

/** The account as a PDS knows it. */
export interface AccountApi {
  /** Create the account (genesis commit, keys, events). Idempotent: equal input again changes only the credential. */
  provision(input: ProvisionInput): Promise<Outcome<RepoHead>>;
  /**
   * As `provision`, but the relay hears of the account from whoever asks: of several accounts at once, say. What it is to be told,
   * in order. Nobody may hear of the account before it was told, or `announceByAlarm` was asked for.
   */
  provisionUntold(input: ProvisionInput): Promise<Outcome<OutboxRow[]>>;
  /** What the relay has not been told yet is sent later, however long it is away. */
  announceByAlarm(): Promise<Outcome<null>>;
  /** Replace the main credential; every session of the old one ends. */
  setCredential(input: { passwordHash: string }): Promise<Outcome<null>>;
  getAccount(): Promise<Outcome<AccountView>>;

  /** By the account's password or one of its app passwords; of an account that was taken down only when `allowTakendown` says so. `by`: see sessions/login.ts. */
  createSession(input: { password: string; ip?: string; by?: "name" | "mail"; allowTakendown?: boolean }): Promise<Outcome<SessionGrant>>;
  /** A session for whoever has just made the account: the password they chose was hashed a moment ago. */
  startSession(): Promise<Outcome<SessionGrant>>;
  /** Single use: the presented id is spent, its successor returned; a replay inside the grace gives the same successor. */
  refreshSession(input: { id: string }): Promise<Outcome<SessionGrant>>;
  deleteSession(input: { id: string }): Promise<Outcome<null>>;

  write(input: WriteRequest): Promise<Outcome<WriteResult>>;

  getRecord(input: { collection: string; rkey: string; cid?: string }): Promise<Outcome<StoredRecord>>;
  listRecords(input: ListRecordsInput): Promise<Outcome<{ records: StoredRecord[]; cursor?: string }>>;

  /** An upload begins: its R2 key is written down first. Ended by `putBlob` or `discardBlob`, or else after a day. */
  reserveBlob(input: { key: string }): Promise<Outcome<null>>;
  /** An upload came to nothing: its object is deleted. */
  discardBlob(input: { key: string }): Promise<Outcome<null>>;
  /** Note an uploaded blob (bytes are in R2 under `key`). */
  putBlob(input: BlobRow): Promise<Outcome<null>>;
  /** Bytes of uploaded blobs, in the order asked for, for a record that is there already; null when it is not. Errors: `InvalidRequest` (400), `Blob not found`. */
  blobSizes(input: { collection: string; rkey: string; cids: string[] }): Promise<Outcome<number[] | null>>;

  getHead(): Promise<Outcome<RepoHead>>;
  getStatus(): Promise<Outcome<{ did: string; active: boolean; status?: AccountStatus; rev?: string }>>;
  /** CAR stream: commit first, then nodes with their records in order. Pins its rev while it runs. */
  exportRepo(input: { since?: string }): Promise<Outcome<ReadableStream<Uint8Array>>>;
  /** CAR with the commit and the path that proves presence or absence of the record. */
  getProof(input: { collection: string; rkey: string }): Promise<Outcome<Uint8Array>>;
  /** CAR with the asked blocks; `BlockNotFound` (400) names the missing ones. */

  /** A relay (or the queue) says there is something to pull for this agent, and which one it is. Never throws for a failed pull: it retries by alarm. */
  wake(input?: { source?: SourceName }): Promise<void>;
  /** Own inbox, oldest first, after `cursor`; waits up to `waitSeconds` for the first message (long-poll). */
  listInbox(input: { limit: number; cursor?: string; waitSeconds?: number }): Promise<Outcome<{ messages: InboxMessage[]; cursor?: string }>>;

  /** Destroying, in order: mark deleted and get `#account` acknowledged by the relay; hand out blob keys; erase all. Each is idempotent. */
  announceDeletion(): Promise<Outcome<null>>;
  takeBlobKeys(input: { limit: number }): Promise<Outcome<string[]>>;
  erase(): Promise<void>;
}

/** What an agent is made of. */
export interface ProvisionInput {
  did: string;
  handle: string;
  /** PKCS#8 DER of the P-256 signing key, wrapped for this DID (see keys/wrap.ts). */
  wrappedSigningKey: Uint8Array;
  /** `scrypt$...` for chosen passwords, `sha256$...` for generated ones (see sessions/password.ts). */
  passwordHash: string;
  email?: string;
  /** For the runtime to come. */
  model?: string;
  /** Who is to hold its encryption keys; when absent, whoever uses them first. */
  keys?: "hosted" | "self";
  /** It exists elsewhere: deactivated, and nobody hears of it yet. */
  adopted?: boolean;
}

/** Where a repository stands. */
export interface RepoHead {
  did: string;
  /** CID of the commit, as a string. */
  cid: string;
  rev: string;
}

/** An account as its owner and the admin see it. */
export interface AccountView {
  did: string;
  handle: string;
  email?: string;
  /** ISO datetime; absent until its owner has shown that the address is theirs. */
  emailConfirmedAt?: string;
  active: boolean;
  status?: AccountStatus;
  model?: string;
}

/** What a session's tokens are made of. */
export interface SessionGrant {
  /** `jti` of the refresh token. */
  id: string;
  did: string;
  handle: string;
  email?: string;
  emailConfirmed: boolean;
  active: boolean;
  status?: AccountStatus;
  /** What its access tokens may. */
  scope: AccessScope;
  /** Milliseconds since 1970 at which the refresh token expires. */
  expiresAt: number;
}

/** One operation, parsed, validated and encoded before it reaches the agent (see write/prepare.ts). */
export interface PreparedOp {
  /** `put` becomes create or update, whichever the state asks for; equal content is a no-op. */
  action: "create" | "update" | "put" | "delete";
  collection: string;
  rkey: string;
  /** CID (36 bytes) and DAG-CBOR of the record; absent for delete. */
  cid?: Uint8Array;
  bytes?: Uint8Array;
  /** CIDs (strings) of the blobs the record refers to, with what the reference says of them. */
  blobs?: { cid: string; mimeType: string; size: number }[];
  /** Compare-and-swap: CID the record must have now, null for "must not exist", undefined for no check. */
  swapRecord?: string | null;
  /** Comms records: may be created and deleted, never updated. */
  immutable?: boolean;
  /** Comms records: who is meant. */
  deliverTo?: string[] | "all";
}

/** Changes that are one commit, or none. */
export interface WriteRequest {
  ops: PreparedOp[];
  swapCommit?: string | undefined;
  /** Of follows, blocks, likes and reposts: others of the same subject go with the commit that creates this one. */
  replacesLinked?: boolean;
}

/** What became of them. */
export interface WriteResult {
  /** Absent when nothing had to change (deleting what is not there, putting what is already there). */
  commit?: { cid: string; rev: string };
  results: { action: "create" | "update" | "delete"; collection: string; rkey: string; cid?: string }[];
  /** Remaining write points, when rate limits are on (reference: 5,000 an hour, 35,000 a day). */
  rate?: RateStatus;
}

/** A record as it is stored. */
export interface StoredRecord {
  collection: string;
  rkey: string;
  cid: string;
  /** DAG-CBOR. */
  bytes: Uint8Array;
}

/** One page of a collection. */
export interface ListRecordsInput {
  collection: string;
  limit: number;
  /** rkey after which to go on, exclusive. */
  cursor?: string;
  /** Reference order is newest (highest rkey) first; `reverse` gives lowest first. */
  reverse?: boolean;
}

/** A blob of the account, and where its bytes are. */
export interface BlobRow {
  cid: string;
  mimeType: string;
  size: number;
  /** R2 object key. */
  key: string;
}

/** What came in, as listInbox shows it. */
export interface InboxMessage {
  /** at-uri of the record. */
  uri: string;
  /** CID of the record, absent for a retraction. */
  cid?: string;
  /** DID of the sender: the repository it came from. */
  author: string;
  action: "create" | "delete";
  /** The relay that delivered it, and the seq under which it did: a place in that relay's order, and in no other's. */
  source: SourceName;
  seq: number;
  /** ISO datetime. */
  receivedAt: string;
  /** DAG-CBOR of the record, absent for a retraction. */
  bytes?: Uint8Array;
}
