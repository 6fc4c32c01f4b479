import { sha256 } from "@noble/hashes/sha2.js";
import { cidOf, type CidBytes } from "../cid.ts";
import type { RepoOp } from "../invert.ts";
import { keyHeight } from "../mst/height.ts";
import { PlaceStore } from "../memory-store.ts";
import type { NodeRef, TreeDelta } from "../mst/store.ts";
import { Tree, type TreeOptions } from "../mst/tree.ts";
import type { Random } from "./random.ts";

/** A CID that nothing else has. */
export function randomCid(random: Random): CidBytes {
  return cidOf(sha256, random.bytes(16));
}

/** Distinct tree keys. Every fourth is of layer 2 or more, so that small trees are deep and splits reach far. */
export function randomKeys(random: Random, count: number): string[] {
  const keys = new Set<string>();
  const collections = ["com.example.record", "app.bsky.feed.post", "agent.comms.message"];
  while (keys.size < count) {
    const key = `${random.pick(collections)}/${random.int(2 ** 40).toString(32)}`;
    if (keys.size % 4 !== 0 || keyHeight(sha256, key) >= 2) keys.add(key);
  }
  return [...keys];
}

/** One commit of a history. */
export interface HistoryStep {
  before: CidBytes;
  delta: TreeDelta;
  ops: RepoOp[];
}

/** A tree over a place store, driven by random commits, beside the plain map it should equal. */
export class History {
  readonly store = new PlaceStore();
  readonly model = new Map<string, CidBytes>();
  readonly tree: Tree;
  root: NodeRef;

  readonly #random: Random;
  readonly #keys: string[];

  constructor(random: Random, keys: string[], options: TreeOptions = {}) {
    this.#random = random;
    this.#keys = keys;
    this.tree = Tree.open(this.store, null, sha256, options);
    this.root = this.#flush().root;
  }

  /** One to six operations on distinct keys, creating with probability `growth` where there is a choice. */
  step(growth: number): HistoryStep {
    const before = this.root.cid;
    const ops = new Map<string, RepoOp>();
    for (let count = 1 + this.#random.int(6); count > 0; count--) {
      const path = this.#random.pick(this.#keys);
      if (ops.has(path)) continue;
      const prev = this.model.get(path) ?? null;
      const op = this.#choose(path, prev, growth);
      if (op === null) continue;
      ops.set(path, op);
      if (op.cid === null) {
        this.tree.delete(path);
        this.model.delete(path);
      } else {
        this.tree.put(path, op.cid);
        this.model.set(path, op.cid);
      }
    }
    const delta = this.#flush();
    return { before, delta, ops: [...ops.values()] };
  }

  #choose(path: string, prev: CidBytes | null, growth: number): RepoOp | null {
    const grow = this.#random.next() < growth;
    if (prev === null) return grow ? { action: "create", path, cid: randomCid(this.#random), prev } : null;
    if (grow) return { action: "update", path, cid: randomCid(this.#random), prev };
    return { action: "delete", path, cid: null, prev };
  }

  #flush(): TreeDelta {
    const delta = this.tree.flush(this.store.allocate);
    this.store.apply(delta);
    this.root = delta.root;
    return delta;
  }
}

/** Growth of each step of a history that fills up, churns, and empties again. */
export function phases(steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => (i < steps * 0.35 ? 0.9 : i < steps * 0.7 ? 0.5 : 0.02));
}
