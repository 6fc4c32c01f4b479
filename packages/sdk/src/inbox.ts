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
  /** A page could not be read (InboxReadError), or a listener failed (its own error); both are tried again. */
  onError: (error: unknown) => void;
}

const WAIT_SECONDS = 20;
const RETRY_MS = 1000;
/** Pages read ahead of the listeners at most; past it reading waits for them. */
const PAGES_AHEAD = 8;

interface Page {
  items: InboxItem[];
  cursor: string | undefined;
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
  #wakeWorker: () => void = () => {};
  #wakeReader: () => void = () => {};
  #running: AbortController | undefined;
  #cursor: string | undefined;
  /** Pages went by that nobody but watchers saw: a listener that comes now makes reading start again from the cursor. */
  #skipped = false;

  constructor(source: InboxSource, options: InboxOptions) {
    this.#source = source;
    this.#options = options;
    this.#cursor = options.cursor;
  }

  /** Everything up to here has been worked on. */
  get cursor(): string | undefined {
    return this.#cursor;
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

  /** Stop reading; `listen` or `watch` starts again from the cursor. */
  close(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#pages.length = 0;
    this.#wakeWorker();
    this.#wakeReader();
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
        cursor = page.cursor ?? cursor;
        if (page.messages.length === 0) continue;
        for (const item of page.messages) for (const watcher of [...this.#watchers]) watcher(item);
        this.#pages.push({ items: [...page.messages], cursor });
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

  async #work(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const page = this.#pages[0];
      if (page === undefined || this.#listeners.size === 0) {
        await new Promise<void>((resolve) => (this.#wakeWorker = resolve));
        continue;
      }
      const item = page.items[0];
      if (item === undefined) {
        this.#pages.shift();
        this.#cursor = page.cursor;
        if (page.cursor !== undefined) this.#options.onCursor?.(page.cursor);
        this.#wakeReader();
        continue;
      }
      try {
        for (const listener of [...this.#listeners]) await listener(item);
        page.items.shift();
      } catch (error) {
        this.#options.onError(error);
        await pause(RETRY_MS, signal);
      }
    }
  }
}
