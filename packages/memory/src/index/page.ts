import { KINDS, type Kind } from "../types.ts";
import { hash53 } from "../text/hash.ts";
import { ColumnReader, ColumnWriter } from "./bytes.ts";
import type { Entry, Links } from "./entry.ts";

/** Of the layout below, and of how records are read into it. A page of another version is not read: the index is built anew. */
const PAGE_VERSION = 2;
/** Memories of one page; positions in it are one byte. */
export const MAX_PAGE_ENTRIES = 256;

/** Some memories, in columns: read in place, without an object for each. Their vectors are all of one embedder. */
export interface Page {
  count: number;
  /** Empty, and `dim` 0, when they have no vectors yet. */
  embedder: string;
  dim: number;
  pathHash: Float64Array;
  version: Float64Array;
  time: Float64Array;
  created: Float64Array;
  validTo: Float64Array;
  subject: Float64Array;
  kind: Uint8Array;
  importance: Uint8Array;
  trust: Uint8Array;
  sealed: Uint8Array;
  length: Uint16Array;
  tagEnd: Uint32Array;
  tags: Uint32Array;
  /** Sorted; the postings of term `t` are from `postEnd[t - 1]` to `postEnd[t]`. */
  terms: Uint32Array;
  postEnd: Uint32Array;
  postEntry: Uint8Array;
  postCount: Uint8Array;
  norm: Uint32Array;
  vectors: Int8Array;
  pathEnd: Uint32Array;
  paths: Uint8Array;
  links: Uint8Array;
  /** Bytes in memory. */
  bytes: number;
}

const HEADER = 9;
const text = new TextEncoder();
const read = new TextDecoder();

/** @throws RangeError for more than {@link MAX_PAGE_ENTRIES}, or vectors of different lengths. */
export function encodePage(entries: readonly Entry[], embedder: string): Uint8Array<ArrayBuffer> {
  const count = entries.length;
  const dim = entries[0]?.vector.values.length ?? 0;
  if (count > MAX_PAGE_ENTRIES) throw new RangeError(`a page of ${count} memories, at most ${MAX_PAGE_ENTRIES}`);
  if (entries.some(({ vector }) => vector.values.length !== dim)) throw new RangeError("vectors of different lengths in one page");
  const vectors = new Int8Array(count * dim);
  entries.forEach(({ vector }, i) => vectors.set(vector.values, i * dim));
  const terms = invert(entries);
  const tags = entries.flatMap((entry) => entry.tags);
  const paths = text.encode(entries.map(({ path }) => path).join(""));
  const links = text.encode(JSON.stringify(Object.fromEntries(entries.flatMap(({ links: own }, i) => (own === undefined ? [] : [[i, own]])))));
  const name = text.encode(embedder);
  const header = Uint32Array.of(PAGE_VERSION, count, dim, name.length, tags.length, terms.keys.length, terms.entry.length, paths.length, links.length);
  const f64 = (of: (entry: Entry) => number) => Float64Array.from(entries, of);
  const u8 = (of: (entry: Entry) => number) => Uint8Array.from(entries, of);
  return new ColumnWriter()
    .add(header)
    .add(name)
    .add(f64(({ path }) => hash53(path)))
    .add(f64(({ version }) => version))
    .add(f64(({ time }) => time))
    .add(f64(({ created }) => created))
    .add(f64(({ validTo }) => validTo))
    .add(f64(({ subject }) => subject))
    .add(u8(({ kind }) => KINDS.indexOf(kind)))
    .add(u8(({ importance }) => importance))
    .add(u8(({ trust }) => trust))
    .add(u8(({ sealed }) => (sealed ? 1 : 0)))
    .add(Uint16Array.from(entries, ({ length }) => Math.min(length, 0xffff)))
    .add(ends(entries, ({ tags: own }) => own.length))
    .add(Uint32Array.from(tags))
    .add(terms.keys)
    .add(terms.end)
    .add(terms.entry)
    .add(terms.count)
    .add(Uint32Array.from(entries, ({ vector }) => vector.norm))
    .add(vectors)
    .add(ends(entries, ({ path }) => text.encode(path).length))
    .add(paths)
    .add(links)
    .finish();
}

/** @returns undefined for a page of another version. @throws RangeError for bytes that are no page. */
export function decodePage(bytes: Uint8Array): Page | undefined {
  const columns = new ColumnReader(bytes);
  const [version = 0, count = 0, dim = 0, name = 0, tags = 0, terms = 0, postings = 0, paths = 0, links = 0] = columns.u32(HEADER);
  if (version !== PAGE_VERSION) return undefined;
  return {
    count,
    dim,
    embedder: read.decode(columns.u8(name)),
    pathHash: columns.f64(count),
    version: columns.f64(count),
    time: columns.f64(count),
    created: columns.f64(count),
    validTo: columns.f64(count),
    subject: columns.f64(count),
    kind: columns.u8(count),
    importance: columns.u8(count),
    trust: columns.u8(count),
    sealed: columns.u8(count),
    length: columns.u16(count),
    tagEnd: columns.u32(count),
    tags: columns.u32(tags),
    terms: columns.u32(terms),
    postEnd: columns.u32(terms),
    postEntry: columns.u8(postings),
    postCount: columns.u8(postings),
    norm: columns.u32(count),
    vectors: columns.i8(count * dim),
    pathEnd: columns.u32(count),
    paths: columns.u8(paths),
    links: columns.u8(links),
    bytes: bytes.length,
  };
}

/** Kind of the memory at a position of the page. */
export const kindAt = (page: Page, i: number): Kind => KINDS[page.kind[i] ?? 0] ?? "note";

/** Its path, `kind/rkey`. */
export const pathAt = (page: Page, i: number): string => read.decode(page.paths.subarray(page.pathEnd[i - 1] ?? 0, page.pathEnd[i]));

/** Hashes of its tags. */
export const tagsAt = (page: Page, i: number): Uint32Array => page.tags.subarray(page.tagEnd[i - 1] ?? 0, page.tagEnd[i]);

/** Links of a page's memories, by their positions. */
export const linksOf = (page: Page): Map<number, Links> =>
  // What is in a page was put there by this program.
  new Map(Object.entries(JSON.parse(read.decode(page.links)) as Record<string, Links>).map(([i, links]) => [Number(i), links]));

/** The memories of a page as they were put in, to be laid out anew. */
export function entriesOf(page: Page): Entry[] {
  const links = linksOf(page);
  const terms = Array.from({ length: page.count }, () => new Map<number, number>());
  for (let t = 0; t < page.terms.length; t++)
    for (let p = page.postEnd[t - 1] ?? 0; p < (page.postEnd[t] ?? 0); p++) terms[page.postEntry[p] ?? 0]?.set(page.terms[t] ?? 0, page.postCount[p] ?? 0);
  return terms.map((own, i) => {
    const entry: Entry = {
      path: pathAt(page, i),
      version: page.version[i] ?? 0,
      subject: page.subject[i] ?? 0,
      kind: kindAt(page, i),
      time: page.time[i] ?? 0,
      created: page.created[i] ?? 0,
      validTo: page.validTo[i] ?? 0,
      importance: page.importance[i] ?? 0,
      trust: page.trust[i] ?? 0,
      sealed: page.sealed[i] === 1,
      tags: [...tagsAt(page, i)],
      terms: own,
      length: page.length[i] ?? 0,
      vector: { values: page.vectors.slice(i * page.dim, (i + 1) * page.dim), norm: page.norm[i] ?? 0 },
    };
    const linked = links.get(i);
    if (linked !== undefined) entry.links = linked;
    return entry;
  });
}

const ends = (entries: readonly Entry[], of: (entry: Entry) => number): Uint32Array => {
  let end = 0;
  return Uint32Array.from(entries, (entry) => (end += of(entry)));
};

/** Which memories have a word, and how often: a page's share of an inverted index. */
function invert(entries: readonly Entry[]): { keys: Uint32Array; end: Uint32Array; entry: Uint8Array; count: Uint8Array } {
  const rows: [key: number, entry: number, count: number][] = [];
  entries.forEach(({ terms }, i) => {
    for (const [key, count] of terms) rows.push([key, i, Math.min(count, 255)]);
  });
  rows.sort(([a, i], [b, k]) => a - b || i - k);
  const keys: number[] = [];
  const end: number[] = [];
  rows.forEach(([key], at) => {
    if (keys.at(-1) !== key) keys.push(key);
    end[keys.length - 1] = at + 1;
  });
  return { keys: Uint32Array.from(keys), end: Uint32Array.from(end), entry: Uint8Array.from(rows, ([, i]) => i), count: Uint8Array.from(rows, ([, , count]) => count) };
}
