import { CID_LENGTH, type CarChunk, type NodeLinks, type NodeRef, nodeLinks } from "@rookery/repo";
import type { AgentState } from "../state.ts";
import { type PackedNode, readNodes } from "./node-packs.ts";
import { DamagedRepositoryError, sameCid } from "./damage.ts";
import { RecordPacks } from "./record-packs.ts";

/** Nodes of one depth that are read at a time: those after the next one, as far as their parents are known. */
const LEVEL_NODES = 64;

/** A node on the path to where the walk is. */
interface Step {
  node: PackedNode;
  links: NodeLinks;
  /** Twice the entry it is at; one more when the subtree before that entry is done. */
  at: number;
  /** Children that were gone into. */
  kids: number;
}

/** Nodes of one depth, in order; `next` is the first that was not gone into. */
interface Level {
  nodes: PackedNode[];
  next: number;
}

/**
 * Everything that is reachable at one rev, in the order of a streamable CAR: each node before its entries and subtrees, in
 * key order. Records are a table in the same order, so both are read ahead in packs and only compared, CID by CID.
 * In memory: one pack of records, and for each depth of the tree one of nodes.
 */
export class FullExport {
  readonly #state: AgentState;
  readonly #rev: string;
  readonly #root: NodeRef;
  readonly #records: RecordPacks;
  readonly #levels: Level[] = [];
  readonly #path: Step[] = [];
  #begun = false;

  constructor(state: AgentState) {
    this.#state = state;
    const { sql, head, pins } = state;
    this.#rev = head.rev;
    this.#root = { cid: head.rootCid, id: head.rootId };
    this.#records = new RecordPacks(sql, head.rev, () => pins.anyKept);
  }

  /** Write on until the chunk is full or all is written. Throws DamagedRepositoryError, InvalidNodeError. */
  writeTo(chunk: CarChunk): void {
    if (!this.#begun) this.#begin(chunk);
    for (let step = this.#path.at(-1); step !== undefined && !chunk.isFull; step = this.#path.at(-1)) {
      const entry = step.at >> 1;
      if ((step.at++ & 1) === 0) {
        const child = step.links.children[entry] as number;
        if (child !== -1) this.#enter(step, child, chunk);
      } else if (entry < step.links.values.length) this.#records.take(step.node.source, step.links.values[entry] as number, chunk);
      else this.#path.pop();
    }
    if (this.#path.length === 0 && !this.#records.done) throw new DamagedRepositoryError(`records that the tree does not have at ${this.#rev}`);
  }

  #begin(chunk: CarChunk): void {
    this.#begun = true;
    this.#levels.push({ nodes: this.#read([this.#root.id]), next: 0 });
    this.#go(0, this.#root.cid, 0, chunk);
  }

  /** Go into the next child of the node at the end of the path. */
  #enter(parent: Step, cid: number, chunk: CarChunk): void {
    const depth = this.#path.length;
    const level = this.#levels[depth];
    if (level === undefined || level.next === level.nodes.length) this.#levels[depth] = { nodes: this.#read(this.#ahead(depth - 1, parent)), next: 0 };
    parent.kids++;
    this.#go(depth, parent.node.source, cid, chunk);
  }

  #go(depth: number, source: Uint8Array, cid: number, chunk: CarChunk): void {
    const level = this.#levels[depth] as Level;
    const node = level.nodes[level.next++] as PackedNode;
    if (!sameCid(source, cid, node.source, node.start)) throw new DamagedRepositoryError(`a node is not what its parent says at ${this.#rev}`);
    chunk.packed(node.source, node.start, node.end);
    this.#path.push({ node, links: nodeLinks(node.source, node.start + CID_LENGTH, node.end), at: 0, kids: 0 });
  }

  /** Ids of the children to come of nodes at this depth: the rest of the one gone into, then of those after it. */
  #ahead(depth: number, { node, kids }: Step): number[] {
    const { nodes, next } = this.#levels[depth] as Level;
    const ids = node.kids.slice(kids, kids + LEVEL_NODES);
    for (let i = next; i < nodes.length && ids.length < LEVEL_NODES; i++)
      for (const id of (nodes[i] as PackedNode).kids) if (ids.length < LEVEL_NODES) ids.push(id);
    if (ids.length === 0) throw new DamagedRepositoryError(`a node has more children than ids at ${this.#rev}`);
    return ids;
  }

  #read(ids: number[]): PackedNode[] {
    return readNodes(this.#state.sql, ids, this.#rev, this.#state.pins.anyKept);
  }
}
