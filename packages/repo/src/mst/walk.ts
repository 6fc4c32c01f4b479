import type { CidBytes } from "../cid.ts";
import { InvalidNodeError, MissingBlockError } from "./errors.ts";
import { readNode } from "./node-codec.ts";
import type { NodePool } from "./node-pool.ts";
import type { NodeRef, NodeStore } from "./store.ts";
import { lowerBound, type NodeContent, type TreeNode } from "./tree-node.ts";

/** One thing that an export meets: a node's block, or an entry whose record block belongs here. */
export type WalkStep = { kind: "node"; ref: NodeRef; bytes: Uint8Array } | { kind: "record"; key: string; cid: CidBytes };

/**
 * A stored tree in the order of a streamable CAR: each node before its entries and subtrees, in key order. Keeps one path in
 * memory. `enter` decides about each subtree before it is read; false leaves it out with all that is under it.
 * Throws MissingBlockError and InvalidNodeError.
 */
export function* walkTree(store: NodeStore, root: NodeRef, enter: (ref: NodeRef) => boolean = () => true): Generator<WalkStep> {
  if (!enter(root)) return;
  const stored = store.read(root);
  if (stored === undefined) throw new MissingBlockError(root.cid);
  yield { kind: "node", ref: root, bytes: stored.bytes };
  const { keys, values, children } = readNode(stored.bytes);
  let taken = 0;
  for (let i = 0; i <= keys.length; i++) {
    const child = children[i] ?? null;
    if (child !== null) yield* walkTree(store, { cid: child, id: stored.kids[taken++] ?? 0 }, enter);
    const key = keys[i];
    const cid = values[i];
    if (key !== undefined && cid !== undefined) yield { kind: "record", key, cid };
  }
}

/** Entries of a tree in memory, loaded or not, from the first key not less than `from`. Nodes it reads are not kept. */
export function* entriesOf(pool: NodePool, root: TreeNode, from: string): Generator<[key: string, cid: CidBytes]> {
  const stack: { content: NodeContent; at: number }[] = [];
  /** Go down to the first entry of a subtree that is not before `from`. */
  const descend = (start: TreeNode | null) => {
    for (let node = start; node !== null; ) {
      const content = pool.peek(node);
      const at = lowerBound(content.keys, from);
      stack.push({ content, at });
      node = content.keys[at] === from ? null : (content.children[at] ?? null);
    }
  };
  let last = "";
  descend(root);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { content, at } = top;
    const key = content.keys[at];
    const cid = content.values[at];
    if (key === undefined || cid === undefined) {
      stack.pop();
      continue;
    }
    if (key <= last) throw new InvalidNodeError(`keys out of order at ${key}`);
    last = key;
    yield [key, cid];
    top.at++;
    descend(content.children[top.at] ?? null);
  }
}
