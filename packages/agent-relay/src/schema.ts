/**
 * The relay's tables, as numbered migrations. Append only: an object on disk may be at any earlier number.
 *
 * log         one row per event in the window. `prev` is the seq of the same account's event before, so that a purge walks
 *             the account's rows without an index that every event would pay for.
 * log_part    the rest of frames too large for one row, for log and kept alike.
 * kept        frames that left the window while a delivery still points at them.
 * repos       one row per account: last (epoch, n) of its outbox, head, rev, status, last seq, acknowledged deliveries.
 * delivery    one row per record and local recipient, until acknowledged. broadcast: one row for everybody.
 * waking      recipients that were woken and have not acknowledged since.
 * parked      deliveries that their recipient gave up, with its reason; `again` when the admin wants them tried once more.
 * stranger    authors who have no row in repos: they live on a host that is no peer. Rows name them by their negated id.
 * sent        whom records of accounts that live elsewhere were delivered to, for the day they are taken back.
 * host        hosts whose accounts are carried: accounts ever seen, last seq there, when it came.
 * collection  names of collections; repo_collection says which accounts had records in them.
 * follow      how far the network's relay has followed the colony's; `owed` when accounts have to be compared.
 * purge       deleted accounts whose rows are being removed, and where to go on.
 * job         what is due (scheduler.ts). state: one row of counters as of `seq`.
 * crawler     relays that are asked to crawl: when, how often in vain, what they said, when they were last here.
 * profile     accounts that chose to be listed, with the record that says so; null when it is known of but was not seen yet.
 * seq_gap     seqs that were left out at a start: above after, up to through (seq-gaps.ts).
 * filter      filters of stream readers that are too long for their socket's attachment, while the socket lives.
 *
 * Since 2 log has `us`, the Jetstream time of the event's last message; it is null in rows from before (streams/legacy-times.ts).
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    "CREATE TABLE log (seq INTEGER PRIMARY KEY, repo INTEGER NOT NULL, prev INTEGER NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL, frame BLOB NOT NULL) STRICT",
    "CREATE TABLE log_part (seq INTEGER NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (seq, part)) STRICT",
    "CREATE TABLE kept (seq INTEGER PRIMARY KEY, repo INTEGER NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL, frame BLOB NOT NULL) STRICT",
    "CREATE INDEX kept_by_repo ON kept (repo)",
    `CREATE TABLE repos (id INTEGER PRIMARY KEY, did TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL, n INTEGER NOT NULL,
       head TEXT, rev TEXT, active INTEGER NOT NULL, status TEXT, seq INTEGER NOT NULL, acked INTEGER NOT NULL) STRICT`,
    `CREATE TABLE delivery (recipient INTEGER NOT NULL, seq INTEGER NOT NULL, op INTEGER NOT NULL, author INTEGER NOT NULL,
       path TEXT NOT NULL, cid TEXT, action TEXT NOT NULL, PRIMARY KEY (recipient, seq, op)) STRICT, WITHOUT ROWID`,
    "CREATE INDEX delivery_by_seq ON delivery (seq)",
    `CREATE TABLE broadcast (seq INTEGER NOT NULL, op INTEGER NOT NULL, author INTEGER NOT NULL,
       path TEXT NOT NULL, cid TEXT, action TEXT NOT NULL, PRIMARY KEY (seq, op)) STRICT, WITHOUT ROWID`,
    "CREATE TABLE waking (recipient INTEGER PRIMARY KEY, tries INTEGER NOT NULL, due INTEGER NOT NULL) STRICT",
    "CREATE TABLE purge (repo INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT",
    "CREATE TABLE job (name TEXT PRIMARY KEY, due INTEGER NOT NULL) STRICT",
    "CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, bytes INTEGER NOT NULL, pruned INTEGER NOT NULL, expired INTEGER NOT NULL) STRICT",
    "INSERT INTO state (id, seq, bytes, pruned, expired) VALUES (1, 0, 0, 0, 0)",
  ],
  [
    "ALTER TABLE log ADD COLUMN us INTEGER",
    "ALTER TABLE state ADD COLUMN us INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE state ADD COLUMN legacy_seq INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE state ADD COLUMN legacy_us INTEGER NOT NULL DEFAULT 0",
    "UPDATE state SET legacy_seq = MAX(seq, (SELECT COALESCE(MAX(seq), 0) FROM log)), legacy_us = (SELECT COALESCE(MAX(at), 0) * 1000 FROM log)",
    "UPDATE state SET us = legacy_us",
    "CREATE TABLE filter (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT",
  ],
  // Deliveries of accounts that live elsewhere; deliveries given up. `repos.host` is empty for accounts of this colony.
  [
    "ALTER TABLE repos ADD COLUMN host TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX repos_here ON repos (id) WHERE host = ''",
    "ALTER TABLE kept ADD COLUMN proof INTEGER NOT NULL DEFAULT 0",
    `CREATE TABLE parked (recipient INTEGER NOT NULL, seq INTEGER NOT NULL, op INTEGER NOT NULL, author INTEGER NOT NULL,
       path TEXT NOT NULL, cid TEXT, action TEXT NOT NULL, reason TEXT NOT NULL, tries INTEGER NOT NULL, at INTEGER NOT NULL,
       again INTEGER NOT NULL, PRIMARY KEY (recipient, seq, op)) STRICT, WITHOUT ROWID`,
    "CREATE INDEX parked_by_seq ON parked (seq)",
    "CREATE INDEX parked_again ON parked (recipient) WHERE again = 1",
    "CREATE TABLE stranger (id INTEGER PRIMARY KEY, did TEXT NOT NULL UNIQUE) STRICT",
    "CREATE TABLE sent (id INTEGER PRIMARY KEY, author INTEGER NOT NULL, path TEXT NOT NULL, cid TEXT NOT NULL, recipients TEXT NOT NULL, UNIQUE (author, path)) STRICT",
    "ALTER TABLE state ADD COLUMN parked_lost INTEGER NOT NULL DEFAULT 0",
  ],
  // Relays that are asked to crawl (crawl/); profiles of accounts that are listed (directory/); when each account last had an event.
  [
    `CREATE TABLE crawler (origin TEXT PRIMARY KEY, asked_at INTEGER, asked_seq INTEGER NOT NULL, failures INTEGER NOT NULL,
       next_at INTEGER NOT NULL, status INTEGER, answer TEXT, seen_at INTEGER) STRICT`,
    "CREATE TABLE profile (repo INTEGER PRIMARY KEY, did TEXT NOT NULL UNIQUE, record BLOB) STRICT",
    "ALTER TABLE repos ADD COLUMN at INTEGER",
  ],
  // The network's relay (network/): hosts, which accounts are carried, what they have, how far the colony's log was followed.
  [
    "ALTER TABLE repos ADD COLUMN carried INTEGER NOT NULL DEFAULT 1",
    "CREATE INDEX repos_elsewhere ON repos (host, carried) WHERE host <> ''",
    "CREATE TABLE host (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, seen INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL) STRICT",
    "CREATE TABLE collection (id INTEGER PRIMARY KEY, nsid TEXT NOT NULL UNIQUE) STRICT",
    "CREATE TABLE repo_collection (collection INTEGER NOT NULL, repo INTEGER NOT NULL, PRIMARY KEY (collection, repo)) STRICT, WITHOUT ROWID",
    "CREATE INDEX repo_collection_by_repo ON repo_collection (repo)",
    "CREATE TABLE follow (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, epoch INTEGER NOT NULL, owed INTEGER NOT NULL) STRICT",
    "INSERT INTO follow (id, seq, epoch, owed) VALUES (1, 0, 0, 0)",
  ],
  // When the log began, which its floor of seqs counts from (seq-floor.ts); 0 until it is first asked for.
  ["ALTER TABLE state ADD COLUMN born INTEGER NOT NULL DEFAULT 0"],
  // Seqs left out at each start, which tell whoever follows this log that it went back to a backup.
  ["CREATE TABLE seq_gap (after INTEGER PRIMARY KEY, through INTEGER NOT NULL) STRICT"],
  // Most accounts of a large host are known of but not carried, and lists are for everybody. Written only when that changes (repos.ts).
  ["CREATE INDEX repos_carried ON repos (id) WHERE carried = 1"],
];

/** Bring the tables up to `target` (the newest, unless a test asks for an older one). Runs in one transaction per migration. */
export function migrate(storage: DurableObjectStorage, target = MIGRATIONS.length): void {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY) STRICT");
  const done = Number(sql.exec("SELECT COALESCE(MAX(version), 0) AS version FROM migration").one()["version"]);
  if (done > MIGRATIONS.length) throw new Error(`relay storage has schema ${done}, this version knows ${MIGRATIONS.length}`);
  MIGRATIONS.slice(done, target).forEach((statements, index) => {
    storage.transactionSync(() => {
      for (const statement of statements) sql.exec(statement);
      sql.exec("INSERT INTO migration (version) VALUES (?)", done + index + 1);
    });
  });
}
