import { CID_LENGTH } from "@rookery/repo";

/** Our own store is damaged: better no export than a false one. */
export class DamagedRepositoryError extends Error {
  override readonly name = "DamagedRepositoryError";
}

/** Whether the CIDs at these places are the same. */
export function sameCid(a: Uint8Array, at: number, b: Uint8Array, start: number): boolean {
  for (let i = 0; i < CID_LENGTH; i++) if (a[at + i] !== b[start + i]) return false;
  return true;
}
