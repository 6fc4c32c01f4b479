/** Tunables of an agent's memory in its object, each with its reason; those of memory itself are packages/memory's. */

/** After this long, in ms, a change is taken into the index, with all others of the time: one page instead of many. Who asks earlier does it then. */
export const INDEX_WITHIN = 5_000;
/** Changes taken in by one alarm: some 200 ms of opening and embedding; the rest has its turn with the next. */
export const INDEX_STRETCH = 300;
/** Calls of an embedder, each with some tens of memories whose vectors another one made, by one alarm. */
export const REEMBED_STRETCH = 4;
/** Pause, in ms, before the job goes on; and before it is tried again after an embedder or summarizer failed. */
export const JOB_PAUSE = 100;
export const JOB_RETRY = 60 * 60 * 1000;
/** How often an agent's notes are looked at for what could be condensed, in ms. */
export const COMPACT_EVERY = 24 * 60 * 60 * 1000;
/** Records opened at a time when many are read. */
export const OPEN_SIDE_BY_SIDE = 16;
