import { CID_LENGTH, cidEquals, cidKey, type CidBytes } from "@rookery/repo";

/**
 * Blocks of a CAR that were asked for, by cidKey, as views, without checking a hash: for CARs of our own log, which were checked
 * when they came in and are read again for every reader that wants JSON. A CAR that ends early gives what is there.
 */
export function blocksOf(car: Uint8Array, wanted: readonly CidBytes[]): Map<string, Uint8Array> {
  // Most blocks are nodes of the tree, which nobody asks for: four bytes of the hash tell, without a key for each.
  const byPrefix = new Map<number, CidBytes[]>();
  for (const cid of wanted) byPrefix.set(prefixAt(cid, 0), [...(byPrefix.get(prefixAt(cid, 0)) ?? []), cid]);
  const blocks = new Map<string, Uint8Array>();
  let header = true;
  for (let at = 0; at < car.length; ) {
    let length = 0;
    let factor = 1;
    let byte = 0x80;
    while (byte >= 0x80 && at < car.length) {
      byte = car[at++] ?? 0;
      length += (byte & 0x7f) * factor;
      factor *= 128;
    }
    const end = at + length;
    if (end > car.length) break;
    if (header) header = false;
    else if (length > CID_LENGTH) {
      const cid = byPrefix.get(prefixAt(car, at))?.find((one) => cidEquals(one, car.subarray(at, at + CID_LENGTH)));
      if (cid !== undefined) blocks.set(cidKey(cid), car.subarray(at + CID_LENGTH, end));
    }
    at = end;
  }
  return blocks;
}

/** The first four bytes of the digest of the CID at `at`. */
function prefixAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 4] ?? 0) << 24) | ((bytes[at + 5] ?? 0) << 16) | ((bytes[at + 6] ?? 0) << 8) | (bytes[at + 7] ?? 0);
}
