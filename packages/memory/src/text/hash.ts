/** 32 bits of a text: FNV-1a over its UTF-16 code units, mixed at the end so that every bit may be used alone. */
export function hash32(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 53 bits of a text, as a number: for telling some ten thousand texts apart. */
export const hash53 = (text: string): number => (hash32(text, 0x9e3779b9) & 0x1fffff) * 0x1_0000_0000 + hash32(text);
