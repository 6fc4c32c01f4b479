import type { AccountCounts } from "./standing-api.ts";
import type { AgentState } from "../state.ts";
import { countBlobs } from "../store/blobs.ts";

/**
 * What com.atproto.server.checkAccountStatus counts. Blocks are those of the repository as stored: the commit, the nodes of the tree,
 * the records. Counts walk an index each, about a tenth of a second for a million records.
 */
export function countAccount({ sql, head, account }: AgentState): AccountCounts {
  const count = (query: string): number => sql.exec<{ n: number }>(query).one().n;
  const records = count("SELECT COUNT(*) AS n FROM record");
  return {
    activated: account.deactivatedAt === null && account.takedownRef === null && account.suspendedRef === null && account.status !== "deleted",
    repoCommit: head.cid,
    repoRev: head.rev,
    repoBlocks: 1 + count("SELECT COUNT(*) AS n FROM node") + records,
    indexedRecords: records,
    expectedBlobs: count("SELECT COUNT(DISTINCT cid) AS n FROM blob_ref"),
    importedBlobs: countBlobs(sql),
  };
}
