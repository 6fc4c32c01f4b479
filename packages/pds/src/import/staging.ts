import type { CidBytes } from "@rookery/repo";

/** Tables of the repository, each with the one beside it in which an import is made ready. */
const TABLES = [
  ["record_block", "import_block"],
  ["record_key", "import_key"],
  ["node", "import_node"],
  ["blob_ref", "import_blob_ref"],
  ["record_link", "import_link"],
] as const;
/** The view over them, which names them and so is made anew. */
const VIEW = "record";
/** What an import replaced, until it is cleared away. */
const GONE = TABLES.map(([table]) => `gone_${table}`);
/** Every table that is there only while an import is under way, or until its remains are cleared away. */
const TEMPORARY = [...TABLES.map(([, staged]) => staged), "import_blob", ...GONE];

/** Numbers of blocks that a second place in the tree needs begin here: a row is one record's. Blocks are looked up below. */
export const COPIES_FROM = 2 ** 40;

/** A block, as it is stored. */
export interface StagedBlock {
  cid: CidBytes;
  data: Uint8Array;
}

/** An entry of the tree, and the row that its record is in. */
export interface StagedKey {
  key: string;
  id: number;
}

/** A node, numbered, with the numbers of its children. */
export interface StagedNode extends StagedBlock {
  id: number;
  kids: number[];
}

/** `(…), (…)`: as many rows as there are. */
const rows = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i)).join(", ");

const definitionOf = (sql: SqlStorage, name: string): string => sql.exec<{ sql: string }>("SELECT sql FROM sqlite_master WHERE name = ?", name).one().sql;

const exists = (sql: SqlStorage, name: string): boolean => sql.exec("SELECT 1 FROM sqlite_master WHERE name = ?", name).toArray().length > 0;

/** Empty tables of the same columns as the repository's, whatever an earlier import left. */
export function beginStaging(sql: SqlStorage): void {
  for (const name of TEMPORARY) sql.exec(`DROP TABLE IF EXISTS ${name}`);
  for (const [table, staged] of TABLES) sql.exec(definitionOf(sql, table).replace(/^CREATE TABLE "?\w+"?/, `CREATE TABLE ${staged}`));
  sql.exec(`CREATE UNIQUE INDEX import_block_cid ON import_block (cid) WHERE id < ${COPIES_FROM}`);
  // Blobs that the record in a block names.
  sql.exec("CREATE TABLE import_blob (id INTEGER NOT NULL, cid TEXT NOT NULL, PRIMARY KEY (id, cid)) WITHOUT ROWID");
}

/** Keep blocks, at most 49 (100 values are bound in one statement); those that are there already stay as they are. Their numbers, in order. */
export function putBlocks(sql: SqlStorage, rev: string, blocks: readonly StagedBlock[], before: number): number[] {
  const values = rows(blocks.length, (i) => `(?${2 * i + 2}, ?1, ?${2 * i + 3})`);
  sql.exec(`INSERT INTO import_block (cid, rev, data) VALUES ${values} ON CONFLICT DO NOTHING`, rev, ...blocks.flatMap(({ cid, data }) => [cid, data]));
  // Numbers follow each other as long as none was left out.
  if (countBlocks(sql) === before + blocks.length) return blocks.map((_, i) => before + 1 + i);
  return blocks.map(({ cid }) => sql.exec<{ id: number }>(`SELECT id FROM import_block WHERE cid = ? AND id < ${COPIES_FROM}`, cid).one().id);
}

/** Number of the last block, which is how many there are as long as none was taken out. */
const countBlocks = (sql: SqlStorage): number => sql.exec<{ n: number | null }>("SELECT MAX(id) AS n FROM import_block").one().n ?? 0;

/** A block, and its number. */
export function readBlock(sql: SqlStorage, cid: CidBytes): { id: number; data: Uint8Array } | undefined {
  const [row] = sql.exec<{ id: number; data: ArrayBuffer }>(`SELECT id, data FROM import_block WHERE cid = ? AND id < ${COPIES_FROM}`, cid).toArray();
  return row && { id: row.id, data: new Uint8Array(row.data) };
}

/** A block that was found: its number, and its bytes' length. */
export interface FoundBlock {
  id: number;
  size: number;
}

/** Which blocks these are, at most 100; what is not there is left out, and the order is any. */
export function findBlocks(sql: SqlStorage, cids: readonly CidBytes[]): (FoundBlock & { cid: Uint8Array })[] {
  const found = sql.exec<{ id: number; cid: ArrayBuffer; size: number }>(`SELECT id, cid, length(data) AS size FROM import_block WHERE cid IN (${rows(cids.length, () => "?")}) AND id < ${COPIES_FROM}`, ...cids).toArray();
  return found.map(({ id, cid, size }) => ({ id, cid: new Uint8Array(cid), size }));
}

/** The block once more, under a number of its own. */
export function copyBlock(sql: SqlStorage, id: number, copy: number): void {
  sql.exec("INSERT INTO import_block (id, cid, rev, data) SELECT ?, cid, rev, data FROM import_block WHERE id = ?", copy, id);
}

/** Take blocks out, at most 100. */
export function dropBlocks(sql: SqlStorage, ids: readonly number[]): void {
  if (ids.length > 0) sql.exec(`DELETE FROM import_block WHERE id IN (${rows(ids.length, () => "?")})`, ...ids);
}

/** CID of the block with this number. */
export function cidOfBlock(sql: SqlStorage, id: number): Uint8Array | undefined {
  const [row] = sql.exec<{ cid: ArrayBuffer }>("SELECT cid FROM import_block WHERE id = ?", id).toArray();
  return row && new Uint8Array(row.cid);
}

/** Entries of the tree in order, at most 49. */
export function putKeys(sql: SqlStorage, keys: readonly StagedKey[]): void {
  if (keys.length === 0) return;
  sql.exec(`INSERT INTO import_key (key, id) VALUES ${rows(keys.length, () => "(?, ?)")}`, ...keys.flatMap(({ key, id }) => [key, id]));
}

/** Nodes of the tree, at most 24. */
export function putNodes(sql: SqlStorage, rev: string, nodes: readonly StagedNode[]): void {
  if (nodes.length === 0) return;
  const values = rows(nodes.length, (i) => `(?${4 * i + 2}, ?${4 * i + 3}, ?1, ?${4 * i + 4}, ?${4 * i + 5})`);
  const bound = nodes.flatMap(({ id, cid, kids, data }) => [id, cid, new Uint8Array(Uint32Array.from(kids).buffer), data]);
  sql.exec(`INSERT INTO import_node (id, cid, rev, kids, data) VALUES ${values}`, rev, ...bound);
}

/** The record in this block names a blob. */
export function putBlob(sql: SqlStorage, id: number, cid: string): void {
  sql.exec("INSERT OR IGNORE INTO import_blob (id, cid) VALUES (?, ?)", id, cid);
}

/** The record at a path is the one in this block: so it refers to the blobs that that names. How many. */
export function putBlobRefs(sql: SqlStorage, path: string, id: number): number {
  return sql.exec<{ n: number }>("INSERT INTO import_blob_ref (path, cid) SELECT ?, cid FROM import_blob WHERE id = ? RETURNING 1 AS n", path, id).toArray().length;
}

/** The record at a path is about this subject (store/record-links.ts). */
export interface StagedLink {
  path: string;
  subject: string;
}

/** What records are about, at most 49; the collection is the path's. */
export function putLinks(sql: SqlStorage, links: readonly StagedLink[]): void {
  if (links.length === 0) return;
  const values = rows(links.length, (i) => `(?${2 * i + 1}, substr(?${2 * i + 1}, 1, instr(?${2 * i + 1}, '/') - 1), ?${2 * i + 2})`);
  sql.exec(`INSERT INTO import_link (path, collection, subject) VALUES ${values}`, ...links.flatMap(({ path, subject }) => [path, subject]));
}

/** Stamp every block with another rev, a slice at a time. False when all of them are. */
export function restamp(sql: SqlStorage, rev: string, after: number, slice: number): boolean {
  sql.exec("UPDATE import_block SET rev = ? WHERE id > ? AND id <= ?", rev, after, after + slice);
  return after + slice < countBlocks(sql);
}

/**
 * Within the caller's transaction: what was staged takes the place of the repository's tables, which wait to be cleared away. Tables
 * change their names: that takes some 10 ms, however many rows they have.
 */
export function swapTables(sql: SqlStorage): void {
  const view = definitionOf(sql, VIEW);
  sql.exec(`DROP VIEW ${VIEW}`);
  sql.exec("DROP INDEX import_block_cid");
  for (const [i, [table, staged]] of TABLES.entries()) {
    const indexes = sql.exec<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", table).toArray();
    for (const { name } of indexes) sql.exec(`DROP INDEX ${name}`);
    sql.exec(`ALTER TABLE ${table} RENAME TO ${GONE[i] ?? ""}`);
    sql.exec(`ALTER TABLE ${staged} RENAME TO ${table}`);
    // Built at once rather than kept up row by row: 1 to 2 ms for 1,000 references or links, and nobody else has a turn meanwhile.
    for (const index of indexes) sql.exec(index.sql);
  }
  sql.exec(view);
}

/** Clear away what is left, of the largest tables a slice of rows. Whether anything remains. */
export function clearStaging(sql: SqlStorage, slice: number): boolean {
  const name = TEMPORARY.find((table) => exists(sql, table));
  if (name === undefined) return false;
  const deleted = sql.exec(`DELETE FROM ${name} WHERE ${keyOf(name)} IN (SELECT ${keyOf(name)} FROM ${name} LIMIT ?)`, slice).rowsWritten;
  if (deleted === 0) sql.exec(`DROP TABLE ${name}`);
  return true;
}

/** Column by which rows of a temporary table are taken some at a time. */
const keyOf = (name: string): string => (name.endsWith("_key") ? "key" : name.endsWith("_blob_ref") || name.endsWith("_link") ? "path" : "id");
