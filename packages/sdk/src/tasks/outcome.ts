import type { AgentCommsDefsBudget, AgentCommsDefsError } from "@rookery/lexicon-agent-comms";
import { type Content, jsonOf, textOf } from "../content.ts";

/** A task that was done. */
export interface Completed {
  state: "completed";
  /** DID of who did it: whom it was asked of, or who took it over. */
  by: string;
  /** at-uri of the response. */
  uri: string;
  sealed: boolean;
  output: Content;
  /** What it has cost, as the worker says. */
  spent?: AgentCommsDefsBudget;
  /** All text of the output. */
  text(): string;
  /** The first JSON value of the output. @throws TypeError when there is none. */
  json(): unknown;
}

/** A task that was not done. */
export interface NotCompleted {
  state: "failed" | "rejected" | "canceled" | "expired";
  /** In words. */
  reason: string;
  /** As the worker told it, for programs. */
  error?: AgentCommsDefsError;
  /** What the worker gave with it. */
  output?: Content;
  spent?: AgentCommsDefsBudget;
  /** DID of who said so; absent where nobody said anything, and the deadline decided. */
  by?: string;
  /** False when only the time to wait is over and the task goes on: ask for the result again, or cancel. */
  final: boolean;
}

/** What became of a task; told by `state`. */
export type TaskOutcome = Completed | NotCompleted;

/** What an outcome is made of: the response that ended the task. */
export interface FinalResponse {
  uri: string;
  author: string;
  sealed: boolean;
  record: { state: string; output?: Content; error?: AgentCommsDefsError; spent?: AgentCommsDefsBudget };
}

const IN_WORDS: Record<NotCompleted["state"], string> = {
  failed: "The worker failed, and said nothing of why",
  rejected: "The worker would not do it, and said nothing of why",
  canceled: "The task was canceled",
  expired: "The task's deadline passed without a result",
};

const isNotCompleted = (state: string): state is NotCompleted["state"] => state in IN_WORDS;

/** The outcome that a response tells; undefined when its state does not end a task. */
export const outcomeOf = ({ uri, author, sealed, record: { state, output, error, spent } }: FinalResponse): TaskOutcome | undefined => {
  const cost = spent === undefined ? {} : { spent };
  if (state === "completed") {
    const parts = output ?? [];
    return { ...cost, state, by: author, uri, sealed, output: parts, text: () => textOf(parts), json: () => jsonOf(parts) };
  }
  if (!isNotCompleted(state)) return undefined;
  const reason = error?.message ?? (textOf(output) || IN_WORDS[state]);
  return { ...cost, state, reason, by: author, final: true, ...(error === undefined ? {} : { error }), ...(output === undefined ? {} : { output }) };
};

/** The outcome of a task whose deadline has passed. */
export const expired = (): NotCompleted => ({ state: "expired", reason: IN_WORDS.expired, error: { code: "deadline-exceeded" }, final: true });

/** The outcome of a task that is waited for no longer, and goes on. */
export const notYet = (): NotCompleted => ({ state: "expired", reason: "No result in the time that was given to wait; the task goes on", final: false });

/** The outcome of a task that is waited for no longer, as its requester stops here. */
export const closed = (): NotCompleted => ({ state: "expired", reason: "The agent was closed; the task goes on", final: false });

/** The outcome of a task that its requester took back. */
export const canceled = (): NotCompleted => ({ state: "canceled", reason: IN_WORDS.canceled, final: true });
