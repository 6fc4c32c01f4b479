import type { NodeRef, NodeStore, StoredNode, TreeDelta } from "@rookery/repo";

interface Row extends Record<string, SqlStorageValue> {
  rev: string;
  kids: ArrayBuffer;
  data: ArrayBuffer;
}

/** A node with the rev of the commit that wrote it. */
export interface DatedNode extends StoredNode {
  rev: string;
}

/** Child ids as they are stored: 32 bits each, in the machine's (little-endian) order. */
const packKids = (kids: number[]): Uint8Array => new Uint8Array(Uint32Array.from(kids).buffer);

const toNode = (row: Row): DatedNode => ({ bytes: new Uint8Array(row.data), kids: Array.from(new Uint32Array(row.kids)), rev: row.rev });

/** The newest version of a node. */
export function readNodeRow(sql: SqlStorage, id: number): DatedNode | undefined {
  const row = sql.exec<Row>("SELECT rev, kids, data FROM node WHERE id = ?", id).toArray()[0];
  return row === undefined ? undefined : toNode(row);
}

/** The version of a node that was superseded first after `rev`, if one was kept. */
export function readOldNode(sql: SqlStorage, id: number, rev: string): DatedNode | undefined {
  const row = sql.exec<Row>("SELECT rev, kids, data FROM node_old WHERE id = ? AND until > ? ORDER BY until LIMIT 1", id, rev).toArray()[0];
  return row === undefined ? undefined : toNode(row);
}

/** The tree's own view of the table. */
export const nodeStore = (sql: SqlStorage): NodeStore => ({ read: (ref: NodeRef) => readNodeRow(sql, ref.id) });

/** Rows of one statement, of five parameters each: the platform takes 100 (Durable Objects, "Limits"). */
const ROWS = 16;

/** Several rows in a statement: 12 us of CPU for the six of a usual path, where one by one they took 17. Texts stay the same, so that the platform finds them prepared. */
const statementsOf = (end: string): string[] =>
  Array.from({ length: ROWS + 1 }, (_, rows) => `INSERT INTO node (id, cid, rev, kids, data) VALUES ${Array.from({ length: rows }, () => "(?, ?, ?, ?, ?)").join(", ")}${end}`);

const INSERTS = statementsOf("");
const REPLACEMENTS = statementsOf(" ON CONFLICT (id) DO UPDATE SET cid = excluded.cid, rev = excluded.rev, kids = excluded.kids, data = excluded.data");

function writeNodes(sql: SqlStorage, statements: string[], nodes: TreeDelta["written"], rev: string): void {
  for (let at = 0; at < nodes.length; at += ROWS) {
    const some = nodes.slice(at, at + ROWS);
    sql.exec(statements[some.length] ?? "", ...some.flatMap(({ id, cid, bytes, kids }) => [id, cid, rev, packKids(kids), bytes]));
  }
}

/** Store what a flush changed. With `keepFor`, versions that exports pinned up to that rev still need are kept aside. */
export function applyDelta(sql: SqlStorage, delta: TreeDelta, rev: string, keepFor: string | undefined): void {
  const keep = (id: number) =>
    keepFor !== undefined &&
    sql.exec("INSERT INTO node_old (id, until, cid, rev, kids, data) SELECT id, ?, cid, rev, kids, data FROM node WHERE id = ? AND rev <= ?", rev, id, keepFor);
  for (const id of delta.freed) {
    keep(id);
    sql.exec("DELETE FROM node WHERE id = ?", id);
  }
  const changed = delta.written.filter(({ isNew }) => !isNew);
  for (const { id } of changed) keep(id);
  writeNodes(sql, REPLACEMENTS, changed, rev);
  // A place that is new and taken is our own damage, and stops the write.
  writeNodes(sql, INSERTS, delta.written.filter(({ isNew }) => isNew), rev);
}
