import type { CidBytes } from "../cid.ts";
import { InvalidNodeError } from "./errors.ts";
import type { NodePool } from "./node-pool.ts";
import { lowerBound, type TreeNode } from "./tree-node.ts";

/*
 * The two moves that edits are made of. Both load everything on the way down and change it on the way up, so a missing
 * block leaves the tree as it was. Ids: a split keeps the id on the left part, a merge on the left node.
 */

/** Cut the subtree in layer `height` at `key`, which is not in it, into what is before and what is after. */
export function split(pool: NodePool, node: TreeNode | null, height: number, key: string): [TreeNode | null, TreeNode | null] {
  if (node === null) return [null, null];
  const content = pool.load(node, height);
  const at = lowerBound(content.keys, key);
  if (content.keys[at] === key) throw new InvalidNodeError(`key in the wrong layer (${height}): ${key}`);
  const [left, right] = split(pool, content.children[at] ?? null, height - 1, key);
  // All on one side: the node stays as it is, to be neither rewritten nor hashed.
  if (at === 0 && left === null) return [null, node];
  if (at === content.keys.length && right === null) return [node, null];
  const after = pool.create(content.keys.slice(at), content.values.slice(at), [right, ...content.children.slice(at + 1)]);
  content.keys.length = at;
  content.values.length = at;
  content.children.length = at;
  content.children.push(left);
  pool.touch(node);
  return [node, after];
}

/** Join two neighbouring subtrees of layer `height`; the inverse of {@link split}. */
export function merge(pool: NodePool, left: TreeNode | null, right: TreeNode | null, height: number): TreeNode | null {
  if (left === null) return right;
  if (right === null) return left;
  const a = pool.load(left, height);
  const b = pool.load(right, height);
  const middle = merge(pool, a.children.at(-1) ?? null, b.children[0] ?? null, height - 1);
  a.keys.push(...b.keys);
  a.values.push(...b.values);
  a.children.pop();
  a.children.push(middle, ...b.children.slice(1));
  pool.touch(left);
  pool.free(right);
  return left;
}

/** A chain of keyless nodes that lifts `node` from layer `from` to layer `to`. Null stays null. */
export function lift(pool: NodePool, node: TreeNode | null, from: number, to: number): TreeNode | null {
  let top = node;
  for (let height = from; top !== null && height < to; height++) top = pool.create([], [], [top]);
  return top;
}

/** Put a key into a node of its layer, between the two parts of the subtree that spanned it. */
export function insertAt(pool: NodePool, node: TreeNode, height: number, at: number, key: string, cid: CidBytes): void {
  const content = pool.load(node, height);
  const [left, right] = split(pool, content.children[at] ?? null, height - 1, key);
  content.keys.splice(at, 0, key);
  content.values.splice(at, 0, cid);
  content.children.splice(at, 1, left, right);
}
