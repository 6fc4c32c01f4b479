import { helpText, parseOptions } from "./options.mjs";
import { startPlc } from "./plc.mjs";
import { readLoopback, readPort } from "./readers.mjs";
import { stopOnSignal } from "./stop.mjs";

const USAGE = `npm run plc -- [options]

Runs a PLC directory on this machine: the routes and validation of @did-plc/server, its operations
on disk. Every option is also an environment variable; the flag wins.`;

/** @type {import("./options.mjs").OptionRow[]} */
export const PLC_ROWS = [
  { flag: "port", env: "ROOKERY_PLC_PORT", value: "N", default: "2582", read: readPort, help: "port of the PLC directory" },
  { flag: "host", env: "ROOKERY_HOST", value: "ADDRESS", default: "127.0.0.1", read: readLoopback, help: "loopback address to listen on" },
  { flag: "data", env: "ROOKERY_DATA", value: "DIR", help: "state folder (default .data in the repository)" },
];

/** `npm run plc`. */
export const runPlc = async () => {
  const options = parseOptions(PLC_ROWS, process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(helpText(USAGE, PLC_ROWS));
    return;
  }
  const plc = await startPlc(/** @type {import("./plc.mjs").PlcOptions} */ (options));
  stopOnSignal(plc.stop);
  process.stdout.write(`PLC directory ready at ${plc.url}\n`);
};
