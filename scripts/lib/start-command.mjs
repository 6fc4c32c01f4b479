import { runDemo } from "../demo.mjs";
import { SHARED_ROWS } from "./colony-options.mjs";
import { startColony } from "./colony.mjs";
import { helpText, parseOptions } from "./options.mjs";
import { startPlc } from "./plc.mjs";
import { localUrl } from "./ports.mjs";
import { readPort } from "./readers.mjs";
import { Refusal, reasonOf } from "./refusal.mjs";
import { stopOnSignal } from "./stop.mjs";

const USAGE = `npm start -- [options]

Runs a PLC directory and a colony on this machine, provisions five agents on the first run, has
them do a small job together, sealed, and shows the firehose beside what they read. Ctrl-C stops
everything; starting again goes on with the same agents. Every option is also an environment variable; the flag wins.`;

/** @type {import("./options.mjs").OptionRow[]} */
export const START_ROWS = [
  ...SHARED_ROWS.slice(0, 1),
  { flag: "plc-port", env: "ROOKERY_PLC_PORT", value: "N", default: "2582", read: readPort, help: "port of the PLC directory" },
  ...SHARED_ROWS.slice(1),
];

/** `npm start`. */
export const runStart = async () => {
  const options = parseOptions(START_ROWS, process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(helpText(USAGE, START_ROWS));
    return;
  }
  const log = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
  const end = new AbortController();
  /** What has been started, to be stopped in reverse. @type {(() => Promise<void>)[]} */
  const running = [];
  stopOnSignal(async () => {
    log("\nstopping");
    end.abort();
    for (const stop of running.toReversed()) await stop();
  });
  const { host, data } = options;
  log("starting the PLC directory");
  const plc = await startPlc({ port: options.plcPort, host, data }, "plc-port");
  running.push(plc.stop);
  const colony = await startColony(/** @type {import("./colony-options.mjs").ColonyOptions} */ ({ ...options, plc: plc.url }), log);
  running.push(colony.stop);
  const relay = colony.relayOrigin === undefined ? "" : `  relay view     ${colony.relayOrigin}\n`;
  log(`\n  colony         ${colony.origin}\n${relay}  PLC directory  ${plc.url}\n  state          ${colony.folder}\n`);
  try {
    await runDemo({ origin: colony.origin, plcUrl: plc.url, adminKey: colony.adminKey, dataDir: colony.folder, log, signal: end.signal });
  } catch (error) {
    // The agents follow their DID documents, as everybody does: without the proxy that --origin speaks of they get nowhere.
    if (reasonOf(error) !== "fetch failed") throw error;
    throw new Refusal(`The agents cannot reach the colony at ${colony.origin}, the address in their DID documents. Is the proxy in front of it running? It must lead to ${localUrl(host, options.port)}.`);
  }
};
