import { collectionOf, kindOf, QUOTAS } from "@rookery/memory";
import type { XrpcFault } from "@rookery/sync";
import { countRecords } from "../store/memory-changed.ts";
import type { Change } from "../write/plan.ts";

/**
 * Whether there is room for the memories that a write adds, whoever writes them: an index is only as bounded as what it is of.
 * @param before what shares its commit.
 */
export function roomForMemories(sql: SqlStorage, before: readonly Change[], changes: readonly Change[]): XrpcFault | undefined {
  for (const collection of new Set(changes.map(({ op }) => op.collection))) {
    const kind = kindOf(collection);
    if (kind === undefined || grown(changes, collection) <= 0) continue;
    if (countRecords(sql, collectionOf[kind]) + grown(before, collection) + grown(changes, collection) <= QUOTAS[kind]) continue;
    return { status: 400, name: "QuotaExceeded", message: `${QUOTAS[kind]} records of ${collection} are all there may be: forget some, or compact` };
  }
  return undefined;
}

/** By how many records of a collection there are more. */
const grown = (changes: readonly Change[], collection: string): number =>
  changes.reduce((sum, { action, op }) => sum + (op.collection !== collection ? 0 : action === "create" ? 1 : action === "delete" ? -1 : 0), 0);
