import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { helpText, parseOptions } from "./options.mjs";
import { keptOrigin } from "./origin.mjs";
import { DEFAULT_DATA } from "./paths.mjs";
import { readOrigin } from "./readers.mjs";
import { Refusal, reasonOf } from "./refusal.mjs";
import { readSecrets } from "./secrets.mjs";

const USAGE = `npm run -s rotate -- signing-key ACTOR
npm run -s rotate -- recovery-key ACTOR DID_KEY|none [OLD_DID_KEY]

Rotates a key of an agent's DID in a running colony, and prints what became of it as JSON. ACTOR is a DID or a handle.`;

/** @type {import("./options.mjs").OptionRow[]} */
const ROTATE_ROWS = [
  { flag: "data", env: "ROOKERY_DATA", value: "DIR", help: "state folder of the colony (default .data in the repository)" },
  { flag: "origin", env: "ROOKERY_ORIGIN", value: "URL", read: readOrigin, help: "address of the colony (default the one its state folder was made for)" },
  { flag: "admin-password", env: "ROOKERY_ADMIN_PASSWORD", value: "PW", help: "the admin's secret (default the one in DIR/secrets.json)" },
];

/**
 * The route and the body that the words stand for.
 * @param {string[]} words
 * @returns {{ path: string, body: Record<string, string | null> }}
 * @throws Refusal for words that are no command.
 */
export const rotationOf = ([what, actor, key, replaces, ...more]) => {
  if (actor !== undefined && more.length === 0) {
    if (what === "signing-key" && key === undefined) return { path: "/admin/identity/signing-key", body: { actor } };
    if (what === "recovery-key" && key !== undefined) return { path: "/admin/identity/recovery-key", body: { actor, recoveryKey: key === "none" ? null : key, ...(replaces === undefined ? {} : { replaces }) } };
  }
  throw new Refusal(helpText(USAGE, ROTATE_ROWS).trimEnd());
};

/** `npm run rotate`. @throws Refusal when the colony does not answer or refuses. */
export const runRotate = async () => {
  const options = parseOptions(ROTATE_ROWS, process.argv.slice(2), process.env, { words: true });
  if (options.help) {
    process.stdout.write(helpText(USAGE, ROTATE_ROWS));
    return;
  }
  const { path, body } = rotationOf(options.words);
  const folder = resolve(options.data ?? DEFAULT_DATA);
  const secretsPath = join(folder, "secrets.json");
  const origin = options.origin ?? keptOrigin(folder);
  if (origin === undefined) throw new Refusal(`${join(folder, "origin")} is not there. Give --origin URL, the address of the colony.`);
  const adminKey = options.adminPassword ?? (existsSync(secretsPath) ? readSecrets(secretsPath).adminApiKey : undefined);
  if (adminKey === undefined) throw new Refusal(`${secretsPath} is not there. Give --admin-password PW.`);
  const answer = await fetch(origin + path, { method: "POST", headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json" }, body: JSON.stringify(body) }).catch((error) => {
    throw new Refusal(`Nobody answers at ${origin} (${reasonOf(error)}). Is the colony running there? Otherwise give --origin URL.`);
  });
  const said = await answer.json();
  if (!answer.ok) throw new Refusal(`Not rotated: ${said.error}: ${said.message}`);
  process.stdout.write(`${JSON.stringify(said)}\n`);
};
