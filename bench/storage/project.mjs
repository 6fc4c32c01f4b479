import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "../../scripts/lib/paths.mjs";

/**
 * A project folder with the colony's own configuration and index.ts in front of its Worker, for ROOKERY_PROJECT.
 * @param {string} folder Where it is made.
 * @returns {string} The folder.
 */
export const countingProject = (folder) => {
  const project = join(folder, "counting-project");
  mkdirSync(project, { recursive: true });
  const config = readFileSync(join(ROOT, "wrangler.toml"), "utf8")
    .replace(/^main = ".*"$/m, `main = ${JSON.stringify(join(import.meta.dirname, "index.ts"))}`)
    .replaceAll("migrations_dir = \"", `migrations_dir = "${relative(project, ROOT)}/`);
  // Bundles are kept by what is in the project's folder, and the sources are elsewhere: the time makes it another one.
  writeFileSync(join(project, "wrangler.toml"), `# ${new Date().toISOString()}\n${config}`);
  return project;
};
