import { CborWriter } from "../cbor-writer.ts";
import { cidEquals, cidOf, type CidBytes, type Sha256 } from "../cid.ts";
import { isValidMstKey, PathError } from "../path.ts";
import { insertAt, lift, merge, split } from "./edit.ts";
import { InvalidNodeError, KeyNotFoundError } from "./errors.ts";
import { keyHeight } from "./height.ts";
import { writeNode } from "./node-codec.ts";
import { NodePool } from "./node-pool.ts";
import { coveringNodes } from "./proof.ts";
import type { NodeBlock, NodeRef, NodeStore, TreeDelta, WrittenNode } from "./store.ts";
import { lowerBound, TreeNode } from "./tree-node.ts";
import { entriesOf, walkTree, type WalkStep } from "./walk.ts";

/** How a tree behaves in memory. */
export interface TreeOptions {
  /** Nodes come from strangers: check the layer of every key that is loaded. Default false. */
  strict?: boolean;
  /** Estimated bytes of decoded nodes to keep between operations; default 2,000,000, about 1,500 nodes. */
  maxResidentBytes?: number;
}

/** Objects of many agents share an isolate of 128 MB; the path to the right edge and its surroundings take a tenth of this. */
const DEFAULT_RESIDENT_BYTES = 2_000_000;

/**
 * The Merkle search tree of a repository: keys (`collection/rkey`) to record CIDs. Mutable and synchronous.
 *
 * - A key lives in the layer its hash says ({@link keyHeight}). A node of layer h holds neighbouring keys of layer h, and
 *   around them subtrees of layer h-1. Where a subtree's keys are all further down, keyless nodes fill the layers between.
 * - The root is the node of the highest key's layer: no empty top, no empty bottom. The empty tree is one empty node.
 * - Decoded nodes stay in memory between operations; only changed ones are encoded and hashed, in `flush`.
 * - A node keeps its id while its content changes. A split asks for one id, a merge frees one.
 *
 * When the transaction that should have stored a flush fails, or an operation throws anything but KeyNotFoundError or
 * PathError, memory and store may disagree: call `rollback` with the root that the store has.
 */
export class Tree {
  readonly #store: NodeStore;
  readonly #sha256: Sha256;
  readonly #strict: boolean;
  readonly #maxResidentBytes: number;
  readonly #writer = new CborWriter();
  #pool: NodePool;
  #root: TreeNode;
  /** Layer of the root; -1 until it is known. */
  #height = -1;

  private constructor(store: NodeStore, root: NodeRef | null, sha256: Sha256, options: TreeOptions) {
    this.#store = store;
    this.#sha256 = sha256;
    this.#strict = options.strict ?? false;
    this.#maxResidentBytes = options.maxResidentBytes ?? DEFAULT_RESIDENT_BYTES;
    this.#pool = new NodePool(store, sha256, this.#strict);
    this.#root = root === null ? TreeNode.fresh([], [], [null]) : TreeNode.stub(root.cid, root.id);
  }

  /** The tree under `root`; null for a repository that has none yet (the first flush then writes the empty node). Reads nothing. */
  static open(store: NodeStore, root: NodeRef | null, sha256: Sha256, options: TreeOptions = {}): Tree {
    return new Tree(store, root, sha256, options);
  }

  /** The root as of the last flush; null while there are changes that were not flushed. */
  get root(): NodeRef | null {
    return this.#root.cid === null ? null : { cid: this.#root.cid, id: this.#root.id };
  }

  /** Estimate of the memory taken by decoded nodes, in bytes. */
  get residentBytes(): number {
    return this.#pool.residentBytes;
  }

  /** Forget decoded nodes, longest unused first, down to about `maxBytes`. Changed nodes stay. */
  shrink(maxBytes: number): void {
    this.#pool.shrink(this.#root, maxBytes);
  }

  /** Forget everything in memory and go on from `root`, as the store has it. */
  rollback(root: NodeRef | null): void {
    this.#pool = new NodePool(this.#store, this.#sha256, this.#strict);
    this.#root = root === null ? TreeNode.fresh([], [], [null]) : TreeNode.stub(root.cid, root.id);
    this.#height = -1;
  }

  /** CID at `key`, or null. Throws PathError when it is not a tree key. */
  get(key: string): CidBytes | null {
    let height = this.#begin(key);
    for (let node: TreeNode | null = this.#root; node !== null; height--) {
      const { keys, values, children } = this.#pool.load(node, height);
      const at = lowerBound(keys, key);
      if (keys[at] === key) return values[at] ?? null;
      node = children[at] ?? null;
    }
    return null;
  }

  /** Set `key` to `cid`; the previous CID or null. Throws PathError when it is not a tree key. */
  put(key: string, cid: CidBytes): CidBytes | null {
    let height = this.#begin(key);
    const layer = keyHeight(this.#sha256, key);
    const pool = this.#pool;
    const top = pool.load(this.#root, height);
    if (top.keys.length === 0) {
      // The empty tree: its one node becomes the root of any layer.
      top.keys.push(key);
      top.values.push(cid);
      top.children = [null, null];
      pool.touch(this.#root);
      this.#height = layer;
      return null;
    }
    if (layer > height) {
      const [left, right] = split(pool, this.#root, height, key);
      this.#root = pool.create([key], [cid], [lift(pool, left, height, layer - 1), lift(pool, right, height, layer - 1)]);
      this.#height = layer;
      return null;
    }
    const path: TreeNode[] = [];
    let node = this.#root;
    for (; ; height--) {
      path.push(node);
      const content = pool.load(node, height);
      const at = lowerBound(content.keys, key);
      if (content.keys[at] === key) {
        if (height !== layer) throw new InvalidNodeError(`key in the wrong layer (${height}): ${key}`);
        const previous = content.values[at] ?? null;
        if (cidEquals(previous, cid)) return previous;
        content.values[at] = cid;
        for (const touched of path) pool.touch(touched);
        return previous;
      }
      if (height === layer) {
        insertAt(pool, node, height, at, key, cid);
        break;
      }
      const child = content.children[at] ?? null;
      if (child === null) {
        content.children[at] = lift(pool, pool.create([key], [cid], [null, null]), layer, height - 1);
        break;
      }
      node = child;
    }
    for (const touched of path) pool.touch(touched);
    return null;
  }

  /** Remove `key`; the CID it had. Throws KeyNotFoundError when it is not there, and changes nothing then. */
  delete(key: string): CidBytes {
    let height = this.#begin(key);
    const pool = this.#pool;
    const path: { node: TreeNode; at: number }[] = [];
    let next: TreeNode | null = this.#root;
    for (; ; height--) {
      if (next === null) throw new KeyNotFoundError(key);
      const content = pool.load(next, height);
      const at = lowerBound(content.keys, key);
      path.push({ node: next, at });
      if (content.keys[at] === key) break;
      next = content.children[at] ?? null;
    }
    const content = pool.load(next, height);
    const at = path.at(-1)?.at ?? 0;
    const removed = content.values[at] as CidBytes;
    const middle = merge(pool, content.children[at] ?? null, content.children[at + 1] ?? null, height - 1);
    content.keys.splice(at, 1);
    content.values.splice(at, 1);
    content.children.splice(at, 2, middle);
    for (const step of path) pool.touch(step.node);
    this.#dropEmpty(path);
    return removed;
  }

  /** Nodes left without key and child go, from the bottom up; then a root without keys gives way to its only child. */
  #dropEmpty(path: { node: TreeNode; at: number }[]): void {
    const pool = this.#pool;
    for (let depth = path.length - 1; depth > 0; depth--) {
      const content = path[depth]?.node.content;
      const parent = path[depth - 1];
      if (!content || !parent?.node.content || content.keys.length > 0 || content.children[0]) break;
      pool.free(path[depth]?.node as TreeNode);
      parent.node.content.children[parent.at] = null;
    }
    for (;;) {
      const content = pool.load(this.#root, this.#height);
      if (content.keys.length > 0) return;
      const child = content.children[0] ?? null;
      if (child === null) {
        this.#height = 0;
        return;
      }
      pool.free(this.#root);
      this.#root = child;
      this.#height--;
    }
  }

  /**
   * Encode and hash what changed, children first. `allocate` gives the id of each new node: one never in use, and none
   * that this flush frees. Stores keyed by CID give 0. Nothing is stored here: the caller does that with the delta.
   */
  flush(allocate: () => number): TreeDelta {
    const written: WrittenNode[] = [];
    this.#flush(this.#root, allocate, written);
    const freed = this.#pool.freed;
    this.#pool.freed = [];
    const { cid, id } = this.#root;
    return { root: { cid: cid as CidBytes, id }, written, freed };
  }

  #flush(node: TreeNode, allocate: () => number, written: WrittenNode[]): void {
    const content = node.content;
    if (node.cid !== null || content === null) return;
    const kids: number[] = [];
    for (const child of content.children) {
      if (child === null) continue;
      this.#flush(child, allocate, written);
      kids.push(child.id);
    }
    this.#writer.reset();
    writeNode(this.#writer, content.keys, content.values, (index) => content.children[index]?.cid ?? null);
    const bytes = this.#writer.finish();
    const cid = cidOf(this.#sha256, bytes);
    const isNew = !node.stored;
    if (isNew) node.id = allocate();
    node.stored = true;
    node.cid = cid;
    content.bytes = bytes;
    this.#pool.count(node);
    written.push({ id: node.id, isNew, cid, bytes, kids });
  }

  /**
   * Nodes of the flushed tree that a reader needs to check or undo operations on these keys: for each, the path to where it
   * is or would be, and the paths to its left and right neighbour (sync 1.1). Without duplicates, each parent before its children.
   */
  coveringProof(keys: string[]): NodeBlock[] {
    return this.#proof(keys, true);
  }

  /** Nodes of the flushed tree that show what is at a key, or that nothing is: the path to where it is or would be, each parent before its child. */
  pathProof(key: string): NodeBlock[] {
    return this.#proof([key], false);
  }

  #proof(keys: string[], withNeighbours: boolean): NodeBlock[] {
    if (this.#root.cid === null) throw new InvalidNodeError("a proof needs a flushed tree");
    for (const key of keys) this.#begin(key);
    return coveringNodes(this.#pool, this.#root, this.#rootHeight(), keys, withNeighbours);
  }

  /** Keys and CIDs in key order, from the first key that is not less than `from`. The tree must not change meanwhile. */
  entries(from = ""): Generator<[key: string, cid: CidBytes]> {
    return entriesOf(this.#pool, this.#root, from);
  }

  /** Nodes and records of the flushed tree in pre-order, read from the store; see {@link walkTree}. */
  walk(enter?: (ref: NodeRef) => boolean): Generator<WalkStep> {
    const root = this.root;
    if (root === null) throw new InvalidNodeError("a walk needs a flushed tree");
    return walkTree(this.#store, root, enter);
  }

  /** Start of every operation: room is made now, when nothing is held, and the root's layer is returned. */
  #begin(key: string): number {
    if (!isValidMstKey(key)) throw new PathError(`not a tree key: ${key.slice(0, 200)}`);
    // Down to half, so that the work of choosing is spread over many operations.
    if (this.#pool.residentBytes > this.#maxResidentBytes) this.shrink(this.#maxResidentBytes / 2);
    this.#pool.tick();
    return this.#rootHeight();
  }

  #rootHeight(): number {
    if (this.#height >= 0) return this.#height;
    const { keys, children } = this.#pool.peek(this.#root);
    const first = keys[0];
    if (first === undefined && children[0]) throw new InvalidNodeError("root without keys");
    this.#height = first === undefined ? 0 : keyHeight(this.#sha256, first);
    this.#pool.load(this.#root, this.#height);
    return this.#height;
  }
}
