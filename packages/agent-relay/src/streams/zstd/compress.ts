/**
 * A compressor for short texts with a dictionary (zstd, RFC 8878). workerd's node:zlib takes no dictionary for zstd, and a build
 * of the C library is some 250 KB; this is small, synchronous and made for one thing: messages of a kilobyte that are mostly
 * dictionary. It uses the dictionary's entropy tables as they are and never sends others.
 */
import { concat, encodeBlock, littleEndian } from "./block.ts";
import type { Dictionary } from "./dictionary.ts";
import { findSequences } from "./matches.ts";

const MAGIC = 0xfd2fb528;
/** Most bytes of content in one block. */
const BLOCK_BYTES = 131_072;

/** `text` as one zstd frame that says its size and the dictionary's id. Any decoder with the dictionary reads it. */
export function compress(text: Uint8Array, dictionary: Dictionary): Uint8Array {
  const pieces: Uint8Array[] = [frameHeader(text.length, dictionary.id)];
  for (let from = 0; from === 0 || from < text.length; from += BLOCK_BYTES) {
    const to = Math.min(text.length, from + BLOCK_BYTES);
    const isLast = to === text.length ? 1 : 0;
    const block = encodeBlock(text, from, to, findSequences(text, from, to, dictionary, from === 0), dictionary, from === 0);
    if (block.length < to - from) pieces.push(littleEndian(isLast | (2 << 1) | (block.length << 3), 3), block);
    else pieces.push(littleEndian(isLast | ((to - from) << 3), 3), text.subarray(from, to));
  }
  return concat(pieces);
}

/** A single segment: the window is the content, so that the whole dictionary can be reached from all of it. */
function frameHeader(size: number, dictionaryId: number): Uint8Array {
  const [flag, field] = size < 256 ? [0, littleEndian(size, 1)] : size < 65_792 ? [1, littleEndian(size - 256, 2)] : [2, littleEndian(size, 4)];
  return concat([littleEndian(MAGIC, 4), Uint8Array.of((flag << 6) | (1 << 5) | 3), littleEndian(dictionaryId, 4), field]);
}
