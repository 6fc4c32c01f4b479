import { lexicons } from "./catalog.ts";

/** What a method's lexicon says of one parameter. */
export interface ParameterRule {
  name: string;
  isRequired: boolean;
  isArray: boolean;
  /** Type of the value, or of the array's items. */
  type: string;
  default: string | number | boolean | undefined;
  /** NSID of a query of our making that has this parameter alone. */
  check: string;
}

const known = new Map<string, ParameterRule[]>();

/**
 * The parameters of a method, each with a check of its own. The library judges all parameters of a method at once and
 * makes an error, to throw away, for each optional one that is absent; in workerd that was half of a query's checking,
 * so only what is given is judged. Throws for an NSID that is no method we carry.
 */
export function parameterRules(nsid: string): ParameterRule[] {
  let rules = known.get(nsid);
  if (rules === undefined) {
    rules = read(nsid);
    known.set(nsid, rules);
  }
  return rules;
}

function read(nsid: string): ParameterRule[] {
  const method = lexicons().getDefOrThrow(nsid, ["query", "procedure", "subscription"]);
  const parameters = "parameters" in method ? method.parameters : undefined;
  return Object.entries(parameters?.properties ?? {}).map(([name, property]) => {
    // One more segment of the name: a valid NSID that nobody else has.
    const check = `${nsid}.${name}` as `${string}.${string}.${string}`;
    lexicons().add({ lexicon: 1, id: check, defs: { main: { type: "query", parameters: { type: "params", required: [name], properties: { [name]: property } } } } });
    return {
      name,
      isRequired: parameters?.required?.includes(name) === true,
      isArray: property.type === "array",
      type: property.type === "array" ? property.items.type : property.type,
      default: "default" in property ? property.default : undefined,
      check,
    };
  });
}
