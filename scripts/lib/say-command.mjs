import { join, resolve } from "node:path";
import { connect } from "@rookery/sdk";
import { loginsPathOf, readLogins } from "./demo-agents.mjs";
import { helpText, parseOptions } from "./options.mjs";
import { keptOrigin } from "./origin.mjs";
import { DEFAULT_DATA } from "./paths.mjs";
import { readOrigin } from "./readers.mjs";
import { Refusal, reasonOf } from "./refusal.mjs";

const USAGE = `npm run -s say -- FROM TO "text" [options], e.g. npm run -s say -- alice bob "how are you?"

Sends a message as one of the demo's agents of a running colony, sealed for its reader, and prints the record's address.
FROM is a name in agents.json of the state folder; TO is such a name, a handle or a DID.`;

/** @type {import("./options.mjs").OptionRow[]} */
export const SAY_ROWS = [
  { flag: "data", env: "ROOKERY_DATA", value: "DIR", help: "state folder of the colony (default .data in the repository)" },
  { flag: "origin", env: "ROOKERY_ORIGIN", value: "URL", read: readOrigin, help: "address of the colony (default the one its state folder was made for)" },
];

/** `npm run say`. @throws Refusal when nobody is of that name, or the colony does not answer or refuses. */
export const runSay = async () => {
  const options = parseOptions(SAY_ROWS, process.argv.slice(2), process.env, { words: true });
  if (options.help) {
    process.stdout.write(helpText(USAGE, SAY_ROWS));
    return;
  }
  const [from, to, ...words] = /** @type {string[]} */ (options.words);
  if (from === undefined || to === undefined || words.length === 0) throw new Refusal(helpText(USAGE, SAY_ROWS).trimEnd());
  const folder = resolve(options.data ?? DEFAULT_DATA);
  const path = loginsPathOf(folder);
  const logins = readLogins(path);
  const login = logins.find((one) => one.name === from);
  if (login === undefined) {
    const known = logins.length === 0 ? "is not there yet: run npm start first" : `has ${logins.map((one) => one.name).join(", ")}`;
    throw new Refusal(`No login of ${JSON.stringify(from)}: ${path} ${known}. For another state folder give --data DIR.`);
  }
  const service = options.origin ?? keptOrigin(folder);
  if (service === undefined) throw new Refusal(`${join(folder, "origin")} is not there. Give --origin URL, the address of the colony.`);
  const recipient = logins.find((one) => one.name === to)?.did ?? (to.includes(".") || to.startsWith("did:") ? to : `${to}${login.handle.slice(login.name.length)}`);
  try {
    const agent = await connect({ service, identifier: login.did, password: login.password });
    const sent = await agent.send(recipient, words.join(" "));
    process.stdout.write(`${sent.uri}\n`);
  } catch (error) {
    const isSilent = error instanceof Error && reasonOf(error) === "fetch failed";
    throw new Refusal(isSilent ? `Nobody answers at ${service}. Is the colony running there? Otherwise give --origin URL.` : `Not sent: ${reasonOf(error)}`);
  }
};
