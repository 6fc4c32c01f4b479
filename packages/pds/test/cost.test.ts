import { describe, expect, it } from "vitest";
import { tidOf } from "@rookery/repo";
import { runInDurableObject } from "cloudflare:test";
import { type Made, create, makeAgent, value } from "./agents.ts";
import { openState } from "../src/state.ts";
import { countRows } from "./rows-written.ts";

/** Records that the repository has: as many as the figures of others were measured with. */
const RECORDS = 20_000;
const COUNTED = 100;
const COLLECTION = "com.example.note";

/** Keys as clients make them: later ones are greater. A millisecond and a bit between two. */
const keyOf = (i: number): string => tidOf(1_700_000_000_000_000 + i * 1_037, 7);
/** About 150 bytes each, which with their tree are 230, as where other hosts' databases were measured. */
const smallNote = (i: number) => create(keyOf(i), `note ${i} of many ${"x".repeat(60)}`, COLLECTION);

async function filled(count: number): Promise<Made> {
  const agent = await makeAgent();
  for (let i = 0; i < count; i += 200) value(await agent.api.write({ ops: Array.from({ length: 200 }, (_, k) => smallNote(i + k)) }));
  return agent;
}

/** Counters, not clocks: these are what a write costs wherever it runs. */
describe(`a repository of ${RECORDS.toLocaleString("en")} small records`, () => {
  it("writes a row for each level of its tree and four others per create, and little more than its blocks in all", async () => {
    const agent = await filled(RECORDS);
    const { rows, statements, stored, blocks, levels } = await runInDurableObject(agent.stub, (instance) => {
      let seen = { rows: 0, statements: new Map<string, number>(), stored: 0, blocks: 0, levels: 0 };
      return instance
        .inside(async (state) => {
          const counter = countRows(state.sql);
          for (let i = 0; i < COUNTED; i++) value(await state.writer.write({ ops: [smallNote(RECORDS + i)] }));
          counter.stop();
          const [record, node] = ["record_block", "node"].map((table) => state.sql.exec<{ bytes: number }>(`SELECT SUM(LENGTH(data)) AS bytes FROM ${table}`).one().bytes);
          const depth = Math.log(RECORDS) / Math.log(4);
          seen = { rows: counter.total() / COUNTED, statements: counter.byStatement(), stored: state.sql.databaseSize, blocks: (record ?? 0) + (node ?? 0), levels: depth };
        })
        .then(() => seen);
    });
    const explained = JSON.stringify([...statements]);
    // Place and block of the record, head, event.
    expect(rows, explained).toBeLessThanOrEqual(levels + 5);
    expect(rows, explained).toBeGreaterThanOrEqual(5);
    expect(blocks).toBeLessThan(RECORDS * 240);
    expect(blocks).toBeGreaterThan(RECORDS * 210);
    expect(stored / blocks, `${stored} bytes for ${blocks} of blocks`).toBeLessThanOrEqual(1.75);
  });

  it("reads no more of itself when it wakes and writes than the tree's path", async () => {
    const agent = await filled(RECORDS);
    const read = await runInDurableObject(agent.stub, (instance) => {
      let seen = Number.NaN;
      return instance
        .inside(async (asleep) => {
          const counter = countRows(asleep.sql);
          const state = openState(asleep.storage, asleep.ports);
          value(await state.writer.write({ ops: [smallNote(RECORDS)] }));
          counter.stop();
          seen = counter.read();
        })
        .then(() => seen);
    });
    // Schema, account, head, jobs, a row for each level of the tree; and nothing that grows with the repository.
    expect(read).toBeGreaterThan(8);
    expect(read).toBeLessThanOrEqual(100);
  });
});
