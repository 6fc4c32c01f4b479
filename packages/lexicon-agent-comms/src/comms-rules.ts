import { collectionsOf } from "./collections.ts";
import { didOfUri } from "./did.ts";
import { recordDefinition } from "./record-definition.ts";
import { type Verdict, refuse } from "./verdict.ts";

/** Fields that name a record of another repository: by DID, since a handle may change hands and the record is delivered there. */
const namedByDid: Record<string, readonly string[]> = {
  [collectionsOf.response]: ["request"],
  [collectionsOf.cancel]: ["request"],
  [collectionsOf.handoff]: ["request"],
  [collectionsOf.handoffAnswer]: ["handoff", "request"],
  [collectionsOf.receipt]: ["subject", "newKey"],
};

/**
 * What stays clear beside `sealed`; any other field that we know would be readable, or would contradict the inside. Those
 * that we do not know pass, as everywhere: a later version may need one for delivery.
 */
const clearBesideSealed: Record<string, readonly string[]> = {
  [collectionsOf.question]: ["to", "createdAt", "sealed"],
  [collectionsOf.cancel]: ["to", "request", "createdAt", "sealed"],
  [collectionsOf.handoff]: ["to", "request", "createdAt", "sealed"],
  [collectionsOf.handoffAnswer]: ["handoff", "request", "createdAt", "sealed"],
  [collectionsOf.receipt]: ["to", "createdAt", "sealed"],
};

/** What a record says when it is not sealed, and sealed within when it is. */
const saidOrSealed: Record<string, readonly string[]> = {
  [collectionsOf.question]: ["text"],
  [collectionsOf.handoffAnswer]: ["answer"],
  [collectionsOf.receipt]: ["subject", "status"],
};

/** What the schema language cannot say of a record that is valid by its schema. */
export function checkCommsRules(collection: string, record: Record<string, unknown>): Verdict {
  for (const field of namedByDid[collection] ?? []) {
    if (record[field] !== undefined && !isByDid(record[field])) return refuse(`Record/${field}/uri must name the repository by its DID`);
  }
  const clear = clearBesideSealed[collection];
  if (clear !== undefined && record["sealed"] !== undefined) {
    const known = recordDefinition(collection).record.properties ?? {};
    const open = Object.keys(record).find((field) => Object.hasOwn(known, field) && !clear.includes(field));
    return open === undefined ? { ok: true } : refuse(`Record/${open} must not stand beside sealed content`);
  }
  const missing = (saidOrSealed[collection] ?? []).find((field) => record[field] === undefined);
  return missing === undefined ? { ok: true } : refuse(`Record must have the property "${missing}", or "sealed"`);
}

const isByDid = (ref: unknown): boolean =>
  typeof ref === "object" && ref !== null && "uri" in ref && typeof ref.uri === "string" && didOfUri(ref.uri) !== undefined;
