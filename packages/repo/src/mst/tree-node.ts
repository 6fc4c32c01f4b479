import type { CidBytes } from "../cid.ts";

/** A node's decoded inside. `children[i]` is the subtree before `keys[i]`; there is one more child than keys. */
export interface NodeContent {
  keys: string[];
  values: CidBytes[];
  children: (TreeNode | null)[];
  /** The block, or null while the content differs from it. */
  bytes: Uint8Array | null;
}

/** A node in memory: perhaps only known by its CID and id, perhaps loaded, perhaps changed. */
export class TreeNode {
  /** Place in the store; 0 until a flush gives one, and always 0 in stores keyed by CID. */
  id: number;
  /** Null while changed since the last flush. A node with a CID has only descendants with one. */
  cid: CidBytes | null;
  /** Null when not loaded. Never null while changed. */
  content: NodeContent | null;
  /** Whether the store has a row under `id`. */
  stored: boolean;
  /** Operation number that last used it. A parent's is never lower than its child's, so old subtrees drop whole. */
  used = 0;
  /** Estimate of the memory its content takes, in bytes; 0 when not counted. */
  cost = 0;

  private constructor(id: number, cid: CidBytes | null, content: NodeContent | null, stored: boolean) {
    this.id = id;
    this.cid = cid;
    this.content = content;
    this.stored = stored;
  }

  /** A node that is in the store and is not loaded yet. */
  static stub(cid: CidBytes, id: number): TreeNode {
    return new TreeNode(id, cid, null, true);
  }

  /** A node that no store has yet. */
  static fresh(keys: string[], values: CidBytes[], children: (TreeNode | null)[]): TreeNode {
    return new TreeNode(0, null, { keys, values, children, bytes: null }, false);
  }
}

/** Index of the first key that is not less than `key`. */
export function lowerBound(keys: string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
