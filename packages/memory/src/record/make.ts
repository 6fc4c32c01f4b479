import { TRUSTED } from "../limits.ts";
import { type Outcome, invalid, ok, refuse } from "../outcome.ts";
import { KINDS, type Kind, type RememberInput } from "../types.ts";

/** Fields that only one kind has. */
const only: Readonly<Record<string, Kind>> = {
  subject: "fact", validFrom: "fact", validTo: "fact", reason: "decision", alternatives: "decision", sources: "summary", occurredAt: "note",
};

/** Whether what is said is the agent's own, or of somebody whose words count as much. */
export const isTrusted = ({ origin }: Pick<RememberInput, "origin">): boolean => origin === undefined || origin.trust >= TRUSTED;

/**
 * Whether this may be remembered as it is. What a stranger said is a note or a fact of theirs: not a decision of the
 * agent's, nor anything that takes another's place or is pinned.
 */
export function judge(input: RememberInput): Outcome<Kind> {
  const { kind = "note", privacy } = input;
  if (!KINDS.includes(kind)) return invalid(`kind is one of ${KINDS.join(", ")}`);
  // Anything else is not taken for either of the two: what was meant to be sealed must not come out in the clear.
  if (privacy !== undefined && privacy !== "private" && privacy !== "public") return invalid("privacy is private or public");
  const odd = Object.keys(input).find((field) => only[field] !== undefined && only[field] !== kind && input[field as keyof RememberInput] !== undefined);
  if (odd !== undefined) return invalid(`${odd} is of a ${only[odd]}, not of a ${kind}`);
  if (kind === "summary" && (input.sources?.length ?? 0) === 0) return invalid("A summary names its sources");
  if (input.subject !== undefined && input.rkey !== undefined) return invalid("A subject is its own key: leave rkey out");
  if (input.subject !== undefined && input.supersedes !== undefined) return invalid("A subject says what is superseded: leave supersedes out");
  if (input.validFrom !== undefined && input.validTo !== undefined && Date.parse(input.validFrom) >= Date.parse(input.validTo)) return invalid("validTo is not after validFrom");
  if (isTrusted(input)) return ok(kind);
  if (kind === "decision" || kind === "summary") return refuse("NotTrusted", `What was said with trust ${input.origin?.trust} is no ${kind}`);
  if (input.pin === true) return refuse("NotTrusted", `What was said with trust ${input.origin?.trust} cannot be pinned`);
  if (input.supersedes !== undefined || input.subject !== undefined) return refuse("NotTrusted", `What was said with trust ${input.origin?.trust} takes nothing's place`);
  return ok(kind);
}

/** The record, without what names other records. */
export function recordOf(input: RememberInput, collection: string, createdAt: string): Record<string, unknown> {
  const { text, tags, importance, origin, subject, validFrom, validTo, reason, alternatives, occurredAt } = input;
  const fields = { text, tags, importance, origin, subject, validFrom, validTo, reason, alternatives, occurredAt, createdAt };
  return { $type: collection, ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) };
}

/** Whether two records say the same, whenever they were written down. */
export function saysTheSame(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const said = (record: Record<string, unknown>) => JSON.stringify(sorted({ ...record, createdAt: "" }));
  return said(a) === said(b);
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
};
