import type { Answers } from "./answers.ts";
import type { Json, Ref } from "./fields.ts";
import type { Intents } from "./intents.ts";
import type { Ledger } from "./ledger.ts";
import type { Ports } from "./ports.ts";
import type { TurnOutcome } from "./task-state/event.ts";

/** A record that reached the agent: verified, opened, and right by its lexicon. */
export interface Arrival extends Ref {
  /** DID of the repository it is in. */
  author: string;
  collection: string;
  /** As its author wrote it. */
  record: Json;
  sealed: boolean;
}

/** What becomes of a record that reached the agent. Only what is accepted is to be acted upon. */
export interface Decision {
  disposition: "accepted" | "repeat" | "conflict" | "expired" | "refused" | "held";
  /** Why it was not accepted, for people. */
  reason?: string;
  /** at-uri of the request of the task that it belongs to. */
  task?: string;
}

/** The parts of the engine, for those who decide. */
export interface Rooms {
  ports: Ports;
  ledger: Ledger;
  intents: Intents;
  answers: Answers;
}

const decide = (disposition: Decision["disposition"], reason?: string, task?: string): Decision => ({
  disposition, ...(reason === undefined ? {} : { reason }), ...(task === undefined ? {} : { task }),
});

/** It counts. */
export const accepted = (task?: string): Decision => decide("accepted", undefined, task);
/** It is not for its author to say, or not possible now. */
export const refused = (reason: string, task?: string): Decision => decide("refused", reason, task);
/** It counts once something else is here. */
export const held = (reason: string, task?: string): Decision => decide("held", reason, task);
/** It came too late. */
export const expired = (reason: string, task?: string): Decision => decide("expired", reason, task);

/** What the state machine said, as what became of the record. */
export const decisionOf = (outcome: TurnOutcome, task: string): Decision => {
  switch (outcome.kind) {
    case "refused":
      return decide(outcome.code === "deadline-exceeded" ? "expired" : "refused", outcome.message, task);
    case "repeated":
      return decide("repeat", "it says what was so already", task);
    case "held":
      return held(outcome.message, task);
    default:
      return accepted(task);
  }
};
