import { rowsWithin } from "./rows-within.ts";

/** How far messages were opened, and what of them is kept. Ids are of the table `inbox`. */
export interface MailPlace {
  /** Everything up to here was dealt with. */
  through: number;
  /** What was opened is kept from here on. */
  from: number;
  /** Tries by the alarm of the message after `through`. */
  tries: number;
}

/** A message to be opened. */
export interface MailRow {
  id: number;
  author: string;
  path: string;
  cid: string | null;
  action: string;
  bytes: Uint8Array | undefined;
}

type Row = { id: number; author: string; path: string; cid: string | null; action: string; bytes: ArrayBuffer | null };

/** How far the inbox is opened. */
export function readPlace(sql: SqlStorage): MailPlace {
  const row = sql.exec<{ through: number; kept_from: number; tries: number }>("SELECT through, kept_from, tries FROM mail").toArray()[0];
  return row === undefined ? { through: 0, from: 1, tries: 0 } : { through: row.through, from: row.kept_from, tries: row.tries };
}

/** It is opened as far as this. */
export function writePlace(sql: SqlStorage, { through, from, tries }: MailPlace): void {
  sql.exec(
    `INSERT INTO mail (id, through, kept_from, tries) VALUES (1, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET through = excluded.through, kept_from = excluded.kept_from, tries = excluded.tries`,
    through, from, tries,
  );
}

/** Id of the oldest message that is left; 0 when none is. */
export const oldestId = (sql: SqlStorage): number => sql.exec<{ id: number }>("SELECT COALESCE(MIN(id), 0) AS id FROM inbox").one().id;

/** Id of the newest message; 0 when there never was one. */
export const newestId = (sql: SqlStorage): number => sql.exec<{ id: number }>("SELECT COALESCE(MAX(id), 0) AS id FROM inbox").one().id;

/** Messages after an id, oldest first, ending before there are too many bytes. */
export function readMail(sql: SqlStorage, after: number, limit: number, maxBytes: number): MailRow[] {
  const sizes = sql.exec<{ size: number | null }>("SELECT LENGTH(bytes) AS size FROM inbox WHERE id > ? ORDER BY id LIMIT ?", after, limit).toArray();
  const rows = sql.exec<Row>("SELECT id, author, path, cid, action, bytes FROM inbox WHERE id > ? ORDER BY id LIMIT ?", after, rowsWithin(sizes, maxBytes));
  return rows.toArray().map(({ bytes, ...row }) => ({ ...row, bytes: bytes === null ? undefined : new Uint8Array(bytes) }));
}

/** Ids of the messages that were this record, oldest first: more than one when it was taken back and written anew. */
export function idsOf(sql: SqlStorage, author: string, path: string): number[] {
  // Identities begin with their path and a space; "!" is the character after it.
  const rows = sql.exec<{ id: number }>("SELECT id FROM inbox WHERE identity > ? AND identity < ? AND action <> 'delete' ORDER BY id", `${author}/${path} `, `${author}/${path}!`);
  return rows.toArray().map(({ id }) => id);
}
