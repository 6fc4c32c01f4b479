import { readCar } from "./car-reader.ts";
import { cidKey, type CidBytes, type Sha256 } from "./cid.ts";
import { CommitError, decodeCommit, type Commit } from "./commit.ts";
import { BlockMap } from "./memory-store.ts";
import { MissingBlockError } from "./mst/errors.ts";
import { Tree } from "./mst/tree.ts";

/** What a proof shows. Its commit's signature is for the caller to check, over encodeUnsigned(commit). */
export interface ProofResult {
  commit: Commit & { cid: CidBytes };
  /** CID of the record, or null: proven absent. */
  cid: CidBytes | null;
  /** The record's block, or null when absent. */
  record: Uint8Array | null;
}

/**
 * Walk a proof CAR (com.atproto.sync.getRecord) from its root commit down to `path`. Throws CarError, CommitError,
 * InvalidNodeError, PathError when something is malformed, and MissingBlockError when the proof is incomplete, the record's own
 * block included. Blocks that are not needed are ignored.
 */
export function verifyProof(car: Uint8Array, path: string, sha256: Sha256): ProofResult {
  const { roots, blocks } = readCar(car, sha256);
  const [root] = roots;
  if (root === undefined || roots.length !== 1) throw new CommitError(`a proof has one root, this has ${roots.length}`);
  const block = blocks.get(cidKey(root));
  if (block === undefined) throw new MissingBlockError(root);
  const commit = decodeCommit(block);
  const tree = Tree.open(new BlockMap(blocks), { cid: commit.data, id: 0 }, sha256, { strict: true });
  const cid = tree.get(path);
  const record = cid === null ? null : blocks.get(cidKey(cid));
  if (record === undefined) throw new MissingBlockError(cid ?? root);
  return { commit: { ...commit, cid: root }, cid, record };
}
