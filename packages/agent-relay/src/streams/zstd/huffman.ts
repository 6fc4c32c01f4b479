/** Huffman coding of literals by a table that a dictionary brings (RFC 8878, 4.2). */
import { BitWriter } from "./bit-writer.ts";
import { decodeInterleaved, readDistribution } from "./fse.ts";

/** Code and length per byte value; length 0 for bytes that have none. */
export interface HuffmanTable {
  codes: Uint16Array;
  lengths: Uint8Array;
}

/** Read a tree description at `offset`, and where it ends. @throws Error when it is malformed. */
export function readHuffman(bytes: Uint8Array, offset: number): HuffmanTable & { end: number } {
  const header = bytes[offset] ?? 0;
  const at = offset + 1;
  if (header >= 128) {
    const count = header - 127;
    const weights = Array.from({ length: count }, (_, i) => ((bytes[at + (i >> 1)] ?? 0) >> (i % 2 === 0 ? 4 : 0)) & 15);
    return { ...tableOf(weights), end: at + ((count + 1) >> 1) };
  }
  const end = at + header;
  const distribution = readDistribution(bytes, at, 6);
  return { ...tableOf(decodeInterleaved(distribution, bytes.subarray(distribution.end, end), 255)), end };
}

function tableOf(given: number[]): HuffmanTable {
  const sum = given.reduce((total, weight) => total + (weight === 0 ? 0 : 1 << (weight - 1)), 0);
  const maxBits = 32 - Math.clz32(sum);
  const rest = (1 << maxBits) - sum;
  if (sum === 0 || maxBits > 11 || (rest & (rest - 1)) !== 0) throw new Error("zstd: weights of a Huffman tree do not add up");
  // The last weight is not written: it is what is missing to a power of two.
  const weights = [...given, 32 - Math.clz32(rest)];
  const table: HuffmanTable = { codes: new Uint16Array(256), lengths: new Uint8Array(256) };
  let code = 0;
  for (let weight = 1; weight <= maxBits; weight++) {
    const length = maxBits + 1 - weight;
    weights.forEach((own, symbol) => {
      if (own !== weight) return;
      table.codes[symbol] = code >> (weight - 1);
      table.lengths[symbol] = length;
      code += 1 << (weight - 1);
    });
  }
  return table;
}

/** Bytes as one stream; undefined when one of them has no code. */
export function encodeStream({ codes, lengths }: HuffmanTable, literals: Uint8Array): Uint8Array | undefined {
  const out = new BitWriter(literals.length + 8);
  for (let i = literals.length - 1; i >= 0; i--) {
    const byte = literals[i] ?? 0;
    const length = lengths[byte] ?? 0;
    if (length === 0) return undefined;
    out.add(codes[byte] ?? 0, length);
  }
  return out.close();
}
