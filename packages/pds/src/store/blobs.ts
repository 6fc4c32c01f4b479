import type { BlobRow } from "../agent-api.ts";

interface Row extends Record<string, SqlStorageValue> {
  cid: string;
  mime: string;
  size: number;
  r2_key: string;
  rev: string | null;
}

/** A blob with the rev of the first record that referred to it; null while none does. */
export interface StoredBlob extends BlobRow {
  rev: string | null;
}

/** What is known of a blob; undefined for one that was never uploaded, or is gone. */
export function readBlob(sql: SqlStorage, cid: string): StoredBlob | undefined {
  const row = sql.exec<Row>("SELECT cid, mime, size, r2_key, rev FROM blob WHERE cid = ?", cid).toArray()[0];
  return row && { cid: row.cid, mimeType: row.mime, size: row.size, key: row.r2_key, rev: row.rev };
}

/** A fresh upload, or a repeated one that no record refers to yet: as in the reference its type stays that of the first. */
export function putTempBlob(sql: SqlStorage, blob: BlobRow, now: number): void {
  sql.exec(
    "INSERT INTO blob (cid, mime, size, r2_key, rev, temp_since) VALUES (?, ?, ?, ?, NULL, ?) ON CONFLICT (cid) DO UPDATE SET r2_key = excluded.r2_key, temp_since = excluded.temp_since",
    blob.cid, blob.mimeType, blob.size, blob.key, now,
  );
}

/** What stands for the CID of an upload that is under way: no CID has a colon. */
const reservation = (key: string): string => `upload:${key}`;

/** An R2 object that is about to be written; it expires as an upload does. */
export function reserveKey(sql: SqlStorage, key: string, now: number): void {
  sql.exec("INSERT INTO blob (cid, mime, size, r2_key, rev, temp_since) VALUES (?, '', 0, ?, NULL, ?)", reservation(key), key, now);
}

/** The upload has ended. */
export function releaseKey(sql: SqlStorage, key: string): void {
  sql.exec("DELETE FROM blob WHERE cid = ?", reservation(key));
}

/** Queue an R2 object for deletion. */
export function discardKey(sql: SqlStorage, key: string): void {
  sql.exec("INSERT OR IGNORE INTO blob_gone (r2_key) VALUES (?)", key);
}

/** Uploads that no record refers to, those under way included. */
export function countTempBlobs(sql: SqlStorage): number {
  return sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM blob WHERE temp_since IS NOT NULL").one().n;
}

/** Blobs that are here, referred to or not. */
export function countBlobs(sql: SqlStorage): number {
  return sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM blob WHERE cid NOT LIKE 'upload:%'").one().n;
}

/** A record refers to the blob from `rev` on. */
export function referBlob(sql: SqlStorage, cid: string, path: string, rev: string): void {
  sql.exec("INSERT OR IGNORE INTO blob_ref (path, cid) VALUES (?, ?)", path, cid);
  keepBlob(sql, cid, rev);
}

/** A temporary blob becomes one that stays. */
export function keepBlob(sql: SqlStorage, cid: string, rev: string): void {
  sql.exec("UPDATE blob SET rev = ?, temp_since = NULL WHERE cid = ? AND rev IS NULL", rev, cid);
}

/** CIDs of the blobs that the record at a path refers to. */
export function blobsAt(sql: SqlStorage, path: string): string[] {
  return sql.exec<{ cid: string }>("SELECT cid FROM blob_ref WHERE path = ?", path).toArray().map(({ cid }) => cid);
}

/** The record at a path refers to this blob no more. */
export function unreferBlob(sql: SqlStorage, cid: string, path: string): void {
  sql.exec("DELETE FROM blob_ref WHERE path = ? AND cid = ?", path, cid);
}

/** Whether any record refers to it. */
export function isReferred(sql: SqlStorage, cid: string): boolean {
  return sql.exec("SELECT 1 FROM blob_ref WHERE cid = ? LIMIT 1", cid).toArray().length > 0;
}

/** The row goes; its R2 object is queued for deletion. */
export function dropBlob(sql: SqlStorage, cid: string): void {
  sql.exec("INSERT OR IGNORE INTO blob_gone (r2_key) SELECT r2_key FROM blob WHERE cid = ?", cid);
  sql.exec("DELETE FROM blob WHERE cid = ?", cid);
}

/** Drop uploads that no record referred to in time; returns when the next one is due, if any. */
export function dropExpired(sql: SqlStorage, before: number): number | undefined {
  sql.exec("INSERT OR IGNORE INTO blob_gone (r2_key) SELECT r2_key FROM blob WHERE temp_since IS NOT NULL AND temp_since <= ?", before);
  sql.exec("DELETE FROM blob WHERE temp_since IS NOT NULL AND temp_since <= ?", before);
  return sql.exec<{ at: number | null }>("SELECT MIN(temp_since) AS at FROM blob WHERE temp_since IS NOT NULL").one().at ?? undefined;
}

/** R2 keys that wait for deletion. */
export function goneKeys(sql: SqlStorage, limit: number): string[] {
  return sql.exec<{ r2_key: string }>("SELECT r2_key FROM blob_gone LIMIT ?", limit).toArray().map((row) => row.r2_key);
}

/** These R2 objects are deleted. */
export function forgetKeys(sql: SqlStorage, keys: string[]): void {
  sql.exec("DELETE FROM blob_gone WHERE r2_key IN (SELECT value FROM json_each(?))", JSON.stringify(keys));
}

/**
 * CIDs of blobs that records refer to, in order, after `cursor`; with `since`, only those in records that were written after
 * that rev. Of a repository that came from elsewhere also those that are still missing, as in the reference.
 */
export function listBlobs(sql: SqlStorage, { since, limit, cursor }: { since?: string; limit: number; cursor?: string }): string[] {
  const fresh = since === undefined ? "" : "AND EXISTS (SELECT 1 FROM record WHERE key = path AND rev > ?3)";
  return sql
    .exec<{ cid: string }>(`SELECT DISTINCT cid FROM blob_ref WHERE cid > ?1 ${fresh} ORDER BY cid LIMIT ?2`, cursor ?? "", limit, ...(since === undefined ? [] : [since]))
    .toArray()
    .map(({ cid }) => cid);
}

/** Every blob, referred to or not: move up to `limit` of them among the gone ones. */
export function dropSome(sql: SqlStorage, limit: number): void {
  for (const { cid } of sql.exec<{ cid: string }>("SELECT cid FROM blob LIMIT ?", limit).toArray()) dropBlob(sql, cid);
}

/** Whether any record refers to any blob. */
export function hasReferences(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM blob_ref LIMIT 1").toArray().length > 0;
}

/** Rev of the newest record that refers to a blob, whether the blob is here or not; undefined when none does. */
export function revReferring(sql: SqlStorage, cid: string): string | undefined {
  return sql.exec<{ rev: string | null }>("SELECT MAX(record.rev) AS rev FROM blob_ref JOIN record ON record.key = blob_ref.path WHERE blob_ref.cid = ?", cid).one().rev ?? undefined;
}

/** Blobs that records refer to and that are not here, in order after `cursor`, each with the first of its records. */
export function missingBlobs(sql: SqlStorage, { limit, cursor }: { limit: number; cursor?: string }): { cid: string; path: string }[] {
  return sql
    .exec<{ cid: string; path: string }>(
      `SELECT cid, MIN(path) AS path FROM blob_ref WHERE cid > ? AND NOT EXISTS (SELECT 1 FROM blob WHERE blob.cid = blob_ref.cid)
       GROUP BY cid ORDER BY cid LIMIT ?`,
      cursor ?? "", limit,
    )
    .toArray();
}

/**
 * Within the transaction of an import, whose references have replaced those there were: what is here and referred to stays, from
 * `rev` on; what nothing refers to any more is an upload again, with its time to be referred to anew.
 */
export function adoptBlobRefs(sql: SqlStorage, rev: string, now: number): void {
  sql.exec("UPDATE blob SET rev = ?, temp_since = NULL WHERE EXISTS (SELECT 1 FROM blob_ref WHERE blob_ref.cid = blob.cid)", rev);
  sql.exec("UPDATE blob SET rev = NULL, temp_since = ? WHERE rev IS NOT NULL AND NOT EXISTS (SELECT 1 FROM blob_ref WHERE blob_ref.cid = blob.cid)", now);
}
