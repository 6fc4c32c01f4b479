import { createHash } from "node:crypto";
import { type Outcome, fail, ok } from "@rookery/sync";
import { hashInTurn } from "../sessions/hash-room.ts";
import { scryptOf } from "../sessions/password.ts";
import { MAX_APP_PASSWORD_NAME, MAX_APP_PASSWORDS } from "./limits.ts";
import { randomText } from "./random-text.ts";

/** What there is to tell of an app password once it was given out. */
export interface AppPassword {
  name: string;
  /** ISO datetime. */
  createdAt: string;
  /** Whether it also opens what is private between people (direct messages). */
  privileged: boolean;
}

interface Row extends Record<string, SqlStorageValue> {
  name: string;
  created_at: string;
  privileged: number;
}

const view = ({ name, created_at, privileged }: Row): AppPassword => ({ name, createdAt: created_at, privileged: privileged === 1 });

/** One salt for all of an account's, as in the reference: they are told apart by their hash, with one computation. Each has 80 random bits. */
const hashOf = (did: string, password: string): Promise<string> =>
  scryptOf(password, createHash("sha256").update(did).digest().subarray(0, 16)).then((hash) => hash.toString("base64url"));

/**
 * A new app password, `xxxx-xxxx-xxxx-xxxx`, told this once. Errors: InvalidRequest when the name is taken or too long, or there
 * are too many; NotEnoughResources (503).
 */
export const createAppPassword = async (
  sql: SqlStorage, did: string, { name, privileged }: { name: string; privileged: boolean }, now = new Date(),
): Promise<Outcome<AppPassword & { password: string }>> => {
  if (name.length > MAX_APP_PASSWORD_NAME) return fail(400, "InvalidRequest", `App password name is longer than ${MAX_APP_PASSWORD_NAME} characters`);
  const refused = roomFor(sql, name);
  if (refused !== undefined) return refused;
  const password = randomText(16, 4);
  const hashed = await hashInTurn(() => hashOf(did, password));
  if (!hashed.ok) return hashed;
  // Others may have come while it was hashed.
  const late = roomFor(sql, name);
  if (late !== undefined) return late;
  const createdAt = now.toISOString();
  sql.exec("INSERT INTO app_password (name, hash, privileged, created_at) VALUES (?, ?, ?, ?)", name, hashed.value, privileged ? 1 : 0, createdAt);
  return ok({ name, password, createdAt, privileged });
};

const roomFor = (sql: SqlStorage, name: string): Outcome<never> | undefined => {
  if (sql.exec("SELECT 1 FROM app_password WHERE name = ?", name).toArray().length > 0) return fail(400, "InvalidRequest", `There is an app password of this name already: ${name}`);
  const { n } = sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM app_password").one();
  return n < MAX_APP_PASSWORDS ? undefined : fail(400, "InvalidRequest", `There are ${MAX_APP_PASSWORDS} app passwords, as many as can be kept: revoke one`);
};

/** Newest first. */
export const listAppPasswords = (sql: SqlStorage): AppPassword[] =>
  sql.exec<Row>("SELECT name, created_at, privileged FROM app_password ORDER BY created_at DESC, name").toArray().map(view);

/** The app password that this is, if any. One that was revoked while it was hashed is none. */
export const findAppPassword = async (sql: SqlStorage, did: string, password: string): Promise<AppPassword | undefined> => {
  if (sql.exec("SELECT 1 FROM app_password LIMIT 1").toArray().length === 0) return undefined;
  const hash = await hashOf(did, password);
  const row = sql.exec<Row>("SELECT name, created_at, privileged FROM app_password WHERE hash = ?", hash).toArray()[0];
  return row === undefined ? undefined : view(row);
};

/** It is good no more, and the sessions that began with it end. An unknown name is no error. The caller wraps it in a transaction. */
export const revokeAppPassword = (sql: SqlStorage, name: string): void => {
  sql.exec("DELETE FROM app_password WHERE name = ?", name);
  sql.exec("DELETE FROM session WHERE app_password = ?", name);
};
