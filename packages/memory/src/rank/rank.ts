import type { Embedder } from "../embed/embedder.ts";
import type { Hit } from "../index/search.ts";
import { kindAt } from "../index/page.ts";
import { AGE_WEIGHT, HALF_LIFE, IMPORTANCE_WEIGHT, SURE_COVERAGE, RANKED, RRF_K } from "../limits.ts";

/** A hit with its place among the others. */
export interface Ranked extends Hit {
  /** 0 to 1: 1 is the first of both lists, new, and as important as can be. */
  score: number;
}

/**
 * Order hits by what fits best; those that do not fit are left out, so that nothing is found where there is nothing. Two
 * lists, by words and by vectors, are fused by rank, since their scores mean different things; age and importance then
 * lower the score. Equal scores: the newer first, then by the hash of the path, so that the order is always the same.
 */
export function rank(hits: readonly Hit[], embedder: Likeness, now: number): Ranked[] {
  const relevant = hits.filter((hit) => isRelevant(hit, embedder));
  const fused = new Map<Hit, number>();
  for (const list of [ranked(relevant, ({ bm25 }) => bm25), ranked(relevant, ({ cosine }) => cosine)])
    list.forEach((hit, at) => fused.set(hit, (fused.get(hit) ?? 0) + 1 / (RRF_K + at + 1)));
  const best = 2 / (RRF_K + 1);
  return [...fused].map(([hit, sum]) => ({ ...hit, score: (sum / best) * weightOf(hit, now) })).sort((a, b) => b.score - a.score || inOrder(a, b));
}

type Likeness = Pick<Embedder, "unrelated" | "related">;

/** Words and vectors each say how sure they are; together they have to be. */
export const isRelevant = ({ coverage, cosine }: Pick<Hit, "coverage" | "cosine">, { unrelated, related }: Likeness): boolean =>
  coverage / SURE_COVERAGE + Math.max(0, cosine - unrelated) / (related - unrelated) >= 1;

const ranked = (hits: readonly Hit[], of: (hit: Hit) => number): Hit[] =>
  hits
    .filter((hit) => of(hit) > 0)
    .sort((a, b) => of(b) - of(a) || inOrder(a, b))
    .slice(0, RANKED);

/** Newer first. */
export const inOrder = (a: Pick<Hit, "page" | "i" | "pathHash">, b: Pick<Hit, "page" | "i" | "pathHash">): number =>
  (b.page.time[b.i] as number) - (a.page.time[a.i] as number) || a.pathHash - b.pathHash;

/** What age and importance leave of a score. */
function weightOf({ page, i }: Hit, now: number): number {
  const age = Math.max(0, now - (page.time[i] as number));
  const fresh = 0.5 ** (age / HALF_LIFE[kindAt(page, i)]);
  const importance = ((page.importance[i] as number) - 1) / 9;
  return (1 - AGE_WEIGHT * (1 - fresh)) * (1 - IMPORTANCE_WEIGHT * (1 - importance));
}
