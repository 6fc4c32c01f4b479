import { ValidationError } from "@atproto/lexicon";

/** A judgement with the reason, in the reference's words, e.g. `Record/text must be a string`. */
export type Verdict = { ok: true } | Refusal;

export interface Refusal {
  ok: false;
  message: string;
}

export const refuse = (message: string): Refusal => ({ ok: false, message });

/** The refusal that a validator's exception stands for. Anything else that was thrown is a bug and is thrown on. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof ValidationError) return refuse(thrown.message);
  // The validators recurse; 1 MB of brackets is deeper than any stack.
  if (thrown instanceof RangeError) return refuse("Value is nested too deeply");
  throw thrown;
}
