/** One change of one record, as a stream tells it: nothing of it is believed. */
export interface ClaimedOp {
  author: string;
  /** `collection/rkey`. */
  path: string;
  action: "create" | "update" | "delete";
  /** Absent for a delete. */
  cid?: string;
  /** Whom the record is said to be for. */
  to: string[] | "all" | null;
}

/**
 * What one message of a stream says that matters here.
 * - `ops`: changes in the collections that are delivered; mostly none.
 * - `cursor`: where to go on after it; undefined when the message does not say.
 */
export type UpstreamEvent =
  | { kind: "ops"; cursor: number | undefined; ops: ClaimedOp[] }
  /** The stream ends, e.g. `FutureCursor`: the cursor is of another life of it. */
  | { kind: "error"; name: string; message: string }
  | { kind: "malformed"; message: string };

/** Whom a record is for: the port's word. */
export type RecipientsOf = (collection: string, record: unknown) => string[] | "all" | null;

/** A record path that can be asked for: of the collections, and with a record key. */
export const isPath = (path: string, prefix: string): boolean => path.startsWith(prefix) && path.length <= 900 && /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._:~-]{1,512}$/.test(path);
