import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "./lib/refusal.mjs";
import { writePrivately } from "./lib/secrets.mjs";

/** Who lives in the demo. */
const NAMES = ["alice", "bob", "carol"];

/**
 * An agent's login, as it is kept in `agents.json` of the state folder.
 * @typedef {object} Login
 * @property {string} name
 * @property {string} did
 * @property {string} handle
 * @property {string} password
 */

/**
 * @typedef {object} DemoSettings
 * @property {string} origin The colony.
 * @property {string} plcUrl
 * @property {string} adminKey
 * @property {string} dataDir State folder.
 * @property {(line: string) => void} log For the person at the terminal.
 * @property {AbortSignal} signal Ends the demo.
 */

/**
 * What `npm start` shows: agents with accounts of their own. Answers when `signal` aborts.
 * @param {DemoSettings} settings
 * @throws Refusal when an agent cannot be provisioned.
 */
export const runDemo = async ({ origin, adminKey, dataDir, log, signal }) => {
  const path = join(dataDir, "agents.json");
  const logins = await provision(origin, adminKey, path, log);
  const [first] = logins;
  for (const { handle, did } of logins) log(`  ${handle.padEnd(14)} ${did}`);
  log(`
Their passwords are in ${path}. Log in with any atproto client, service ${origin}.
Look at one of them:
  curl '${origin}/xrpc/com.atproto.repo.describeRepo?repo=${first?.did}'
Ctrl-C stops everything; npm start goes on with the same agents.`);
  while (!signal.aborted) await sleep(1 << 30, undefined, { signal }).catch(() => undefined);
};

/**
 * The agents of an earlier run, or new ones. Each is written down as soon as it is there; the idempotency key makes a run
 * that was cut short go on where it stopped.
 * @param {string} origin @param {string} adminKey @param {string} path @param {(line: string) => void} log
 * @returns {Promise<Login[]>}
 */
const provision = async (origin, adminKey, path, log) => {
  /** @type {Login[]} */
  const logins = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
  for (const name of NAMES) {
    if (logins.some((login) => login.name === name)) continue;
    log(`provisioning ${name}`);
    const answer = await fetch(`${origin}/agents/create`, {
      method: "POST",
      headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json", "idempotency-key": `demo-${name}` },
      body: JSON.stringify({ name }),
    });
    const said = /** @type {Record<string, string>} the colony is ours */ (await answer.json());
    if (!answer.ok) throw new Refusal(`${name} could not be provisioned: ${answer.status} ${said.error}: ${said.message}`);
    logins.push({ name, did: said.did ?? "", handle: said.handle ?? "", password: said.password ?? "" });
    writePrivately(path, `${JSON.stringify(logins, null, 2)}\n`);
  }
  return logins;
};
