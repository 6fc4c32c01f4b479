import type { LexiconNode, LexiconParams } from "./lexicon-node.ts";
import { methodSchema } from "./schema-of.ts";
import type { ParamsByNsid } from "./generated/types.ts";
import { reasonsOf, refuse, type Refusal } from "./verdict.ts";

/** A parameter after conversion. */
export type ParamValue = string | number | boolean | (string | number | boolean)[];
/** The converted parameters, or why they are refused. */
export type ParamsVerdict<T> = { ok: true; params: T } | Refusal;

/**
 * Judge the query string of a method, convert integers, booleans and arrays, and fill in defaults.
 *
 * As in the reference, in its words: a parameter that the lexicon does not name is ignored, an empty one counts as absent, an
 * integer is `-?\d+` and a boolean `true` or `false` and nothing else, and a repeated one must be an array.
 * A method without parameters takes any query string. Throws for an NSID that is no method we carry.
 */
export function validateParams<N extends keyof ParamsByNsid>(nsid: N, search: URLSearchParams): ParamsVerdict<ParamsByNsid[N]>;
export function validateParams(nsid: string, search: URLSearchParams): ParamsVerdict<Record<string, ParamValue>>;
export function validateParams(nsid: string, search: URLSearchParams): ParamsVerdict<unknown> {
  const { params: schema, parameters } = methodSchema(nsid);
  const converted = convert(parameters, search);
  if (typeof converted === "string") return refuse(`Invalid ${nsid} params: ${converted}`);
  const checked = schema.safeParse(converted);
  return checked.success ? { ok: true, params: checked.value } : refuse(`Invalid ${nsid} params: ${reasonsOf(checked.reason)}`);
}

/** What was given, by name; a text when something is not of its type. */
function convert({ properties = {} }: LexiconParams, search: URLSearchParams): Record<string, ParamValue> | string {
  const params: Record<string, ParamValue> = {};
  for (const [name, node] of Object.entries(properties)) {
    const values = [];
    const { type } = node.type === "array" ? node.items : node;
    for (const text of search.getAll(name)) {
      if (text === "") continue;
      const value = coerce(text, type);
      if (value === undefined) return `Expected ${type} value type (got ${JSON.stringify(text)})`;
      values.push(value);
    }
    const [first] = values;
    if (first !== undefined) params[name] = node.type === "array" || values.length > 1 ? values : first;
  }
  return params;
}

function coerce(text: string, type: LexiconNode["type"]): string | number | boolean | undefined {
  if (type === "integer") return /^-?\d+$/.test(text) ? Number(text) : undefined;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  return text;
}
