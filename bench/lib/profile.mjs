import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { anyFreePort } from "../../scripts/lib/ports.mjs";
import { startPeer, startPlc } from "../peers/peers.mjs";
import { provisionMany } from "../measures/colony-of-many.mjs";
import { say, settle, untilArrived } from "../measures/messages.mjs";
import { Bed, COLLECTION, COLONY_ADMIN } from "./bed.mjs";
import { processTree, treeCpu } from "./cpu.mjs";
import { Inspector, inspected } from "./inspector.mjs";
import { concurrently } from "./load.mjs";
import { report } from "./profile-report.mjs";
import { inScratchFolder } from "./scratch.mjs";

const USAGE = `node bench/profile.mjs [options]

Where the CPU of one operation goes: samples workerd's isolate and prints its busiest functions.

  --do WHAT      createRecord (default), applyWrites, getRecord, listRecords, getRepo, createAccount, createAgent, createAgents (of 50),
                 sealedMessage, plainMessage (between hosted agents, until it has arrived; --width 8 at most)
  --peer NAME    colony (default) or skeleton
  --size N       records in the repository at first (default 1000)
  --count N      operations (default 500)
  --width N      how many at once (default 1)
  --top N        lines per list (default 30)
  --interval N   µs between samples (default 100)
  --out FILE     also write the profile, to open in a browser's developer tools (.cpuprofile)`;

/** What can be profiled. @type {Record<string, (bed: Bed, account: import("./bed.mjs").Account, rkey: string) => (i: number, lane: number) => Promise<unknown>>} */
const WORK = {
  createRecord: (_, account) => (i) => account.create(i),
  applyWrites: (_, account) => () => account.createBatch(200),
  getRecord: ({ client }, { did }, rkey) => () => client.query("com.atproto.repo.getRecord", { repo: did, collection: COLLECTION, rkey }),
  listRecords: ({ client }, { did }) => () => client.query("com.atproto.repo.listRecords", { repo: did, collection: COLLECTION, limit: "100" }),
  getRepo: ({ client }, { did }) => () => client.query("com.atproto.sync.getRepo", { did }),
  createAccount: (bed) => () => bed.provision(),
  createAgent: (bed) => () => bed.provisionAgent(),
  createAgents: (bed) => () => provisionMany(bed, 50),
  sealedMessage: ({ client }) => messages(client, "sealed"),
  plainMessage: ({ client }) => messages(client, "public"),
};

/** @param {import("./client.mjs").Client} client @param {string} privacy */
const messages = (client, privacy) => {
  const settled = settle({ client, admin: COLONY_ADMIN });
  return async (i, lane = 0) => {
    const pairs = await settled;
    const { sender, recipient } = pairs[lane % pairs.length];
    await say(client, sender, recipient, privacy, i);
    await untilArrived(client, recipient, 1);
  };
};

const readOptions = (args) => {
  const text = { type: /** @type {const} */ ("string") };
  const options = { do: text, peer: text, size: text, count: text, width: text, top: text, interval: text, out: text, help: { type: /** @type {const} */ ("boolean") } };
  const { values } = parseArgs({ args, options });
  const { do: work = "createRecord", peer = "colony", size = "1000", count = "500", width = "1", top = "30", interval = "100", out, help } = values;
  if (!WORK[work]) throw new Error(`--do ${work}: known are ${Object.keys(WORK).join(", ")}`);
  if (!["colony", "skeleton"].includes(peer)) throw new Error(`--peer ${peer}: known are colony, skeleton`);
  return { work, peer, size: Number(size), count: Number(count), width: Number(width), top: Number(top), interval: Number(interval), out, help };
};

/** CPU of each process of the tree, in ms. @param {number} pid */
const cpuByProcess = (pid) => new Map(processTree(pid).map((one) => [one, treeCpu(one) - processTree(one).slice(1).reduce((sum, child) => sum + treeCpu(child), 0)]));

/** @param {string[]} args */
export const profile = async (args) => {
  const options = readOptions(args);
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  await inScratchFolder(join(tmpdir(), "rookery-profile-"), async (folder) => {
    const port = await anyFreePort();
    const peer = await startPeer(options.peer, await startPlc(folder), folder, inspected(folder, port));
    const bed = new Bed(peer, (line) => process.stderr.write(`${line}\n`));
    const account = await bed.account("profiled", options.size);
    const { uri } = await account.create(0);
    const once = WORK[options.work](bed, account, uri.split("/").at(-1));
    await concurrently(Math.ceil(options.count / 4), options.width, once);
    const inspector = await Inspector.attach(port, options.peer === "colony" ? "rookery" : "skeleton");
    const sources = await inspector.sources();
    // Sampling itself costs CPU: the figures per process are taken without it.
    const before = cpuByProcess(peer.pid);
    await concurrently(options.count, options.width, once);
    const used = [...cpuByProcess(peer.pid)].map(([pid, ms]) => `${((ms - (before.get(pid) ?? 0)) / options.count).toFixed(2)} ms ${readFileSync(`/proc/${pid}/comm`, "utf8").trim()}`);
    const sampled = await inspector.profile(options.interval, () => concurrently(options.count, options.width, once));
    inspector.close();
    if (options.out) writeFileSync(options.out, JSON.stringify(sampled));
    process.stdout.write(`${options.work} at the ${options.peer}, ${options.size} records, ${options.width} at once: CPU per operation ${used.join(", ")}\n\n${report(sampled, sources, { top: options.top, ops: options.count })}\n`);
  });
};
