/**
 * How exports read: SQLite puts some hundred rows into one value, since a row that comes up into JavaScript by itself costs
 * more than all that is done with it (bench/README.md). What is larger than {@link LARGE} is left out and read alone, so that no
 * value comes near the platform's 2 MB.
 */

/** Rows of a pack. */
export const PACK_ROWS = 128;
/** Bytes beyond which a block is not packed. */
export const LARGE = 4096;

/** Length of a CID. */
export const CID = 36;

/** Numbers that SQLite joined with commas. */
export const numbersOf = (list: string): number[] => list.split(",").map(Number);

/** Whether the CIDs at these places are the same. */
export function sameCid(a: Uint8Array, at: number, b: Uint8Array, start: number): boolean {
  for (let i = 0; i < CID; i++) if (a[at + i] !== b[start + i]) return false;
  return true;
}

/** Our own store is damaged: better no export than a false one. */
export class DamagedRepositoryError extends Error {
  override readonly name = "DamagedRepositoryError";
}
