import type { InputByNsid } from "./generated/types.ts";
import { methodSchema } from "./schema-of.ts";
import { discreetReasonsOf, type Refusal, refuse, refusalOf } from "./verdict.ts";

/** The body with its defaults, or why it is refused. */
export type InputVerdict<T> = { ok: true; input: T } | Refusal;

/** Whether a method's input may hold what is to be sealed. */
const isDiscreet = (nsid: string): boolean => nsid.startsWith("agent.comms.") || nsid.startsWith("agent.memory.");

/**
 * Judge the JSON body of a procedure, in the reference's words, and fill in defaults. Unknown fields stay.
 *
 * Nothing is converted from JSON to the data model here: the inputs we carry hold links, bytes and blobs only
 * inside `unknown` fields (records), which `validateRecord` judges. A test keeps that so.
 */
export function validateInput<N extends keyof InputByNsid>(nsid: N, body: unknown): InputVerdict<InputByNsid[N]>;
export function validateInput(nsid: string, body: unknown): InputVerdict<unknown>;
export function validateInput(nsid: string, body: unknown): InputVerdict<unknown> {
  const { input } = methodSchema(nsid);
  if (input === undefined) return { ok: true, input: undefined };
  try {
    const checked = input.safeParse(body);
    if (checked.success) return { ok: true, input: checked.value };
    return refuse(isDiscreet(nsid) ? discreetReasonsOf(checked.reason) : checked.reason.message);
  } catch (thrown) {
    return refusalOf(thrown);
  }
}
