import { type Quantized, cosineAt } from "../embed/quantize.ts";
import { BM25_B, BM25_K1, MIN_COLLECTION, SURE_TERMS } from "../limits.ts";
import type { MemoryIndex } from "./memory-index.ts";
import { type Page, pathAt } from "./page.ts";

/** What is looked for. */
export interface Query {
  /** hash32 of its words, each once. */
  terms: readonly number[];
  embedder: string;
  vector: Quantized;
  /** Cosines below this are not told. */
  minCosine: number;
}

/** One memory that has something of it. */
export interface Hit {
  pathHash: number;
  page: Page;
  i: number;
  /** Okapi BM25. */
  bm25: number;
  /** Share of the query's words that it has, by their rarity, of its rarest few: 0 to 1. */
  coverage: number;
  /** 0 when below the query's bound, or without a vector of the same embedder. */
  cosine: number;
}

/** What a page has of the words: its own numbers, since a word's rarity is only known after the last page. */
interface Found {
  page: Page;
  cosines: Float64Array | undefined;
  /** `counts[t * page.count + i]`. */
  counts: Uint8Array | undefined;
}

/**
 * Every memory that passes and has a word of the query or is near it. One pass over the pages; scores depend on what is
 * in the index alone, not on how it is laid out.
 */
export function search(index: MemoryIndex, query: Query, passes: (page: Page, i: number) => boolean): Hit[] {
  const frequency = query.terms.map(() => 0);
  const found: Found[] = [];
  let length = 0;
  for (const page of index.pages()) {
    for (let i = 0; i < page.count; i++) length += page.length[i] as number;
    const counts = countTerms(page, query.terms, frequency);
    const cosines = page.embedder === query.embedder ? new Float64Array(page.count) : undefined;
    let any = counts !== undefined;
    if (cosines !== undefined)
      for (let i = 0; i < page.count; i++) {
        const cosine = cosineAt(query.vector, page.vectors, i * page.dim, page.norm[i] as number);
        if (cosine < query.minCosine) continue;
        cosines[i] = cosine;
        any = true;
      }
    if (any) found.push({ page, cosines, counts });
  }
  const average = length / Math.max(1, index.count);
  const rarity = frequency.map((df) => Math.log(1 + (Math.max(index.count, MIN_COLLECTION) - df + 0.5) / (df + 0.5)));
  const asked = rarity.toSorted((a, b) => b - a).slice(0, SURE_TERMS).reduce((sum, one) => sum + one, 0);
  return found.flatMap((one) => hitsOf(one, rarity, asked, average, passes));
}

function countTerms(page: Page, terms: readonly number[], frequency: number[]): Uint8Array | undefined {
  let counts: Uint8Array | undefined;
  terms.forEach((term, t) => {
    const at = positionOf(page.terms, term);
    if (at < 0) return;
    counts ??= new Uint8Array(terms.length * page.count);
    const from = page.postEnd[at - 1] ?? 0;
    const end = page.postEnd[at] as number;
    frequency[t] = (frequency[t] as number) + end - from;
    for (let p = from; p < end; p++) counts[t * page.count + (page.postEntry[p] as number)] = page.postCount[p] as number;
  });
  return counts;
}

function hitsOf({ page, cosines, counts }: Found, rarity: readonly number[], asked: number, average: number, passes: (page: Page, i: number) => boolean): Hit[] {
  const hits: Hit[] = [];
  for (let i = 0; i < page.count; i++) {
    let bm25 = 0;
    let covered = 0;
    if (counts !== undefined)
      for (let t = 0; t < rarity.length; t++) {
        const count = counts[t * page.count + i] as number;
        if (count === 0) continue;
        const idf = rarity[t] as number;
        covered += idf;
        bm25 += (idf * count * (BM25_K1 + 1)) / (count + BM25_K1 * (1 - BM25_B + (BM25_B * (page.length[i] as number)) / average));
      }
    const cosine = cosines?.[i] ?? 0;
    if ((bm25 === 0 && cosine === 0) || !passes(page, i)) continue;
    hits.push({ pathHash: page.pathHash[i] as number, page, i, bm25, cosine, coverage: asked === 0 ? 0 : Math.min(1, covered / asked) });
  }
  return hits;
}

/** Place of a value in a sorted column, or -1. */
function positionOf(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = sorted[middle] as number;
    if (found === value) return middle;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Path of the memory that was found. */
export const pathOf = ({ page, i }: Pick<Hit, "page" | "i">): string => pathAt(page, i);
