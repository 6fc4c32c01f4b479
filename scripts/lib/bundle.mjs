import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { Refusal, reasonOf } from "./refusal.mjs";

/** Wrangler without a word to the internet: each of these otherwise costs a look-up, and seconds where packets are dropped. */
const QUIET = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_HIDE_BANNER: "true" };

/** Bundles of this many states of the sources are kept, the last used ones. */
const KEPT = 6;

/**
 * What `wrangler deploy` would upload, in a folder.
 * @param {string} root Folder of wrangler.toml.
 * @param {string} outdir
 * @throws Refusal with wrangler's own words.
 */
export const dryRun = async (root, outdir) => {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");
  try {
    await promisify(execFile)(process.execPath, [wrangler, "deploy", "--dry-run", "--config", join(root, "wrangler.toml"), "--outdir", outdir], {
      cwd: root,
      env: { ...process.env, ...QUIET },
      maxBuffer: 1 << 24,
    });
  } catch (error) {
    const { stdout = "", stderr = "" } = /** @type {{ stdout?: string, stderr?: string }} */ (error);
    throw new Refusal(`The Worker does not bundle:\n${`${stdout}\n${stderr}`.trim() || reasonOf(error)}`);
  }
};

/** @param {string} folder @returns {string[]} Everything that may end up in the bundle. */
const sources = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" || entry.name.startsWith(".") ? [] : sources(path);
    return /\.test\.\w+$/.test(entry.name) ? [] : [path];
  });

/** @param {string} root */
const fingerprint = (root) => {
  const files = ["wrangler.toml", "pnpm-lock.yaml", "tsconfig.base.json", "package.json"].map((name) => join(root, name)).filter(existsSync);
  for (const name of ["packages", "lexicons", "src"]) if (existsSync(join(root, name))) files.push(...sources(join(root, name)));
  const hash = createHash("sha256");
  for (const file of files.toSorted()) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 32);
};

/**
 * The Worker's bundle for the sources as they are now; made only when they changed.
 * @param {string} root Folder of wrangler.toml.
 * @param {string} cache Folder for bundles.
 * @param {(line: string) => void} log
 * @returns Folder with index.js.
 */
export const bundleWorker = async (root, cache, log) => {
  const target = join(cache, `worker-${fingerprint(root)}`);
  if (existsSync(target)) {
    utimesSync(target, new Date(), new Date());
    return target;
  }
  log("bundling the Worker");
  mkdirSync(cache, { recursive: true });
  const half = mkdtempSync(join(cache, "half-"));
  try {
    await dryRun(root, half);
    if (!existsSync(join(half, "index.js"))) throw new Error(`wrangler left no index.js in ${half}`);
    moveOnce(half, target);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
  forget(cache, target);
  return target;
};

/**
 * Two launchers may come here at once; the content is the same, so whoever is second uses the first one's.
 * @param {string} half @param {string} target
 */
export const moveOnce = (half, target) => {
  try {
    renameSync(half, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
};

/** @param {string} cache @param {string} current */
const forget = (cache, current) => {
  const others = readdirSync(cache)
    .filter((name) => name.startsWith("worker-"))
    .map((name) => join(cache, name))
    .filter((path) => path !== current)
    .map((path) => ({ path, used: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  for (const { path } of others.toSorted((a, b) => b.used - a.used).slice(KEPT - 1)) rmSync(path, { recursive: true, force: true });
};

/**
 * The bundle as Miniflare wants it, in memory: a later restart of workerd must not depend on the cache.
 * @param {string} folder
 * @returns {import("miniflare").V4ModuleDefinition[]} Main module first.
 */
export const modulesOf = (folder) =>
  readdirSync(folder)
    .filter((name) => /\.(js|mjs|wasm|bin|txt)$/.test(name))
    .toSorted((a, b) => Number(b === "index.js") - Number(a === "index.js"))
    .map((name) => {
      const path = join(folder, name);
      const contents = readFileSync(path);
      if (name.endsWith(".wasm")) return { type: "CompiledWasm", path, contents };
      if (name.endsWith(".bin")) return { type: "Data", path, contents };
      return { type: name.endsWith(".txt") ? "Text" : "ESModule", path, contents: contents.toString() };
    });
