/**
 * A whole repository, checked as it streams in (com.atproto.sync.getRepo). Blocks may come in any order, so tree nodes are kept
 * until the end, and of records only that they were there. What is kept is bounded; a repository beyond it is refused.
 */
import { BlockMap, CarError, CarReader, cidKey, CommitError, decodeCommit, InvalidNodeError, keyHeight, readNode, type CidBytes, type Commit, type NodeData, type Sha256 } from "@rookery/repo";
import { collectionOf } from "./collections.ts";

/** A repository that was read and is whole; its signature is for the caller to check. */
export interface ReadRepo {
  signed: Commit;
  /** CID and block of the commit. */
  commit: CidBytes;
  block: Uint8Array;
  /** Collections that have records, at most {@link MAX_COLLECTIONS} of them. */
  collections: string[];
}

/** Who looks on while it is read. */
export interface Onlooker {
  /** A block that is no node of the tree. Its bytes are the stream's, and good during the call only. */
  block(cid: CidBytes, bytes: Uint8Array): void;
  /** A record of the tree, in order; its block came before. */
  entry(path: string, cid: CidBytes): void;
}

/** Bounds in bytes. */
export interface ReadRepoLimits {
  maxBytes: number;
  maxKeptBytes: number;
}

/** A repository that is malformed, incomplete or too large. */
export class RepoError extends Error {
  override readonly name = "RepoError";
}

/** Collections told of one repository: what a directory wants to know, not what somebody fills it with. */
const MAX_COLLECTIONS = 200;
const NOBODY: Onlooker = { block: () => undefined, entry: () => undefined };
/** What a CID in a set costs, in bytes. */
const CID_COST = 120;
/** A commit is far below; whatever is larger and no node is a record. */
const MAX_COMMIT_BLOCK_BYTES = 1_000;
/** A few milliseconds of work. */
const PAUSE_EVERY_KEYS = 2_000;

/** Read a CAR to its end. @throws RepoError; and what the stream throws. */
export async function readRepo(stream: ReadableStream<Uint8Array>, did: string, sha256: Sha256, limits: ReadRepoLimits, onlooker: Onlooker = NOBODY): Promise<ReadRepo> {
  const kept = new Kept(limits.maxKeptBytes);
  try {
    const car = new CarReader(sha256, { maxBytes: limits.maxBytes });
    for await (const chunk of stream) for (const { cid, bytes } of car.push(chunk)) if (!kept.add(cid, bytes)) onlooker.block(cid, bytes);
    car.end();
    const [commit] = car.roots ?? [];
    const block = commit === undefined ? undefined : kept.get(commit);
    if (commit === undefined || block === undefined) throw new RepoError("the CAR does not hold its root");
    const signed = decodeCommit(block);
    if (signed.did !== did) throw new RepoError(`asked for ${did}, got the repository of ${signed.did}`);
    return { signed, commit, block, ...(await walk(kept, signed.data, sha256, onlooker)) };
  } catch (error) {
    if (error instanceof CarError || error instanceof CommitError || error instanceof InvalidNodeError) throw new RepoError(error.message);
    throw error;
  }
}

/** Every node and record of the tree must have been there, each key in its layer and in order. A long walk lets others have their turn. */
async function walk(kept: Kept, root: CidBytes, sha256: Sha256, onlooker: Onlooker): Promise<{ collections: string[] }> {
  const collections = new Set<string>();
  let last = "";
  let sincePause = 0;
  const enter = async (cid: CidBytes, layer: number): Promise<void> => {
    const { keys, values, children } = nodeOf(kept, cid);
    // Layers bound the depth; the keys in order keep nodes that are used twice from being walked for ever.
    if (layer < 0) throw new RepoError("a node below the bottom layer");
    for (const [at, child] of children.entries()) {
      if (child !== null) await enter(child, layer - 1);
      const key = keys[at];
      const value = values[at];
      if (key === undefined || value === undefined) continue;
      if (key <= last || keyHeight(sha256, key) !== layer) throw new RepoError(`key out of place: ${key.slice(0, 200)}`);
      if (!kept.has(value)) throw new RepoError(`the record at ${key.slice(0, 200)} is missing`);
      last = key;
      if (collections.size < MAX_COLLECTIONS) collections.add(collectionOf(key));
      onlooker.entry(key, value);
      if (++sincePause % PAUSE_EVERY_KEYS === 0) await scheduler.wait(0);
    }
  };
  const [first] = nodeOf(kept, root).keys;
  await enter(root, first === undefined ? 0 : keyHeight(sha256, first));
  return { collections: [...collections] };
}

function nodeOf(kept: Kept, cid: CidBytes): NodeData {
  const bytes = kept.get(cid);
  if (bytes === undefined) throw new RepoError("a node of the tree is missing");
  return readNode(bytes);
}

/** Nodes and commits whole, other blocks by their CIDs. */
class Kept {
  readonly nodes = new BlockMap();
  readonly #others = new Set<string>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether it is kept whole. */
  add(cid: CidBytes, bytes: Uint8Array): boolean {
    const isKept = looksLikeNode(bytes) || (bytes.length <= MAX_COMMIT_BLOCK_BYTES && looksLikeCommit(bytes));
    this.#bytes += CID_COST + (isKept ? bytes.length : 0);
    if (this.#bytes > this.#maxBytes) throw new RepoError(`more than ${this.#maxBytes} bytes of tree`);
    // A copy: a view would keep the piece of the stream alive.
    if (isKept) this.nodes.set(cid, bytes.slice());
    else this.#others.add(cidKey(cid));
    return isKept;
  }

  get(cid: CidBytes): Uint8Array | undefined {
    return this.nodes.get(cid);
  }

  has(cid: CidBytes): boolean {
    return this.#others.has(cidKey(cid)) || this.nodes.get(cid) !== undefined;
  }
}

/** DAG-CBOR of a map whose first key is `e`, as a node's is; a record that looks like one is kept needlessly. */
const looksLikeNode = (bytes: Uint8Array): boolean => bytes[0] === 0xa2 && bytes[1] === 0x61 && bytes[2] === 0x65;

/** A map of six whose first key is `did`. */
const looksLikeCommit = (bytes: Uint8Array): boolean => bytes[0] === 0xa6 && bytes[1] === 0x63 && bytes[2] === 0x64 && bytes[3] === 0x69 && bytes[4] === 0x64;
