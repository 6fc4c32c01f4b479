import { isComms, recipientsOf } from "@rookery/lexicon-agent-comms";
import { CborError, cidKey, CidError, cidToString, decode, lexToJson } from "@rookery/repo";
import type { CheckedCommit, DeliveryHint } from "@rookery/sync";

/** DIDs of one record that are looked up: as many as the lexicons let a record name. A stranger may name as many as fit into a commit. */
const MAX_RECIPIENTS = 256;

/**
 * Whom a verified commit of another host is for, as an agent's own outbox says it of its commits. The record that a delete took
 * away is not in the commit, so `to` is empty there: whoever was given the record is told.
 */
export function hintsOf({ ops, blocks }: CheckedCommit): DeliveryHint[] {
  const hints: DeliveryHint[] = [];
  for (const { action, path, cid } of ops) {
    const collection = path.slice(0, path.indexOf("/"));
    // Only creates deliver: such a record is never changed.
    if (!isComms(collection) || action === "update") continue;
    if (cid === null) hints.push({ path, action: "delete", to: [] });
    else {
      const to = recipientsIn(collection, blocks.get(cidKey(cid)));
      if (to !== null) hints.push({ path, cid: cidToString(cid), action: "create", to: to === "all" ? to : to.slice(0, MAX_RECIPIENTS) });
    }
  }
  return hints;
}

/** Null when the record is for nobody, or no record at all: an author may sign any bytes. */
function recipientsIn(collection: string, bytes: Uint8Array | undefined): string[] | "all" | null {
  if (bytes === undefined) return null;
  try {
    return recipientsOf(collection, lexToJson(decode(bytes)));
  } catch (error) {
    if (error instanceof CborError || error instanceof CidError) return null;
    throw error;
  }
}
