import { lexicons } from "./catalog.ts";
import type { InputByNsid } from "./generated/types.ts";
import { refusalOf, refuse, type Refusal } from "./verdict.ts";

/** The body with its defaults, or why it is refused. */
export type InputVerdict<T> = { ok: true; input: T } | Refusal;

/**
 * Judge the JSON body of a procedure and fill in defaults. Unknown fields stay.
 *
 * Nothing is converted from JSON to the data model here: the inputs we carry hold links, bytes and blobs only
 * inside `unknown` fields (records), which `validateRecord` judges. A test keeps that so.
 */
export function validateInput<N extends keyof InputByNsid>(nsid: N, body: unknown): InputVerdict<InputByNsid[N]>;
export function validateInput(nsid: string, body: unknown): InputVerdict<unknown>;
export function validateInput(nsid: string, body: unknown): InputVerdict<unknown> {
  try {
    const input = lexicons().assertValidXrpcInput(nsid, body);
    const odd = prefixedMember(input);
    return odd === undefined ? { ok: true, input } : refuse(`${odd} $type must not begin with lex:`);
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

/**
 * Path of a union member whose `$type` begins with `lex:`. The library takes it for the type without that prefix;
 * nothing else in the protocol does, and handlers switch on `$type`.
 */
function prefixedMember(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  for (const [name, field] of Object.entries(input)) {
    if (!Array.isArray(field)) continue;
    const items: unknown[] = field;
    const index = items.findIndex((item) => typeof item === "object" && item !== null && "$type" in item && String(item.$type).startsWith("lex:"));
    if (index >= 0) return `Input/${name}/${index}`;
  }
  return undefined;
}
