/** Commits that touch profiles, as the relays see them. */
import { createHash } from "node:crypto";
import { carBytes, cidFromString, cidOf, encode } from "@rookery/repo";
import { encodeCommitFrame, type CommitOp, type OutboxRow } from "@rookery/sync";
import { did } from "./relay.ts";

const PATH = "agent.comms.profile/self";
/** As the agents hash. */
export const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();
const COMMIT = cidFromString("bafyreieq5jui4j25lacwomsqgjeswwl3y5zcdrresptwgmfylxo2depppq");
/** What a profile says to be listed. */
export const LISTED = { text: "listed" };

/** A commit that does one thing at a path, after what else it does. */
export function profileRow(account: number, n: number, record: Record<string, unknown> | null, path = PATH, before: CommitOp[] = []): OutboxRow {
  const bytes = encode({ $type: "agent.comms.profile", ...record });
  const cid = cidOf(sha256, bytes);
  const op: CommitOp = record === null ? { action: "delete", path, cid: null, prev: cid } : { action: n === 1 ? "create" : "update", path, cid };
  const blocks = carBytes(COMMIT, record === null ? [] : [{ cid, bytes }]);
  const time = "2026-11-21T10:00:00.000Z";
  const rev = `3k${String(n).padStart(11, "2")}`;
  const { frame, seqAt } = encodeCommitFrame({ repo: did(account), commit: COMMIT, rev, since: null, blocks, ops: [...before, op], time });
  return { did: did(account), epoch: 1, n, kind: "commit", time, frame, seqAt, rev, head: "head", data: "data" };
}
