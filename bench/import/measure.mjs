import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { anyFreePort } from "../../scripts/lib/ports.mjs";
import { treeCpu } from "../lib/cpu.mjs";
import { installOfficial } from "../lib/install.mjs";
import { Inspector, inspected } from "../lib/inspector.mjs";
import { inScratchFolder } from "../lib/scratch.mjs";
import { median, percentile } from "../lib/stats.mjs";
import { startPeer, startPlc } from "../peers/peers.mjs";
import { Wanderer } from "./wanderer.mjs";

const USAGE = `node bench/import.mjs [options]

How long an account's repository takes to move in, what it takes of the isolate's heap, and what others notice of it.

  --records N    records in the CAR (default 100000: 28 MB)
  --peer NAMES   colony,official (default both)
  --ordered      blocks in the order of a streamable CAR, instead of that of their CIDs`;

/** How long a neighbour thinks between two writes, ms: it is to notice the import, not to slow it down. */
const BETWEEN = 50;

/** @param {number} bytes */
const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
/** @param {number} time */
const ms = (time) => `${time.toFixed(1)} ms`;

/** What another agent's writes take, one after the other, until told to stop. @param {string} origin @param {string} name */
const neighbour = async (origin, name) => {
  const call = async (/** @type {string} */ method, /** @type {object} */ body, /** @type {string} */ token = "") => {
    const headers = { "content-type": "application/json", ...(token === "" ? {} : { authorization: `Bearer ${token}` }) };
    const answer = await fetch(`${origin}/xrpc/${method}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const { did, accessJwt } = await call("com.atproto.server.createAccount", { handle: `${name}.test`, email: `${name}@example.com`, password: "password of a neighbour" });
  const write = async () => {
    const began = performance.now();
    await call("com.atproto.repo.createRecord", { repo: did, collection: "com.example.note", record: { $type: "com.example.note", text: "meanwhile" } }, accessJwt);
    return performance.now() - began;
  };
  return {
    /** @param {() => boolean} over */
    during: async (over) => {
      const times = [];
      for (; !over(); await sleep(BETWEEN)) times.push(await write());
      return times;
    },
  };
};

/** The isolate's heap, at its largest. @param {Inspector} inspector @param {() => boolean} over */
const peakHeap = async (inspector, over) => {
  let peak = 0;
  while (!over()) {
    const { usedSize, backingStorageSize = 0 } = await inspector.send("Runtime.getHeapUsage");
    peak = Math.max(peak, usedSize + backingStorageSize);
    await sleep(20);
  }
  return peak;
};

/** @param {number[]} times */
const spread = (times) => `p50 ${ms(median(times))}, p95 ${ms(percentile(times, 0.95))}, longest ${ms(Math.max(...times))} (${times.length} writes)`;

/** @param {string} name @param {string} plc @param {string} folder @param {{ records: number, ordered: boolean }} what */
const measure = async (name, plc, folder, { records, ordered }) => {
  const port = await anyFreePort();
  const peer = await startPeer(name, plc, folder, name === "colony" ? inspected(folder, port) : {});
  const origin = `http://localhost:${peer.port}`;
  const inspector = name === "colony" ? await Inspector.attach(port, "rookery") : undefined;
  const wanderer = await Wanderer.make(plc, `wanderer-${name}.test`);
  const car = await wanderer.car(records, ordered);
  const token = await wanderer.open(origin, `comes-to-${name}.test`);
  const other = await neighbour(origin, `lives-at-${name}`);
  const quietUntil = performance.now() + 3_000;
  const quiet = await other.during(() => performance.now() > quietUntil);
  await inspector?.send("HeapProfiler.collectGarbage");
  const { usedSize: before = 0, backingStorageSize: buffers = 0 } = (await inspector?.send("Runtime.getHeapUsage")) ?? {};
  let over = false;
  const cpuBefore = treeCpu(peer.pid);
  const began = performance.now();
  const heap = inspector && peakHeap(inspector, () => over);
  const meanwhile = other.during(() => over);
  const answer = await Wanderer.bring(origin, token, car);
  const took = performance.now() - began;
  const cpu = treeCpu(peer.pid) - cpuBefore;
  over = true;
  if (!answer.ok) throw new Error(`importRepo at ${name}: ${answer.status} ${await answer.text()}`);
  const lines = [`${name}: ${records} records, ${mb(car.length)}, imported in ${(took / 1000).toFixed(2)} s, ${(cpu / 1000).toFixed(2)} s of CPU (the neighbour's included)`, `  another agent's writes before: ${spread(quiet)}`, `  and meanwhile:               ${spread(await meanwhile)}`];
  const peak = await heap;
  if (peak !== undefined) lines.push(`  isolate's heap and buffers: ${mb(before + buffers)} before, at most ${mb(peak)} meanwhile`);
  process.stdout.write(`${lines.join("\n")}\n`);
};

/** @param {string[]} args */
export const measureImport = async (args) => {
  const text = { type: /** @type {const} */ ("string") };
  const flag = { type: /** @type {const} */ ("boolean") };
  const { values } = parseArgs({ args, options: { records: text, peer: text, ordered: flag, help: flag } });
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  const peers = (values.peer ?? "colony,official").split(",");
  if (peers.includes("official")) await installOfficial((line) => process.stderr.write(`${line}\n`));
  await inScratchFolder(join(tmpdir(), "rookery-import-"), async (folder) => {
    const plc = await startPlc(folder);
    for (const name of peers) await measure(name, plc, folder, { records: Number(values.records ?? 100_000), ordered: values.ordered ?? false });
  });
};
