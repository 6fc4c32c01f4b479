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
      return everyDid(fields.to);
    case collectionsOf.question:
    case collectionsOf.request:
    case collectionsOf.cancel:
    case collectionsOf.receipt:
    case collectionsOf.grant:
      return everyDid([fields.to]);
    case collectionsOf.response:
      return everyDid([ownerOf(fields.request)]);
    // Who asked for the task decides with whom it is: the requester hears of a handoff and of its answer.
    case collectionsOf.handoff:
      return everyDid([fields.to, ownerOf(fields.request)]);
    case collectionsOf.handoffAnswer:
      return everyDid([ownerOf(fields.handoff), ownerOf(fields.request)]);
    case collectionsOf.broadcast:
      return audienceOf(fields.audience);
    default:
      return null;
  }
}

interface Fields {
  to?: unknown;
  request?: unknown;
  handoff?: unknown;
  audience?: unknown;
}

/** DID of the repository that holds what a strongRef names; undefined when it is named otherwise, or not at all. */
function ownerOf(ref: unknown): string | undefined {
  if (typeof ref !== "object" || ref === null || !("uri" in ref) || typeof ref.uri !== "string") return undefined;
  return didOfUri(ref.uri);
}

/** An audience of a kind that we do not know may be narrower than everybody: it reaches nobody. */
function audienceOf(audience: unknown): string[] | "all" | null {
  if (audience === undefined) return "all";
  if (typeof audience !== "object" || audience === null || !("$type" in audience)) return null;
  if (audience.$type === `${DEFS}#everyone` || audience.$type === `${DEFS}#tagged`) return "all";
  if (audience.$type === `${DEFS}#listed` && "dids" in audience) return everyDid(audience.dids);
  return null;
}

/** A list that holds anything but DIDs is not the one that was meant: it reaches nobody. */
function everyDid(value: unknown): string[] | null {
  if (!Array.isArray(value)) return null;
  const dids = [...new Set(value)];
  return dids.length > 0 && dids.every(isDid) ? dids : null;
}
