import type { Sha256 } from "../cid.ts";
import { shortDigest } from "./key-digest.ts";

const utf8 = new TextEncoder();

/** Layer of a key in the tree: leading zero bits of its SHA-256, counted in twos (fan-out 4). */
export function keyHeight(sha256: Sha256, key: string): number {
  // Almost every key is told by the first bits of a digest that is cheap to have.
  const short = shortDigest(key);
  if (short !== undefined && short !== 0) return Math.clz32(short) >> 1;
  const digest = sha256(utf8.encode(key));
  let height = 0;
  for (const byte of digest) {
    if (byte === 0) {
      height += 4;
      continue;
    }
    // clz32 counts from bit 31; a byte has 24 bits in front of it.
    return height + ((Math.clz32(byte) - 24) >> 1);
  }
  return height;
}

/** Length of the common prefix of two keys, in UTF-8 bytes. For tree keys, which are ASCII, that is characters. */
export function commonPrefix(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  return i;
}
