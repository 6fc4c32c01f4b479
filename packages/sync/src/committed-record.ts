import { cidKey, type CidBytes } from "@rookery/repo";
import type { CheckedCommit } from "./check-commit.ts";

/** What a commit did at one path. `record` is null when it was deleted. */
export interface CommittedRecord {
  did: string;
  rev: string;
  path: string;
  record: { cid: CidBytes; bytes: Uint8Array } | null;
}

/** The record that a checked commit put at `path`; undefined when the commit has no op there. */
export function recordAt(commit: CheckedCommit, path: string): CommittedRecord | undefined {
  const op = commit.ops.find((candidate) => candidate.path === path);
  if (op === undefined) return undefined;
  const { did, rev } = commit;
  if (op.cid === null) return { did, rev, path, record: null };
  const bytes = commit.blocks.get(cidKey(op.cid));
  // checkCommit refused the commit if a record's block was not there.
  return bytes === undefined ? undefined : { did, rev, path, record: { cid: op.cid, bytes: bytes.slice() } };
}
