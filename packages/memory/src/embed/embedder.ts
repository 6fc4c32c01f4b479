/** Makes vectors of texts, such that texts about the same have a small angle between them. */
export interface Embedder {
  /** Names model and version: vectors of different ids are never compared. */
  readonly id: string;
  /** Numbers of a vector. */
  readonly dim: number;
  /** Cosine of texts that have nothing to do with each other, and one from which two are about the same: found by trying. */
  readonly unrelated: number;
  readonly related: number;
  /** One vector for each text, in order, of any length. May throw when it cannot be reached. */
  embed(texts: string[], purpose: "memory" | "query"): Promise<Float32Array[]>;
}
