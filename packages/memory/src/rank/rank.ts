import type { Embedder } from "../embed/embedder.ts";
import type { Hit } from "../index/search.ts";
import { kindAt } from "../index/page.ts";
import { AGE_WEIGHT, HALF_LIFE, IMPORTANCE_WEIGHT, SURE_COVERAGE } from "../limits.ts";

/** A hit with its place among the others. */
export interface Ranked extends Hit {
  /** 0 to 1: 1 is the best by words and by vectors, new, and as important as can be. */
  score: number;
}

/**
 * Order hits by what fits best; those that do not fit are left out, so that nothing is found where there is nothing. Words and
 * vectors count alike, each as a share of the best there is, since their numbers mean different things (a convex combination:
 * Bruch, Gai and Ingber 2023); age and importance then lower the score. Equal scores: the newer first, then by the hash of the
 * path, so that the order is always the same.
 */
export function rank(hits: readonly Hit[], embedder: Likeness, now: number): Ranked[] {
  const relevant = hits.filter((hit) => isRelevant(hit, embedder));
  const nearness = ({ cosine }: Hit) => Math.max(0, cosine - embedder.unrelated);
  const words = best(relevant, ({ bm25 }) => bm25);
  const vectors = best(relevant, nearness);
  return relevant
    .map((hit) => ({ ...hit, score: (hit.bm25 / words / 2 + nearness(hit) / vectors / 2) * weightOf(hit, now) }))
    .sort((a, b) => b.score - a.score || inOrder(a, b));
}

/** The greatest there is; 1, to divide by, where there is nothing. */
const best = (hits: readonly Hit[], of: (hit: Hit) => number): number => hits.reduce((most, hit) => Math.max(most, of(hit)), 0) || 1;

type Likeness = Pick<Embedder, "unrelated" | "related">;

/** Words and vectors each say how sure they are; together they have to be. */
export const isRelevant = ({ coverage, cosine }: Pick<Hit, "coverage" | "cosine">, { unrelated, related }: Likeness): boolean =>
  coverage / SURE_COVERAGE + Math.max(0, cosine - unrelated) / (related - unrelated) >= 1;

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
