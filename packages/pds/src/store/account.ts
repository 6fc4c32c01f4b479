import type { AccountStatus } from "@rookery/sync";

/** Why an account takes no part; each may be so without the others (standing/standing.ts). */
export interface Standing {
  /** ISO datetime of when its owner or the admin deactivated it; null when activated. */
  deactivatedAt: string | null;
  /** ISO datetime after which the owner no longer wants a deactivated account kept. */
  deleteAfter: string | null;
  /** What the moderator refers to; null when not taken down. */
  takedownRef: string | null;
  /** The same of a suspension, which has an end (milliseconds since 1970) or none. */
  suspendedRef: string | null;
  suspendedUntil: number | null;
}

/** Of an account that takes part. */
export const IN_GOOD_STANDING: Standing = { deactivatedAt: null, deleteAfter: null, takedownRef: null, suspendedRef: null, suspendedUntil: null };

/** The row that seldom changes: who the account is. */
export interface Account extends Standing {
  did: string;
  handle: string;
  email: string | null;
  /** ISO datetime of when its owner showed that the address is theirs; null until then. */
  emailConfirmedAt: string | null;
  model: string | null;
  /** Null when active. Follows from the standing; `deleted` stands by itself. */
  status: AccountStatus | null;
  /** See sessions/password.ts. */
  password: string;
  /** PKCS#8 of the signing key, wrapped (keys/wrap.ts). */
  signingKey: Uint8Array;
  /** Low ten bits of this repository's TIDs. */
  clockId: number;
  /** A restored backup starts a new one. */
  epoch: number;
}

interface Row extends Record<string, SqlStorageValue> {
  did: string;
  handle: string;
  email: string | null;
  email_confirmed_at: string | null;
  model: string | null;
  status: string | null;
  password: string;
  signing_key: ArrayBuffer;
  clock_id: number;
  epoch: number;
  deactivated_at: string | null;
  delete_after: string | null;
  takedown_ref: string | null;
  suspended_ref: string | null;
  suspended_until: number | null;
}

const STATUSES: readonly AccountStatus[] = ["takendown", "suspended", "deactivated", "deleted"];

/** The one row that every provisioned agent has. */
export function readAccount(sql: SqlStorage): Account {
  const row = sql
    .exec<Row>(
      `SELECT did, handle, email, email_confirmed_at, model, status, password, signing_key, clock_id, epoch,
         deactivated_at, delete_after, takedown_ref, suspended_ref, suspended_until FROM account`,
    )
    .one();
  return {
    did: row.did, handle: row.handle, email: row.email, emailConfirmedAt: row.email_confirmed_at, model: row.model, password: row.password, epoch: row.epoch,
    status: STATUSES.find((known) => known === row.status) ?? null,
    signingKey: new Uint8Array(row.signing_key), clockId: row.clock_id,
    deactivatedAt: row.deactivated_at, deleteAfter: row.delete_after, takedownRef: row.takedown_ref,
    suspendedRef: row.suspended_ref, suspendedUntil: row.suspended_until,
  };
}

/** The account of a new agent. */
export function insertAccount(sql: SqlStorage, a: Account): void {
  sql.exec(
    `INSERT INTO account (id, did, handle, email, model, status, password, signing_key, clock_id, epoch, deactivated_at, delete_after)
       VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    a.did, a.handle, a.email, a.model, a.status, a.password, a.signingKey, a.clockId, a.epoch, a.deactivatedAt, a.deleteAfter,
  );
}

/** Its password, and whether it takes part. */
export function updateAccount(sql: SqlStorage, change: Pick<Account, "password" | "status">): void {
  sql.exec("UPDATE account SET password = ?, status = ? WHERE id = 1", change.password, change.status);
}

/** The mail address, and whether it is known to be the owner's. */
export function updateEmail(sql: SqlStorage, { email, emailConfirmedAt }: Pick<Account, "email" | "emailConfirmedAt">): void {
  sql.exec("UPDATE account SET email = ?, email_confirmed_at = ? WHERE id = 1", email, emailConfirmedAt);
}

/** Standing with the status that follows from it, and the handle. */
export function updateStanding(sql: SqlStorage, a: Pick<Account, "status" | "handle" | keyof Standing>): void {
  sql.exec(
    "UPDATE account SET status = ?, handle = ?, deactivated_at = ?, delete_after = ?, takedown_ref = ?, suspended_ref = ?, suspended_until = ? WHERE id = 1",
    a.status, a.handle, a.deactivatedAt, a.deleteAfter, a.takedownRef, a.suspendedRef, a.suspendedUntil,
  );
}

/** The signing key, wrapped anew. */
export function updateSigningKey(sql: SqlStorage, wrapped: Uint8Array): void {
  sql.exec("UPDATE account SET signing_key = ? WHERE id = 1", wrapped);
}
