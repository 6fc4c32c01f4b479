import { lexicons } from "./catalog.ts";
import type { ParamsByNsid } from "./generated/types.ts";
import { refusalOf, refuse, type Refusal } from "./verdict.ts";

export type ParamValue = string | number | boolean | (string | number | boolean)[];
export type ParamsVerdict<T> = { ok: true; params: T } | Refusal;

/**
 * Judge the query string of a method, convert integers, booleans and arrays, and fill in defaults.
 *
 * As in the reference: a parameter that the lexicon does not name is ignored, an empty one counts as absent, an
 * integer is `-?\d+` and a boolean `true` or `false` and nothing else, and a repeated one must be an array.
 * A method without parameters takes any query string. Throws for an NSID that is no method we carry.
 */
export function validateParams<N extends keyof ParamsByNsid>(nsid: N, search: URLSearchParams): ParamsVerdict<ParamsByNsid[N]>;
export function validateParams(nsid: string, search: URLSearchParams): ParamsVerdict<Record<string, ParamValue>>;
export function validateParams(nsid: string, search: URLSearchParams): ParamsVerdict<unknown> {
  const method = lexicons().getDefOrThrow(nsid, ["query", "procedure", "subscription"]);
  const properties = "parameters" in method ? method.parameters?.properties : undefined;
  if (properties === undefined) return { ok: true, params: {} };
  const params: Record<string, ParamValue> = {};
  for (const [name, property] of Object.entries(properties)) {
    const given = search.getAll(name).filter((text) => text !== "");
    if (given.length === 0) continue;
    const type = property.type === "array" ? property.items.type : property.type;
    const values = [];
    for (const text of given) {
      const value = coerce(text, type);
      if (value === undefined) return refuse(`${name} must be ${type === "integer" ? "an integer" : "a boolean"}`);
      values.push(value);
    }
    const [first] = values;
    if (property.type === "array") params[name] = values;
    else if (first === undefined || values.length > 1) return refuse(`${name} must not be given more than once`);
    else params[name] = first;
  }
  try {
    return { ok: true, params: lexicons().assertValidXrpcParams(nsid, params) };
  } catch (thrown) {
    return refusalOf(thrown);
  }
}

function coerce(text: string, type: string): string | number | boolean | undefined {
  if (type === "integer") return /^-?\d+$/.test(text) ? Number(text) : undefined;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  return text;
}
