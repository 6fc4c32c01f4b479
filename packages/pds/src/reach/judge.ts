import { ALL_STRANGERS, QUESTIONS_PER_HOST } from "./limits.ts";
import type { EffectivePolicy } from "./policy.ts";
import type { Limits } from "./reach-api.ts";

/** What was taken of a sender, a host or everybody, within the windows that run now. */
export interface Usage {
  /** Within the hour. */
  taken: number;
  /** Not answered. */
  pending: number;
}

/** A message of a sender who is on no list and is not known. */
export interface Question {
  policy: EffectivePolicy;
  isQuestion: boolean;
  /** Of the record. */
  bytes: number;
  sender: Usage;
  host: Usage;
  everybody: Usage;
}

/** Why something is quarantined, as listQuarantine says it. */
export type Why = "rate" | "pending" | "size" | "host-rate" | "host-pending" | "policy" | "room";

/** What becomes of a message. */
export type Judgement = { kind: "take" } | { kind: "block" } | { kind: "quarantine"; why: Why };

const TAKE: Judgement = { kind: "take" };

/** What becomes of a stranger's message: decided by author, host and size, before anything is opened. */
export function judge({ policy, isQuestion, bytes, sender, host, everybody }: Question): Judgement {
  if (policy.unknown === "block") return { kind: "block" };
  if (policy.unknown === "quarantine") return quarantine("policy");
  const own = isQuestion ? policy.questions : policy.perSender;
  const ofHost = isQuestion ? { perHour: own.perHour * QUESTIONS_PER_HOST, pending: own.pending * QUESTIONS_PER_HOST } : policy.perHost;
  if (bytes > own.bytes) return quarantine("size");
  const beyond = exceeded(sender, own);
  if (beyond !== undefined) return quarantine(beyond);
  const beyondHost = exceeded(host, ofHost);
  if (beyondHost !== undefined) return quarantine(`host-${beyondHost}`);
  return exceeded(everybody, ALL_STRANGERS) === undefined ? TAKE : quarantine("room");
}

const quarantine = (why: Why): Judgement => ({ kind: "quarantine", why });

const exceeded = ({ taken, pending }: Usage, limits: Required<Pick<Limits, "perHour" | "pending">>): "rate" | "pending" | undefined =>
  taken >= limits.perHour ? "rate" : pending >= limits.pending ? "pending" : undefined;
