import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { networkFor } from "../../test/network.ts";
import { Hosts } from "./hosts.ts";

it("costs a host's own rows, not those of all the others", async () => {
  await runInDurableObject(networkFor({ test: "host-rows" }).network(), (_, { storage: { sql } }) => {
    const add = (host: string, count: number) => {
      for (let i = 0; i < count; i++)
        sql.exec("INSERT INTO repos (did, host, epoch, n, head, active, seq, acked, carried) VALUES (?, ?, 0, 0, 'head', 1, 0, 0, 1)", `did:plc:${host}${i}`, host);
    };
    add("", 5);
    add("small.example.com", 3);
    add("large.example.com", 500);
    let read = 0;
    const counting = new Proxy(sql, {
      get: (_target, name) =>
        name !== "exec" ? undefined : (...call: Parameters<SqlStorage["exec"]>) => {
          const cursor = sql.exec(...call);
          const rows = cursor.toArray();
          read += cursor.rowsRead;
          return { toArray: () => rows, one: () => rows[0], rowsWritten: cursor.rowsWritten };
        },
    });
    const hosts = new Hosts(counting);
    hosts.heard("small.example.com", 3, 7, 1_000);
    read = 0;
    expect(hosts.find("small.example.com", 2_000)).toEqual({ host: "small.example.com", accounts: 3, seq: 7, lastEventAt: new Date(1_000).toISOString() });
    expect(hosts.own(9, 2_000)).toEqual({ host: "", accounts: 5, seq: 9 });
    hosts.forget("small.example.com");
    expect(hosts.find("small.example.com", 2_000)).toBeUndefined();
    expect(read).toBeLessThan(100);
  });
});
