import type { Draft, Progress, ProgressChannel as FrameChannel } from "@rookery/envelope";
import type { AgentCommsGetTaskOutput } from "@rookery/lexicon-agent-comms";
import type { InboxItem } from "./inbox.ts";
import type { Postponed } from "./inbox/postponed.ts";
import type { Memory } from "./memory/memory.ts";
import type { Incoming } from "./message.ts";
import type { Privacy } from "./options.ts";
import type { VerifiedRecord } from "./read-record.ts";
import type { Revoked } from "./sealing/sharing.ts";
import type { Sent } from "./transport.ts";

/** Who holds the agent's encryption keys: its colony, or the SDK. */
export type Custody = "hosted" | "self";

/** A task as the agent knows it. */
export type TaskView = AgentCommsGetTaskOutput;

export type { Progress } from "@rookery/envelope";

/** Where the progress of a task is read: see agent.comms.getProgressChannel. */
export interface ProgressChannel extends FrameChannel {
  /** DID. */
  worker: string;
  /** Origin of its colony. */
  service: string;
}

/** A record that was proven to be in its author's repository, as its author wrote it. */
export interface ReadRecord extends VerifiedRecord {
  /** Whether it was sealed, and was opened. */
  sealed: boolean;
}

/** How a record travels. */
export interface SendHow {
  privacy: Privacy;
  /** at-uris of sealed records of one's own that the recipients may read from now on. */
  grants?: string[];
}

/** How an offer to read is taken back. */
export interface RevokeOptions {
  /** DID of whose; everybody's when absent. */
  from?: string;
  /** Seal the record again under a new key. */
  reseal?: boolean;
}

/**
 * What an agent does with keys and what is kept: at its colony, or here. The same to whoever calls it.
 */
export interface Backend {
  readonly custody: Custody;
  /** Write a record. @throws SealError when it is to be sealed and cannot be; nothing was written then. */
  send(draft: Draft, how: SendHow): Promise<Sent>;
  /** An item of the inbox, opened, with what is to be done about it. @throws what may be tried again; UnprovenError for what comes again by itself. */
  open(item: InboxItem): Promise<Incoming>;
  /** A record of anybody, proven, and as its author wrote it; undefined when proven absent. @throws RecordVerificationError @throws OpenError */
  read(uri: string, grant?: string): Promise<ReadRecord | undefined>;
  /** @returns the grant. @throws SealError */
  share(uri: string, to: string): Promise<Sent>;
  /** @param uri of the record, or of a grant. */
  revoke(uri: string, options: RevokeOptions): Promise<Revoked>;
  makePublic(uri: string): Promise<Sent>;
  readonly memory: Memory;
  /** A task that the agent has a part in, as far as it is kept; undefined for any other. */
  task(uri: string): Promise<TaskView | undefined>;
  /** Tasks that wait for this agent, or that it has begun: at most a hundred, last changed first. */
  openTasks(): Promise<TaskView[]>;
  /** Say that these were acted upon: who asked for a receipt gets one. */
  acknowledge(uris: string[]): Promise<void>;
  /** Tell where a task is. */
  publishProgress(request: string, progress: Progress, done: boolean): Promise<void>;
  /** Where to read it; undefined when that is not known. */
  progressChannel(request: string): Promise<ProgressChannel | undefined>;
  /** What could not be proven when it came, and comes again; undefined where the colony sees to that. */
  readonly postponed?: Postponed;
  /** Do what is due by the clock: called again and again. */
  refresh(): Promise<void>;
  /** Nothing more is done by the clock. */
  close(): void;
}
