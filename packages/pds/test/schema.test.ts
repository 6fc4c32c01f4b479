import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { NEWBORN, freshSchemaOf } from "../src/fresh-schema.ts";
import { MIGRATIONS, makeNewborn, migrate, schemaVersion } from "../src/schema.ts";
import { type Made, create, makeAgent, newDid, note, objectOf, op, ringAlarm, unborn, value } from "./agents.ts";
import { backTo, versionBefore } from "./old-schema.ts";
import { countRows } from "./rows-written.ts";
import { bytesOf, verifyExport } from "./verify.ts";

/** What an agent may first be opened by. */
const OPENINGS: Record<string, (agent: Pick<Made, "api" | "stub">, input: ReturnType<typeof unborn>) => Promise<unknown>> = {
  "a reader": async ({ api }) => value(await api.getHead()),
  "its alarm": (agent) => ringAlarm(agent),
  "mail": ({ api }) => api.wake({}),
  "another try to make it": async ({ api }, input) => value(await api.provisionUntold(input)),
  "the end of it": async ({ api }) => value(await api.announceDeletion()),
};

describe("migrations", () => {
  it("run once each, from any version, and refuse one from the future", async () => {
    const { stub } = objectOf(newDid());
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      const steps = [["CREATE TABLE a (x INTEGER)"], ["ALTER TABLE a ADD COLUMN y INTEGER"], ["INSERT INTO a (x, y) VALUES (1, 2)"]];
      expect(schemaVersion(sql)).toBe(0);
      for (let version = 1; version <= steps.length; version++) {
        migrate(sql, steps.slice(0, version));
        migrate(sql, steps.slice(0, version));
        expect(schemaVersion(sql)).toBe(version);
      }
      expect(sql.exec("SELECT * FROM a").toArray()).toEqual([{ x: 1, y: 2 }]);
      expect(() => migrate(sql, steps.slice(0, 2))).toThrow("newer");
    });
  });

  it("keep the records of an object from before their keys were stored once", async () => {
    const agent = await makeAgent();
    value(await agent.api.write({ ops: [create("a"), create("b"), create("c"), create("z", "z", "com.example.other")] }));
    const listed = value(await agent.api.listRecords({ collection: "com.example.note", limit: 5 }));
    const version = versionBefore("CREATE TABLE record_block");
    await runInDurableObject(agent.stub, (_, { storage: { sql } }) => {
      backTo(sql, version);
      expect(sql.exec("SELECT type FROM sqlite_master WHERE name = 'record'").one()).toEqual({ type: "table" });
    });
    await abortAllDurableObjects();
    const { api } = objectOf(agent.did);
    expect(value(await api.listRecords({ collection: "com.example.note", limit: 5 }))).toEqual(listed);
    expect(value(await api.collections())).toEqual(["com.example.note", "com.example.other"]);
    value(await api.write({ ops: [op({ action: "delete", collection: "com.example.note", rkey: "b" }), op({ action: "update", collection: "com.example.note", rkey: "c", record: note("new") }), create("d")] }));
    expect(value(await api.listRecords({ collection: "com.example.note", limit: 5 })).records.map(({ rkey }) => rkey)).toEqual(["d", "c", "a"]);
    const exported = await verifyExport(await bytesOf(value(await api.exportRepo({}))), agent);
    expect([...exported.records.keys()].toSorted()).toEqual(["com.example.note/a", "com.example.note/c", "com.example.note/d", "com.example.other/z"]);
  });

  const shape = (sql: SqlStorage) => ({
    made: sql.exec("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY type, name").toArray(),
    version: schemaVersion(sql),
  });
  const inNew = <T>(work: (sql: SqlStorage) => T) => runInDurableObject(objectOf(newDid()).stub, (_, { storage }) => work(storage.sql));

  it("make of a new object at once what they make of one step by step, and not when they write rows", async () => {
    const stepByStep = await inNew((sql) => {
      // Another list of the same migrations is not the one that is remembered.
      migrate(sql, [...MIGRATIONS]);
      return shape(sql);
    });
    for (const which of ["the first of an isolate", "a later one", "another"]) {
      const counted = await inNew((sql) => {
        const counter = countRows(sql);
        migrate(sql);
        counter.stop();
        return { ...shape(sql), rows: counter.total() };
      });
      expect(counted).toMatchObject(stepByStep);
      // One for each table, index and view, and the version.
      if (which !== "the first of an isolate") expect(counted.rows).toBeLessThan(1.5 * stepByStep.made.length);
    }
    await inNew((sql) => {
      sql.exec("CREATE TABLE schema_version (id INTEGER PRIMARY KEY, version INTEGER NOT NULL)");
      sql.exec("CREATE TABLE a (x INTEGER)");
      expect(freshSchemaOf(sql, 7)?.whole).toBe("CREATE TABLE schema_version (id INTEGER PRIMARY KEY, version INTEGER NOT NULL);\nCREATE TABLE a (x INTEGER);\nINSERT INTO schema_version (id, version) VALUES (1, 7)");
      sql.exec("INSERT INTO a (x) VALUES (1)");
      expect(freshSchemaOf(sql, 7)).toBeUndefined();
    });
  });

  it("make of an object that was born with few tables what they make of any other, this program's and a later one's, and an earlier one refuses it", async () => {
    const whole = await inNew((sql) => (migrate(sql), shape(sql)));
    const newborn = async (then: (sql: SqlStorage) => void) => inNew((sql) => (makeNewborn(sql), then(sql), shape(sql)));
    const born = await newborn(() => undefined);
    expect(born.version).toBe(NEWBORN + MIGRATIONS.length);
    expect(born.made.length).toBeLessThan(whole.made.length / 2);
    expect(await newborn((sql) => migrate(sql))).toEqual(whole);
    expect(await newborn((sql) => (migrate(sql), migrate(sql)))).toEqual(whole);
    const later = [...MIGRATIONS, ["ALTER TABLE granted ADD COLUMN later TEXT DEFAULT 'it''s'", "CREATE TABLE later (x INTEGER)"]];
    expect(await newborn((sql) => migrate(sql, later))).toEqual(await inNew((sql) => (migrate(sql, later), shape(sql))));
    expect(await newborn((sql) => expect(() => migrate(sql, MIGRATIONS.slice(0, -1))).toThrow("newer"))).toEqual(born);
  });

  it("reach an agent that was born with few tables when it is first opened", async () => {
    const shapeOf = (stub: Made["stub"]) => runInDurableObject(stub, (_, { storage }) => shape(storage.sql));
    const whole = await shapeOf((await makeAgent()).stub);
    for (const [name, open] of Object.entries(OPENINGS)) {
      const input = { ...unborn(), keys: "hosted" as const };
      const agent = objectOf(input.did);
      value(await agent.api.provisionUntold(input));
      expect((await shapeOf(agent.stub)).version, name).toBe(NEWBORN + MIGRATIONS.length);
      await evictDurableObject(agent.stub);
      await open(agent, input);
      expect(await shapeOf(agent.stub), name).toEqual(whole);
      const collections = await runInDurableObject(agent.stub, (_, { storage }) => storage.sql.exec<{ key: string }>("SELECT key FROM record").toArray().map(({ key }) => key.split("/")[0]));
      expect(collections, name).toEqual(["agent.comms.key"]);
    }
  });

  it("leave nothing behind of an agent that is given up before it was opened", async () => {
    const input = unborn();
    const { api, stub } = objectOf(input.did);
    value(await api.provisionUntold(input));
    await api.erase();
    await evictDurableObject(stub);
    expect(await runInDurableObject(stub, (_, { storage }) => shape(storage.sql))).toEqual({ made: [], version: 0 });
  });
});
