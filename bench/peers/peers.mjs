import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { anyFreePort } from "../../scripts/lib/ports.mjs";
import { Client } from "../lib/client.mjs";
import { Inspector, inspected } from "../lib/inspector.mjs";
import { ServerProcess } from "../lib/server-process.mjs";
import { countingProject } from "../storage/project.mjs";

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

/** Who is measured as a host of accounts. */
export const HOSTS = Object.keys(PEERS);

/** Three objects of one workerd (relay/worker.ts): the colony's relay, a log with a send loop, and a bare send loop. */
const RELAYS = ["relay", "floor", "bare"];

/** A colony that listens to a host (ingest/fake-network.mjs). */
const LISTENER = "ingest";

/** Both of one `workerd` (sealing/worker.ts): what a sealed message is made of, alone. */
export const SUITES = ["xwing", "x25519"];

/** Messages of a colony's hosted agents, and what the primitives they need take: all of one colony. */
export const MESSAGES = ["sealed", "plain", "primitives"];

/** Memory in a colony, and what it is compared with: words alone, and all vectors, both in the bench's own process. */
export const MEMORIES = ["memory", "bm25", "scan"];

/** A colony that counts what it writes (storage/index.ts). */
export const COUNTED = "counted";

/** A colony whose isolate's heap can be asked for. */
const INSPECTED = "inspected";

export const PEER_NAMES = [...HOSTS, ...RELAYS, LISTENER, ...SUITES, ...MESSAGES, ...MEMORIES, COUNTED, INSPECTED];

/** Starts the PLC directory that the peers of a run share. @param {string} folder For its log. @returns Its URL. */
export const startPlc = async (folder) => {
  const port = await anyFreePort();
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
 * @property {number} [relayPort] Of the listener: where its relay view is.
 * @property {import("../ingest/fake-network.mjs").FakeNetwork} [network] Of the listener: the host it listens to.
 * @property {string} [admin] Of the listener, and of a colony whose messages are measured: the admin's secret.
 * @property {Client} [worker] Where messages are measured: what they are made of, alone.
 * @property {number} [workerPid] Root of its process tree.
 * @property {Inspector} [inspector] Of the inspected: a session with its isolate.
 */

/**
 * @param {string} name One of PEER_NAMES.
 * @param {string} plc
 * @param {string} folder Where it may keep its state.
 * @param {Record<string, string>} [env]
 * @returns {Promise<Peer>}
 */
export const startPeer = async (name, plc, folder, env) => {
  if (RELAYS.includes(name)) return { name, accounts: false, ...(await (relays ??= startRelays(folder))) };
  if (name === LISTENER) return startListener(folder);
  if (SUITES.includes(name)) return { name, accounts: false, ...(await (parts ??= startParts(folder))) };
  if (MESSAGES.includes(name)) return { name, ...(await (colony ??= startColony(plc, folder))) };
  if (name === COUNTED) return { ...(await startPeer("colony", plc, own(folder, name), { ROOKERY_PROJECT: countingProject(folder) })), name };
  if (name === INSPECTED) return startInspected(plc, folder);
  if (name === "memory") return { ...(await startPeer("colony", plc, folder)), name };
  if (MEMORIES.includes(name)) return { name, port: 0, pid: process.pid, accounts: false, client: new Client(0) };
  const { script, args, accounts } = PEERS[name];
  const port = await anyFreePort();
  const server = new ServerProcess(script, args({ port, plc, folder: own(folder, name) }), join(folder, `${name}.log`), env);
  await server.ready();
  return { name, port, pid: server.pid, accounts, client: new Client(port) };
};

const own = (folder, name) => {
  mkdirSync(join(folder, name), { recursive: true });
  return join(folder, name);
};

/** The server that the three of RELAYS share. @type {Promise<{ port: number, pid: number, client: Client }> | undefined} */
let relays;

const startRelays = async (folder) => {
  const port = await anyFreePort();
  const server = new ServerProcess(here("../relay/serve.mjs"), [`${port}`, own(folder, "relay")], join(folder, "relay.log"));
  await server.ready();
  return { port, pid: server.pid, client: new Client(port) };
};

/** The server that both of SUITES share. @type {Promise<{ port: number, pid: number, client: Client }> | undefined} */
let parts;

const startParts = async (folder) => {
  const port = await anyFreePort();
  const server = new ServerProcess(here("../sealing/serve.mjs"), [`${port}`, own(folder, "sealing")], join(folder, "sealing.log"));
  await server.ready();
  return { port, pid: server.pid, client: new Client(port) };
};

/** The colony that all of MESSAGES share. @type {Promise<Omit<Peer, "name">> | undefined} */
let colony;

const startInspected = async (plc, folder) => {
  const port = await anyFreePort();
  const peer = await startPeer("colony", plc, own(folder, INSPECTED), inspected(folder, port));
  return { ...peer, name: INSPECTED, inspector: await Inspector.attach(port, "rookery") };
};

const startColony = async (plc, folder) => {
  const { name: _, ...peer } = await startPeer("colony", plc, folder);
  const { client: worker, pid: workerPid } = await (parts ??= startParts(folder));
  return { ...peer, admin: "bench-admin-password", worker, workerPid };
};

const startListener = async (folder) => {
  const { FakeNetwork } = await import("../ingest/fake-network.mjs");
  const network = await new FakeNetwork().start();
  const [port, relayPort] = [await anyFreePort(), await anyFreePort()];
  const args = PEERS.colony.args({ port, plc: network.origin, folder: own(folder, LISTENER) });
  const server = new ServerProcess(PEERS.colony.script, [...args, "--relay-port", `${relayPort}`, "--peering", "open", "--relay-collections", "com.example.*"], join(folder, `${LISTENER}.log`));
  await server.ready();
  return { name: LISTENER, port, pid: server.pid, accounts: false, client: new Client(port), relayPort, network, admin: "bench-admin-password" };
};
