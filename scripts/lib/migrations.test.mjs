import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../testing/launch.mjs";
import { applyMigrations, listMigrations } from "./migrations.mjs";

/** D1's interface over SQLite, as far as migrations need it. A batch is one transaction. */
const fakeD1 = () => {
  const db = new DatabaseSync(":memory:");
  const statement = (/** @type {string} */ sql, /** @type {string[]} */ values = []) => ({
    bind: (/** @type {string[]} */ ...given) => statement(sql, given),
    run: async () => db.prepare(sql).run(...values),
    all: async () => ({ results: db.prepare(sql).all(...values) }),
  });
  return {
    db,
    prepare: (/** @type {string} */ sql) => statement(sql),
    batch: async (/** @type {ReturnType<typeof statement>[]} */ statements) => {
      db.exec("BEGIN");
      try {
        for (const one of statements) await one.run();
        db.exec("COMMIT");
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      }
    },
  };
};

/** @param {Record<string, string>} files */
const folderWith = (files) => {
  const folder = freshFolder();
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
  return folder;
};

const quiet = () => undefined;
const FIRST = "-- one; two\nCREATE TABLE a (x TEXT);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; SELECT 1; END;\nINSERT INTO a VALUES ('x;y')";

describe("migrations", () => {
  test("apply in order, once", async () => {
    const folder = folderWith({ "0002_b.sql": "ALTER TABLE a ADD COLUMN y", "0001_a.sql": FIRST, "notes.md": "no migration" });
    const d1 = fakeD1();
    /** @type {string[]} */
    const lines = [];
    await applyMigrations(d1, folder, (line) => lines.push(line));
    await applyMigrations(d1, folder, (line) => lines.push(line));
    expect(lines).toEqual(["migrating the registry: 0001_a.sql", "migrating the registry: 0002_b.sql"]);
    expect(d1.db.prepare("SELECT name FROM d1_migrations ORDER BY id").all().map((row) => row.name)).toEqual(listMigrations(folder));
  });

  test("are applied whole or not at all", async () => {
    const folder = folderWith({ "0001_a.sql": "CREATE TABLE a (x); CREATE TABLE a (x);" });
    const d1 = fakeD1();
    await expect(applyMigrations(d1, folder, quiet)).rejects.toThrow(/already exists/);
    expect(d1.db.prepare("SELECT name FROM sqlite_master WHERE name = 'a'").all()).toEqual([]);
    expect(d1.db.prepare("SELECT name FROM d1_migrations").all()).toEqual([]);
  });

  test("of a later version are refused", async () => {
    const d1 = fakeD1();
    await applyMigrations(d1, folderWith({ "0001_a.sql": FIRST, "0002_b.sql": "CREATE TABLE b (x)" }), quiet);
    await expect(applyMigrations(d1, folderWith({ "0001_a.sql": FIRST }), quiet)).rejects.toThrow(/later version.*0002_b\.sql/);
  });
});
