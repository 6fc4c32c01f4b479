import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import { dryRun, modulesOf } from "../../scripts/lib/bundle.mjs";

/** Runs worker.ts as the colony's launcher runs the colony. argv: port, state folder. */
const [port, folder] = process.argv.slice(2);
const bundle = join(folder, "bundle");
mkdirSync(bundle, { recursive: true });
await dryRun(import.meta.dirname, bundle);
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: Number(port),
    cf: false,
    telemetry: { enabled: false },
    log: new Log(LogLevel.WARN),
    resourcePersistencePath: join(folder, "state"),
    workers: [
      {
        name: "sealing",
        compatibilityDate: "2026-11-01",
        compatibilityFlags: ["nodejs_compat"],
        modules: modulesOf(bundle),
        modulesRoot: bundle,
      },
    ],
  }),
);
await miniflare.ready;
process.stdout.write("ready\n");
