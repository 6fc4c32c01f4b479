/**
 * Why a seq is never given out twice, not even by a log that was restored from a backup.
 *
 * A restored log does not know what was given out after the backup was made, but the clock went on meanwhile. So whenever the
 * object starts, its next seq is raised to a number that the clock makes: one for every 10 µs since 2026. No log appends
 * that fast, so whatever an earlier life gave out is below. Within one life seqs count by one. Readers see a gap, as the
 * specification allows, and their cursors from the lost future stay cursors of the past: they get everything that is new.
 *
 * What it relies on: the clock is not set back beyond the moment of the last event that was lost. Without a restored backup it
 * relies on nothing: the floor only ever raises.
 */

/** 2026-01-01T00:00:00Z, in milliseconds since 1970. */
const SEQ_EPOCH_MS = Date.UTC(2026, 0, 1);

/** 100,000 a second: an append takes some 50 µs. In the year 2100 this is 2.3e14, a fortieth of what a JSON number holds. */
const SEQS_PER_MS = 100;

/** The seq above which a log that starts at `now` (milliseconds since 1970) goes on. */
export const seqFloorAt = (now: number): number => Math.max(0, Math.floor(now - SEQ_EPOCH_MS) * SEQS_PER_MS);
