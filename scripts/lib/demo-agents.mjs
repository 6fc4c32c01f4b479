import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "@rookery/sdk";
import { Refusal, reasonOf } from "./refusal.mjs";
import { writePrivately } from "./secrets.mjs";

/** Who lives in the demo: alice has something to do, and the others are asked to help. */
const NAMES = ["alice", "bob", "carol", "dan", "ella"];

/**
 * An agent's login, as it is kept in `agents.json` of the state folder.
 * @typedef {object} Login
 * @property {string} name
 * @property {string} did
 * @property {string} handle
 * @property {string} password
 */

/** @param {string} dataDir State folder. */
export const loginsPathOf = (dataDir) => join(dataDir, "agents.json");

/** @param {string} path @returns {Login[]} */
export const readLogins = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : []);

/**
 * The agents of an earlier run, or new ones, signed in.
 * @param {{ origin: string, plcUrl: string, adminKey: string, dataDir: string, log: (line: string) => void,
 *   cursors: import("./demo-cursors.mjs").DemoCursors }} settings
 */
export const demoAgents = async ({ origin, plcUrl, adminKey, dataDir, log, cursors }) => {
  const loginsPath = loginsPathOf(dataDir);
  const logins = await provision(origin, adminKey, loginsPath, log);
  log("signing them in");
  const agents = await Promise.all(
    logins.map(({ did, handle, password }) => {
      const cursor = cursors.get(did);
      const inbox = {
        ...(cursor === undefined ? {} : { cursor }),
        onCursor: (/** @type {string} */ at) => cursors.set(did, at),
        onError: (/** @type {unknown} */ error) => log(`  !  inbox of ${handle}: ${reasonOf(error)}; trying again`),
      };
      return connect({ service: origin, identifier: did, password, plcUrl, inbox });
    }),
  );
  return { agents, loginsPath };
};

/**
 * Each agent is written down as soon as it is there; the idempotency key makes a run that was cut short go on where
 * it stopped.
 * @param {string} origin @param {string} adminKey @param {string} path @param {(line: string) => void} log
 */
const provision = async (origin, adminKey, path, log) => {
  const logins = readLogins(path);
  for (const name of NAMES) {
    if (logins.some((login) => login.name === name)) continue;
    log(`provisioning ${name}`);
    const answer = await fetch(`${origin}/agents/create`, {
      method: "POST",
      headers: { authorization: `Bearer ${adminKey}`, "content-type": "application/json", "idempotency-key": `demo-${name}` },
      body: JSON.stringify({ name }),
    });
    const said = /** @type {{ did: string, handle: string, password: string, error?: string, message?: string }} */ (await answer.json());
    if (!answer.ok) throw new Refusal(`${name} could not be provisioned: ${answer.status} ${said.error}: ${said.message}`);
    logins.push({ name, did: said.did, handle: said.handle, password: said.password });
    writePrivately(path, `${JSON.stringify(logins, null, 2)}\n`);
  }
  return logins.filter((login) => NAMES.includes(login.name));
};
