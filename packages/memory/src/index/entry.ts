import type { Quantized } from "../embed/quantize.ts";
import type { Kind } from "../types.ts";

/** What the index knows of one memory. Paths are `kind/rkey`. */
export interface Entry {
  path: string;
  /** hash53 of the CID that was taken in. */
  version: number;
  kind: Kind;
  /** When it happened or began to hold, and when it was written down: milliseconds since 1970. */
  time: number;
  created: number;
  /** Until when it held; infinite while it holds. */
  validTo: number;
  importance: number;
  /** 0 to 4 of its origin; {@link OWN} when it is the agent's. */
  trust: number;
  /** Whether it lies sealed. */
  sealed: boolean;
  /** hash53 of its subject, folded; 0 when it has none. */
  subject: number;
  /** hash32 of its tags, folded. */
  tags: number[];
  /** Words, by hash32, and how often each is there (at most 255 count). */
  terms: Map<number, number>;
  /** Words with repeats. */
  length: number;
  /** Of no length when there is none yet. */
  vector: Quantized;
  links?: Links;
}

/** How a memory stands to others: paths. */
export interface Links {
  /** Has the place of this one. */
  supersededBy?: string;
  /** This one has its place. */
  supersedes?: string;
  /** What this one is a summary of. */
  sources?: string[];
}

/** Trust of the agent's own words. */
export const OWN = 255;
