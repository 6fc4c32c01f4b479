/**
 * Tables of a peer's object, as numbered migrations. Append only: an object on disk may be at any earlier number.
 *
 * peer      one row: what the admin set, how far the host's stream was dealt with, how it stands with the host.
 * account   one row per account of the host: the state its chain must go on from. `desync` is 0, or the position (see
 *           position.ts) at which a resync will be told; `told` is that of the last that we told ourselves, or the host while it was off; `due` says when a resync or comparison is to be tried; `tries`, `doubts`,
 *           `unproven` and `unanswered` count failures (failures.ts).
 * outgoing  a resync that was decided and not yet acknowledged by the network relay: told again unchanged after a crash.
 * refused   counters by failure code.
 * job       what is due (../scheduler.ts).
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE peer (id INTEGER PRIMARY KEY CHECK (id = 1), config TEXT NOT NULL, cursor INTEGER NOT NULL, epoch INTEGER NOT NULL,
       state TEXT NOT NULL, tries INTEGER NOT NULL, next_at INTEGER, error TEXT, accepted INTEGER NOT NULL, last_event_at INTEGER,
       strikes INTEGER NOT NULL, struck_at INTEGER, sweep TEXT) STRICT`,
    `CREATE TABLE account (id INTEGER PRIMARY KEY, did TEXT NOT NULL UNIQUE, rev TEXT NOT NULL, head BLOB NOT NULL, data BLOB NOT NULL,
       active INTEGER NOT NULL, status TEXT, carried INTEGER NOT NULL, desync INTEGER NOT NULL, due INTEGER, tries INTEGER NOT NULL) STRICT`,
    "CREATE INDEX account_by_due ON account (due) WHERE due IS NOT NULL",
    `CREATE TABLE outgoing (did TEXT PRIMARY KEY, n INTEGER NOT NULL, rev TEXT NOT NULL, head BLOB NOT NULL, data BLOB NOT NULL,
       block BLOB NOT NULL, collections TEXT NOT NULL, time TEXT NOT NULL) STRICT`,
    "CREATE TABLE refused (code TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT",
    "CREATE TABLE job (name TEXT PRIMARY KEY, due INTEGER NOT NULL) STRICT",
  ],
  // What `tries` counted together: what came and did not fit, and records that were not proven or not answered for.
  [
    "ALTER TABLE account ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE account ADD COLUMN unproven INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE account ADD COLUMN unanswered INTEGER NOT NULL DEFAULT 0",
  ],
  // Where we told something ourselves: what is told next comes after it, also of a host that is quiet.
  ["ALTER TABLE account ADD COLUMN told INTEGER NOT NULL DEFAULT -1"],
];

/** Bring the tables up to `target` (the newest, unless a test asks for an older one). One transaction per migration. */
export function migrate(storage: DurableObjectStorage, target = MIGRATIONS.length): void {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY) STRICT");
  const done = Number(sql.exec("SELECT COALESCE(MAX(version), 0) AS version FROM migration").one()["version"]);
  if (done > MIGRATIONS.length) throw new Error(`peer storage has schema ${done}, this version knows ${MIGRATIONS.length}`);
  MIGRATIONS.slice(done, target).forEach((statements, index) => {
    storage.transactionSync(() => {
      for (const statement of statements) sql.exec(statement);
      sql.exec("INSERT INTO migration (version) VALUES (?)", done + index + 1);
    });
  });
}
