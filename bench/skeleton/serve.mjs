import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";

/** Runs the skeleton as the colony's launcher runs the colony. argv: port, state folder. */
const [port, folder] = process.argv.slice(2);
const path = join(import.meta.dirname, "worker.mjs");
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: 0,
    cf: false,
    telemetry: { enabled: false },
    log: new Log(LogLevel.WARN),
    resourcePersistencePath: join(folder, "state"),
    workers: [
      {
        name: "skeleton",
        compatibilityDate: "2026-11-01",
        compatibilityFlags: ["nodejs_compat"],
        modules: [{ type: "ESModule", path, contents: readFileSync(path, "utf8") }],
        modulesRoot: import.meta.dirname,
        // At its port itself, as the colony is.
        unsafeDirectSockets: [{ host: "127.0.0.1", port: Number(port) }],
        durableObjects: { AGENT: { className: "Agent", useSQLite: true }, RELAY: { className: "Relay", useSQLite: true } },
      },
    ],
  }),
);
await miniflare.ready;
process.stdout.write("ready\n");
