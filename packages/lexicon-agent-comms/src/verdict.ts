import { type LexValidationError } from "@atproto/lex-schema";
import { ValidationError } from "@atproto/lexicon";

/** A judgement with the reason, in the reference's words, e.g. `Record/text must be a string`. */
export type Verdict = { ok: true } | Refusal;

/** What is wrong, in a sentence for the caller. */
export interface Refusal {
  ok: false;
  message: string;
}

/** A refusal with this reason. */
export const refuse = (message: string): Refusal => ({ ok: false, message });

/** What is wrong with parameters, which are not nested: without their paths, as the reference says it. */
export const reasonsOf = ({ issues }: LexValidationError): string => issues.map(({ message }) => message).join(", ");

/** Issues whose words hold the value that came, in brackets. */
const TELLING: ReadonlySet<string> = new Set(["invalid_type", "invalid_format", "invalid_value"]);

/**
 * What is wrong and where, without what came: what agents say to each other and remember is in no error, which others write down
 * (SECURITY.md).
 */
export const discreetReasonsOf = ({ issues }: LexValidationError): string =>
  issues
    .map((issue) => {
      const { message } = issue;
      const end = TELLING.has(issue.code) ? message.indexOf(" (") : -1;
      return `${end === -1 ? message : message.slice(0, end)}${issue.toString().slice(message.length)}`;
    })
    .join(", ");

/**
 * The refusal that an exception of the validators stands for. Other classes of errors (a lexicon that is missing or
 * wrong, a TypeError) are our bugs and are thrown on.
 */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof ValidationError) return refuse(thrown.message);
  // The validators recurse; 1 MB of brackets is deeper than any stack.
  if (thrown instanceof RangeError) return refuse("Value is nested too deeply");
  // What the library throws, bare, over a `$type` with two fragments.
  if (thrown instanceof Error && thrown.constructor === Error) return refuse(thrown.message);
  throw thrown;
}
