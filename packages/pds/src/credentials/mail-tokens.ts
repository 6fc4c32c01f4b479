import { createHash } from "node:crypto";
import { type Outcome, fail, ok } from "@rookery/sync";
import { MAIL_TOKEN_LIFE } from "./limits.ts";
import { randomText } from "./random-text.ts";

/**
 * Tokens that are sent by mail: who can read it is the owner. One for each purpose, good once and for a while; a new one ends
 * the one before. Only its hash is kept.
 */
export type MailPurpose = "confirm_email" | "update_email" | "reset_password" | "delete_account" | "plc_operation";

interface Row extends Record<string, SqlStorageValue> {
  hash: string;
  requested: number;
}

/** What a token is kept as. Small and capital letters are one, as in the reference. */
export const hashMailToken = (token: string): string => createHash("sha256").update(token.toUpperCase()).digest("base64url");

/** A new token in the reference's form, `ABCDE-FGHIJ` of 50 random bits. The one before for this purpose is void. */
export const createMailToken = (sql: SqlStorage, purpose: MailPurpose, now: number): string => {
  const token = randomText(10, 5).toUpperCase();
  sql.exec("INSERT OR REPLACE INTO mail_token (purpose, hash, requested) VALUES (?, ?, ?)", purpose, hashMailToken(token), now);
  return token;
};

/** Whether this is the token that was sent. It stays good: end it with {@link deleteMailToken}. Errors: InvalidToken, ExpiredToken (400). */
export const checkMailToken = (sql: SqlStorage, purpose: MailPurpose, token: string, now: number): Outcome<null> => {
  const row = sql.exec<Row>("SELECT hash, requested FROM mail_token WHERE purpose = ?", purpose).toArray()[0];
  if (row === undefined || row.hash !== hashMailToken(token)) return fail(400, "InvalidToken", "Token is invalid");
  return now - row.requested < MAIL_TOKEN_LIFE ? ok(null) : fail(400, "ExpiredToken", "Token is expired");
};

/** The token has done what it was for. */
export const deleteMailToken = (sql: SqlStorage, purpose: MailPurpose): void => {
  sql.exec("DELETE FROM mail_token WHERE purpose = ?", purpose);
};

/** Nothing that was sent is good any more: the mail address is another. */
export const deleteAllMailTokens = (sql: SqlStorage): void => {
  sql.exec("DELETE FROM mail_token");
};
