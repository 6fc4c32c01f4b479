import { hash32 } from "../text/hash.ts";
import { tokenize } from "../text/tokenize.ts";
import type { Embedder } from "./embedder.ts";

/** Numbers of a vector: on the regression set (bench/memory) twice as many won nothing. */
const DIM = 256;
/** What a word's trigrams weigh, all together, beside the word: with less, other forms of a word are not found. */
const TRIGRAM_WEIGHT = 3;

/**
 * The offline embedder: hashes words and their trigrams of letters into a vector (feature hashing, Weinberger et al.
 * 2009). It is lexical: it forgives endings, compounds and slips of the pen, and knows nothing of meaning. Deterministic,
 * and asks nobody.
 */
export const hashedEmbedder = (dim = DIM): Embedder => ({
  id: `rookery-hashed-words-trigrams-v2-${dim}`,
  dim,
  unrelated: 0,
  related: 0.6,
  embed: (texts) => Promise.resolve(texts.map((text) => vectorOf(text, dim))),
});

function vectorOf(text: string, dim: number): Float32Array {
  const counts = new Map<string, number>();
  for (const token of tokenize(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
  const vector = new Float32Array(dim);
  for (const [token, count] of counts) {
    const weight = Math.sqrt(count);
    add(vector, token, 1, weight);
    const padded = Array.from(` ${token} `);
    const grams = padded.length - 2;
    const share = (weight * TRIGRAM_WEIGHT) / Math.sqrt(grams);
    for (let i = 0; i < grams; i++) add(vector, `${padded[i]}${padded[i + 1]}${padded[i + 2]}`, 2, share);
  }
  return normalize(vector);
}

function add(vector: Float32Array, feature: string, seed: number, weight: number): void {
  const hash = hash32(feature, seed);
  const at = (hash >>> 1) % vector.length;
  vector[at] = (vector[at] as number) + ((hash & 1) === 0 ? weight : -weight);
}

function normalize(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  if (sum > 0) for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / Math.sqrt(sum);
  return vector;
}
