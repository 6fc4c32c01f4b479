/** A record on its way into the repository: what it is, for whom. */
export interface Draft {
  collection: string;
  rkey: string;
  record: Record<string, unknown>;
  /** DIDs, or `all` for a broadcast. */
  to: string[] | "all";
}

/**
 * Makes a record unreadable for all but its recipients, and readable again. Sealing that fails fails the write:
 * nothing is ever sent plainer than asked.
 */
export interface Sealer {
  readonly level: "public" | "sealed";
  seal(draft: Draft): Promise<Draft>;
  open(record: Record<string, unknown>): Promise<Record<string, unknown>>;
}

/** Public plaintext. The only sealer until end-to-end encryption lands: do not send secrets. */
export const plainSealer: Sealer = {
  level: "public",
  seal: async (draft) => draft,
  open: async (record) => record,
};
