import { carBytes, cidToString, type CidBytes } from "@rookery/repo";
import { encodeAccountFrame, encodeSyncFrame } from "@rookery/sync";
import type { CarriedRow } from "../network/network-api.ts";
import { isAccountStatus } from "./accounts.ts";
import { positionAfter } from "./position.ts";

/** A resync that was decided: told until the network relay has it, always in the same words. */
export interface Resynced {
  did: string;
  /** Position among the account's events (position.ts). */
  n: number;
  rev: string;
  commit: CidBytes;
  data: CidBytes;
  /** The commit's block: all that a `#sync` carries. */
  block: Uint8Array;
  collections: string[];
  time: string;
}

type Row = { did: string; n: number; rev: string; head: ArrayBuffer; data: ArrayBuffer; block: ArrayBuffer; collections: string; time: string };

/** Resyncs that are on their way. */
export class Outgoing {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add({ did, n, rev, commit, data, block, collections, time }: Resynced): void {
    this.#sql.exec("INSERT OR REPLACE INTO outgoing (did, n, rev, head, data, block, collections, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", did, n, rev, commit, data, block, JSON.stringify(collections), time);
  }

  /** The host's seqs begin anew: what is on its way is told before the first of them. */
  beginAnew(): void {
    this.#sql.exec("UPDATE outgoing SET n = ?", positionAfter(0));
  }

  remove(did: string): void {
    this.#sql.exec("DELETE FROM outgoing WHERE did = ?", did);
  }

  next(): Resynced | undefined {
    const row = [...this.#sql.exec<Row>("SELECT did, n, rev, head, data, block, collections, time FROM outgoing LIMIT 1")][0];
    if (row === undefined) return undefined;
    const { head, data, block, collections, ...rest } = row;
    // A named boundary: written by `add` alone.
    return { ...rest, commit: new Uint8Array(head), data: new Uint8Array(data), block: new Uint8Array(block), collections: JSON.parse(collections) as string[] };
  }
}

/** The `#account` before it, of an account that is active again: at the position of the host's own, which could not be checked when it came. */
export function activeRow({ did, n, time }: Resynced, epoch: number): CarriedRow {
  const { frame, seqAt } = encodeAccountFrame({ did, time, active: true });
  return { did, epoch, n: n - 1, kind: "account", time, frame, seqAt, active: true, carry: true };
}

/** The `#account` of one that is off, as its host said when it was asked. */
export function inactiveRow({ did, n, time }: Pick<Resynced, "did" | "n" | "time">, status: string | null, epoch: number): CarriedRow {
  const known = isAccountStatus(status) ? { status } : {};
  const { frame, seqAt } = encodeAccountFrame({ did, time, active: false, ...known });
  return { did, epoch, n, kind: "account", time, frame, seqAt, active: false, ...known, carry: true };
}

/** The `#sync` that tells of a resync. */
export function syncRow({ did, n, rev, commit, data, block, collections, time }: Resynced, epoch: number): CarriedRow {
  const { frame, seqAt } = encodeSyncFrame({ did, rev, time, blocks: carBytes(commit, [{ cid: commit, bytes: block }]) });
  return { did, epoch, n, kind: "sync", time, frame, seqAt, rev, head: cidToString(commit), data: cidToString(data), collections, carry: true };
}
