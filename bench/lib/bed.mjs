import { withCpu } from "./cpu.mjs";

/** Known to none of the peers, so none of them checks it against a schema: what is compared is storing. */
export const COLLECTION = "com.example.bench.note";

/** The admin's secret that the colony is started with (peers/peers.mjs). */
export const COLONY_ADMIN = "bench-admin-password";

/** Most operations that one applyWrites may have. */
const BATCH = 200;

const WORDS = "agents keep what they learn in records that anybody can verify and only a few may read ".repeat(3);

/** A record of about 350 bytes. @param {number} i */
export const note = (i) => ({ $type: COLLECTION, text: `${i} ${WORDS}`, createdAt: new Date().toISOString() });

/** @param {number} count */
export const batch = (count) =>
  Array.from({ length: count }, (_, i) => ({ $type: "com.atproto.repo.applyWrites#create", collection: COLLECTION, value: note(i) }));

/** One agent's account at one peer. */
export class Account {
  #client;

  /** @param {import("./client.mjs").Client} client @param {string} did @param {string} [token] */
  constructor(client, did, token) {
    this.#client = client;
    this.did = did;
    this.token = token;
  }

  /** @param {number} i @returns {Promise<{ uri: string, commit: { rev: string } }>} */
  create(i) {
    return this.#client.call("com.atproto.repo.createRecord", { repo: this.did, collection: COLLECTION, record: note(i) }, this.token);
  }

  /** @param {number} count At most 200 creates in one commit. */
  createBatch(count) {
    return this.#client.call("com.atproto.repo.applyWrites", { repo: this.did, writes: batch(count) }, this.token);
  }
}

/** One peer with the accounts that the measures use on it. */
export class Bed {
  #accounts = new Map();
  #made = 0;

  /** @param {import("../peers/peers.mjs").Peer} peer @param {(line: string) => void} log @param {string} plc The directory's URL. */
  constructor(peer, log, plc) {
    this.peer = peer;
    this.plc = plc;
    this.client = peer.client;
    this.log = log;
  }

  /** A new account. */
  async provision() {
    const name = `b${(++this.#made).toString().padStart(5, "0")}`;
    if (!this.peer.accounts) return new Account(this.client, `did:plc:${name.padEnd(24, "a")}`);
    const body = { handle: `${name}.test`, email: `${name}@example.com`, password: `password of ${name}` };
    const { did, accessJwt } = await this.client.call("com.atproto.server.createAccount", body);
    return new Account(this.client, did, accessJwt);
  }

  /** A new agent, with a credential that the host makes: the colony's own way; elsewhere an account. */
  async provisionAgent() {
    if (this.peer.name !== "colony") return this.provision();
    const body = { name: `a${(++this.#made).toString().padStart(5, "0")}` };
    const { did } = await this.client.call("agent.network.createAgent", body, COLONY_ADMIN);
    return new Account(this.client, did);
  }

  /**
   * The account of that name, made and filled the first time.
   * @param {string} name
   * @param {number} [size] Records it has at first.
   * @returns {Promise<Account>}
   */
  account(name, size = 10) {
    let account = this.#accounts.get(name);
    if (!account) this.#accounts.set(name, (account = this.#fill(name, size)));
    return account;
  }

  async #fill(name, size) {
    const began = performance.now();
    const account = await this.provision();
    for (let left = size; left > 0; left -= BATCH) await account.createBatch(Math.min(BATCH, left));
    if (size >= 1000) this.log(`${this.peer.name}: filled ${name} with ${size} records in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return account;
  }

  /**
   * @template T
   * @param {number} count How many operations `work` does.
   * @param {() => Promise<T>} work
   * @returns {Promise<{ result: T, cpuPerOp: number }>} `cpuPerOp` in ms of the server's process tree.
   */
  async costed(count, work) {
    const { result, cpu } = await withCpu(this.peer.pid, work);
    return { result, cpuPerOp: cpu / count };
  }
}
