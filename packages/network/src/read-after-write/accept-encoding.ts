import { fault, invalid } from "@rookery/pds";
import { type Outcome, ok } from "@rookery/sync";

/** Encodings that this host can undo, with what it prefers: none, since it may have to look into the answer. The reference's weights. */
const KNOWN: readonly (readonly [name: string, weight: number])[] = [["identity", 1], ["gzip", 0.3], ["deflate", 0.2], ["br", 0.1]];

/**
 * `accept-encoding` for a service whose answer this host may have to look into: what the caller takes and this host can undo.
 * Errors: `InvalidRequest` (400), `NotAcceptable` (406), in the words of the reference (xrpc-utils `accept.ts`).
 */
export const negotiateEncoding = (accepted: string | null): Outcome<string> => {
  const weights = new Map<string, number>();
  for (const part of accepted ? accepted.split(",") : []) {
    const read = readPart(part);
    if (read === undefined) return { ok: false, error: invalid(`Invalid accept-encoding: "${part.slice(0, 200)}"`) };
    weights.set(...read);
  }
  const weightOf = (name: string) => weights.get(name) ?? weights.get("*");
  const common = KNOWN.filter(([name]) => (weightOf(name) ?? (name === "identity" ? 1 : 0)) > 0);
  if (common.length === 0) return { ok: false, error: fault(406, "NotAcceptable", "this service does not support any of the requested encodings") };
  const refusesPlain = !common.some(([name]) => name === "identity");
  return ok([...common, ...(refusesPlain ? [["*", 0] as const] : [])].map(([name, weight]) => `${name};q=${weight}`).join(","));
};

const readPart = (part: string): [name: string, weight: number] | undefined => {
  const [name = "", params, ...rest] = part.trim().split(";");
  if (name === "" || name.includes("=") || rest.length > 0) return undefined;
  if (params === undefined) return [name.toLowerCase(), 1];
  const [key, value, ...more] = params.split("=");
  if ((key !== "q" && key !== "Q") || value === undefined || more.length > 0) return undefined;
  const weight = Number.parseFloat(value);
  return weight === 0 || (weight >= 0.001 && weight <= 1) ? [name.toLowerCase(), weight] : undefined;
};
