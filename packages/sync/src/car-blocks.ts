import { CID_LENGTH, cidKey } from "@rookery/repo";

/**
 * Blocks of a CAR by cidKey, as views, without checking a hash: for CARs of our own log, which were checked when they came in
 * and are read again for every reader that wants JSON. A CAR that ends early gives what is there.
 */
export function blocksOf(car: Uint8Array): Map<string, Uint8Array> {
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
    else if (length > CID_LENGTH) blocks.set(cidKey(car.subarray(at, at + CID_LENGTH)), car.subarray(at + CID_LENGTH, end));
    at = end;
  }
  return blocks;
}
