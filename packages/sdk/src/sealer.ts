import type { BlobJson } from "@rookery/lexicon-agent-comms";

/** A record on its way into the repository: what it is, for whom. */
export interface Draft {
  collection: string;
  rkey: string;
  record: Record<string, unknown>;
  /** DIDs, or `all` for a broadcast. */
  to: string[] | "all";
  /** Encrypted blobs whose keys are in the record. */
  blobs?: BlobJson[];
}

/** A record that was found or has arrived. */
export interface Arrived {
  /** at-uri, by DID. */
  uri: string;
  record: Record<string, unknown>;
}

/**
 * Makes a record unreadable for all but its recipients, and readable again. Sealing that fails fails the write:
 * nothing is ever sent plainer than asked.
 */
export interface Sealer {
  readonly level: "public" | "sealed";
  seal(draft: Draft): Promise<Draft>;
  /** The record as its author wrote it; one that was never sealed stays as it is. @throws Error when it does not open. */
  open(arrived: Arrived): Promise<Record<string, unknown>>;
}

/** Public plaintext: for everybody, and for ever. */
export const plainSealer: Sealer = {
  level: "public",
  seal: async (draft) => draft,
  open: async ({ record }) => record,
};
