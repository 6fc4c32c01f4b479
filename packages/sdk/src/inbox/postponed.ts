import type { InboxItem, InboxSource } from "../inbox.ts";

/** Before an author's host is asked again, in ms: doubled each time, up to the second. */
const FIRST_PAUSE_MS = 5_000;
const LAST_PAUSE_MS = 30 * 60_000;
/** As long as colonies go on asking for each other's mail: eight days. */
const LIFE_MS = 8 * 86_400_000;
/** Authors that are waited for at a time: asking for one that is slow holds up the inbox for seconds. Items of each, since all are in memory. */
const MAX_AUTHORS = 20;
const MAX_ITEMS = 50;
/** Characters of all of them, as JSON: a Worker has 128 MB for everything. */
const MAX_CHARS = 16_000_000;

/** One item that waits, and what lets the cursor pass it. */
interface Waiting {
  item: InboxItem;
  chars: number;
  release?: (() => void) | undefined;
}

interface Queue {
  /** By the item's seq, in order. */
  items: Map<number, Waiting>;
  pauseMs: number;
  at: number;
}

/**
 * Items whose author's host could not be asked for a proof: they come again, in the order of each author, while everybody else's go
 * on. In memory; the inbox's cursor waits before them, so that the next run begins with them.
 */
export class Postponed {
  readonly #now: () => number;
  readonly #queues = new Map<string, Queue>();
  /** Of an item that could not be proven, and of the same when it comes again. */
  readonly #waiting = new WeakMap<InboxItem, Waiting>();
  readonly #failed = new WeakSet<InboxItem>();
  /** Pauses of authors that are being asked again. */
  readonly #pauses = new Map<string, number>();
  /** Whether there is no more room for a cursor that waits. */
  isCrowded: () => boolean = () => false;
  /** Answers when all that was handed over so far was opened, or waits: what comes again is in order only after it. */
  settled: () => Promise<unknown> = async () => {};
  #chars = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Whether something that its author wrote before waits: then it waits behind. */
  isBehind({ author }: InboxItem): boolean {
    return this.#queues.has(author);
  }

  /** Let an item wait. @returns false when it has waited long enough, was not let in, or there is no room: it is given up. */
  add(item: InboxItem): boolean {
    const { author, seq, receivedAt, disposition = "accepted" } = item;
    const queue = this.#queues.get(author);
    const before = queue?.items.get(seq);
    const waiting = this.#waiting.get(item) ?? { item, chars: JSON.stringify(item).length };
    const isFull = (queue === undefined ? this.#queues.size >= MAX_AUTHORS : before === undefined && queue.items.size >= MAX_ITEMS) || this.#chars + waiting.chars - (before?.chars ?? 0) > MAX_CHARS;
    if (disposition !== "accepted" || isFull || this.isCrowded() || !(this.#now() - Date.parse(receivedAt) < LIFE_MS)) return false;
    this.#chars += waiting.chars - (before?.chars ?? 0);
    if (queue !== undefined) {
      // Read anew: what the one before holds is of an earlier reading.
      if (before !== waiting) before?.release?.();
      queue.items.set(seq, waiting);
    } else {
      const pauseMs = Math.min(LAST_PAUSE_MS, 2 * (this.#pauses.get(author) ?? FIRST_PAUSE_MS / 2));
      this.#queues.set(author, { items: new Map([[seq, waiting]]), pauseMs, at: this.#now() + pauseMs });
    }
    this.#pauses.delete(author);
    this.#waiting.set(item, waiting);
    this.#failed.add(item);
    return true;
  }

  /** Whether it came again, and is to be let go unasked: there is no room to wait for more answers. */
  isGivenUp(item: InboxItem): boolean {
    const waiting = this.#waiting.get(item);
    return waiting !== undefined && waiting.item !== item && this.isCrowded();
  }

  /** The inbox is read from its cursor again, and what waits with it. */
  forget(): void {
    this.#queues.clear();
    this.#pauses.clear();
    this.#chars = 0;
  }

  /** Its turn in the inbox is over: the cursor waits before what could not be proven, until it has come again and was worked on. @param hold as of the inbox. */
  worked(item: InboxItem, hold: () => () => void): void {
    const waiting = this.#waiting.get(item);
    if (waiting === undefined) return;
    if (this.#failed.has(item)) waiting.release ??= hold();
    else {
      waiting.release?.();
      waiting.release = undefined;
    }
  }

  /** What is to be tried again now, as items of their own. */
  due(): InboxItem[] {
    const now = this.#now();
    const items: InboxItem[] = [];
    for (const [author, queue] of this.#queues) {
      if (queue.at > now && !this.isCrowded()) continue;
      this.#queues.delete(author);
      this.#pauses.set(author, queue.pauseMs);
      for (const waiting of queue.items.values()) {
        this.#chars -= waiting.chars;
        const item = { ...waiting.item };
        this.#waiting.set(item, waiting);
        items.push(item);
      }
    }
    return items;
  }

  /** An author's host, or whoever speaks for it, was there: what waits of that author has its turn next. */
  answered({ author }: InboxItem): void {
    this.#pauses.delete(author);
    const queue = this.#queues.get(author);
    if (queue !== undefined) queue.at = this.#now();
  }

  /** Whether something is to be tried again now. */
  get isDue(): boolean {
    return this.#queues.size > 0 && (this.isCrowded() || this.untilNext === 0);
  }

  /** In ms; undefined when nothing waits. */
  get untilNext(): number | undefined {
    if (this.#queues.size === 0) return undefined;
    return Math.max(0, Math.min(...[...this.#queues.values()].map(({ at }) => at)) - this.#now());
  }
}

/** A source that hands over again what waits and is due. */
export const withPostponed = (source: InboxSource, postponed: Postponed): InboxSource => {
  let reading: AbortSignal | undefined;
  /** What came again is being opened: whether it waits once more decides how long the source is asked. */
  let isOpening = false;
  return async (cursor, waitSeconds, signal) => {
    if (reading !== signal) postponed.forget();
    reading = signal;
    if (isOpening || postponed.isDue) {
      await postponed.settled();
      signal.throwIfAborted();
    }
    const messages = postponed.due();
    isOpening = messages.length > 0;
    if (messages.length > 0) return { messages, ...(cursor === undefined ? {} : { cursor }) };
    const untilNext = postponed.untilNext;
    return source(cursor, untilNext === undefined ? waitSeconds : Math.min(waitSeconds, Math.ceil(untilNext / 1000)), signal);
  };
};
