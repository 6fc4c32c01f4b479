import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPeer, startPlc } from "../peers/peers.mjs";
import { Bed } from "./bed.mjs";
import { installOfficial } from "./install.mjs";
import { machine } from "./machine.mjs";
import { USAGE, readOptions } from "./options.mjs";
import { runRounds } from "./rounds.mjs";
import { inScratchFolder } from "./scratch.mjs";
import { table } from "./table.mjs";

const RESULTS = join(import.meta.dirname, "../results");

/** What is taken only when asked for does not take the place of the rest. @param {import("../measures/measures.mjs").Measure[]} measures */
const resultsOf = (measures) => {
  const files = new Set(measures.map(({ asked = "latest" }) => asked));
  return join(RESULTS, `${files.size === 1 ? [...files][0] : "latest"}.json`);
};

const began = performance.now();
const log = (line) => process.stderr.write(`${((performance.now() - began) / 1000).toFixed(1)}s ${line}\n`);

const print = ({ machine: where, rounds, samples, failures }) => {
  process.stdout.write(`${where}; medians of ${rounds} interleaved rounds.\n\n${table(samples)}\n`);
  for (const failure of failures) process.stdout.write(`\nFailed: ${failure}\n`);
};

/** `npm run bench`. @param {string[]} args */
export const bench = async (args) => {
  const options = readOptions(args);
  if (options.help) return void process.stdout.write(`${USAGE}\n`);
  const latest = resultsOf(options.measures);
  if (options.last) return print(JSON.parse(readFileSync(latest, "utf8")));
  if (options.peers.includes("official")) await installOfficial(log);
  const where = machine();
  await inScratchFolder(join(options.data ?? tmpdir(), "rookery-bench-"), async (folder) => {
    const plc = await startPlc(folder);
    const beds = [];
    for (const name of options.peers) {
      log(`starting ${name}`);
      beds.push(new Bed(await startPeer(name, plc, folder), log, plc));
    }
    const { samples, failures } = await runRounds(beds, options, log);
    const run = { at: new Date().toISOString(), machine: where, rounds: options.rounds, quick: options.quick, failures, samples };
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(latest, `${JSON.stringify(run, null, 1)}\n`);
    print(run);
    log(`written to ${latest}`);
    if (failures.length > 0) process.exitCode = 1;
  });
};
