import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "../lib/client.mjs";
import { freePort } from "../lib/ports.mjs";
import { ServerProcess } from "../lib/server-process.mjs";

const here = (name) => join(import.meta.dirname, name);

/**
 * Who is measured. `accounts` false: the peer knows no accounts and takes any DID; such a peer has no provisioning.
 * @type {Record<string, { script: string, accounts: boolean, args: (o: { port: number, plc: string, folder: string }) => string[] }>}
 */
const PEERS = {
  colony: {
    script: here("../../scripts/colony.mjs"),
    accounts: true,
    args: ({ port, plc, folder }) => ["--port", `${port}`, "--plc", plc, "--data", folder, "--admin-password", "bench-admin-password", "--open-registration", "--no-rate-limits"],
  },
  official: { script: here("official.mjs"), accounts: true, args: ({ port, plc, folder }) => [`${port}`, plc, folder] },
  skeleton: { script: here("../skeleton/serve.mjs"), accounts: false, args: ({ port, folder }) => [`${port}`, folder] },
};

export const PEER_NAMES = Object.keys(PEERS);

/** Starts the PLC directory that the peers of a run share. @param {string} folder For its log. @returns Its URL. */
export const startPlc = async (folder) => {
  const port = await freePort();
  await new ServerProcess(here("plc.mjs"), [`${port}`], join(folder, "plc.log")).ready();
  return `http://localhost:${port}`;
};

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {number} port
 * @property {number} pid Root of the server's process tree.
 * @property {boolean} accounts
 * @property {Client} client
 */

/**
 * @param {string} name One of PEER_NAMES.
 * @param {string} plc
 * @param {string} folder Where it may keep its state.
 * @param {Record<string, string>} [env]
 * @returns {Promise<Peer>}
 */
export const startPeer = async (name, plc, folder, env) => {
  const { script, args, accounts } = PEERS[name];
  const port = await freePort();
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const server = new ServerProcess(script, args({ port, plc, folder: own }), join(folder, `${name}.log`), env);
  await server.ready();
  return { name, port, pid: server.pid, accounts, client: new Client(port) };
};
