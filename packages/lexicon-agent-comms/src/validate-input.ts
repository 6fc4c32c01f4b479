import { lexicons } from "./catalog.ts";
import type { InputByNsid } from "./generated/types.ts";
import { refusalOf, type Refusal } from "./verdict.ts";

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
    return { ok: true, input: lexicons().assertValidXrpcInput(nsid, body) };
  } catch (thrown) {
    return refusalOf(thrown);
  }
}
