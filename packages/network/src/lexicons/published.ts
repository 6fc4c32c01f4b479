import { ids, schemas } from "@rookery/lexicon-agent-comms";
import { type PreparedOp, prepareOp } from "@rookery/pds";
import { cidToString } from "@rookery/repo";
import { type Outcome, ok } from "@rookery/sync";

/** Collection of published lexicons; their record key is the NSID: https://atproto.com/specs/lexicon#lexicon-publication-and-resolution */
export const SCHEMAS = ids.ComAtprotoLexiconSchema;

/** What has to change for a repository to hold our lexicons as they are now, and no others. */
export interface Publication {
  ops: PreparedOp[];
  unchanged: number;
}

/** @param held record keys and CIDs of what the repository holds in the collection. */
export function publicationOf(held: ReadonlyMap<string, string>, texts: Readonly<Record<string, string>> = schemas): Outcome<Publication> {
  const ops: PreparedOp[] = [];
  let unchanged = 0;
  for (const [nsid, text] of Object.entries(texts)) {
    const document: object = JSON.parse(text);
    const prepared = prepareOp({ action: "put", collection: SCHEMAS, rkey: nsid, record: { $type: SCHEMAS, ...document }, validate: true });
    if (!prepared.ok) return prepared;
    const { op } = prepared.value;
    if (op.cid !== undefined && held.get(nsid) === cidToString(op.cid)) unchanged++;
    else ops.push(op);
  }
  const gone = [...held.keys()].filter((nsid) => !Object.hasOwn(texts, nsid));
  return ok({ ops: [...ops, ...gone.map((rkey): PreparedOp => ({ action: "delete", collection: SCHEMAS, rkey }))], unchanged });
}
