import { COLONY_ROWS } from "./colony-options.mjs";
import { startColony } from "./colony.mjs";
import { helpText, parseOptions } from "./options.mjs";
import { ROOT } from "./paths.mjs";
import { stopOnSignal } from "./stop.mjs";

const USAGE = `npm run colony -- [options]

Runs one colony in the foreground, with the PLC directory and the state folder given. Every option
is also an environment variable; the flag wins.`;

/** `npm run colony`. */
export const runColony = async () => {
  const options = parseOptions(COLONY_ROWS, process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(helpText(USAGE, COLONY_ROWS));
    return;
  }
  const began = performance.now();
  const log = (/** @type {string} */ line) => process.stderr.write(`${((performance.now() - began) / 1000).toFixed(2)}s ${line}\n`);
  /** @type {(() => Promise<void>)[]} */
  const running = [];
  // From the first moment; what is not yet here then ends with the process.
  stopOnSignal(async () => {
    for (const stop of running) await stop();
  });
  const colony = await startColony(/** @type {import("./colony-options.mjs").ColonyOptions} */ (options), log, {
    // For tests only: a fault to inject, how often is looked after what can wait, and another Worker than ours.
    fault: process.env.ROOKERY_FAULT,
    upkeepMs: process.env.ROOKERY_UPKEEP_MS,
    root: process.env.ROOKERY_PROJECT ?? ROOT,
  });
  running.push(colony.stop);
  if (!options.adminPassword) log(`admin password: adminApiKey in ${colony.secretsPath}`);
  if (colony.relayOrigin !== undefined) log(`relay view at ${colony.relayOrigin}`);
  process.stdout.write(`Colony ready at ${colony.origin}\n`);
};
