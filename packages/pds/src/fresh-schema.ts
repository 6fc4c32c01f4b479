/**
 * The tables of a new object in one go. An object that is made today would go through every migration there ever was, and
 * create tables only to alter and drop them: a third of what provisioning costs. So the first new object of an isolate does
 * that, what comes of it is read back, and the next ones get it as it is: the migrations stay the only description there is.
 */

/** Names of SQLite's and the platform's own tables begin so. */
const OWN = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";

/**
 * Statements that make what is there now, the version included, in one text; undefined when a table other than the version's
 * has rows, which only its migration can put there.
 */
export function scriptOf(sql: SqlStorage, version: number): string | undefined {
  const made = sql.exec<{ name: string; type: string; sql: string }>(`SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND ${OWN} ORDER BY rowid`).toArray();
  for (const { name, type } of made)
    if (type === "table" && name !== "schema_version" && sql.exec(`SELECT 1 FROM "${name}" LIMIT 1`).toArray().length > 0) return undefined;
  return [...made.map((one) => one.sql), `INSERT INTO schema_version (id, version) VALUES (1, ${version})`].join(";\n");
}
