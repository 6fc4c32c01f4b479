import type { Kind } from "./types.ts";

/** Every bound and weight of memory, with its reason. Milliseconds unless the name says otherwise. */

const DAY = 24 * 60 * 60 * 1000;

/**
 * Records of a kind, superseded ones included. Together 21,000: what one object searches through in some tens of
 * milliseconds (bench/README.md), and scans whole when its index is built anew.
 */
export const QUOTAS: Readonly<Record<Kind, number>> = { note: 13_000, decision: 2_000, fact: 5_000, summary: 1_000 };
/** Of these, what strangers said (trust 0 and 1): they may not fill an agent's memory. */
export const MAX_UNTRUSTED = 2_000;
/** From here on somebody's words may be pinned, condensed and put in the place of others. */
export const TRUSTED = 2;

/** Memories pinned, and characters of their texts: they go with every prompt. */
export const MAX_PINS = 32;
export const MAX_PINNED_CHARS = 16_000;

/** Letters of a memory's search text that get a vector: models take about 512 tokens, the rest is found by its words. */
export const MAX_EMBED_CHARS = 2_000;
/** Texts embedded in one call. */
export const EMBED_BATCH = 50;
/** Memories that one question may be answered with. */
export const MAX_RECALLED = 50;
/** Words of a query that count: those of a letter. */
export const MAX_QUERY_TERMS = 64;

/** Of the index, in memory between searches: places of the memories, and pages as far as there is room; an awake agent has 8 MB for everything. What does not fit is read each time. */
export const CACHE_BYTES = 6_500_000;
/** A page smaller than this is merged with others of its kind... */
export const SMALL_PAGE = 128;
/** ...when there are more of them than this: until then a new memory costs one small page. */
export const MAX_SMALL_PAGES = 32;

/** Robertson and Zaragoza's usual values. */
export const BM25_K1 = 1.2;
export const BM25_B = 0.75;
/** With fewer memories than this a word's rarity means nothing yet: it is counted as if there were so many. */
export const MIN_COLLECTION = 100;

/**
 * Words, the rarest, that a query is measured by: a question has no more that say what it is about, and a whole letter that is
 * looked for would have so many that no memory answers it.
 */
export const SURE_TERMS = 5;
/** Share of a query, by the rarity of its words, that makes a memory an answer by itself; what is less is made up for by likeness of the vectors. */
export const SURE_COVERAGE = 0.4;

/**
 * Time in which a memory's weight for being recent halves. What holds until it is superseded does not fade. Access does
 * not refresh it: that would write with every question, tell an observer of the repository which memories are in use,
 * and make an index that was built anew answer otherwise.
 */
export const HALF_LIFE: Readonly<Record<Kind, number>> = {
  note: 30 * DAY,
  decision: Number.POSITIVE_INFINITY,
  fact: Number.POSITIVE_INFINITY,
  summary: 180 * DAY,
};
/**
 * How far age, and how far importance (from 1 to 10), can lower a score. Found on one half of the questions in bench/memory:
 * with less, the newer of two like memories is not always first; with more, what is new comes before what fits.
 */
export const AGE_WEIGHT = 0.3;
export const IMPORTANCE_WEIGHT = 0.1;

/** Notes younger than this are not condensed, nor are those of more importance, nor fewer of one week than a handful. */
export const COMPACT_AFTER = 14 * DAY;
export const COMPACT_IMPORTANCE = 8;
export const COMPACT_MIN_NOTES = 5;
export const COMPACT_MAX_NOTES = 50;
/** Span of time that one summary covers. */
export const COMPACT_SPAN = 7 * DAY;
/** Summaries that one stretch of compaction writes. */
export const COMPACT_SUMMARIES = 4;
/** Sources of a summary that count, as many as its lexicon allows. */
export const MAX_SOURCES = 100;
/** Characters of a summary made offline. */
export const SUMMARY_CHARS = 2_000;
/** How long what was condensed, or superseded, is kept all the same. */
export const KEEP_CONDENSED = 30 * DAY;
export const KEEP_SUPERSEDED = 365 * DAY;
/** Records deleted in one commit: at most 200 operations make one. */
export const COLLECT_BATCH = 150;

/** Changes taken into the index before a question is answered; what is left is told as pending. */
export const CATCH_UP = 200;
/** Such stretches in a row, when all has to be in: more than there can be memories. */
export const MAX_ROUNDS = 200;
/** Tries of a write that met another one. */
export const WRITE_TRIES = 3;
