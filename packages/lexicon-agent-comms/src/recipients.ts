import { collectionsOf } from "./collections.ts";
import { didOfUri, isDid } from "./did.ts";
import { COMMS_ROOT } from "./nsid-root.ts";

const DEFS = `${COMMS_ROOT}.defs`;

/**
 * Whom a record is addressed to: DIDs without repeats, `all` for everybody here, null for nobody (not a comms
 * collection, or not readable as one: a write may have asked not to be validated).
 */
export function recipientsOf(collection: string, record: unknown): string[] | "all" | null {
  if (typeof record !== "object" || record === null) return null;
  const fields: Fields = record;
  switch (collection) {
    case collectionsOf.message:
      return listOfDids(fields.to);
    case collectionsOf.request:
    case collectionsOf.handoff:
      return isDid(fields.to) ? [fields.to] : null;
    case collectionsOf.response:
      return requesterOf(fields.request);
    case collectionsOf.broadcast:
      return audienceOf(fields.audience);
    default:
      return null;
  }
}

interface Fields {
  to?: unknown;
  request?: unknown;
  audience?: unknown;
}

/** A response goes to the repository that holds the request. */
function requesterOf(request: unknown): string[] | null {
  if (typeof request !== "object" || request === null || !("uri" in request) || typeof request.uri !== "string") return null;
  const did = didOfUri(request.uri);
  return did === undefined ? null : [did];
}

/** An audience of a kind that we do not know may be narrower than everybody: it reaches nobody. */
function audienceOf(audience: unknown): string[] | "all" | null {
  if (audience === undefined) return "all";
  if (typeof audience !== "object" || audience === null || !("$type" in audience)) return null;
  if (audience.$type === `${DEFS}#everyone` || audience.$type === `${DEFS}#tagged`) return "all";
  if (audience.$type === `${DEFS}#listed` && "dids" in audience) return listOfDids(audience.dids);
  return null;
}

function listOfDids(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  const dids = [...new Set(value)];
  return dids.length > 0 && dids.every(isDid) ? dids : null;
}
