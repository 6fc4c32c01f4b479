import { MIGRATIONS, migrate } from "../src/schema.ts";

const quoted = (name: string): string => `"${name}"`;

/** Version of the schema before the migration in which one of the statements has `text` in it. */
export function versionBefore(text: string): number {
  const version = MIGRATIONS.findIndex((statements) => statements.some((statement) => statement.includes(text)));
  if (version < 0) throw new Error(`no migration mentions ${text}`);
  return version;
}

/**
 * Take an object back to an earlier version of the schema, with as much of what it holds as that version has room for: as if
 * an earlier program had written it. The object must be put to sleep afterwards.
 */
export function backTo(sql: SqlStorage, version: number): void {
  const own = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";
  const things = sql.exec<{ name: string; type: string }>(`SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND ${own}`).toArray();
  const held = new Map(things.map(({ name }) => [name, sql.exec(`SELECT * FROM ${quoted(name)}`).toArray()]));
  held.delete("schema_version");
  for (const { name, type } of things.toSorted((a, b) => b.type.localeCompare(a.type))) sql.exec(`DROP ${type} ${quoted(name)}`);
  migrate(sql, MIGRATIONS.slice(0, version));
  for (const { name } of sql.exec<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table' AND ${own}`).toArray()) {
    const rows = held.get(name) ?? [];
    const columns = sql.exec<{ name: string }>("SELECT name FROM pragma_table_info(?)", name).toArray().map((column) => column.name);
    for (const row of rows) {
      const known = columns.filter((column) => column in row);
      sql.exec(`INSERT INTO ${quoted(name)} (${known.map(quoted).join(", ")}) VALUES (${known.map(() => "?").join(", ")})`, ...known.map((column) => row[column] ?? null));
    }
  }
}
