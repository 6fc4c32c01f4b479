/**
 * The tables of a new object in one go. An object that is made today would go through every migration there ever was, and
 * create tables only to alter and drop them: a third of what provisioning costs. So the first new object of an isolate does
 * that, what comes of it is read back, and the next ones get it as it is: the migrations stay the only description there is.
 *
 * One of many that are made together gets only the tables that its birth writes to, and keeps by itself the statements that
 * make the others, which run when it is first opened: until then those stand empty, and would be three quarters of what is
 * written of it. Its version is that of a whole one and {@link NEWBORN} more, so that a program which knows nothing of this
 * refuses it as one from the future.
 */

/** Added to the version of an object that has the tables of its birth alone. */
export const NEWBORN = 1_000_000;

/** Tables that `provision` writes to. */
const OF_BIRTH: ReadonlySet<string> = new Set(["schema_version", "account", "head", "node", "record_block", "record_key", "outbox", "due", "secret", "vault"]);

/** Names of SQLite's and the platform's own tables begin so. */
const OWN = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";

/** What makes the tables of a new object, the version included, in one text each. */
export interface FreshSchema {
  whole: string;
  newborn: string;
}

interface Made extends Record<string, SqlStorageValue> {
  name: string;
  type: string;
  tbl_name: string;
  sql: string;
}

/** The statements that make what is there now; undefined when a table other than the version's has rows, which only its migration can put there. */
export function freshSchemaOf(sql: SqlStorage, version: number): FreshSchema | undefined {
  const made = sql.exec<Made>(`SELECT name, type, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND ${OWN} ORDER BY rowid`).toArray();
  for (const { name, type } of made)
    if (type === "table" && name !== "schema_version" && sql.exec(`SELECT 1 FROM "${name}" LIMIT 1`).toArray().length > 0) return undefined;
  const ofBirth = made.filter(({ tbl_name: table }) => OF_BIRTH.has(table));
  const others = made.filter(({ tbl_name: table }) => !OF_BIRTH.has(table));
  // The text goes first: what it leaves free is used again.
  const rest = scriptOf(["DROP TABLE schema_rest", ...others.map((one) => one.sql), `UPDATE schema_version SET version = ${version}`]);
  return {
    whole: scriptOf([...made.map((one) => one.sql), versionIs(version)]),
    newborn: scriptOf([
      ...ofBirth.map((one) => one.sql), versionIs(NEWBORN + version),
      "CREATE TABLE schema_rest (statements TEXT NOT NULL)", `INSERT INTO schema_rest (statements) VALUES ('${rest.replaceAll("'", "''")}')`,
    ]),
  };
}

/** Make the tables that a newborn lacks. The caller wraps it in a transaction. */
export function completeNewborn(sql: SqlStorage): void {
  sql.exec(sql.exec<{ statements: string }>("SELECT statements FROM schema_rest").one().statements);
}

const scriptOf = (statements: readonly string[]): string => statements.join(";\n");

const versionIs = (version: number): string => `INSERT INTO schema_version (id, version) VALUES (1, ${version})`;
