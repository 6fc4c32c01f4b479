import type { CidBytes } from "../cid.ts";

/**
 * Where a node is: its CID, and the id of its place. A node keeps its id while its content changes, so that a commit
 * updates rows in place and needs no index by CID. In stores keyed by CID alone every id is 0.
 */
export interface NodeRef {
  cid: CidBytes;
  id: number;
}

/** A node as a store returns it. */
export interface StoredNode {
  /** The block. */
  bytes: Uint8Array;
  /** Ids of the child nodes in order: the left one, then each entry's right one, skipping null. Empty when ids are all 0. */
  kids: number[];
}

/** Where a tree reads its nodes. A store vouches that bytes match the CID; untrusted bytes are hashed before they get in. */
export interface NodeStore {
  /** Undefined when the node is not there, which the tree turns into MissingBlockError. */
  read(ref: NodeRef): StoredNode | undefined;
}

/** A node that a flush asks to be stored. */
export interface WrittenNode {
  id: number;
  /** True: insert; false: update the row with this id. */
  isNew: boolean;
  cid: CidBytes;
  bytes: Uint8Array;
  kids: number[];
}

/** What a flush changed. Apply `freed` and `written` in one transaction; the order does not matter, no id is in both. */
export interface TreeDelta {
  root: NodeRef;
  /** Children before parents. */
  written: WrittenNode[];
  /** Ids of nodes that are no longer reachable. */
  freed: number[];
}

/** A node's block as it goes into a proof or an export. */
export interface NodeBlock {
  cid: CidBytes;
  bytes: Uint8Array;
}
