import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { unstable_splitSqlQuery as splitSql } from "wrangler";
import { Refusal, reasonOf } from "./refusal.mjs";

/** The same table as `wrangler d1 migrations apply` keeps, so that either may have run first. */
const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

/**
 * @param {string} folder
 * @returns {string[]} File names in the order in which they apply.
 */
export const listMigrations = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => /^\d{4}_.*\.sql$/.test(name)).toSorted() : []);

/**
 * Whether the registry refused a statement for its own sake, which it would again. What it says because workerd died, or because
 * the process before has not let go of the file yet, it does not say again.
 * @param {unknown} error
 */
export const isStatementFault = (error) => /^D1_\w+: .*\bSQLITE_(?!BUSY|LOCKED|IOERR)/s.test(reasonOf(error));

/**
 * Brings the colony's registry up to date: every file once, each in one batch (D1 runs a batch as one transaction).
 * @param {{ prepare(sql: string): any, batch(statements: any[]): Promise<unknown> }} db
 * @param {string} folder
 * @param {(line: string) => void} log
 * @throws Refusal when the state was written by a later version than this one.
 */
export const applyMigrations = async (db, folder, log) => {
  await db.prepare(TABLE).run();
  /** @type {{ results: { name: string }[] }} */
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map((row) => row.name));
  const names = listMigrations(folder);
  const unknown = [...applied].filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Refusal(`This state folder was written by a later version (it has ${unknown.join(", ")}). Update Rookery, or choose another folder with --data DIR.`);
  for (const name of names) {
    if (applied.has(name)) continue;
    log(`migrating the registry: ${name}`);
    const statements = splitSql(readFileSync(join(folder, name), "utf8"));
    await db.batch([...statements.map((sql) => db.prepare(sql)), db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name)]);
  }
};
