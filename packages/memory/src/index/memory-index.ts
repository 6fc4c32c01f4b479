import { CACHE_BYTES, MAX_SMALL_PAGES, SMALL_PAGE, TRUSTED } from "../limits.ts";
import { hash53 } from "../text/hash.ts";
import type { Kind } from "../types.ts";
import { type Entry } from "./entry.ts";
import { type Page, MAX_PAGE_ENTRIES, decodePage, encodePage, entriesOf, kindAt, linksOf, pathAt } from "./page.ts";
import type { Mark, PageStore } from "./page-store.ts";
import { Superseded } from "./superseded.ts";

/** Memories with vectors of one embedder (or none: an empty id). */
export interface Batch {
  embedder: string;
  entries: Entry[];
}

/** What changes in the index at once. */
export interface IndexChange {
  put: Batch[];
  /** Paths. */
  drop: string[];
  done: Mark[];
}

interface Slot {
  name: string;
  count: number;
  embedder: string;
  bytes: number;
  /** Kept while there is room. */
  page?: Page;
}

/** The pages lie there, and are not what this program wrote: the index is to be built anew. */
export class IndexFormatError extends Error {
  override readonly name = "IndexFormatError";
}

/**
 * The index of one agent's memory: pages of up to {@link MAX_PAGE_ENTRIES} memories. A new memory is a page of its own
 * until there are {@link MAX_SMALL_PAGES} such, which are then laid together; so adding one writes less than a kilobyte,
 * and now and then a page. Resident are, for every memory, its place and its successors; pages as far as there is room.
 */
export class MemoryIndex {
  readonly superseded = new Superseded();
  readonly #store: PageStore;
  readonly #cacheBytes: number;
  readonly #slots = new Map<string, Slot>();
  /** hash53 of a path → its page's slot. */
  readonly #where = new Map<number, Slot>();
  #cached = 0;
  #next = 1;

  /** Read what there is. @throws IndexFormatError */
  constructor(store: PageStore, cacheBytes = CACHE_BYTES) {
    this.#store = store;
    this.#cacheBytes = cacheBytes;
    for (const { name, data } of store.all()) this.#admit(name, this.#decode(name, data));
    this.#trim();
  }

  get count(): number {
    return this.#where.size;
  }

  /** Bytes of the pages, as they are stored. */
  get bytes(): number {
    let bytes = 0;
    for (const slot of this.#slots.values()) bytes += slot.bytes;
    return bytes;
  }

  /** Bytes that stay in memory between searches, about: pages, and 70 for each memory's place. */
  get residentBytes(): number {
    return this.#cached + 70 * this.#where.size + 300 * this.superseded.size;
  }

  has(path: string): boolean {
    return this.#where.has(hash53(path));
  }

  /** hash53 of the CID that is in the index, or undefined. */
  versionOf(path: string): number | undefined {
    const found = this.find(path);
    return found?.page.version[found.i];
  }

  find(path: string): { page: Page; i: number } | undefined {
    const hash = hash53(path);
    const slot = this.#where.get(hash);
    if (slot === undefined) return undefined;
    const page = this.#page(slot);
    const i = page.pathHash.indexOf(hash);
    return i < 0 ? undefined : { page, i };
  }

  /** Every page once, in no order that means anything. */
  *pages(): Generator<Page> {
    for (const slot of this.#slots.values()) yield this.#page(slot);
  }

  /** Memories, by the embedder of their vectors. */
  embedders(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { embedder, count } of this.#slots.values()) counts.set(embedder, (counts.get(embedder) ?? 0) + count);
    return counts;
  }

  /** Path of what is known of a subject now, by subjectHash. */
  ofSubject(subject: number): string | undefined {
    for (const page of this.pages())
      for (let i = page.subject.indexOf(subject); i >= 0; i = page.subject.indexOf(subject, i + 1))
        if (this.superseded.of(page.pathHash[i] as number) === undefined) return pathAt(page, i);
    return undefined;
  }

  /** Path of the memory of a kind that was superseded first. */
  oldestSuperseded(kind: Kind): string | undefined {
    let oldest: { at: number; path: string } | undefined;
    for (const page of this.pages())
      for (let i = 0; i < page.count; i++) {
        if (kindAt(page, i) !== kind) continue;
        const successor = this.superseded.of(page.pathHash[i] as number);
        if (successor !== undefined && (oldest === undefined || successor.at < oldest.at)) oldest = { at: successor.at, path: pathAt(page, i) };
      }
    return oldest?.path;
  }

  /** Memories of what strangers said. */
  countUntrusted(): number {
    let count = 0;
    for (const { trust } of this.pages()) for (const one of trust) if (one < TRUSTED) count++;
    return count;
  }

  /** Paths of one page whose vectors another embedder made. */
  strangers(embedder: string): string[] {
    for (const slot of this.#slots.values()) {
      if (slot.embedder === embedder) continue;
      const page = this.#page(slot);
      return Array.from({ length: page.count }, (_, i) => pathAt(page, i));
    }
    return [];
  }

  /** Change storage first, in one transaction, then what is in memory: if it throws, both are as before. */
  apply({ put, drop, done }: IndexChange): void {
    const paths = [...drop, ...put.flatMap(({ entries }) => entries.map(({ path }) => path))];
    const gone = new Set(paths.map(hash53));
    const touched = new Set([...gone].flatMap((hash) => this.#where.get(hash) ?? []));
    const batches = new Map(put.map(({ embedder, entries }) => [embedder, [...entries]]));
    const add = (embedder: string, entries: Entry[]) => batches.set(embedder, [...(batches.get(embedder) ?? []), ...entries]);
    for (const slot of touched) add(slot.embedder, entriesOf(this.#page(slot)).filter(({ path }) => !gone.has(hash53(path))));
    const small = [...this.#slots.values()].filter((slot) => slot.count < SMALL_PAGE && !touched.has(slot));
    if (small.length >= MAX_SMALL_PAGES)
      for (const slot of small) {
        add(slot.embedder, entriesOf(this.#page(slot)));
        touched.add(slot);
      }
    const written = [...batches].flatMap(([embedder, entries]) => split(entries).map((part) => ({ name: String(this.#next++), data: encodePage(part, embedder) })));
    this.#store.commit({ put: written, drop: [...touched].map(({ name }) => name), done });
    for (const slot of touched) this.#dismiss(slot);
    for (const path of paths) {
      this.#where.delete(hash53(path));
      this.superseded.remove(path);
    }
    for (const { name, data } of written) this.#admit(name, this.#decode(name, data));
    this.#trim();
  }

  /** Let go of every page; the next search reads them again. */
  evict(): void {
    for (const slot of this.#slots.values()) delete slot.page;
    this.#cached = 0;
  }

  #page(slot: Slot): Page {
    if (slot.page !== undefined) return slot.page;
    const data = this.#store.get(slot.name);
    if (data === undefined) throw new IndexFormatError(`page ${slot.name} of the index is gone`);
    const page = this.#decode(slot.name, data);
    this.#keep(slot, page);
    return page;
  }

  #decode(name: string, data: Uint8Array): Page {
    const page = decoded(data);
    if (page === undefined) throw new IndexFormatError(`page ${name} is damaged, or of another version`);
    return page;
  }

  /** A search reads all pages in turn: of those that do not fit, keeping the latest would only push out what comes next. */
  #keep(slot: Slot, page: Page): void {
    if (this.residentBytes + page.bytes > this.#cacheBytes) return;
    slot.page = page;
    this.#cached += page.bytes;
  }

  /** Places and successors stay, so when there are more of them there is less room for pages. */
  #trim(): void {
    for (const slot of this.#slots.values()) {
      if (this.residentBytes <= this.#cacheBytes) return;
      if (slot.page !== undefined) this.#cached -= slot.page.bytes;
      delete slot.page;
    }
  }

  #admit(name: string, page: Page): void {
    const slot: Slot = { name, count: page.count, embedder: page.embedder, bytes: page.bytes };
    this.#slots.set(name, slot);
    this.#next = Math.max(this.#next, Number(name) + 1);
    this.#keep(slot, page);
    for (const hash of page.pathHash) this.#where.set(hash, slot);
    for (const [i, links] of linksOf(page)) {
      const path = pathAt(page, i);
      this.superseded.remove(path);
      this.superseded.add({ path, time: page.time[i] ?? 0, created: page.created[i] ?? 0, validTo: page.validTo[i] ?? 0, trust: page.trust[i] ?? 0, links });
    }
  }

  #dismiss(slot: Slot): void {
    this.#slots.delete(slot.name);
    if (slot.page !== undefined) this.#cached -= slot.page.bytes;
  }
}

/** Undefined for bytes that are no page of this version. */
function decoded(data: Uint8Array): Page | undefined {
  try {
    return decodePage(data);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** In parts that fit a page, none of them much smaller than the others. */
function split(entries: Entry[]): Entry[][] {
  if (entries.length === 0) return [];
  const parts = Math.ceil(entries.length / MAX_PAGE_ENTRIES);
  const each = Math.ceil(entries.length / parts);
  return Array.from({ length: parts }, (_, part) => entries.slice(part * each, (part + 1) * each));
}
