import { cidEquals, cidToString, type CidBytes, type Sha256 } from "./cid.ts";
import type { NodeStore } from "./mst/store.ts";
import { Tree } from "./mst/tree.ts";

/** One operation of a commit as its firehose event tells it. */
export interface RepoOp {
  action: "create" | "update" | "delete";
  /** `collection/rkey`. */
  path: string;
  /** The record after; null for a delete. */
  cid: CidBytes | null;
  /** The record before; null for a create. */
  prev: CidBytes | null;
}

/** The operations are not what led to this tree. */
export class InversionError extends Error {
  override readonly name = "InversionError";
}

/**
 * Undo a commit's operations on the partial tree its blocks hold; the result must be the commit's `prevData` (sync 1.1).
 * `store` is keyed by CID and its blocks are verified (readCar does that). Throws MissingBlockError when the blocks do not
 * suffice, InvalidNodeError when they are no sound tree, {@link InversionError} when an operation contradicts the tree.
 */
export function invertOps(store: NodeStore, root: CidBytes, ops: RepoOp[], sha256: Sha256): CidBytes {
  const tree = Tree.open(store, { cid: root, id: 0 }, sha256, { strict: true });
  for (const op of ops.toReversed()) undo(tree, op);
  return tree.flush(() => 0).root.cid;
}

function undo(tree: Tree, { action, path, cid, prev }: RepoOp): void {
  const now = tree.get(path);
  if (!cidEquals(now, cid)) throw new InversionError(`${action} of ${path}: operation says ${show(cid)}, tree says ${show(now)}`);
  const complete = action === "create" ? cid !== null && prev === null : action === "update" ? cid !== null && prev !== null : cid === null && prev !== null;
  if (!complete) throw new InversionError(`${action} of ${path} with cid ${show(cid)} and prev ${show(prev)}`);
  if (prev === null) tree.delete(path);
  else tree.put(path, prev);
}

function show(cid: CidBytes | null): string {
  return cid === null ? "nothing" : cidToString(cid);
}
