import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { helpText, parseOptions } from "./options.mjs";
import { keptOrigin } from "./origin.mjs";
import { DEFAULT_DATA } from "./paths.mjs";
import { readOrigin, readPassword } from "./readers.mjs";
import { Refusal, reasonOf } from "./refusal.mjs";

const USAGE = `npm run -s publish:lexicons -- [options]

Publishes the colony's lexicons: com.atproto.lexicon.schema records of an account of its own, which other people's
tools read. What is there already stays; run it again after an update. Prints what has changed.`;

/** @type {import("./options.mjs").OptionRow[]} */
const PUBLISH_ROWS = [
  { flag: "data", env: "ROOKERY_DATA", value: "DIR", help: "state folder of the colony (default .data in the repository)" },
  { flag: "origin", env: "ROOKERY_ORIGIN", value: "URL", read: readOrigin, help: "address of the colony (default the one its state folder was made for)" },
  { flag: "admin-password", env: "ROOKERY_ADMIN_PASSWORD", value: "PW", read: readPassword, help: "the admin's secret (default the one in secrets.json of the state folder)" },
];

/** The admin's secret, as the state folder has it. @param {string} folder @returns {string | undefined} */
const keptSecret = (folder) => {
  const path = join(folder, "secrets.json");
  if (!existsSync(path)) return undefined;
  const { adminApiKey } = JSON.parse(readFileSync(path, "utf8"));
  return typeof adminApiKey === "string" ? adminApiKey : undefined;
};

/** `npm run publish:lexicons`. @throws Refusal when the colony does not answer, or refuses. */
export const runPublish = async () => {
  const options = parseOptions(PUBLISH_ROWS, process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(helpText(USAGE, PUBLISH_ROWS));
    return;
  }
  const folder = resolve(options.data ?? DEFAULT_DATA);
  const origin = options.origin ?? keptOrigin(folder);
  const secret = options.adminPassword ?? keptSecret(folder);
  if (origin === undefined) throw new Refusal(`${join(folder, "origin")} is not there. Give --origin URL, the address of the colony.`);
  if (secret === undefined) throw new Refusal(`${join(folder, "secrets.json")} is not there. Give --admin-password PW.`);
  const { did, handle, created, updated, deleted, unchanged } = await publish(origin, secret);
  const lines = [...created.map((nsid) => `+ ${nsid}`), ...updated.map((nsid) => `~ ${nsid}`), ...deleted.map((nsid) => `- ${nsid}`)];
  for (const line of lines) process.stdout.write(`${line}\n`);
  process.stderr.write(`${handle} (${did}): ${created.length} created, ${updated.length} updated, ${deleted.length} deleted, ${unchanged} unchanged\n`);
};

/**
 * @param {string} origin @param {string} secret
 * @returns {Promise<{ did: string, handle: string, created: string[], updated: string[], deleted: string[], unchanged: number }>}
 */
const publish = async (origin, secret) => {
  /** @type {Response} */
  let answer;
  try {
    answer = await fetch(`${origin}/admin/lexicons/publish`, { method: "POST", headers: { authorization: `Bearer ${secret}` } });
  } catch (error) {
    throw new Refusal(`Nobody answers at ${origin} (${reasonOf(error)}). Is the colony running there? Otherwise give --origin URL.`);
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.status !== 200) throw new Refusal(`Not published: ${body.message ?? `the colony answers ${answer.status}`}`);
  return body;
};
