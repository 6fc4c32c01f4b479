import { sealedCollections } from "@rookery/envelope";
import { ids } from "@rookery/lexicon-agent-comms";
import { decode, isLexMap } from "@rookery/repo";
import type { Change } from "../write/plan.ts";
import { readRecord } from "./records.ts";

/** One grant that there is or was. */
export interface Granted {
  rkey: string;
  /** Path of the record that may be read. */
  path: string;
  /** Who may, or might, read it. */
  did: string;
  /** Whether the grant is still there. */
  live: boolean;
}

type Row = { rkey: string; path: string; did: string; live: number };

const PREFIX = `${ids.AgentCommsGrant}/`;
const sealable: ReadonlySet<string> = new Set(sealedCollections);

/** Follow a change of the repository, before it is made. All that is kept is in the repository's history for everybody. */
export function noteGrant(sql: SqlStorage, { action, path, op }: Pick<Change, "action" | "path" | "op">): void {
  if (op.collection === ids.AgentCommsGrant) {
    const bytes = action === "create" ? op.bytes : readRecord(sql, path)?.data;
    const grant = bytes && readGrant(op.rkey, bytes);
    if (grant !== undefined) put(sql, { ...grant, live: action === "create" });
  } else if (action === "delete" && sealable.has(op.collection)) {
    // Of what is gone nobody asks any more who could read it.
    sql.exec("DELETE FROM granted WHERE path = ? AND live = 0", path);
  }
}

/** Everybody who was granted one of these records, ever, of each the oldest grant first. */
export function grantsOf(sql: SqlStorage, ...paths: string[]): Granted[] {
  if (paths.length === 0) return [];
  takeUp(sql);
  const rows = paths.flatMap((path) => sql.exec<Row>("SELECT rkey, path, did, live FROM granted WHERE path = ? ORDER BY rkey", path).toArray());
  return rows.map(({ live, ...grant }) => ({ ...grant, live: live === 1 }));
}

/** A grant by its record key, also one that was taken back. */
export function grantAt(sql: SqlStorage, rkey: string): Granted | undefined {
  takeUp(sql);
  const [row] = sql.exec<Row>("SELECT rkey, path, did, live FROM granted WHERE rkey = ?", rkey).toArray();
  return row && { ...row, live: row.live === 1 };
}

/** Grants from before this table was kept: a look at the keys of all that there are, so once for several records. */
function takeUp(sql: SqlStorage): void {
  const older = sql
    .exec<{ key: string; data: ArrayBuffer }>(
      "SELECT key, data FROM record WHERE key IN (SELECT key FROM record WHERE key > ?1 AND key < ?2 AND substr(key, ?3) NOT IN (SELECT rkey FROM granted))",
      PREFIX, `${ids.AgentCommsGrant}0`, PREFIX.length + 1,
    );
  for (const { key, data } of older.toArray()) {
    const grant = readGrant(key.slice(PREFIX.length), new Uint8Array(data));
    if (grant !== undefined) put(sql, { ...grant, live: true });
  }
}

function put(sql: SqlStorage, { rkey, path, did, live }: Granted): void {
  sql.exec("INSERT INTO granted (rkey, path, did, live) VALUES (?, ?, ?, ?) ON CONFLICT (rkey) DO UPDATE SET path = excluded.path, did = excluded.did, live = excluded.live", rkey, path, did, live ? 1 : 0);
}

/** What a grant says; undefined for one that names no record: a write may have asked not to be validated. */
function readGrant(rkey: string, bytes: Uint8Array): Omit<Granted, "live"> | undefined {
  const record = decode(bytes);
  if (!isLexMap(record)) return undefined;
  const { to, subject } = record;
  const uri = isLexMap(subject) ? subject["uri"] : undefined;
  if (typeof to !== "string" || typeof uri !== "string") return undefined;
  const [, path] = /^at:\/\/[^/]+\/([^/]+\/[^/]+)$/.exec(uri) ?? [];
  return path === undefined ? undefined : { rkey, path, did: to };
}
