import type { Dictionary } from "./dictionary.ts";

/** Literals to copy, then a match to copy from `offset` bytes back. */
export interface Sequence {
  literals: number;
  match: number;
  offset: number;
}

export const HASH_BITS = 15;
/** Shorter matches cost more than their bytes. */
const LEAST_MATCH = 5;
/** Places of the dictionary that are compared: three times as many make frames 0.2% shorter, and every message pays. */
const DEPTH = 8;
/** After so many bytes (2^7) without a match every other place is looked at, then every third, and so on: 2 MB of base64 take 55 ms, not 180. */
const PATIENCE_BITS = 7;
/** A match so long is taken without looking for a better one. */
const ENOUGH = 64;

/** Hash of the four bytes at `at`. */
export function hashAt(bytes: Uint8Array, at: number): number {
  const four = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  return Math.imul(four, 0x9e3779b1) >>> (32 - HASH_BITS);
}

/** Places of four-byte sequences, counted on from text to text: what is below the text's own `base` is of an earlier one, and nothing is cleared. */
const recent = new Int32Array(1 << HASH_BITS);
let base = 1;
/** Where the next text counts from. */
let ahead = 1;

/**
 * Split `text` from `from` to `to` into sequences: greedy, one step lazy, looking back into the text before and into the dictionary, which stands
 * right before the text. Literals after the last match are what the sequences leave over. `isFirst` starts a new text.
 */
export function findSequences(text: Uint8Array, from: number, to: number, dictionary: Dictionary, isFirst: boolean): Sequence[] {
  if (isFirst) startText(text.length);
  const sequences: Sequence[] = [];
  let anchor = from;
  for (let at = from; at + LEAST_MATCH <= to; ) {
    let best = longestAt(text, at, to, dictionary);
    if (best.match < LEAST_MATCH) {
      at += 1 + ((at - anchor) >> PATIENCE_BITS);
      continue;
    }
    if (best.match < ENOUGH && at + 1 + LEAST_MATCH <= to) {
      const next = longestAt(text, at + 1, to, dictionary);
      if (next.match > best.match + 1) {
        best = next;
        at++;
      }
    }
    sequences.push({ literals: at - anchor, match: best.match, offset: best.offset });
    const end = at + best.match;
    for (let inside = at + 1; inside < end && inside + 4 <= to; inside += 2) recent[hashAt(text, inside)] = base + inside;
    at = end;
    anchor = end;
  }
  return sequences;
}

function startText(length: number): void {
  if (ahead + length > 0x7fff_0000) {
    recent.fill(0);
    ahead = 1;
  }
  base = ahead;
  ahead += length + 1;
}

const NONE = { match: 0, offset: 0 };

/** The longest match at `at`, of those looked at; and `at` is remembered. */
function longestAt(text: Uint8Array, at: number, to: number, { content, heads, chain }: Dictionary): { match: number; offset: number } {
  const hash = hashAt(text, at);
  let best = NONE;
  const before = (recent[hash] ?? 0) - base;
  recent[hash] = base + at;
  if (before >= 0 && before < at) {
    const match = lengthOf(text, before, text, at, to);
    if (match > best.match) best = { match, offset: at - before };
  }
  let place = heads[hash] ?? -1;
  for (let tries = 0; place >= 0 && tries < DEPTH; tries++) {
    // Only what is longer than the best so far is worth comparing.
    if (best.match === 0 || content[place + best.match] === text[at + best.match]) {
      const match = lengthOf(content, place, text, at, to);
      if (match > best.match) best = { match, offset: at + content.length - place };
      if (match >= ENOUGH) break;
    }
    place = chain[place] ?? -1;
  }
  return best;
}

function lengthOf(source: Uint8Array, place: number, text: Uint8Array, at: number, to: number): number {
  const most = Math.min(to - at, source.length - place);
  let length = 0;
  while (length < most && source[place + length] === text[at + length]) length++;
  return length;
}
