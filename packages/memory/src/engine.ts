import type { Embedder } from "./embed/embedder.ts";
import { hashedEmbedder } from "./embed/hashed.ts";
import { quantize } from "./embed/quantize.ts";
import { IndexFormatError, MemoryIndex, type Batch } from "./index/memory-index.ts";
import type { Entry } from "./index/entry.ts";
import { CATCH_UP, EMBED_BATCH, MAX_EMBED_CHARS, MAX_ROUNDS } from "./limits.ts";
import type { MemoryPorts } from "./ports.ts";
import { type Indexed, entryOf } from "./record/entry-of.ts";
import { hash53 } from "./text/hash.ts";
import { Turns } from "./turns.ts";

/** What the methods of memory share: the index, kept abreast of the repository. */
export class Engine {
  readonly ports: MemoryPorts;
  readonly embedder: Embedder;
  /** Decisions about the repository, each with the write that follows from it. What others write meanwhile is met by swaps. */
  readonly writes = new Turns();
  #index: MemoryIndex | undefined;
  readonly #changes = new Turns();

  constructor(ports: MemoryPorts) {
    this.ports = ports;
    this.embedder = ports.embedder ?? hashedEmbedder();
  }

  /** The index as it is; read at the first call. One that is damaged or of another version is given up, to be built anew. */
  index(): MemoryIndex {
    const { pages, cacheBytes } = this.ports;
    try {
      return (this.#index ??= new MemoryIndex(pages, cacheBytes));
    } catch (error) {
      if (!(error instanceof IndexFormatError)) throw error;
      this.giveUp(error);
      return (this.#index ??= new MemoryIndex(pages, cacheBytes));
    }
  }

  giveUp(error: IndexFormatError): void {
    this.#report("memory-index-given-up", error);
    this.rebuild();
  }

  /** Drop the index; the next calls build it from the repository. */
  rebuild(): void {
    const { pages, records } = this.ports;
    records.touchAll();
    pages.clear();
    this.#index = undefined;
  }

  /** Let go of the pages in memory. */
  evict(): void {
    this.#index?.evict();
  }

  /** Bytes in memory between searches. */
  get residentBytes(): number {
    return this.#index?.residentBytes ?? 0;
  }

  /** Take in what changed in the repository: at most `limit` memories. Answers with how many are left. */
  catchUp(limit = CATCH_UP): Promise<number> {
    return this.#changes.take(async () => {
      for (let left = limit; left > 0; ) {
        const done = await this.#takeIn(Math.min(left, EMBED_BATCH));
        if (done === 0) break;
        left -= done;
        // A stretch is some tens of milliseconds of work that waits for nothing: others have their turn between two.
        if (done === EMBED_BATCH) await new Promise((resume) => setTimeout(resume, 0));
      }
      return this.ports.records.pending();
    });
  }

  /** Take in everything that changed. @throws Error when it does not come to an end. */
  async catchUpAll(): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) if ((await this.catchUp()) === 0) return;
    throw new Error("the index of memory does not come up with the repository");
  }

  /** Make vectors anew of one page's memories whose vectors another embedder made. Answers whether there was one, and it worked. */
  reembed(): Promise<boolean> {
    return this.#changes.take(async () => {
      const paths = this.index().strangers(this.embedder.id).slice(0, EMBED_BATCH);
      if (paths.length === 0) return false;
      const indexed = await this.#read(paths);
      const batch = await this.#embed(indexed.flatMap((one) => one.indexed ?? []));
      if (batch.embedder !== this.embedder.id) return false;
      // Only what was not changed meanwhile; and what is gone is told by the repository.
      const put = batch.entries.filter(({ path, version }) => this.index().versionOf(path) === version);
      this.index().apply({ put: [{ ...batch, entries: put }], drop: indexed.filter((one) => one.indexed === undefined).map(({ path }) => path), done: [] });
      return true;
    });
  }

  async #takeIn(limit: number): Promise<number> {
    const { records } = this.ports;
    // First: an index that has to be given up makes everything a change.
    const index = this.index();
    const marks = records.changed(limit);
    if (marks.length === 0) return 0;
    const read = await this.#read(marks.map(({ path }) => path));
    const fresh = read.flatMap(({ indexed }) => (indexed !== undefined && index.versionOf(indexed.entry.path) !== indexed.entry.version ? [indexed] : []));
    const drop = read.filter(({ path, indexed }) => indexed === undefined && index.has(path)).map(({ path }) => path);
    const put = fresh.length === 0 ? [] : [await this.#embed(fresh)];
    // Given up meanwhile: what it had is to be taken in as well.
    if (this.index() === index) index.apply({ put, drop, done: marks });
    return marks.length;
  }

  async #read(paths: readonly string[]): Promise<{ path: string; indexed?: Indexed }[]> {
    const stored = await this.ports.records.read(paths);
    return paths.map((path, i) => {
      const one = stored[i];
      if (one === "unreadable") this.#report("memory-unreadable", hash53(path));
      return typeof one === "object" ? { path, indexed: entryOf(this.ports.did, path, one) } : { path };
    });
  }

  /** Vectors for memories. When the embedder fails they are found by their words until it is back. */
  async #embed(indexed: Indexed[]): Promise<Batch> {
    const entries: Entry[] = indexed.map(({ entry }) => entry);
    try {
      for (let at = 0; at < indexed.length; at += EMBED_BATCH) {
        const texts = indexed.slice(at, at + EMBED_BATCH).map(({ text }) => text.slice(0, MAX_EMBED_CHARS));
        const vectors = await this.embedder.embed(texts, "memory");
        if (vectors.length !== texts.length || vectors.some(({ length }) => length !== this.embedder.dim)) throw new Error("the embedder answered with vectors of another shape");
        vectors.forEach((vector, i) => Object.assign(entries[at + i] ?? {}, { vector: quantize(vector) }));
      }
      return { embedder: this.embedder.id, entries };
    } catch (error) {
      this.#report("embedder-failed", error);
      return { embedder: "", entries: entries.map((entry) => ({ ...entry, vector: quantize(new Float32Array()) })) };
    }
  }

  #report(event: string, error: unknown): void {
    this.ports.onFault?.(event, error);
  }
}
