/** A vector in bytes, with its own length, for cosines in whole numbers: the same everywhere, whatever the machine. */
export interface Quantized {
  values: Int8Array;
  /** Sum of squares of the values. */
  norm: number;
}

/** The vector's direction in 8 bits a number. A vector of zeros stays one, and is like nothing. */
export function quantize(vector: Float32Array): Quantized {
  let most = 0;
  for (const value of vector) most = Math.max(most, Math.abs(value));
  const values = new Int8Array(vector.length);
  let norm = 0;
  if (most > 0 && Number.isFinite(most))
    for (let i = 0; i < vector.length; i++) {
      const value = Math.round(((vector[i] ?? 0) * 127) / most);
      values[i] = value;
      norm += value * value;
    }
  return { values, norm };
}

/** Cosine of a vector and the one that begins at `at` in a page; 0 when either is all zeros. */
export function cosineAt(query: Quantized, page: Int8Array, at: number, norm: number): number {
  const { values } = query;
  if (query.norm === 0 || norm === 0) return 0;
  let dot = 0;
  for (let i = 0; i < values.length; i++) dot += (values[i] as number) * (page[at + i] as number);
  return dot / Math.sqrt(query.norm * norm);
}
