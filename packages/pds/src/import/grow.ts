import { type CheckedStep, type CidBytes, InvalidNodeError, MissingBlockError, PathError, checkTree, cidKey, cidToString, splitPath } from "@rookery/repo";
import { sha256 } from "../sha256.ts";
import { BitSet } from "./bit-set.ts";
import { replacesOthers, subjectOf } from "../store/record-links.ts";
import { DROPS_AT_ONCE, KEYS_AT_ONCE, MAX_COPIED_BYTES, MAX_NODE_BYTES, MAX_PATH_BYTES, NODES_AT_ONCE, WALK_SLICE_RECORDS } from "./limits.ts";
import { type Received, readRecordBlock } from "./receive.ts";
import { ImportRefused } from "./refused.ts";
import {
  COPIES_FROM, type FoundBlock, type StagedKey, type StagedLink, type StagedNode, cidOfBlock, copyBlock, dropBlocks, findBlocks, putBlob, putBlobRefs, putKeys,
  putLinks, putNodes, readBlock,
} from "./staging.ts";

type Entry = Extract<CheckedStep, { kind: "record" }>;

/** What a tree came to. */
export interface Grown {
  /** Number of the root's node: the first. */
  rootId: number;
  /** Number after the last node's. */
  nextNode: number;
  records: number;
}

/**
 * Walk the staged tree from its root, check it and every path, and write down its nodes and entries, others having their turn
 * between slices. @throws {@link ImportRefused} for what is wrong with it: a malformed tree, a block that is missing, bad or not needed.
 */
export async function grow(sql: SqlStorage, rev: string, data: CidBytes, received: Received): Promise<Grown> {
  const gardener = new Gardener(sql, rev, received);
  try {
    let count = 0;
    for (const step of checkTree(data, (cid) => gardener.read(cid), sha256)) {
      if (step.kind === "node") gardener.node(step);
      else gardener.entry(step);
      if (++count % WALK_SLICE_RECORDS === 0) await scheduler.wait(0);
    }
    gardener.flush();
  } catch (error) {
    if (error instanceof InvalidNodeError || error instanceof MissingBlockError) throw new ImportRefused(error.message);
    throw error;
  }
  await gardener.clear();
  return gardener.grown;
}

/** Writes down what the walk meets, some rows at a time. */
class Gardener {
  readonly #sql: SqlStorage;
  readonly #rev: string;
  readonly #received: Received;
  /** Blocks that have a place in the tree, by number; one may be both. */
  readonly #asNode = new BitSet();
  readonly #asRecord = new BitSet();
  #entries: Entry[] = [];
  #nodes: StagedNode[] = [];
  #links: StagedLink[] = [];
  #copies = 0;
  #copiedBytes = 0;
  #pathBytes = 0;
  #lastNode = 0;
  #records = 0;

  constructor(sql: SqlStorage, rev: string, received: Received) {
    this.#sql = sql;
    this.#rev = rev;
    this.#received = received;
  }

  get grown(): Grown {
    return { rootId: 1, nextNode: this.#lastNode + 1, records: this.#records };
  }

  /** A node's block, which is looked at once: the same node in two places would repeat its keys. */
  read(cid: CidBytes): Uint8Array | undefined {
    const block = readBlock(this.#sql, cid);
    if (block === undefined) return undefined;
    if (block.data.length > MAX_NODE_BYTES) throw new ImportRefused(`the tree's node ${cidToString(cid)} has ${block.data.length} bytes, at most ${MAX_NODE_BYTES}`);
    this.#asNode.add(block.id);
    return block.data;
  }

  node({ id, cid, bytes, kids }: Extract<CheckedStep, { kind: "node" }>): void {
    this.#lastNode = Math.max(this.#lastNode, id, kids.at(-1) ?? 0);
    this.#nodes.push({ id, cid, data: bytes, kids });
    if (this.#nodes.length === NODES_AT_ONCE) this.#plant();
  }

  entry(entry: Entry): void {
    checkPath(entry.key);
    this.#records++;
    this.#entries.push(entry);
    if (this.#entries.length === KEYS_AT_ONCE) this.#place();
  }

  flush(): void {
    this.#place();
    this.#plant();
  }

  /** Every block must have had a place; those of nodes alone go, since nodes are kept elsewhere. Others have their turn between slices. */
  async clear(): Promise<void> {
    const { blocks } = this.#received;
    let spent: number[] = [];
    for (let id = 1; id <= blocks; id++) {
      if (this.#asRecord.has(id)) continue;
      if (!this.#asNode.has(id)) throw new ImportRefused(`block ${this.#nameOf(id)} is not part of the repository`);
      if (spent.push(id) < DROPS_AT_ONCE) continue;
      dropBlocks(this.#sql, spent);
      spent = [];
      await scheduler.wait(0);
    }
    dropBlocks(this.#sql, spent);
  }

  #nameOf(id: number): string {
    const cid = cidOfBlock(this.#sql, id);
    return cid === undefined ? String(id) : cidToString(cid);
  }

  #plant(): void {
    putNodes(this.#sql, this.#rev, this.#nodes);
    this.#nodes = [];
  }

  #place(): void {
    if (this.#entries.length === 0) return;
    const found = new Map(findBlocks(this.#sql, this.#entries.map(({ cid }) => cid)).map((block) => [cidKey(block.cid), block]));
    const keys = this.#entries.map(({ key, cid }): StagedKey => {
      const block = found.get(cidKey(cid));
      if (block === undefined) throw new ImportRefused(`missing block ${cidToString(cid)}, the record at ${key}`);
      return { key, id: this.#take(key, cid, block) };
    });
    putKeys(this.#sql, keys);
    putLinks(this.#sql, this.#links);
    this.#entries = [];
    this.#links = [];
  }

  /** Number of the block for the record at a path: a row of its own. */
  #take(key: string, cid: CidBytes, { id, size }: FoundBlock): number {
    const { bad, nodes, withBlobs } = this.#received;
    // What looked like a node may be a record that has the same two fields.
    if (nodes.has(id) && !bad.has(id) && !withBlobs.has(id)) this.#look(cid, id);
    const reason = bad.get(id);
    // The reference's words, and why.
    if (reason !== undefined) throw new ImportRefused(`Could not parse record at '${key}': ${reason}`);
    this.#count(key.length);
    if (withBlobs.has(id)) this.#count(putBlobRefs(this.#sql, key, id) * key.length);
    this.#link(key, cid);
    if (this.#asRecord.add(id)) return id;
    this.#copiedBytes += size;
    if (this.#copiedBytes > MAX_COPIED_BYTES) throw new ImportRefused(`the tree has the same records again and again: more than ${MAX_COPIED_BYTES} bytes of them, the last at ${key}`);
    const copy = COPIES_FROM + this.#copies++;
    copyBlock(this.#sql, id, copy);
    return copy;
  }

  #link(path: string, cid: CidBytes): void {
    const collection = path.slice(0, path.indexOf("/"));
    if (!replacesOthers(collection)) return;
    const subject = subjectOf(collection, readBlock(this.#sql, cid)?.data ?? new Uint8Array());
    if (subject === undefined) return;
    this.#count(path.length + subject.length);
    this.#links.push({ path, subject });
  }

  #count(bytes: number): void {
    this.#pathBytes += bytes;
    if (this.#pathBytes > MAX_PATH_BYTES) throw new ImportRefused(`the tree's paths, and what its records refer to, take more than ${MAX_PATH_BYTES} bytes`);
  }

  #look(cid: CidBytes, id: number): void {
    const blobs = readRecordBlock(cid, readBlock(this.#sql, cid)?.data ?? new Uint8Array());
    if (typeof blobs === "string") return void this.#received.bad.set(id, blobs);
    for (const blob of blobs) putBlob(this.#sql, id, blob);
    if (blobs.length > 0) this.#received.withBlobs.add(id);
  }
}

function checkPath(key: string): void {
  try {
    splitPath(key);
  } catch (error) {
    if (error instanceof PathError) throw new ImportRefused(error.message);
    throw error;
  }
}
