/** One compressed block (RFC 8878, 3.1.1.3): literals by the dictionary's Huffman table, sequences by its FSE tables. */
import { BitWriter } from "./bit-writer.ts";
import { DEFAULT_LITERAL_LENGTHS, DEFAULT_MATCH_LENGTHS, DEFAULT_OFFSETS, literalLengthCode, matchLengthCode, offsetCode } from "./codes.ts";
import type { Dictionary } from "./dictionary.ts";
import { FseEncoder } from "./fse.ts";
import { encodeStream } from "./huffman.ts";
import type { Sequence } from "./matches.ts";

const DEFAULTS = {
  literalLengths: new FseEncoder(DEFAULT_LITERAL_LENGTHS),
  offsets: new FseEncoder(DEFAULT_OFFSETS),
  matchLengths: new FseEncoder(DEFAULT_MATCH_LENGTHS),
};

/** How a table is named: none is needed, or the one of the dictionary goes on. */
const PREDEFINED = 0;
const REPEAT = 3;

/** The content of a block. `isFirst`: the dictionary's tables can still be named, since no block has used others. */
export function encodeBlock(text: Uint8Array, from: number, to: number, sequences: readonly Sequence[], dictionary: Dictionary, isFirst: boolean): Uint8Array {
  const literals = literalsOf(text, from, to, sequences);
  return concat([...literalsSection(literals, dictionary), ...sequencesSection(sequences, dictionary, isFirst)]);
}

function literalsOf(text: Uint8Array, from: number, to: number, sequences: readonly Sequence[]): Uint8Array {
  const matched = sequences.reduce((sum, { match }) => sum + match, 0);
  const literals = new Uint8Array(to - from - matched);
  let at = from;
  let length = 0;
  for (const sequence of sequences) {
    literals.set(text.subarray(at, at + sequence.literals), length);
    length += sequence.literals;
    at += sequence.literals + sequence.match;
  }
  literals.set(text.subarray(at, to), length);
  return literals;
}

/** Header and content of the literals: by the dictionary's table if that is shorter, else as they are. */
function literalsSection(literals: Uint8Array, { huffman }: Dictionary): Uint8Array[] {
  const size = literals.length;
  const streams = size < 64 ? undefined : literalStreams(literals, huffman);
  const packed = streams?.reduce((sum, { length }) => sum + length, 0) ?? Infinity;
  if (streams === undefined || packed >= size) {
    // Type 0, raw: sizes of 5, 12 and 20 bits.
    if (size < 32) return [Uint8Array.of(size << 3), literals];
    if (size < 4_096) return [littleEndian(4 | (size << 4), 2), literals];
    return [littleEndian(12 | (size << 4), 3), literals];
  }
  // Type 3, treeless: one stream up to 1,023 bytes, else four with a table of their sizes.
  if (size < 1_024) return [littleEndian(3 | (size << 4) | (packed << 14), 3), ...streams];
  if (size < 16_384) return [littleEndian(3 + 8 + size * 16 + packed * 2 ** 18, 4), ...streams];
  return [littleEndian(3 + 12 + size * 16 + packed * 2 ** 22, 5), ...streams];
}

function literalStreams(literals: Uint8Array, huffman: Dictionary["huffman"]): Uint8Array[] | undefined {
  if (literals.length < 1_024) {
    const only = encodeStream(huffman, literals);
    return only === undefined ? undefined : [only];
  }
  const quarter = (literals.length + 3) >> 2;
  const streams: Uint8Array[] = [];
  for (let i = 0; i < 4; i++) {
    const stream = encodeStream(huffman, literals.subarray(i * quarter, Math.min(literals.length, (i + 1) * quarter)));
    if (stream === undefined) return undefined;
    streams.push(stream);
  }
  return [concat(streams.slice(0, 3).map(({ length }) => littleEndian(length, 2))), ...streams];
}

function sequencesSection(sequences: readonly Sequence[], dictionary: Dictionary, isFirst: boolean): Uint8Array[] {
  const count = sequences.length;
  if (count === 0) return [Uint8Array.of(0)];
  const head = count < 128 ? Uint8Array.of(count) : count < 0x7f00 ? Uint8Array.of((count >> 8) + 128, count & 0xff) : Uint8Array.of(255, (count - 0x7f00) & 0xff, (count - 0x7f00) >> 8);
  const coded = sequences.map(({ literals, match, offset }) => ({ literal: literalLengthCode(literals), match: matchLengthCode(match), offset: offsetCode(offset) }));
  const choose = (name: keyof typeof DEFAULTS, codes: number[]): { encoder: FseEncoder; mode: number } =>
    isFirst && codes.every((code) => dictionary[name].has(code)) ? { encoder: dictionary[name], mode: REPEAT } : { encoder: DEFAULTS[name], mode: PREDEFINED };
  const literals = choose("literalLengths", coded.map(({ literal }) => literal.code));
  const offsets = choose("offsets", coded.map(({ offset }) => offset.code));
  const matches = choose("matchLengths", coded.map(({ match }) => match.code));

  // Backwards, so that the reader gets them forwards; within each sequence in the order of the RFC, read backwards too.
  const out = new BitWriter(count * 6 + 16);
  let [literalState, offsetState, matchState] = [0, 0, 0];
  for (let i = count - 1; i >= 0; i--) {
    const one = coded[i];
    if (one === undefined) continue;
    if (i === count - 1) {
      matchState = matches.encoder.begin(one.match.code);
      offsetState = offsets.encoder.begin(one.offset.code);
      literalState = literals.encoder.begin(one.literal.code);
    } else {
      offsetState = offsets.encoder.encode(out, offsetState, one.offset.code);
      matchState = matches.encoder.encode(out, matchState, one.match.code);
      literalState = literals.encoder.encode(out, literalState, one.literal.code);
    }
    out.add(one.literal.extra, one.literal.bits);
    out.add(one.match.extra, one.match.bits);
    out.add(one.offset.extra, one.offset.bits);
  }
  matches.encoder.end(out, matchState);
  offsets.encoder.end(out, offsetState);
  literals.encoder.end(out, literalState);
  return [head, Uint8Array.of((literals.mode << 6) | (offsets.mode << 4) | (matches.mode << 2)), out.close()];
}

/** The low `count` bytes of a number. */
export function littleEndian(value: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let i = 0, rest = value; i < count; i++, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}

/** Pieces in one. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
