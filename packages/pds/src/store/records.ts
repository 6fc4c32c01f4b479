import { rowsWithin } from "./rows-within.ts";

/** A record as it is stored, with the rev of the commit that wrote it. */
export interface RecordRow {
  /** `collection/rkey`. */
  key: string;
  cid: Uint8Array;
  rev: string;
  /** DAG-CBOR. */
  data: Uint8Array;
}

interface Row extends Record<string, SqlStorageValue> {
  key: string;
  cid: ArrayBuffer;
  rev: string;
  data: ArrayBuffer;
}

const toRecord = (row: Row): RecordRow => ({ key: row.key, cid: new Uint8Array(row.cid), rev: row.rev, data: new Uint8Array(row.data) });

/** The record at `collection/rkey`; undefined when there is none. */
export function readRecord(sql: SqlStorage, key: string): RecordRow | undefined {
  const row = sql.exec<Row>("SELECT key, cid, rev, data FROM record WHERE key = ?", key).toArray()[0];
  return row === undefined ? undefined : toRecord(row);
}

/** The version of a record that was superseded first after `rev`, if one was kept. */
export function readOldRecord(sql: SqlStorage, key: string, rev: string): RecordRow | undefined {
  const row = sql.exec<Row>("SELECT key, cid, rev, data FROM record_old WHERE key = ? AND until > ? ORDER BY until LIMIT 1", key, rev).toArray()[0];
  return row === undefined ? undefined : toRecord(row);
}

/** Store a record where none is: two rows, its place and its block. */
export function insertRecord(sql: SqlStorage, { key, cid, rev, data }: RecordRow): void {
  sql.exec("INSERT INTO record_block (cid, rev, data) VALUES (?, ?, ?)", cid, rev, data);
  sql.exec("INSERT INTO record_key (key, id) VALUES (?, last_insert_rowid())", key);
}

/** Store another record in the place of one. */
export function updateRecord(sql: SqlStorage, { key, cid, rev, data }: RecordRow): void {
  sql.exec("UPDATE record_block SET cid = ?, rev = ?, data = ? WHERE id = (SELECT id FROM record_key WHERE key = ?)", cid, rev, data, key);
}

/** Remove the record at `key`, if there is one. */
export function deleteRecord(sql: SqlStorage, key: string): void {
  sql.exec("DELETE FROM record_block WHERE id = (SELECT id FROM record_key WHERE key = ?)", key);
  sql.exec("DELETE FROM record_key WHERE key = ?", key);
}

/** Keep a version aside that exports pinned up to `keepFor` still need; `until` is the rev that supersedes it. */
export function keepRecord(sql: SqlStorage, key: string, until: string, keepFor: string): void {
  sql.exec("INSERT INTO record_old (key, until, cid, rev, data) SELECT key, ?, cid, rev, data FROM record WHERE key = ? AND rev <= ?", until, key, keepFor);
}

/** Bounds of a collection's keys: `/` is 0x2f and `0` is 0x30, so all keys `collection/...` lie between. */
const from = (collection: string) => `${collection}/`;
const to = (collection: string) => `${collection}0`;

/** A page of large records ends here, before `limit`; an RPC answer holds 32 MB. */
const MAX_PAGE_BYTES = 8_000_000;

/** A page of a collection: newest (highest key) first unless `reverse`. `cursor` is an rkey, exclusive. */
export function listRecords(sql: SqlStorage, page: { collection: string; limit: number; cursor?: string; reverse?: boolean }): RecordRow[] {
  const { collection, limit, cursor, reverse = false } = page;
  const low = reverse && cursor !== undefined ? from(collection) + cursor : from(collection);
  const high = !reverse && cursor !== undefined ? from(collection) + cursor : to(collection);
  const order = reverse ? "ASC" : "DESC";
  const rows = `FROM record WHERE key > ? AND key < ? ORDER BY key ${order} LIMIT ?`;
  const count = rowsWithin(sql.exec<{ size: number }>(`SELECT length(data) AS size ${rows}`, low, high, limit).toArray(), MAX_PAGE_BYTES);
  return sql.exec<Row>(`SELECT key, cid, rev, data ${rows}`, low, high, count).toArray().map(toRecord);
}

/** Names of the collections that have records: one look-up each, however many records there are. */
export function listCollections(sql: SqlStorage): string[] {
  const names: string[] = [];
  for (let after = ""; ; ) {
    const row = sql.exec<{ key: string }>("SELECT key FROM record_key WHERE key >= ? ORDER BY key LIMIT 1", after).toArray()[0];
    if (row === undefined) return names;
    const collection = row.key.slice(0, row.key.indexOf("/"));
    names.push(collection);
    after = to(collection);
  }
}
