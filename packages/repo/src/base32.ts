const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

const CODES = new Uint8Array(32);
const VALUES = new Uint8Array(128).fill(255);
for (let i = 0; i < 32; i++) {
  const code = ALPHABET.charCodeAt(i);
  CODES[i] = code;
  VALUES[code] = i;
}
const ascii = new TextDecoder("latin1");

/** RFC 4648 base32, lower case, no padding. */
export function base32Encode(bytes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil((bytes.length * 8) / 5));
  let bits = 0;
  let buffer = 0;
  let at = 0;
  for (let i = 0; i < bytes.length; i++) {
    buffer = ((buffer << 8) | (bytes[i] ?? 0)) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out[at++] = CODES[(buffer >> bits) & 31] ?? 0;
    }
  }
  if (bits > 0) out[at] = CODES[(buffer << (5 - bits)) & 31] ?? 0;
  return ascii.decode(out);
}

/**
 * Strict decoding of `text` from `start`. Undefined when a character is not in the lower-case alphabet, when the length
 * is impossible, or when the unused trailing bits are not zero (two strings would then mean the same bytes).
 */
export function base32Decode(text: string, start: number): Uint8Array | undefined {
  const length = text.length - start;
  const out = new Uint8Array((length * 5) >> 3);
  let bits = 0;
  let buffer = 0;
  let at = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const value = code < 128 ? (VALUES[code] ?? 255) : 255;
    if (value === 255) return undefined;
    buffer = ((buffer << 5) | value) & 0xffff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (buffer >> bits) & 255;
    }
  }
  return bits < 5 && (buffer & ((1 << bits) - 1)) === 0 ? out : undefined;
}
