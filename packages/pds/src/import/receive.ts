import { CODEC_DAG_CBOR, type CarBlock, CarReader, CborError, type CidBytes, cidEquals, cidToString, decode, isLexMap } from "@rookery/repo";
import { sha256 } from "../sha256.ts";
import { BitSet } from "./bit-set.ts";
import { blobsIn } from "./blobs-in.ts";
import {
  BLOCKS_AT_ONCE, MAX_BAD_BLOCKS, MAX_BLOBS_PER_RECORD, MAX_IMPORT_BLOCKS, MAX_IMPORT_BYTES, MAX_REASON, MAX_RECORD_BYTES,
  RECEIVE_SLICE_BLOCKS, RECEIVE_SLICE_BYTES,
} from "./limits.ts";
import { ImportRefused } from "./refused.ts";
import { putBlob, putBlocks } from "./staging.ts";
import { Watch } from "./watch.ts";

/** What came, apart from the blocks themselves. */
export interface Received {
  root: CidBytes;
  /** The root's block. */
  commit: Uint8Array;
  /** How many blocks are staged; the root's is not among them. */
  blocks: number;
  /** Blocks by number: what looks like a node, and has not been checked as a record; records that name blobs. */
  nodes: BitSet;
  withBlobs: BitSet;
  /** Why a block can be no record. */
  bad: Map<number, string>;
}

/** Whether a block begins as a node of the tree does: a map of two, `e` first. */
const looksLikeNode = (bytes: Uint8Array): boolean => bytes[0] === 0xa2 && bytes[1] === 0x61 && bytes[2] === 0x65;

/** Blobs that a record names, or why the block is no record. */
export function readRecordBlock(cid: CidBytes, bytes: Uint8Array): string[] | string {
  if (cid[1] !== CODEC_DAG_CBOR) return "its CID is not one of DAG-CBOR";
  if (bytes.length > MAX_RECORD_BYTES) return `it has ${bytes.length} bytes, at most ${MAX_RECORD_BYTES}`;
  try {
    const record = decode(bytes);
    if (!isLexMap(record)) return "it is not an object";
    const blobs = blobsIn(record);
    return blobs.length > MAX_BLOBS_PER_RECORD ? `it names ${blobs.length} blobs, at most ${MAX_BLOBS_PER_RECORD}` : blobs;
  } catch (error) {
    if (error instanceof CborError) return error.message.slice(0, MAX_REASON);
    throw error;
  }
}

/**
 * Take a CAR in as it comes, into staging: every block hashed, every record checked, others having their turn between slices.
 * Memory is what a slice takes, and two bits for each block (and two more in grow.ts). @throws CarError, {@link ImportRefused}.
 */
export async function receive(sql: SqlStorage, rev: string, car: ReadableStream<Uint8Array>): Promise<Received> {
  const reader = new CarReader(sha256, { maxBytes: MAX_IMPORT_BYTES, maxBlocks: MAX_IMPORT_BLOCKS });
  const desk = new Desk(sql, rev);
  for await (const chunk of unstalled(car)) {
    // The network's pieces may be of any size.
    for (let at = 0; at < chunk.length; at += RECEIVE_SLICE_BYTES) {
      const blocks = reader.push(chunk.subarray(at, at + RECEIVE_SLICE_BYTES));
      if (reader.roots !== null) desk.expect(reader.roots);
      for (let from = 0; from < blocks.length; from += RECEIVE_SLICE_BLOCKS) {
        desk.take(blocks.slice(from, from + RECEIVE_SLICE_BLOCKS));
        await scheduler.wait(0);
      }
    }
  }
  reader.end();
  return desk.finish();
}

/** Sorts blocks as they come. */
class Desk {
  readonly #sql: SqlStorage;
  readonly #rev: string;
  #root: CidBytes | undefined;
  #commit: Uint8Array | undefined;
  readonly #seen: Omit<Received, "root" | "commit"> = { blocks: 0, nodes: new BitSet(), withBlobs: new BitSet(), bad: new Map() };

  constructor(sql: SqlStorage, rev: string) {
    this.#sql = sql;
    this.#rev = rev;
  }

  expect(roots: readonly CidBytes[]): void {
    // The reference's words.
    if (roots.length !== 1) throw new ImportRefused("expected one root");
    this.#root = roots[0];
  }

  take(blocks: CarBlock[]): void {
    const others: CarBlock[] = [];
    for (const block of blocks) {
      if (this.#root !== undefined && cidEquals(block.cid, this.#root)) this.#commit = block.bytes.slice();
      else others.push(block);
    }
    for (let from = 0; from < others.length; from += BLOCKS_AT_ONCE) this.#put(others.slice(from, from + BLOCKS_AT_ONCE));
  }

  finish(): Received {
    const { root, commit } = { root: this.#root, commit: this.#commit };
    if (root === undefined) throw new ImportRefused("expected one root");
    if (commit === undefined) throw new ImportRefused(`missing block ${cidToString(root)}, the root`);
    return { ...this.#seen, root, commit };
  }

  #put(blocks: CarBlock[]): void {
    const seen = this.#seen;
    const ids = putBlocks(this.#sql, this.#rev, blocks.map(({ cid, bytes }) => ({ cid, data: bytes })), seen.blocks);
    for (const [i, { cid, bytes }] of blocks.entries()) {
      const id = ids[i] ?? 0;
      seen.blocks = Math.max(seen.blocks, id);
      if (looksLikeNode(bytes)) seen.nodes.add(id);
      else this.#note(id, cid, bytes);
    }
  }

  #note(id: number, cid: CidBytes, bytes: Uint8Array): void {
    const { bad, withBlobs } = this.#seen;
    const blobs = readRecordBlock(cid, bytes);
    if (typeof blobs === "string") {
      if (bad.size >= MAX_BAD_BLOCKS) throw new ImportRefused(`block ${cidToString(cid)} is no record: ${blobs}`);
      bad.set(id, blobs);
      return;
    }
    for (const blob of blobs) putBlob(this.#sql, id, blob);
    if (blobs.length > 0) withBlobs.add(id);
  }
}

/**
 * The pieces of a stream, joined to some size, as long as they come. @throws {@link ImportRefused} when nothing does, or not fast
 * enough, or its sender has gone.
 */
async function* unstalled(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  const watch = new Watch(reader);
  let joined: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const read = await watch.read();
      if (!read.done) {
        joined.push(read.value);
        size += read.value.byteLength;
        if (size < RECEIVE_SLICE_BYTES) continue;
      }
      yield join(joined, size);
      if (read.done) return;
      joined = [];
      size = 0;
    }
  } finally {
    await watch.end();
  }
}

const join = (pieces: Uint8Array[], size: number): Uint8Array => {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};
