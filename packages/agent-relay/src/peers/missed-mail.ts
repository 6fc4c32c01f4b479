import { cidKey, decode, isLexMap, isTid, tidToMicros, type CidBytes, type LexValue } from "@rookery/repo";
import type { PeerPorts } from "./peer-api.ts";
import { MAX_FOUND_PATHS, MAX_MISSED_GONE, MAX_MISSED_RECORDS, MAX_SEEN_BYTES, MISSED_MARGIN_MS, SEEN_RECORD_BYTES } from "./settings.ts";

interface Options {
  did: string;
  /** What was written since is looked for. */
  since: string;
  /** Paths of what was delivered before. */
  delivered: string[];
  isKept: (collection: string) => boolean;
  deliveriesOf: PeerPorts["deliveriesOf"];
}

/** A record that is for somebody, as its block says. */
interface Seen {
  to: string[] | "all";
  /** Milliseconds since 1970, by its author; undefined when it does not say. */
  createdAt: number | undefined;
}

/** DIDs looked up together. */
const DIDS_AT_A_TIME = 1_000;
/** A name for a record that has none yet: its block comes before the tree that says where it is. */
const NOWHERE = "-";
const EMPTY = new Uint8Array();

/**
 * Finds in a repository, as it streams in, what its owner wrote to agents here while we missed the commits: by the record key
 * where that is a TID, as those of messages are, and else by the time that the record gives. And what its owner took back.
 */
export class MissedMail {
  readonly #options: Options;
  readonly #seen = new Map<string, Seen>();
  readonly #found: { path: string; at: number; to: string[] | "all" }[] = [];
  /** What was delivered before: it is not asked for again, and so a mending that broke off goes on where it was. */
  readonly #delivered: ReadonlySet<string>;
  readonly #gone: Set<string>;
  readonly #sinceMs: number;
  #seenBytes = 0;
  #left = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#delivered = new Set(options.delivered);
    this.#gone = new Set(options.delivered);
    this.#sinceMs = isTid(options.since) ? tidToMicros(options.since) / 1_000 : 0;
  }

  /** A block that is no node of the tree: a record, if it is one that is for somebody. */
  block(cid: CidBytes, block: Uint8Array): void {
    const record = recordOf(block);
    const type = record?.["$type"];
    if (record === undefined || typeof type !== "string" || !this.#options.isKept(type)) return;
    const { createdAt: said } = record;
    const createdAt = typeof said === "string" ? Date.parse(said) : Number.NaN;
    if (this.#seenBytes > MAX_SEEN_BYTES / 2 && createdAt < this.#sinceMs - MISSED_MARGIN_MS) return;
    const path = `${type}/${NOWHERE}`;
    const { did, deliveriesOf } = this.#options;
    const alone = { did, rev: "", since: null, commit: EMPTY, data: EMPTY, prevData: null, ops: [{ action: "create" as const, path, cid }], blocks: new Map([[cidKey(cid), block]]) };
    const [hint] = deliveriesOf(alone);
    if (hint === undefined) return;
    const bytes = SEEN_RECORD_BYTES + (hint.to === "all" ? 0 : hint.to.reduce((sum, to) => sum + SEEN_RECORD_BYTES / 4 + to.length, 0));
    if (this.#seenBytes + bytes > MAX_SEEN_BYTES) return void this.#left++;
    this.#seenBytes += bytes;
    this.#seen.set(cidKey(cid), { to: hint.to, createdAt: Number.isNaN(createdAt) ? undefined : createdAt });
  }

  /** A record of the tree. */
  entry(path: string, cid: CidBytes): void {
    this.#gone.delete(path);
    const seen = this.#seen.get(cidKey(cid));
    if (seen === undefined || this.#delivered.has(path) || this.#found.length >= MAX_FOUND_PATHS) return;
    const rkey = path.slice(path.indexOf("/") + 1);
    const at = isTid(rkey) ? tidToMicros(rkey) / 1_000 : (seen.createdAt ?? 0);
    // Times are the author's own, and of no more than a clock's exactness.
    const isMissed = isTid(rkey) ? rkey > this.#options.since : at > this.#sinceMs - MISSED_MARGIN_MS;
    if (isMissed) this.#found.push({ path, at, to: seen.to });
  }

  /** Paths of what was delivered before and is there no more, in the order given: it was taken back. */
  get gone(): string[] {
    return [...this.#gone].slice(0, MAX_MISSED_GONE);
  }

  /** Paths of what is for agents here, oldest first. */
  async paths(localOf: PeerPorts["localOf"]): Promise<string[]> {
    const named = [...new Set(this.#found.flatMap(({ to }) => (to === "all" ? [] : to)))];
    const here = new Set<string>();
    for (let from = 0; from < named.length; from += DIDS_AT_A_TIME) for (const did of await localOf(named.slice(from, from + DIDS_AT_A_TIME))) here.add(did);
    const ours = this.#found.filter(({ to }) => to === "all" || to.some((did) => here.has(did))).toSorted((a, b) => a.at - b.at);
    if (this.#left > 0) console.error({ event: "peer.missed_too_large", did: this.#options.did, left: this.#left });
    if (ours.length > MAX_MISSED_RECORDS) console.error({ event: "peer.missed_too_many", did: this.#options.did, missed: ours.length, asked: MAX_MISSED_RECORDS });
    return ours.slice(-MAX_MISSED_RECORDS).map(({ path }) => path);
  }
}

/** A map, or nothing: an author may sign any bytes. */
function recordOf(bytes: Uint8Array): Record<string, LexValue> | undefined {
  try {
    const value = decode(bytes);
    return isLexMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
