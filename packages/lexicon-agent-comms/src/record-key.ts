import { definitionOf } from "./schema-of.ts";
import { type Verdict, refuse } from "./verdict.ts";

// https://atproto.com/specs/record-key and /tid and /nsid
const RECORD_KEY = /^[A-Za-z0-9_~.:-]{1,512}$/;
const TID = /^[2-7a-j][2-7a-z]{12}$/;
const NSID = /^[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}$/;

/** Whether `rkey` may name a record of `collection`: the general syntax, and the kind that a known lexicon demands. */
export function checkRecordKey(collection: string, rkey: string): Verdict {
  if (!RECORD_KEY.test(rkey) || rkey === "." || rkey === "..") return refuse(`Invalid record key: ${rkey.slice(0, 512)}`);
  const kind = keyKindOf(collection) ?? "any";
  if (fits(kind, rkey)) return { ok: true };
  return refuse(`Invalid record key for ${collection}: ${misfit(kind, JSON.stringify(rkey))}`);
}

/** Which keys a known collection's records have, e.g. `tid`; undefined for other collections. */
export function keyKindOf(collection: string): string | undefined {
  const definition = definitionOf(collection);
  return definition?.type === "record" ? definition.key : undefined;
}

/** Why a key is not of a kind, in the reference's words. */
function misfit(kind: string, got: string): string {
  if (kind === "tid") return `Invalid TID string (got ${got}) at $`;
  if (kind === "nsid") return `Invalid NSID (got ${got}) at $`;
  return `Expected ${JSON.stringify(kind.replace(/^literal:/, ""))} (got ${got}) at $`;
}

function fits(kind: string, rkey: string): boolean {
  if (kind === "tid") return TID.test(rkey);
  if (kind === "nsid") return rkey.length <= 317 && NSID.test(rkey);
  if (kind.startsWith("literal:")) return rkey === kind.slice("literal:".length);
  return true;
}
