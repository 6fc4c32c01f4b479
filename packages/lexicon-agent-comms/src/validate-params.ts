import { lexicons } from "./catalog.ts";
import { parameterRules } from "./parameter-rules.ts";
import type { ParamsByNsid } from "./generated/types.ts";
import { refusalOf, refuse, type Refusal } from "./verdict.ts";

/** A parameter after conversion. */
export type ParamValue = string | number | boolean | (string | number | boolean)[];
/** The converted parameters, or why they are refused. */
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
  const params: Record<string, ParamValue> = {};
  for (const rule of parameterRules(nsid)) {
    const given = search.getAll(rule.name).filter((text) => text !== "");
    if (given.length === 0) {
      if (rule.isRequired) return refuse(`Params must have the property "${rule.name}"`);
      if (rule.default !== undefined) params[rule.name] = rule.default;
      continue;
    }
    const values = [];
    for (const text of given) {
      const value = coerce(text, rule.type);
      if (value === undefined) return refuse(`${rule.name} must be ${rule.type === "integer" ? "an integer" : "a boolean"}`);
      values.push(value);
    }
    const [first] = values;
    if (first === undefined || (values.length > 1 && !rule.isArray)) return refuse(`${rule.name} must not be given more than once`);
    params[rule.name] = rule.isArray ? values : first;
    try {
      lexicons().assertValidXrpcParams(rule.check, { [rule.name]: params[rule.name] });
    } catch (thrown) {
      return refusalOf(thrown);
    }
  }
  return { ok: true, params };
}

function coerce(text: string, type: string): string | number | boolean | undefined {
  if (type === "integer") return /^-?\d+$/.test(text) ? Number(text) : undefined;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  return text;
}
