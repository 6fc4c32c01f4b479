/**
 * How many rows are read at once: SQLite puts some hundred into one value, since a row that comes up into JavaScript by itself
 * costs more than all that is done with it (bench/README.md). What is larger than {@link LARGE} is left out and read alone, so
 * that no value comes near the platform's 2 MB.
 */

/** Rows of a pack. */
export const PACK_ROWS = 128;
/** Bytes beyond which a block is not packed. */
export const LARGE = 4096;

/** Numbers that SQLite joined with commas. */
export const numbersOf = (list: string): number[] => list.split(",").map(Number);
