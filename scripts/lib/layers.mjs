import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { importsOf } from "./imports.mjs";

/**
 * Which package may use which: each row names what it may import directly, and whatever those may import it may as well.
 * A package that is not here is not allowed to exist.
 * @type {Record<string, string[]>}
 */
const ARROWS = {
  repo: [],
  sync: ["repo"],
  "lexicon-agent-comms": [],
  envelope: ["lexicon-agent-comms"],
  messaging: ["lexicon-agent-comms"],
  memory: ["lexicon-agent-comms"],
  pds: ["sync", "envelope", "messaging", "memory"],
  "agent-relay": ["sync"],
  network: ["pds", "agent-relay"],
  sdk: ["sync", "envelope", "messaging", "memory"],
  cli: ["sdk"],
  dashboard: ["sdk"],
  "create-rookery": ["sdk"],
};

/** Packages that run anywhere, and so know nothing of Cloudflare. */
const PURE = ["repo", "sync", "envelope", "messaging", "memory", "lexicon-agent-comms", "sdk"];

const SCOPE = "@rookery/";
const CLOUDFLARE = /^(cloudflare:|@cloudflare\/|wrangler(\/|$)|miniflare(\/|$)|workerd(\/|$))/;

/** Everything a package may import, through any number of arrows. @param {string} name @returns {Set<string>} */
const reachable = (name) => {
  const all = new Set(ARROWS[name] ?? []);
  for (const next of ARROWS[name] ?? []) for (const further of reachable(next)) all.add(further);
  return all;
};

/** @param {string} folder @returns {string[]} */
const sourceFiles = (folder) =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mts|js|mjs)$/.test(entry.name) && !/\.test\.\w+$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\/(test|tests|testing|node_modules)\//.test(path.slice(folder.length)));

/** `@scope/name/deep` → `@scope/name`. @param {string} specifier */
const packageOf = (specifier) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

/**
 * What is wrong with one import of one package, if anything.
 * @param {string} name The importing package.
 * @param {string} specifier
 * @param {{ folder: string, file: string, dependencies: Record<string, string> }} where
 */
const faultOf = (name, specifier, { folder, file, dependencies }) => {
  if (specifier.startsWith(".")) {
    const target = resolve(file, "..", specifier);
    return target.startsWith(`${folder}/`) ? undefined : "leaves the package; use its name";
  }
  if (PURE.includes(name) && CLOUDFLARE.test(specifier)) return `${name} knows nothing of Cloudflare`;
  if (specifier.startsWith("cloudflare:") || specifier.startsWith("node:")) return undefined;
  const target = packageOf(specifier);
  if (target.startsWith(SCOPE)) {
    if (!reachable(name).has(target.slice(SCOPE.length))) return `${name} may not import ${target}`;
    if (specifier !== target) return `go through the front door, ${target}`;
  }
  return target in dependencies ? undefined : `${target} is not among the dependencies in package.json`;
};

/** @param {string} name @param {string} folder @returns {string[]} */
const packageFaults = (name, folder) => {
  if (!(name in ARROWS)) return [`packages/${name}: has no place in the layers (scripts/lib/layers.mjs)`];
  const faults = [];
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const dependencies = { ...manifest.dependencies, ...manifest.peerDependencies };
  for (const dependency of Object.keys(dependencies)) {
    const forbidden = dependency.startsWith(SCOPE) && !reachable(name).has(dependency.slice(SCOPE.length));
    if (forbidden || (PURE.includes(name) && CLOUDFLARE.test(dependency))) faults.push(`packages/${name}/package.json: ${name} may not depend on ${dependency}`);
  }
  const config = join(folder, "tsconfig.json");
  if (PURE.includes(name) && existsSync(config) && readFileSync(config, "utf8").includes("@cloudflare/")) {
    faults.push(`packages/${name}/tsconfig.json: ${name} knows nothing of Cloudflare, nor of its types`);
  }
  if (!existsSync(join(folder, "src"))) return faults;
  for (const file of sourceFiles(join(folder, "src"))) {
    for (const { specifier, line } of importsOf(readFileSync(file, "utf8"))) {
      const fault = faultOf(name, specifier, { folder: resolve(folder), file: resolve(file), dependencies });
      if (fault) faults.push(`packages/${name}/${relative(folder, file)}:${line}: "${specifier}": ${fault}`);
    }
  }
  return faults;
};

/**
 * Every arrow between packages that the design does not have. Tests are exempt.
 * @param {string} root The repository.
 * @returns {string[]} One line per fault, `file:line: import: reason`.
 */
export const layerFaults = (root) =>
  readdirSync(join(root, "packages"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => packageFaults(entry.name, join(root, "packages", entry.name)));
