import type { Ref, TaskError } from "./fields.ts";
import type { Standing } from "./task-state/standing.ts";

/** Which side of a task this agent is on. */
export type Role = "requester" | "worker";

/** The newest handoff of a task. */
export interface Handover {
  uri: string;
  /** DIDs. */
  from: string;
  to: string;
  state: "offered" | "accepted" | "declined";
}

/** A task as this agent keeps it: how it stands, and what is told about it. Plain data. Times in milliseconds since 1970. */
export interface Task {
  role: Role;
  /** Moved by `turn` alone. Its `uri` is the request as it was first sent: the task's id. */
  standing: Standing;
  /** CID of that request. */
  cid: string;
  /** at-uris by which it is found too: the request as it was sealed since, handoffs, the wish to cancel. */
  aliases?: string[];
  /** Whether the request was sealed: so is what is written about it. */
  sealed: boolean;
  /** When it was sent, or came. */
  createdAt: number;
  updatedAt: number;
  capability?: string;
  /** The newest response that counted. */
  response?: Ref;
  progress?: number;
  error?: TaskError;
  /** What became of the wish to cancel. */
  cancel?: "requested" | "canceled" | "too-late";
  /** at-uri of that wish. */
  cancelUri?: string;
  handoff?: Handover;
  /** at-uri of this agent's answer to it. */
  answerUri?: string;
  /** The deadline was slept through: decided then. */
  decideAt?: number;
}
