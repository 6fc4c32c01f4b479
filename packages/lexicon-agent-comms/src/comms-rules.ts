import { collectionsOf } from "./collections.ts";
import { didOfUri } from "./did.ts";
import { type Verdict, refuse } from "./verdict.ts";

/** What the schema language cannot say: a task is named by its requester's DID, since a handle may change hands. */
export function checkCommsRules(collection: string, record: Record<string, unknown>): Verdict {
  if (collection !== collectionsOf.response && collection !== collectionsOf.handoff) return { ok: true };
  const { request } = record;
  const uri = typeof request === "object" && request !== null && "uri" in request ? request.uri : undefined;
  if (typeof uri === "string" && didOfUri(uri) !== undefined) return { ok: true };
  return refuse("Record/request/uri must name the repository by its DID");
}
