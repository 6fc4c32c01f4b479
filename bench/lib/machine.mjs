import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg, totalmem, type } from "node:os";

const versionOf = (path) => JSON.parse(readFileSync(path, "utf8")).version;

/** Where and with what a run is about to be made, in one line. */
export const machine = () => {
  const require = createRequire(import.meta.url);
  const miniflare = require.resolve("miniflare/package.json");
  const workerd = createRequire(miniflare).resolve("workerd/package.json");
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpus()[0].model.trim()}, ${memory} GiB, ${type()}, Node ${process.versions.node}, workerd ${versionOf(workerd)}; load ${loadavg()[0].toFixed(1)} before`;
};
