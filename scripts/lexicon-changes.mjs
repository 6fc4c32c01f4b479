// Whether the lexicons of records have changed in a way that breaks what is stored since they were last released.
//
//   node scripts/lexicon-changes.mjs            exit 1 when they have, with a sentence for each place
//   node scripts/lexicon-changes.mjs --record   part of a release: what they are now is what later ones are held to
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { breakingChanges, storedDefinitions } from "./lib/lexicon-changes.mjs";
import { ROOT } from "./lib/paths.mjs";

const folder = join(ROOT, "lexicons");
const path = join(ROOT, "scripts/fixtures/released-lexicons.json");
const files = readdirSync(join(folder, "agent"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
const now = storedDefinitions(files.map((file) => JSON.parse(readFileSync(join(folder, "agent", file), "utf8"))));

if (process.argv.includes("--record")) {
  const rows = Object.entries(now).map(([ref, def]) => `  ${JSON.stringify(ref)}: ${JSON.stringify(def)}`);
  writeFileSync(path, `{\n${rows.join(",\n")}\n}\n`);
  console.log(`${rows.length} definitions recorded`);
} else {
  const faults = breakingChanges(JSON.parse(readFileSync(path, "utf8")), now);
  for (const fault of faults) console.error(fault);
  console.log(faults.length === 0 ? `${Object.keys(now).length} definitions, none of them broken since the last release` : "These changes break what is stored. Give the new form a name of its own (…V2) instead: lexicons/README.md.");
  process.exitCode = faults.length === 0 ? 0 : 1;
}
