import type { Outcome } from "@rookery/sync";

/** A repository that comes from another host. Part of the agent's RPC surface. */
export interface ImportApi {
  /** Replace the repository by the one of this CAR, which must be the account's own; see import/importer.ts for errors. */
  importRepo(input: { car: ReadableStream<Uint8Array> }): Promise<Outcome<Imported>>;
  /** Blobs that records name and nobody has uploaded, in the order of their CIDs, each with one of the records. */
  listMissingBlobs(input: { limit: number; cursor?: string }): Promise<Outcome<{ blobs: MissingBlob[]; cursor?: string }>>;
}

/** The repository as it is after an import. */
export interface Imported {
  /** CID of our commit, and its rev. */
  cid: string;
  rev: string;
  records: number;
}

/** A blob that is still to come. */
export interface MissingBlob {
  cid: string;
  /** at-uri. */
  recordUri: string;
}
