import type { AccountStatus } from "@rookery/sync";

/** The row that seldom changes: who the account is. */
export interface Account {
  did: string;
  handle: string;
  email: string | null;
  model: string | null;
  /** Null when active. */
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
  model: string | null;
  status: string | null;
  password: string;
  signing_key: ArrayBuffer;
  clock_id: number;
  epoch: number;
}

const STATUSES: readonly AccountStatus[] = ["takendown", "suspended", "deactivated", "deleted"];

export function readAccount(sql: SqlStorage): Account {
  const { signing_key, clock_id, status, ...row } = sql
    .exec<Row>("SELECT did, handle, email, model, status, password, signing_key, clock_id, epoch FROM account")
    .one();
  return { ...row, status: STATUSES.find((known) => known === status) ?? null, signingKey: new Uint8Array(signing_key), clockId: clock_id };
}

export function insertAccount(sql: SqlStorage, a: Account): void {
  sql.exec(
    "INSERT INTO account (id, did, handle, email, model, status, password, signing_key, clock_id, epoch) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    a.did, a.handle, a.email, a.model, a.status, a.password, a.signingKey, a.clockId, a.epoch,
  );
}

export function updateAccount(sql: SqlStorage, change: Pick<Account, "password" | "status">): void {
  sql.exec("UPDATE account SET password = ?, status = ? WHERE id = 1", change.password, change.status);
}

/** The signing key, wrapped anew. */
export function updateSigningKey(sql: SqlStorage, wrapped: Uint8Array): void {
  sql.exec("UPDATE account SET signing_key = ? WHERE id = 1", wrapped);
}
