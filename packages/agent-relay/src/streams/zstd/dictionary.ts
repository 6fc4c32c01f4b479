import { FseEncoder, readDistribution } from "./fse.ts";
import { readHuffman, type HuffmanTable } from "./huffman.ts";
import { hashAt, HASH_BITS } from "./matches.ts";

/** Encoders of the three numbers of a sequence. */
export interface SequenceEncoders {
  literalLengths: FseEncoder;
  offsets: FseEncoder;
  matchLengths: FseEncoder;
}

/** A zstd dictionary (RFC 8878, 5), made ready to compress with. */
export interface Dictionary extends SequenceEncoders {
  id: number;
  huffman: HuffmanTable;
  /** What messages are made of, the most useful last. */
  content: Uint8Array;
  /** Newest position in `content` per hash, and the one before it with the same hash; -1 for none. */
  heads: Int32Array;
  chain: Int32Array;
}

const MAGIC = 0xec30a437;

/** @throws Error when the bytes are no dictionary. */
export function readDictionary(bytes: Uint8Array): Dictionary {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== MAGIC) throw new Error("zstd: not a dictionary");
  const huffman = readHuffman(bytes, 8);
  const offsets = readDistribution(bytes, huffman.end, 8);
  const matchLengths = readDistribution(bytes, offsets.end, 9);
  const literalLengths = readDistribution(bytes, matchLengths.end, 9);
  // Three offsets to repeat, which are not used here, stand before the content.
  const content = bytes.subarray(literalLengths.end + 12);
  return {
    id: view.getUint32(4, true), huffman, content, ...indexOf(content),
    literalLengths: new FseEncoder(literalLengths), offsets: new FseEncoder(offsets), matchLengths: new FseEncoder(matchLengths),
  };
}

function indexOf(content: Uint8Array): Pick<Dictionary, "heads" | "chain"> {
  const heads = new Int32Array(1 << HASH_BITS).fill(-1);
  const chain = new Int32Array(content.length).fill(-1);
  for (let at = 0; at + 4 <= content.length; at++) {
    const hash = hashAt(content, at);
    chain[at] = heads[hash] ?? -1;
    heads[hash] = at;
  }
  return { heads, chain };
}
