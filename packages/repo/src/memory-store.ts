import { cidKey, type CidBytes } from "./cid.ts";
import type { NodeStore, NodeRef, StoredNode, TreeDelta } from "./mst/store.ts";

/** Blocks by CID in memory: what a CAR holds. As a NodeStore it is keyed by CID, so all ids are 0. */
export class BlockMap implements NodeStore {
  readonly #blocks: Map<string, Uint8Array>;

  /** `blocks` is keyed by {@link cidKey}, as readCar returns it; it is used, not copied. */
  constructor(blocks: Map<string, Uint8Array> = new Map()) {
    this.#blocks = blocks;
  }

  get size(): number {
    return this.#blocks.size;
  }

  get(cid: CidBytes): Uint8Array | undefined {
    return this.#blocks.get(cidKey(cid));
  }

  set(cid: CidBytes, bytes: Uint8Array): void {
    this.#blocks.set(cidKey(cid), bytes);
  }

  read(ref: NodeRef): StoredNode | undefined {
    const bytes = this.get(ref.cid);
    return bytes === undefined ? undefined : { bytes, kids: [] };
  }
}

/** Nodes by id, updated in place, in memory: the shape of the store in an agent's SQLite, for tests and tools. */
export class PlaceStore implements NodeStore {
  readonly nodes = new Map<number, { cid: CidBytes; bytes: Uint8Array; kids: number[] }>();
  #lastId = 0;

  /** An id never given before. */
  readonly allocate = (): number => ++this.#lastId;

  read(ref: NodeRef): StoredNode | undefined {
    return this.nodes.get(ref.id);
  }

  apply(delta: TreeDelta): void {
    for (const id of delta.freed) this.nodes.delete(id);
    for (const { id, cid, bytes, kids } of delta.written) this.nodes.set(id, { cid, bytes, kids });
  }
}
