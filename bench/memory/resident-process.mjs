import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openMemory } from "../../packages/memory/src/index.ts";
import { manyMemories } from "./set.mjs";

/** Run by resident.mjs. argv: how many memories. Pages lie in files, records are made when they are read: neither counts. */
const count = Number(process.argv[2]);
const did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const folder = mkdtempSync(join(tmpdir(), "rookery-resident-"));
/** @type {Set<string>} */
const names = new Set();
let done = 0;
const now = Date.parse("2026-06-01T00:00:00Z");
const pathAt = (/** @type {number} */ i) => `${manyMemories(i).kind ?? "note"}/m${i}`;

const pages = {
  *all() {
    for (const name of names) yield { name, data: new Uint8Array(readFileSync(join(folder, name))) };
  },
  get: (/** @type {string} */ name) => (names.has(name) ? new Uint8Array(readFileSync(join(folder, name))) : undefined),
  commit: (/** @type {import("../../packages/memory/src/index.ts").PageChange} */ change) => {
    for (const name of change.drop) names.delete(name);
    for (const { name, data } of change.put) {
      names.add(name);
      writeFileSync(join(folder, name), data);
    }
    done += change.done.length;
  },
  clear: () => names.clear(),
};

const records = {
  changed: (/** @type {number} */ limit) => Array.from({ length: Math.min(limit, count - done) }, (_, i) => ({ path: pathAt(done + i), at: "1" })),
  pending: () => count - done,
  touchAll: () => undefined,
  read: (/** @type {readonly string[]} */ paths) =>
    Promise.resolve(paths.map((path) => {
      const i = Number(path.split("/m")[1]);
      const { kind = "note", ...rest } = manyMemories(i);
      return { uri: `at://${did}/agent.memory.${kind}/m${i}`, cid: `bafy${i}`, sealed: true, value: { ...rest, createdAt: new Date(now - i * 600_000).toISOString() } };
    })),
  readPins: () => Promise.resolve(undefined),
  write: () => Promise.reject(new Error("nothing is written here")),
  count: () => count,
};

const heap = async () => {
  // What buffers held is given back a moment after they are collected.
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const ports = { did, pages, records, now: () => now, nextRkey: () => "x", subjectKey: () => "x" };
const filler = openMemory(ports);
while ((await filler.catchUp(1000)) > 0);
filler.evict();
const before = await heap();
// A new one, as of an agent that wakes: what building the index took is not what it holds.
const memory = openMemory(ports);
const ask = () => memory.recall({ query: "Who serviced the generator at the Ridge?" });
await ask();
await ask();
const awake = (await heap()) - before;
memory.evict();
const evicted = (await heap()) - before;
const { indexBytes } = await memory.stats();
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify({ awake, evicted, stored: indexBytes }));
