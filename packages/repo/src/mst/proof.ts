import type { NodePool } from "./node-pool.ts";
import type { NodeBlock } from "./store.ts";
import { lowerBound, type TreeNode } from "./tree-node.ts";

/** See Tree.coveringProof and, without neighbours, Tree.pathProof. `root` is flushed and in layer `height`. */
export function coveringNodes(pool: NodePool, root: TreeNode, height: number, keys: string[], withNeighbours: boolean): NodeBlock[] {
  const seen = new Set<TreeNode>();
  const blocks: NodeBlock[] = [];
  const include = (node: TreeNode, layer: number) => {
    const content = pool.load(node, layer);
    if (!seen.has(node)) {
      seen.add(node);
      if (node.cid !== null && content.bytes !== null) blocks.push({ cid: node.cid, bytes: content.bytes });
    }
    return content;
  };
  /** Along the right edge (towards the left neighbour) or the left edge (towards the right one) of a subtree. */
  const edge = (start: TreeNode | null, layer: number, side: "left" | "right") => {
    for (let node = start; node !== null; layer--) {
      const { children } = include(node, layer);
      node = (side === "left" ? children[0] : children.at(-1)) ?? null;
    }
  };
  for (const key of keys) {
    let layer = height;
    for (let node: TreeNode | null = root; node !== null; layer--) {
      const content = include(node, layer);
      const at = lowerBound(content.keys, key);
      if (content.keys[at] === key) {
        if (!withNeighbours) break;
        edge(content.children[at] ?? null, layer - 1, "right");
        edge(content.children[at + 1] ?? null, layer - 1, "left");
        break;
      }
      // Where the search ends without the key, both neighbours are on the path already.
      node = content.children[at] ?? null;
    }
  }
  return blocks;
}
