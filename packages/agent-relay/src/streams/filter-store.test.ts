import { describe, expect, it } from "vitest";
import { runInDurableObject } from "cloudflare:test";
import type { FilterSpec } from "@rookery/sync";
import { INLINE_FILTER_CHARS, TOTAL_FILTER_CHARS } from "../settings.ts";
import { did, relayFor } from "../../test/relay.ts";
import { FilterStore } from "./filter-store.ts";

const filterOf = (chars: number): FilterSpec => ({ kinds: ["commit"], dids: Array.from({ length: Math.floor((chars - 40) / 35) }, (_, i) => did(i)) });

function withStore<T>(test: string, run: (store: FilterStore, sql: SqlStorage) => T): Promise<T> {
  return runInDurableObject(relayFor({ test }).stub, (_, { storage: { sql } }) => run(new FilterStore(sql, []), sql));
}

describe("the store of filters", () => {
  it("has one bound for all of them, wherever they live, before and after a start", () => withStore("total", (store, sql) => {
    const [short, long] = [filterOf(INLINE_FILTER_CHARS), filterOf(350_000)];
    const kept: Parameters<FilterStore["drop"]>[0][] = [];
    const fill = (into: FilterStore, filter: FilterSpec) => {
      for (let put = into.put(filter); put.ok; put = into.put(filter)) kept.push(put.value);
    };
    for (let i = 0; i < 10; i++) {
      const put = store.put(long);
      if (put.ok) kept.push(put.value);
    }
    fill(store, short);
    const most = TOTAL_FILTER_CHARS / JSON.stringify(short).length;
    expect(kept.length).toBeGreaterThan(0.5 * most);
    expect(kept.length).toBeLessThan(most);
    expect(store.put(long)).toMatchObject({ ok: false, error: { status: 503 } });
    const woken = new FilterStore(sql, kept);
    expect(woken.put(short)).toMatchObject({ ok: false, error: { status: 503 } });
    for (const filter of kept.slice(0, 11)) woken.drop(filter);
    expect(woken.put(long)).toMatchObject({ ok: true });
    expect(new FilterStore(sql, []).put(long)).toMatchObject({ ok: true });
    expect(sql.exec("SELECT COUNT(*) AS n FROM filter").one()).toEqual({ n: 1 });
  }));
});
