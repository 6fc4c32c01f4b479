import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { did, relayFor } from "../test/relay.ts";
import { Repos } from "./repos.ts";

it("lists accounts that are carried without looking at those that are not", async () => {
  await runInDurableObject(relayFor({ test: "repo-list" }).stub, (_, { storage: { sql } }) => {
    for (let i = 0; i < 500; i++)
      sql.exec("INSERT INTO repos (did, host, epoch, n, head, active, seq, acked, carried) VALUES (?, 'pds.example.com', 0, 0, 'head', 1, 0, 0, ?)", `did:plc:${i}`, i < 498 ? 0 : 1);
    let read = 0;
    const counting = new Proxy(sql, {
      get: () => (...call: Parameters<SqlStorage["exec"]>) => {
        const cursor = sql.exec(...call);
        const rows = cursor.toArray();
        read += cursor.rowsRead;
        return { toArray: () => rows };
      },
    });
    expect(new Repos(counting).list(0, 10).repos.map(({ did: listed }) => listed)).toEqual(["did:plc:498", "did:plc:499"]);
    expect(read).toBeLessThan(50);
  });
});

describe("an account's row", () => {
  it("costs one written row an event, and the indexes by host only when the host changes", async () => {
    await runInDurableObject(relayFor({ test: "repo-rows" }).stub, (_, { storage: { sql } }) => {
      let written = 0;
      const counting = new Proxy(sql, {
        get: (_target, name) =>
          name !== "exec" ? undefined : (...call: Parameters<SqlStorage["exec"]>) => {
            const cursor = sql.exec(...call);
            written += cursor.rowsWritten;
            return cursor;
          },
      });
      const repos = new Repos(counting);
      const costOf = (work: () => void): number => {
        const before = written;
        work();
        return written - before;
      };
      for (const host of ["", "pds.example.com"]) {
        const repo = repos.add(did(host === "" ? 1 : 2), 0, host);
        expect(costOf(() => repos.save({ ...repo, n: 1, seq: 1 }))).toBe(1);
        repos.reload();
        const known = repos.find(repo.did) ?? repo;
        expect(known).toMatchObject({ host, n: 1, seq: 1 });
        expect(costOf(() => repos.save({ ...known, n: 2, seq: 2 }))).toBe(1);
        const moved = { ...known, n: 3, host: "other.example.com", carried: true };
        expect(costOf(() => repos.save(moved))).toBeGreaterThan(1);
        repos.reload();
        expect(repos.find(repo.did)).toEqual(moved);
        // Written down whole where nothing is remembered.
        repos.reload();
        repos.save({ ...moved, host });
        repos.reload();
        expect(repos.find(repo.did)).toEqual({ ...moved, host });
      }
    });
  });
});
