import { sha256 } from "@noble/hashes/sha2.js";
import type { Sha256 } from "@rookery/repo";
import { MemoryChainStore, type ChainStore } from "./chain-store.ts";
import { CursorSaver, type CursorStore } from "./cursor-store.ts";
import { Keys } from "./keys.ts";
import { cursorStoreOf, type FollowOptions } from "./options.ts";
import { collectionFilter } from "./record-value.ts";
import { Resync } from "./resync.ts";
import { MAX_REPO_BYTES, RECONNECT_MAX_MS, RECONNECT_MS, RETRY_MAX_MS, RETRY_MS, SAVE_INTERVAL_MS } from "./settings.ts";
import { SOCKET_LIMITS, type RawMessage } from "./socket.ts";
import { Stream } from "./stream.ts";

/** What followers of all streams share: the connection, the place, what is known of accounts, and how they are brought up to date. */
export class Follower {
  readonly signal: AbortSignal;
  readonly sha256: Sha256 = sha256;
  readonly now: () => number;
  readonly chains: ChainStore;
  readonly keys: Keys;
  readonly resync: Resync;
  readonly fetch: typeof fetch;
  /** Whether a collection is asked for, and whether there is such a filter. */
  readonly wants: (collection: string) => boolean;
  readonly filtered: boolean;
  readonly #options: FollowOptions;
  readonly #end = new AbortController();
  readonly #cursors: CursorStore | undefined;
  readonly #saver: CursorSaver;
  readonly #dids: ReadonlySet<string> | undefined;
  readonly #stream: Stream;
  #cursor: number | undefined;

  /** @param urlOf where to connect, to go on after a cursor. */
  constructor(options: FollowOptions, urlOf: (cursor: number | undefined) => string) {
    const { now = Date.now, saveIntervalMs = SAVE_INTERVAL_MS, connect = (url) => new WebSocket(url) } = options;
    this.#options = options;
    this.now = now;
    this.signal = options.signal === undefined ? this.#end.signal : AbortSignal.any([options.signal, this.#end.signal]);
    this.chains = options.chains ?? new MemoryChainStore();
    this.keys = new Keys(options);
    this.wants = collectionFilter(options.collections);
    this.filtered = options.collections !== undefined;
    this.#dids = options.dids === undefined ? undefined : new Set(options.dids);
    this.#cursors = cursorStoreOf(options.cursor);
    this.#saver = new CursorSaver(this.#cursors, saveIntervalMs, now);
    const given = options.fetch;
    // workerd wants the global one called as a plain function.
    this.fetch = given ?? ((input, init) => fetch(input, init));
    const { maxRepoBytes = MAX_REPO_BYTES, retry = { firstMs: RETRY_MS, maxMs: RETRY_MAX_MS } } = options;
    this.resync = new Resync({ keys: this.keys, sha256, fetch: this.fetch, signal: this.signal, wants: this.wants, maxRepoBytes, pauses: retry, now });
    this.#stream = new Stream({
      url: () => urlOf(this.#cursor),
      connect,
      limits: { ...SOCKET_LIMITS, ...options.limits },
      pauses: options.reconnect ?? { firstMs: RECONNECT_MS, maxMs: RECONNECT_MAX_MS },
      signal: this.signal,
      onEnd: (why) => this.complain(why),
    });
  }

  /** The highest place that was handled; undefined before there is any. */
  get cursor(): number | undefined {
    return this.#cursor;
  }

  /** Whether an account is asked for. */
  follows(did: string): boolean {
    return this.#dids === undefined || this.#dids.has(did);
  }

  /** Read the cursor, and which accounts an earlier life could not bring up to date. */
  async begin(): Promise<void> {
    this.#cursor = await this.#cursors?.load();
    for await (const [did, { desynchronized }] of this.chains.entries()) {
      if (desynchronized !== undefined && this.follows(did)) this.resync.remember(did, { code: "Gap", message: desynchronized });
    }
  }

  /** The next message; undefined when aborted, or when an account is due to be tried again. */
  async next(): Promise<RawMessage | undefined> {
    return this.#stream.next(this.resync.dueIn);
  }

  /** Everything up to `cursor` was handled by the consumer. */
  async handled(cursor: number): Promise<void> {
    this.#cursor = Math.max(this.#cursor ?? 0, cursor);
    await this.#saver.handled(this.#cursor);
  }

  /** Go on with another connection from the cursor. */
  reconnect(soon: boolean): void {
    this.#stream.reconnect(soon);
  }

  /** Say what is wrong with the connection. */
  complain(message: string): void {
    if (!this.signal.aborted) this.#options.onError?.(new Error(message));
  }

  async end(): Promise<void> {
    this.#end.abort();
    this.#stream.close();
    await this.#saver.flush();
  }
}
