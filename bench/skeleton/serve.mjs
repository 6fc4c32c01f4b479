import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../lib/serve.mjs";

/** Runs worker.mjs. argv: port, state folder. */
const [port, folder] = process.argv.slice(2);
const path = join(import.meta.dirname, "worker.mjs");
const worker = {
  name: "skeleton",
  modules: [{ type: "ESModule", path, contents: readFileSync(path, "utf8") }],
  modulesRoot: import.meta.dirname,
  durableObjects: { AGENT: { className: "Agent", useSQLite: true }, RELAY: { className: "Relay", useSQLite: true } },
  // At its port itself, as the colony is.
  unsafeDirectSockets: [{ host: "127.0.0.1", port: Number(port) }],
};
await serve({ port: 0, folder, worker });
