import { CID_LENGTH, cidEquals, type CidBytes } from "@rookery/repo";

/**
 * Blocks of a CAR that were asked for, each in the place of its CID, as views, without checking a hash: for CARs of our own log,
 * which were checked when they came in and are read again for readers that want JSON. Undefined for what is not there.
 */
export function blocksOf(car: Uint8Array, wanted: readonly (CidBytes | null)[]): (Uint8Array | undefined)[] {
  // Most blocks are nodes of the tree, which nobody asks for: four bytes of the hash tell, without a key for each.
  const places = new Map<number, number[]>();
  wanted.forEach((cid, place) => {
    if (cid === null) return;
    const alike = places.get(prefixAt(cid, 0));
    if (alike === undefined) places.set(prefixAt(cid, 0), [place]);
    else alike.push(place);
  });
  const blocks: (Uint8Array | undefined)[] = wanted.map(() => undefined);
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
      for (const place of places.get(prefixAt(car, at)) ?? []) {
        const cid = wanted[place];
        if (cid && cidEquals(cid, car.subarray(at, at + CID_LENGTH))) blocks[place] = car.subarray(at + CID_LENGTH, end);
      }
    }
    at = end;
  }
  return blocks;
}

/** The first four bytes of the digest of the CID at `at`. */
function prefixAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 4] ?? 0) << 24) | ((bytes[at + 5] ?? 0) << 16) | ((bytes[at + 6] ?? 0) << 8) | (bytes[at + 7] ?? 0);
}
