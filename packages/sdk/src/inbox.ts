import type { AgentCommsListInboxInboxMessage, AgentCommsListInboxOutput } from "@rookery/lexicon-agent-comms";

/** One thing that reached this agent, verified by its host before it came in. */
export type InboxItem = AgentCommsListInboxInboxMessage;

/** Sees items as soon as they are read; must not wait for anything. */
export type InboxWatcher = (item: InboxItem) => void;

/** Works on one item at a time, in order. */
export type InboxListener = (item: InboxItem) => void | Promise<void>;

/** Fetches one page of the inbox; waits at the host while there is nothing. */
export type InboxSource = (cursor: string | undefined, waitSeconds: number, signal: AbortSignal) => Promise<AgentCommsListInboxOutput>;

/** A page of the inbox could not be read; `cause` says why. */
export class InboxReadError extends Error {
  override name = "InboxReadError";

  constructor(cause: unknown) {
    super(`The inbox could not be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** How an inbox is read. */
export interface InboxOptions {
  /** Where an earlier process stopped; undefined reads from the beginning. */
  cursor?: string;
  /** Called when everything up to this cursor has been worked on; keep it to go on from there. */
  onCursor?: (cursor: string) => void;
  /** `socket`, by pages where none can be opened; or always by pages, with `poll`. */
  via?: "socket" | "poll";
  /** A page could not be read (InboxReadError), or a listener failed (its own error); both are tried again. */
  onError: (error: unknown) => void;
}

const WAIT_SECONDS = 20;
const RETRY_MS = 1000;
/** Pages read ahead of the listeners at most; past it reading waits for them. */
const PAGES_AHEAD = 8;
/** Pages that were handed out and are not done, at most; past it the next one waits. */
const PAGES_HELD = 1000;

interface Page {
  items: InboxItem[];
  cursor: string | undefined;
  /** How much that was begun of it is not done yet. */
  held: number;
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });

/**
 * Reads the inbox ahead, shows each item to watchers at once, and hands it to listeners one at a time. Reading does
 * not wait for the listeners, so that a listener may itself wait for an answer that comes through this inbox. An
 * item whose listener failed comes again; the cursor passes a page only when all of it is done.
 */
export class Inbox {
  readonly #source: InboxSource;
  readonly #options: InboxOptions;
  readonly #watchers = new Set<InboxWatcher>();
  readonly #listeners = new Set<InboxListener>();
  readonly #pages: Page[] = [];
  /** Handed out whole, in order; the first of them that is held holds the cursor. */
  #handedOut: Page[] = [];
  #wakeWorker: () => void = () => {};
  #wakeReader: () => void = () => {};
  #running: AbortController | undefined;
  #cursor: string | undefined;
  /** Pages went by that nobody but watchers saw: a listener that comes now makes reading start again from the cursor. */
  #skipped = false;
  readonly #worked: (item: InboxItem) => void;

  /** @param worked called when all listeners are done with an item, and its page is still the one to be held. */
  constructor(source: InboxSource, options: InboxOptions, worked: (item: InboxItem) => void = () => {}) {
    this.#source = source;
    this.#options = options;
    this.#worked = worked;
    this.#cursor = options.cursor;
  }

  /** Everything up to here has been worked on. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Whether so many pages wait behind one that is held that it should be let go. */
  get isCrowded(): boolean {
    return this.#handedOut.length >= PAGES_HELD / 2;
  }

  /** Show every item to a watcher from now on. @returns a function that stops watching. */
  watch(watcher: InboxWatcher): () => void {
    this.#watchers.add(watcher);
    this.#start();
    return () => this.#watchers.delete(watcher);
  }

  /** Hand every item to a listener, from the cursor on. @returns a function that stops listening. */
  listen(listener: InboxListener): () => void {
    this.#listeners.add(listener);
    if (this.#skipped) {
      this.close();
      this.#skipped = false;
    }
    this.#start();
    this.#wakeWorker();
    return () => this.#listeners.delete(listener);
  }

  /**
   * Called by a listener for an item that it goes on working on after it has answered: the cursor waits there.
   * @returns a function to be called when that is done.
   */
  hold(): () => void {
    const [page] = this.#pages;
    if (page === undefined) return () => {};
    page.held += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      page.held -= 1;
      this.#advance();
      this.#wakeWorker();
    };
  }

  /** Stop reading; `listen` or `watch` starts again from the cursor. */
  close(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#pages.length = 0;
    this.#handedOut = [];
    this.#wakeWorker();
    this.#wakeReader();
  }

  /** Move the cursor past all pages that are done, up to the first that is not. */
  #advance(): void {
    const held = this.#handedOut.findIndex(({ held: count }) => count > 0);
    const done = this.#handedOut.splice(0, held < 0 ? this.#handedOut.length : held).at(-1);
    if (done === undefined) return;
    this.#cursor = done.cursor;
    if (done.cursor !== undefined) this.#options.onCursor?.(done.cursor);
  }

  #start(): void {
    if (this.#running !== undefined) return;
    this.#running = new AbortController();
    void this.#read(this.#running.signal);
    void this.#work(this.#running.signal);
  }

  async #read(signal: AbortSignal): Promise<void> {
    let cursor = this.#cursor;
    while (!signal.aborted) {
      try {
        const page = await this.#source(cursor, WAIT_SECONDS, signal);
        if (signal.aborted) return;
        cursor = page.cursor ?? cursor;
        if (page.messages.length === 0) continue;
        for (const item of page.messages) for (const watcher of [...this.#watchers]) watcher(item);
        this.#queue(page.messages, cursor);
        this.#wakeWorker();
        while (this.#pages.length >= PAGES_AHEAD && this.#listeners.size > 0 && !signal.aborted)
          await new Promise<void>((resolve) => (this.#wakeReader = resolve));
        // Without listeners nobody works the pages off: they are let go, to be read again for the first that comes.
        if (this.#pages.length >= PAGES_AHEAD && this.#listeners.size === 0) {
          this.#pages.length = 0;
          this.#skipped = true;
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onError(new InboxReadError(error));
        await pause(RETRY_MS, signal);
      }
    }
  }

  /** What comes again leads no further: it joins the page before, in place of what it was there, and no reader waits for its sake. */
  #queue(items: readonly InboxItem[], cursor: string | undefined): void {
    const last = this.#pages.at(-1);
    if (last === undefined || last.cursor !== cursor) {
      this.#pages.push({ items: [...items], cursor, held: 0 });
      return;
    }
    const again = new Set(items.map(({ seq }) => seq));
    const atWork = this.#pages.length === 1 ? last.items[0] : undefined;
    last.items = [...last.items.filter((item) => item === atWork || !again.has(item.seq)), ...items];
  }

  async #work(signal: AbortSignal): Promise<void> {
    /** Those who are done with the item at hand: it comes again only to who failed. */
    const done = new Set<InboxListener>();
    while (!signal.aborted) {
      const page = this.#pages[0];
      const item = page?.items[0];
      // A page that is done is done, also when nobody listens any more.
      const isDone = page !== undefined && item === undefined;
      if (page === undefined || (this.#listeners.size === 0 && !isDone) || this.#handedOut.length >= PAGES_HELD) {
        await new Promise<void>((resolve) => (this.#wakeWorker = resolve));
        continue;
      }
      if (item === undefined) {
        this.#pages.shift();
        // What came again and holds nothing leads no further than the page before it.
        if (page.held > 0 || page.cursor !== this.#handedOut.at(-1)?.cursor) this.#handedOut.push(page);
        this.#advance();
        this.#wakeReader();
        continue;
      }
      try {
        for (const listener of [...this.#listeners]) {
          if (done.has(listener)) continue;
          await listener(item);
          done.add(listener);
        }
        // Closed meanwhile: what is first now is of another reading.
        if (signal.aborted) return;
        this.#worked(item);
        page.items.shift();
        done.clear();
      } catch (error) {
        this.#options.onError(error);
        await pause(RETRY_MS, signal);
      }
    }
  }
}
