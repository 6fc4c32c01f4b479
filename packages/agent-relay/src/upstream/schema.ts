/**
 * Tables of an upstream's object, as numbered migrations. Append only.
 *
 * stream   one row: settings, cursor, and counters as JSON.
 * waiting  records that somebody here is named in, until their author's host was asked. `cid` as the stream has it; null for
 *          a delete, whose recipients are those of `taken`.
 * taken    what was handed on, and for whom; the oldest is forgotten first.
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE stream (id INTEGER PRIMARY KEY CHECK (id = 1), config TEXT NOT NULL, cursor INTEGER NOT NULL, counters TEXT NOT NULL,
       tries INTEGER NOT NULL, next_attempt INTEGER NOT NULL, error TEXT) STRICT`,
    `CREATE TABLE waiting (id INTEGER PRIMARY KEY AUTOINCREMENT, author TEXT NOT NULL, path TEXT NOT NULL, cid TEXT,
       tries INTEGER NOT NULL, due INTEGER NOT NULL, UNIQUE (author, path, cid)) STRICT`,
    `CREATE TABLE taken (id INTEGER PRIMARY KEY AUTOINCREMENT, author TEXT NOT NULL, path TEXT NOT NULL, cid TEXT NOT NULL,
       recipients TEXT NOT NULL, UNIQUE (author, path)) STRICT`,
  ],
];

/** Bring the tables up to the newest migration, one transaction each. */
export function migrate(storage: DurableObjectStorage): void {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY) STRICT");
  const done = Number(sql.exec("SELECT COALESCE(MAX(version), 0) AS version FROM migration").one()["version"]);
  if (done > MIGRATIONS.length) throw new Error(`upstream storage has schema ${done}, this version knows ${MIGRATIONS.length}`);
  MIGRATIONS.slice(done).forEach((statements, index) => {
    storage.transactionSync(() => {
      for (const statement of statements) sql.exec(statement);
      sql.exec("INSERT INTO migration (version) VALUES (?)", done + index + 1);
    });
  });
}
