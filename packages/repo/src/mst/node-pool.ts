import type { Sha256 } from "../cid.ts";
import { InvalidNodeError, MissingBlockError } from "./errors.ts";
import { keyHeight } from "./height.ts";
import { readNode } from "./node-codec.ts";
import type { NodeRef, NodeStore } from "./store.ts";
import { TreeNode, type NodeContent } from "./tree-node.ts";

/**
 * Loads nodes on demand, keeps them decoded, and forgets the ones not used for longest when asked. It also collects the
 * ids that edits set free.
 */
export class NodePool {
  readonly #store: NodeStore;
  readonly #sha256: Sha256;
  readonly #strict: boolean;
  #clock = 0;
  /** Estimate of the memory that loaded nodes take, in bytes. */
  residentBytes = 0;
  /** Ids of stored nodes dropped since the last flush. */
  freed: number[] = [];

  /** `strict`: nodes come from strangers, so the layer of every key is checked, at the price of a hash per key. */
  constructor(store: NodeStore, sha256: Sha256, strict: boolean) {
    this.#store = store;
    this.#sha256 = sha256;
    this.#strict = strict;
  }

  /** A new operation begins; nodes used from here on count as newer. */
  tick(): void {
    this.#clock++;
  }

  /** Content of a node that sits in layer `height`. Throws MissingBlockError or {@link InvalidNodeError}. */
  load(node: TreeNode, height: number): NodeContent {
    node.used = this.#clock;
    if (node.content !== null) return node.content;
    const content = this.peek(node);
    this.#check(content, height);
    node.content = content;
    this.count(node);
    return content;
  }

  /** Content of a node without keeping it when it is not loaded. */
  peek(node: TreeNode): NodeContent {
    if (node.content !== null) return node.content;
    if (node.cid === null) throw new InvalidNodeError("a changed node lost its content");
    return this.#read({ cid: node.cid, id: node.id });
  }

  /** A node that did not exist before. */
  create(keys: string[], values: NodeContent["values"], children: NodeContent["children"]): TreeNode {
    const node = TreeNode.fresh(keys, values, children);
    node.used = this.#clock;
    return node;
  }

  /** The content of a loaded node changed: its block and CID are void. */
  touch(node: TreeNode): void {
    node.cid = null;
    node.used = this.#clock;
    if (node.content !== null) node.content.bytes = null;
  }

  /** The node is no longer part of the tree; its children, if any, live on under another parent. */
  free(node: TreeNode): void {
    if (node.stored && node.id !== 0) this.freed.push(node.id);
    this.residentBytes -= node.cost;
    node.cost = 0;
  }

  /** (Re)estimate what a loaded node takes: object headers and small typed arrays dominate, measured at 150 to 200 bytes each. */
  count(node: TreeNode): void {
    const content = node.content;
    let cost = 0;
    if (content !== null) {
      cost = 400 + (content.bytes?.length ?? 0);
      for (const key of content.keys) cost += 200 + key.length;
      for (const child of content.children) if (child !== null) cost += 280;
    }
    this.residentBytes += cost - node.cost;
    node.cost = cost;
  }

  /** Forget unchanged nodes, longest unused first, until the estimate is at most `maxBytes` (or only changed ones are left). */
  shrink(root: TreeNode, maxBytes: number): void {
    if (this.residentBytes <= maxBytes) return;
    const costByAge = new Map<number, number>();
    eachLoaded(root, (node) => {
      if (node.cid !== null) costByAge.set(node.used, (costByAge.get(node.used) ?? 0) + node.cost);
    });
    let keep = this.residentBytes;
    let oldest = 0;
    for (const age of [...costByAge.keys()].toSorted((a, b) => a - b)) {
      if (keep <= maxBytes) break;
      keep -= costByAge.get(age) ?? 0;
      oldest = age + 1;
    }
    eachLoaded(root, (node) => {
      if (node.cid !== null && node.used < oldest) this.#unload(node);
    });
  }

  #unload(node: TreeNode): void {
    for (const child of node.content?.children ?? []) if (child !== null && child.content !== null) this.#unload(child);
    node.content = null;
    this.count(node);
  }

  #read(ref: NodeRef): NodeContent {
    const stored = this.#store.read(ref);
    if (stored === undefined) throw new MissingBlockError(ref.cid);
    const { keys, values, children } = readNode(stored.bytes);
    const nodes: (TreeNode | null)[] = [];
    let taken = 0;
    for (const cid of children) {
      nodes.push(cid === null ? null : TreeNode.stub(cid, stored.kids[taken] ?? 0));
      if (cid !== null) taken++;
    }
    if (stored.kids.length > 0 && stored.kids.length !== taken) {
      throw new InvalidNodeError(`stored node ${ref.id} has ${taken} children and ${stored.kids.length} child ids`);
    }
    return { keys, values, children: nodes, bytes: stored.bytes };
  }

  /** What holds of a node because of its place. Layer 0 is the bottom; no node below the root is wholly empty. */
  #check(content: NodeContent, height: number): void {
    const { keys, children } = content;
    if (height === 0 && children.some((child) => child !== null)) throw new InvalidNodeError("a node of the bottom layer has children");
    if (!this.#strict) return;
    for (const key of keys) if (keyHeight(this.#sha256, key) !== height) throw new InvalidNodeError(`key in the wrong layer (${height}): ${key}`);
  }
}

function eachLoaded(node: TreeNode, visit: (node: TreeNode) => void): void {
  if (node.content === null) return;
  // The content is read first: the visitor may drop it.
  const { children } = node.content;
  visit(node);
  for (const child of children) if (child !== null) eachLoaded(child, visit);
}
