// Writes the tables of docs/lexicons.md from lexicons/agent. A test fails when that was forgotten.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withTables } from "./lib/lexicon-docs.mjs";
import { ROOT } from "./lib/paths.mjs";

const folder = join(ROOT, "lexicons/agent");
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
const page = join(ROOT, "docs/lexicons.md");
const documents = files.map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
writeFileSync(page, withTables(readFileSync(page, "utf8"), documents, ["agent.comms", "agent.memory"]));
