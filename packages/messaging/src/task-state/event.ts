import type { Offer, Standing } from "./standing.ts";

/** What happens to a task: records that came or are about to be sent, and the clock. `at` is now, by the own clock, never an author's word. */
export type TaskEvent =
  /** `agent.comms.response`: `state` as it stands there, opened. */
  | { kind: "response"; by: string; at: number; cid: string; state: string }
  /** `agent.comms.cancel`. */
  | { kind: "cancel"; by: string; at: number; cid: string }
  /** The request was deleted. */
  | { kind: "retraction"; by: string; at: number }
  /** `agent.comms.handoff`. */
  | { kind: "handoff"; by: string; at: number; cid: string; offer: Offer }
  /** A handoff was deleted. */
  | { kind: "withdrawal"; by: string; at: number; handoff: string }
  /** `agent.comms.handoffAnswer`: `answer` as it stands there, opened. */
  | { kind: "answer"; by: string; at: number; cid: string; handoff: { uri: string; cid: string }; answer: string }
  /** Time passes: `dueAt` says when this does something. */
  | { kind: "tick"; at: number };

/** Codes of `agent.comms.defs#error` that a refusal has. */
export type RefusalCode = "not-allowed" | "too-late" | "deadline-exceeded" | "invalid-input" | "depth-limit" | "loop" | "withdrawn";

/** What became of an event. */
export type TurnOutcome =
  /** The task is another than before: its state, its worker, an offer, the wish to cancel. */
  | { kind: "moved" }
  /** It counts, and the task is as before: more progress, a state that this version does not know. */
  | { kind: "kept" }
  /** It says again what is so already; the first one counts. */
  | { kind: "repeated" }
  /** It cannot be judged before something else is here: give it again when the task has moved, and drop it when that takes too long. */
  | { kind: "held"; message: string }
  /** It does not count. */
  | { kind: "refused"; code: RefusalCode; message: string };

/** How the task stands now, to be stored whatever the outcome (the clock may have moved it), and what became of the event. */
export interface Turn {
  task: Standing;
  outcome: TurnOutcome;
}
