import { type Bytes } from "./bytes.ts";

/** Shortest padded length, in bytes: a yes and a no, or a short and a long sentence, look alike. */
export const FLOOR = 256;
/** Bytes of the length that stands before the content, big-endian. */
const PREFIX = 4;

/** Of an integer below 2^32, rounded down; the same on every platform, as logarithms of floats need not be. */
const log2 = (value: number): number => 31 - Math.clz32(value);

/**
 * The length that something of `length` bytes is padded to: at most 12 % more, so that of a size below 2^n only
 * O(log n) bits are told. Padmé, https://petsymposium.org/popets/2019/popets-2019-0056.pdf section 4, with a floor.
 */
export const padme = (length: number): number => {
  if (length <= FLOOR) return FLOOR;
  const exponent = log2(length);
  const step = 2 ** (exponent - log2(exponent) - 1);
  return Math.ceil(length / step) * step;
};

/** Length, content, zeros. */
export const pad = (content: Uint8Array): Bytes => {
  const padded = new Uint8Array(padme(PREFIX + content.length));
  new DataView(padded.buffer).setUint32(0, content.length);
  padded.set(content, PREFIX);
  return padded;
};

/** The content again. @throws RangeError unless it is padded in the one right way. */
export const unpad = (padded: Bytes): Bytes => {
  if (padded.length < FLOOR) throw new RangeError("too short");
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  if (padme(PREFIX + length) !== padded.length) throw new RangeError("wrong length");
  if (padded.subarray(PREFIX + length).some((byte) => byte !== 0)) throw new RangeError("padding is not zero");
  return padded.slice(PREFIX, PREFIX + length);
};
