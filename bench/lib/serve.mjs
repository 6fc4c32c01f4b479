import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from "miniflare";
import { dryRun, modulesOf } from "../../scripts/lib/bundle.mjs";

/**
 * Runs a Worker as the colony's launcher runs the colony, and says `ready` when it is.
 * @param {object} options
 * @param {number} options.port On loopback; 0 where the Worker says by itself where it listens.
 * @param {string} options.folder For its state.
 * @param {object} options.worker Its name, modules and bindings, in Miniflare's words.
 */
export const serve = async ({ port, folder, worker }) => {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port,
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.WARN),
      resourcePersistencePath: join(folder, "state"),
      workers: [{ compatibilityDate: "2026-11-01", compatibilityFlags: ["nodejs_compat"], ...worker }],
    }),
  );
  await miniflare.ready;
  process.stdout.write("ready\n");
};

/** The modules of a Worker in TypeScript, as its wrangler.toml has it bundled. @param {string} project Its folder. @param {string} folder For the bundle. */
export const bundled = async (project, folder) => {
  const bundle = join(folder, "bundle");
  mkdirSync(bundle, { recursive: true });
  await dryRun(project, bundle);
  return { modules: modulesOf(bundle), modulesRoot: bundle };
};
