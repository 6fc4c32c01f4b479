/**
 * Why a seq is never given out twice, not even by a log that was restored from a backup.
 *
 * A restored log does not know what was given out after the backup was made, but the clock went on meanwhile. So whenever the
 * colony starts (or the object wakes, where nobody says when the colony did), the next seq is raised to a number that the clock
 * makes: a hundred for every millisecond since the log began. No object appends that fast, not even for a moment, so whatever an earlier life gave out is below. Within one life seqs count by
 * one. Readers see a gap, as the specification allows, and their cursors from the lost future stay cursors of the past: they get
 * everything that is new.
 *
 * What it relies on: the clock is not set back beyond the moment of the last event that was lost. Without a restored backup it
 * relies on nothing: the floor only ever raises.
 */

/** 100,000 a second; an append in the largest batches takes 35 to 60 µs. In a hundred years this is 3.2e14, a 28th of what a JSON number holds. */
const SEQS_PER_MS = 100;

/** The seq above which a log that began at `bornAt` goes on when it starts at `now` (both milliseconds since 1970). */
export const seqFloorAt = (now: number, bornAt: number): number => Math.max(0, Math.floor(now - bornAt) * SEQS_PER_MS);
