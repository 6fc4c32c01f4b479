import { CborError } from "./cbor-error.ts";
import { CborReader } from "./cbor-reader.ts";
import { CID_LENGTH, CODEC_DAG_CBOR, cidEquals, cidKey, cidOf, cidToString, isCid, type CidBytes, type Sha256 } from "./cid.ts";
import { plainBytes } from "./plain-bytes.ts";
import { readVarint } from "./varint.ts";

/** Bytes that are not a CAR (version 1), go beyond a limit, or hold a block that is not what its CID says. */
export class CarError extends Error {
  override readonly name: string = "CarError";
}

/** More bytes than were wanted, whatever they say. */
export class CarTooLargeError extends CarError {
  override readonly name = "CarTooLargeError";
}

/** Bounds of a CAR that is read. */
export interface CarLimits {
  /** Largest block, in bytes; default 2,000,000 (a record may have 1,000,000). */
  maxBlockBytes?: number;
  /** Most blocks; default 10,000,000. */
  maxBlocks?: number;
  /** Most bytes in all; default 2,000,000,000. */
  maxBytes?: number;
}

/** A block and its CID, verified. */
export interface CarBlock {
  cid: CidBytes;
  bytes: Uint8Array;
}

/** Roots are one in every CAR of the AT Protocol; a header with a few more is still read. */
const MAX_HEADER_BYTES = 1024;

/**
 * Reads a CAR that arrives in pieces, in bounded memory: it keeps at most one unfinished block. Every block's hash is
 * checked. `push` gives the blocks that are complete; `end` throws when the CAR stopped in the middle.
 */
export class CarReader {
  /** CIDs of the header; null until it was read. */
  roots: CidBytes[] | null = null;
  readonly #sha256: Sha256;
  readonly #limits: Required<CarLimits>;
  /** Pieces not used up yet, how many bytes they are, and how many the next section needs at least. */
  #pieces: Uint8Array[] = [];
  #held = 0;
  #needed = 0;
  #seenBytes = 0;
  #seenBlocks = 0;

  constructor(sha256: Sha256, limits: CarLimits = {}) {
    this.#sha256 = sha256;
    this.#limits = { maxBlockBytes: limits.maxBlockBytes ?? 2_000_000, maxBlocks: limits.maxBlocks ?? 10_000_000, maxBytes: limits.maxBytes ?? 2_000_000_000 };
  }

  /** Blocks completed by this piece, which must not be changed afterwards: blocks may be views of it. Throws {@link CarError}. */
  push(chunk: Uint8Array): CarBlock[] {
    this.#seenBytes += chunk.length;
    if (this.#seenBytes > this.#limits.maxBytes) throw new CarTooLargeError(`CAR larger than ${this.#limits.maxBytes} bytes`);
    this.#pieces.push(plainBytes(chunk));
    this.#held += chunk.length;
    // Joined only when there is enough: a block that trickles in byte by byte is copied once, not once per byte.
    if (this.#held < this.#needed) return [];
    const bytes = join(this.#pieces, this.#held);
    const blocks: CarBlock[] = [];
    let at = 0;
    for (;;) {
      const section = this.#section(bytes, at);
      if (section === undefined) break;
      at = section.next;
      if (this.roots === null) this.roots = readHeader(section.bytes);
      else blocks.push(this.#block(section.bytes));
    }
    // A copy, so that a small rest does not keep a large piece alive.
    this.#pieces = at === bytes.length ? [] : [bytes.slice(at)];
    this.#held = bytes.length - at;
    return blocks;
  }

  /** The stream is over. Throws {@link CarError} when it ended inside the header or a block. */
  end(): void {
    if (this.roots === null || this.#held > 0) throw new CarError("CAR is truncated");
  }

  #section(bytes: Uint8Array, at: number): { bytes: Uint8Array; next: number } | undefined {
    const length = readVarint(bytes, at);
    this.#needed = 0;
    if (length === undefined) return undefined;
    const most = this.roots === null ? MAX_HEADER_BYTES : this.#limits.maxBlockBytes + CID_LENGTH;
    // Checked before waiting for the bytes: a hostile length must not make us buffer.
    if (length === null || length.value === 0 || length.value > most) throw new CarError(`CAR section with a bad length (limit ${most})`);
    const end = length.next + length.value;
    if (end <= bytes.length) return { bytes: bytes.subarray(length.next, end), next: end };
    this.#needed = end - at;
    return undefined;
  }

  #block(section: Uint8Array): CarBlock {
    if (++this.#seenBlocks > this.#limits.maxBlocks) throw new CarError(`CAR with more than ${this.#limits.maxBlocks} blocks`);
    const cid = section.slice(0, CID_LENGTH);
    if (!isCid(cid)) throw new CarError("CAR block whose CID the AT Protocol does not allow");
    const bytes = section.subarray(CID_LENGTH);
    if (!cidEquals(cidOf(this.#sha256, bytes, cid[1] ?? CODEC_DAG_CBOR), cid)) throw new CarError(`CAR block that does not match its CID ${cidToString(cid)}`);
    return { cid, bytes };
  }
}

/** A whole CAR at once. `blocks` is keyed by cidKey. Blocks are views of `bytes`. Throws {@link CarError}. */
export function readCar(bytes: Uint8Array, sha256: Sha256, limits: CarLimits = {}): { roots: CidBytes[]; blocks: Map<string, Uint8Array> } {
  const reader = new CarReader(sha256, limits);
  const blocks = new Map<string, Uint8Array>();
  for (const block of reader.push(bytes)) blocks.set(cidKey(block.cid), block.bytes);
  reader.end();
  return { roots: reader.roots ?? [], blocks };
}

function readHeader(bytes: Uint8Array): CidBytes[] {
  try {
    const reader = new CborReader(bytes);
    if (reader.map() !== 2 || reader.text() !== "roots") throw reader.error("expected the field roots");
    const roots: CidBytes[] = [];
    for (let count = reader.array(); count > 0; count--) roots.push(reader.cid());
    if (reader.text() !== "version" || reader.uint() !== 1) throw reader.error("expected version 1");
    reader.end();
    return roots;
  } catch (error) {
    if (error instanceof CborError) throw new CarError(`not a CAR header: ${error.message}`);
    throw error;
  }
}

function join(pieces: Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const out = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
