import { env, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { migrate } from "../schema.ts";
import { Vault, VaultError } from "./vault.ts";

const master = new Uint8Array(32).fill(3);
const did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
let objects = 0;

const inObject = (test: (sql: SqlStorage, storage: DurableObjectStorage) => void | Promise<void>) =>
  runInDurableObject(env.AGENT.get(env.AGENT.idFromName(`vault ${objects++}`)), async (_, { storage }) => {
    storage.transactionSync(() => migrate(storage.sql));
    await test(storage.sql, storage);
  });

/** Every byte of its rows. */
const dump = (sql: SqlStorage): string => JSON.stringify(sql.exec("SELECT hex(kind) AS kind, hex(id) AS id, hex(data) AS data FROM vault").toArray());

describe("the vault", () => {
  it("gives back what was put, by kind and name, also after a restart", () =>
    inObject((sql) => {
      const vault = new Vault(sql, master, did);
      expect(vault.get("task", "a")).toBeUndefined();
      vault.put("task", "a", utf8("one"));
      vault.putJson("task", "b", { two: 2 });
      vault.put("note", "a", utf8("three"));
      vault.put("task", "a", utf8("four"));
      const again = new Vault(sql, master, did);
      expect(new TextDecoder().decode(again.get("task", "a"))).toBe("four");
      expect(again.getJson("task", "b")).toEqual({ two: 2 });
      expect([...again.all("task")].map(({ name }) => name).toSorted()).toEqual(["a", "b"]);
      expect([again.count("task"), again.count("note"), again.count("other")]).toEqual([2, 1, 0]);
      expect([again.delete("task", "a"), again.delete("task", "a"), again.count("task")]).toEqual([true, false, 1]);
      expect([again.has("task", "a"), again.has("task", "b"), again.has("other", "b")]).toEqual([false, true, false]);
      expect(again.derive("x")).toEqual(vault.derive("x"));
      expect(again.derive("x")).not.toEqual(again.derive("y"));
    }));

  it("tells when entries of a kind have changed, and nothing while that may be undone", () =>
    inObject(async (sql, storage) => {
      const vault = new Vault(sql, master, did);
      vault.put("task", "a", utf8("one"));
      expect(vault.revision("task")).toBeUndefined();
      await Promise.resolve();
      const [task, note] = [vault.revision("task"), vault.revision("note")];
      expect([typeof task, typeof note]).toEqual(["number", "number"]);
      const undone = () => storage.transactionSync(() => {
        vault.put("task", "b", utf8("two"));
        expect(vault.revision("task")).toBeUndefined();
        throw new Error("undone");
      });
      expect(undone).toThrow("undone");
      await Promise.resolve();
      expect(vault.revision("task")).not.toBe(task);
      expect(vault.revision("note")).toBe(note);
      for (const change of [() => vault.delete("task", "a"), () => vault.clear("task")]) {
        const before = vault.revision("task");
        change();
        await Promise.resolve();
        expect(vault.revision("task")).not.toBe(before);
      }
    }));

  it("shows neither names nor kinds nor contents nor exact lengths", () =>
    inObject((sql) => {
      const vault = new Vault(sql, master, did);
      vault.put("secretkind", "secretname", utf8("secretdata"));
      const rows = dump(sql).toLowerCase();
      for (const word of ["secretkind", "secretname", "secretdata"]) expect(rows).not.toContain(Buffer.from(word).toString("hex"));
      const lengths = (): number[] => sql.exec<{ n: number }>("SELECT length(data) AS n FROM vault").toArray().map(({ n }) => n);
      vault.put("secretkind", "other", utf8("a rather longer one than that"));
      expect(new Set(lengths()).size).toBe(1);
    }));

  it("keeps nothing under a key that was undone", () =>
    runInDurableObject(env.AGENT.get(env.AGENT.idFromName(`vault ${objects++}`)), (_, { storage }) => {
      storage.transactionSync(() => migrate(storage.sql));
      const vault = new Vault(storage.sql, master, did);
      expect(() =>
        storage.transactionSync(() => {
          vault.put("task", "a", utf8("one"));
          vault.get("task", "a");
          throw new Error("undone");
        }),
      ).toThrow("undone");
      vault.put("task", "a", utf8("two"));
      expect(new TextDecoder().decode(new Vault(storage.sql, master, did).get("task", "a"))).toBe("two");
    }));

  it("does not cite what is no JSON", () =>
    inObject((sql) => {
      const vault = new Vault(sql, master, did);
      vault.put("task", "a", utf8("{ in confidence"));
      for (const read of [() => vault.getJson("task", "a"), () => [...vault.allJson("task")]]) {
        expect(read).toThrow(VaultError);
        expect(read).not.toThrow("confidence");
      }
      vault.putJson("task", "a", { n: 1 });
      expect([...vault.allJson("task")]).toEqual([{ name: "a", value: { n: 1 } }]);
    }));

  it("opens with its own key only, and in its own place only", () =>
    inObject((sql) => {
      const vault = new Vault(sql, master, did);
      vault.put("task", "a", utf8("one"));
      vault.put("task", "b", utf8("two"));
      expect(() => new Vault(sql, new Uint8Array(32), did).get("task", "a")).toThrow("master key");
      const [first, second] = sql.exec<{ id: ArrayBuffer; data: ArrayBuffer }>("SELECT id, data FROM vault ORDER BY id").toArray();
      if (first === undefined || second === undefined) throw new Error("two rows");
      sql.exec("UPDATE vault SET data = ? WHERE id = ?", second.data, first.id);
      expect(() => [...vault.all("task")]).toThrow(VaultError);
    }));
});
