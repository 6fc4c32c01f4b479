import { type FreshSchema, NEWBORN, completeNewborn, freshSchemaOf } from "./fresh-schema.ts";

/**
 * Tables of an agent. Migrations are numbered by their place in this list; a published one is never edited, only followed.
 *
 * - `node`: the tree. A node keeps its id while its content changes, so a commit updates rows in place; there is no
 *   index by CID, so a level of the tree costs one row per commit.
 * - `record`: every record with its own block, so that equal content in two places is two rows and no reference is
 *   counted. `key` is `collection/rkey`; its byte order is the tree's order. It is a view to read from: what is written is
 *   `record_key` (where a record is) and `record_block` (what it is), so that a key is stored once and not in an index as well.
 * - `node_old`, `record_old`: what open exports still need, until the rev that superseded it.
 * - `head`, `account`: one row each.
 * - `inbox`: messages; `seq` is of its `source`, `rev` of the commit that showed it. `inbox_source`: how far each relay was
 *   pulled. `inbox_waiting`: to be tried again, in the order they came. `inbox_parked`: given up, and the relay not told yet.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE account (
       id INTEGER PRIMARY KEY CHECK (id = 1), did TEXT NOT NULL, handle TEXT NOT NULL, email TEXT, model TEXT,
       status TEXT, password TEXT NOT NULL, signing_key BLOB NOT NULL, clock_id INTEGER NOT NULL, epoch INTEGER NOT NULL)`,
    `CREATE TABLE head (
       id INTEGER PRIMARY KEY CHECK (id = 1), cid BLOB NOT NULL, commit_block BLOB NOT NULL, rev TEXT NOT NULL,
       root_id INTEGER NOT NULL, root_cid BLOB NOT NULL, next_node INTEGER NOT NULL, n INTEGER NOT NULL,
       hour_start INTEGER NOT NULL, hour_points INTEGER NOT NULL, day_start INTEGER NOT NULL, day_points INTEGER NOT NULL)`,
    `CREATE TABLE node (id INTEGER PRIMARY KEY, cid BLOB NOT NULL, rev TEXT NOT NULL, kids BLOB NOT NULL, data BLOB NOT NULL)`,
    `CREATE TABLE record (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, cid BLOB NOT NULL, rev TEXT NOT NULL, data BLOB NOT NULL)`,
    `CREATE TABLE node_old (
       id INTEGER NOT NULL, until TEXT NOT NULL, cid BLOB NOT NULL, rev TEXT NOT NULL, kids BLOB NOT NULL, data BLOB NOT NULL,
       UNIQUE (id, until))`,
    `CREATE TABLE record_old (
       key TEXT NOT NULL, until TEXT NOT NULL, cid BLOB NOT NULL, rev TEXT NOT NULL, data BLOB NOT NULL, UNIQUE (key, until))`,
    `CREATE TABLE outbox (
       n INTEGER PRIMARY KEY, kind TEXT NOT NULL, time TEXT NOT NULL, seq_at INTEGER NOT NULL, meta TEXT NOT NULL, frame BLOB NOT NULL)`,
    `CREATE TABLE outbox_part (n INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (n, part))`,
    `CREATE TABLE due (job TEXT PRIMARY KEY, at INTEGER NOT NULL, tries INTEGER NOT NULL) WITHOUT ROWID`,
    `CREATE TABLE session (
       id TEXT PRIMARY KEY, family TEXT NOT NULL, scope TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
       successor TEXT) WITHOUT ROWID`,
    `CREATE TABLE login_failure (
       address TEXT PRIMARY KEY, short_start INTEGER NOT NULL, short_count INTEGER NOT NULL,
       day_start INTEGER NOT NULL, day_count INTEGER NOT NULL) WITHOUT ROWID`,
    `CREATE TABLE blob (
       cid TEXT PRIMARY KEY, mime TEXT NOT NULL, size INTEGER NOT NULL, r2_key TEXT NOT NULL, rev TEXT, temp_since INTEGER) WITHOUT ROWID`,
    `CREATE INDEX blob_temp ON blob (temp_since) WHERE temp_since IS NOT NULL`,
    `CREATE TABLE blob_ref (path TEXT NOT NULL, cid TEXT NOT NULL, PRIMARY KEY (path, cid)) WITHOUT ROWID`,
    `CREATE INDEX blob_ref_cid ON blob_ref (cid)`,
    `CREATE TABLE blob_gone (r2_key TEXT PRIMARY KEY) WITHOUT ROWID`,
    `CREATE TABLE inbox (
       id INTEGER PRIMARY KEY AUTOINCREMENT, identity TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL, author TEXT NOT NULL,
       path TEXT NOT NULL, cid TEXT, action TEXT NOT NULL, received TEXT NOT NULL, bytes BLOB)`,
    `CREATE TABLE inbox_state (id INTEGER PRIMARY KEY CHECK (id = 1), pulled INTEGER NOT NULL)`,
    `CREATE TABLE inbox_pending (
       seq INTEGER NOT NULL, path TEXT NOT NULL, author TEXT NOT NULL, tries INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (seq, path)) WITHOUT ROWID`,
    `CREATE TABLE inbox_parked (
       id INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL, path TEXT NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL)`,
  ],
  // Deliveries come from more than one relay, each with seqs of its own.
  [
    "CREATE TABLE inbox_source (source TEXT PRIMARY KEY, pulled INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO inbox_source (source, pulled) SELECT 'colony', pulled FROM inbox_state",
    "DROP TABLE inbox_state",
    `CREATE TABLE inbox_waiting (
       id INTEGER PRIMARY KEY, source TEXT NOT NULL, seq INTEGER NOT NULL, path TEXT NOT NULL, author TEXT NOT NULL,
       tries INTEGER NOT NULL, reason TEXT NOT NULL, UNIQUE (source, seq, path))`,
    `INSERT INTO inbox_waiting (source, seq, path, author, tries, reason)
       SELECT 'colony', seq, path, author, tries, reason FROM inbox_pending ORDER BY seq, path`,
    "DROP TABLE inbox_pending",
    "ALTER TABLE inbox_parked ADD COLUMN source TEXT NOT NULL DEFAULT 'colony'",
    "ALTER TABLE inbox_parked ADD COLUMN tries INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE inbox ADD COLUMN source TEXT NOT NULL DEFAULT 'colony'",
    "ALTER TABLE inbox ADD COLUMN rev TEXT",
  ],
  // When what waits is to be tried again: one sender's bad mail must not use up another's tries.
  ["ALTER TABLE inbox_waiting ADD COLUMN due INTEGER NOT NULL DEFAULT 0", "CREATE INDEX inbox_waiting_author ON inbox_waiting (author)"],
  // What the agent keeps for itself, encrypted (vault/vault.ts), and the wrapped keys for it.
  [
    "CREATE TABLE secret (name TEXT PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE vault (id BLOB NOT NULL, kind BLOB NOT NULL, data BLOB NOT NULL, UNIQUE (kind, id))",
  ],
  // Who reaches the agent (reach/): whom it has written to, what senders who are not known have used of their limits, what waits for a decision.
  [
    "CREATE TABLE correspondent (did TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
    `CREATE TABLE stranger (
       name TEXT PRIMARY KEY, hour INTEGER NOT NULL, hour_count INTEGER NOT NULL, month INTEGER NOT NULL, pending INTEGER NOT NULL) WITHOUT ROWID`,
    `CREATE TABLE quarantine (
       id INTEGER PRIMARY KEY AUTOINCREMENT, identity TEXT NOT NULL UNIQUE, source TEXT NOT NULL, seq INTEGER NOT NULL, author TEXT NOT NULL,
       path TEXT NOT NULL, rev TEXT NOT NULL, cid TEXT, action TEXT NOT NULL, host TEXT, why TEXT NOT NULL, at INTEGER NOT NULL,
       size INTEGER NOT NULL, bytes BLOB, discarded INTEGER NOT NULL DEFAULT 0)`,
    "CREATE TABLE reach_count (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID",
  ],
  // Who was ever granted what (store/granted.ts): a grant that is taken back is deleted, and its reader may have read.
  [
    "CREATE TABLE granted (rkey TEXT PRIMARY KEY, path TEXT NOT NULL, did TEXT NOT NULL, live INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX granted_path ON granted (path)",
  ],
  // How far messages were opened (tasks/arrivals.ts).
  ["CREATE TABLE mail (id INTEGER PRIMARY KEY CHECK (id = 1), through INTEGER NOT NULL, kept_from INTEGER NOT NULL, tries INTEGER NOT NULL)"],
  // Memories that the index has not taken in yet (store/memory-changed.ts): at first all.
  [
    "CREATE TABLE memory_changed (path TEXT PRIMARY KEY, rev TEXT NOT NULL) WITHOUT ROWID",
    `INSERT INTO memory_changed (path, rev) SELECT key, rev FROM record WHERE
       key GLOB 'agent.memory.note/*' OR key GLOB 'agent.memory.decision/*' OR key GLOB 'agent.memory.fact/*' OR key GLOB 'agent.memory.summary/*'`,
  ],
  // Name of the counter of a sender's host (reach/usage.ts).
  ["ALTER TABLE stranger ADD COLUMN host TEXT"],
  // Why the account takes no part (standing/standing.ts; `status` follows from these), and what of it was taken down: a record's path, or a blob's CID.
  [
    "ALTER TABLE account ADD COLUMN deactivated_at TEXT",
    "ALTER TABLE account ADD COLUMN delete_after TEXT",
    "ALTER TABLE account ADD COLUMN takedown_ref TEXT",
    "ALTER TABLE account ADD COLUMN suspended_ref TEXT",
    "ALTER TABLE account ADD COLUMN suspended_until INTEGER",
    "CREATE TABLE taken_down (subject TEXT PRIMARY KEY, ref TEXT NOT NULL) WITHOUT ROWID",
  ],
  // Mail address and its tokens (credentials/mail-tokens.ts), app passwords and the sessions that began with them.
  [
    "ALTER TABLE account ADD COLUMN email_confirmed_at TEXT",
    "CREATE TABLE mail_token (purpose TEXT PRIMARY KEY, hash TEXT NOT NULL, requested INTEGER NOT NULL) WITHOUT ROWID",
    `CREATE TABLE app_password (
       name TEXT PRIMARY KEY, hash TEXT NOT NULL, privileged INTEGER NOT NULL, created_at TEXT NOT NULL) WITHOUT ROWID`,
    "ALTER TABLE session ADD COLUMN app_password TEXT",
  ],
  // A record's key is stored once (store/records.ts): it was in its row and in an index, a twelfth of the database of small records.
  [
    "CREATE TABLE record_block (id INTEGER PRIMARY KEY, cid BLOB NOT NULL, rev TEXT NOT NULL, data BLOB NOT NULL)",
    "CREATE TABLE record_key (key TEXT PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO record_block (id, cid, rev, data) SELECT id, cid, rev, data FROM record ORDER BY id",
    "INSERT INTO record_key (key, id) SELECT key, id FROM record ORDER BY key",
    "DROP TABLE record",
    "CREATE VIEW record (id, key, cid, rev, data) AS SELECT b.id, k.key, b.cid, b.rev, b.data FROM record_key AS k CROSS JOIN record_block AS b ON b.id = k.id",
  ],
  // A change of the account's DID document that is under way (identity/did-change.ts).
  [
    `CREATE TABLE did_change (
       id INTEGER PRIMARY KEY CHECK (id = 1), kind TEXT NOT NULL, add_key TEXT, remove_key TEXT, step TEXT NOT NULL,
       began INTEGER NOT NULL, posted INTEGER, reason TEXT)`,
  ],
  // Calls counted under the account's own limits (standing/spend-rates.ts).
  ["CREATE TABLE rate_used (name TEXT PRIMARY KEY, since INTEGER NOT NULL, points INTEGER NOT NULL) WITHOUT ROWID"],
  // Follows, blocks, likes and reposts by what they are about (store/record-links.ts).
  ["CREATE TABLE record_link (path TEXT PRIMARY KEY, collection TEXT NOT NULL, subject TEXT NOT NULL) WITHOUT ROWID", "CREATE INDEX record_link_subject ON record_link (collection, subject)"],
  // A change of the mail address that is under way (credentials/email-change.ts).
  ["CREATE TABLE email_change (id INTEGER PRIMARY KEY CHECK (id = 1), email TEXT NOT NULL)"],
  // How many of a delivery's tries found it bad: those while its sender could not be resolved must not use up that patience.
  ["ALTER TABLE inbox_waiting ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0"],
];

/** Version of the schema this object has, and {@link NEWBORN} more when it lacks tables; 0 when it was never provisioned. Reads only. */
export function schemaVersion(sql: SqlStorage): number {
  const known = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'").toArray().length > 0;
  return known ? sql.exec<{ version: number }>("SELECT version FROM schema_version").one().version : 0;
}

/** What all migrations together make of a new object, once an object of this isolate has gone through them. */
let fresh: FreshSchema | undefined;

/** Bring the schema to the newest version. The caller wraps it in a transaction. */
export function migrate(sql: SqlStorage, migrations: readonly (readonly string[])[] = MIGRATIONS): void {
  const version = schemaVersion(sql);
  if (version === migrations.length) return;
  const from = version >= NEWBORN ? version - NEWBORN : version;
  if (from > migrations.length) throw new Error(`schema version ${from} is newer than this program's ${migrations.length}`);
  if (version >= NEWBORN) completeNewborn(sql);
  if (from === migrations.length) return;
  const isNew = from === 0 && migrations === MIGRATIONS;
  if (isNew && fresh !== undefined) {
    sql.exec(fresh.whole);
    return;
  }
  if (from === 0) sql.exec("CREATE TABLE schema_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)");
  for (const migration of migrations.slice(from)) for (const statement of migration) sql.exec(statement);
  sql.exec("INSERT INTO schema_version (id, version) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version", migrations.length);
  if (isNew) fresh = freshSchemaOf(sql, migrations.length);
}

/** The tables that an account is born with; `migrate` makes the others when the object is first opened. Of an object that has none. The caller wraps it in a transaction. */
export function makeNewborn(sql: SqlStorage): void {
  if (fresh === undefined) migrate(sql);
  else sql.exec(fresh.newborn);
}
