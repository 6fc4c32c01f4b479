import { cidKey, type CidBytes } from "@rookery/repo";
import { checkCommit, refuse, type CheckCommitOptions, type Checked, type CheckedCommit } from "./check-commit.ts";
import type { CommitBody } from "./frame.ts";

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

/** Verify a `#commit` (signature, tree, inversion) and take the record at `path` out of it: what an inbox does with a delivery. */
export async function recordFromCommit(body: CommitBody, path: string, options: CheckCommitOptions): Promise<Checked<CommittedRecord>> {
  const checked = await checkCommit(body, options);
  if (!checked.ok) return checked;
  const found = recordAt(checked.value, path);
  return found === undefined ? refuse("MissingRecord", `commit ${body.rev} of ${body.repo} does nothing at ${path}`) : { ok: true, value: found };
}
