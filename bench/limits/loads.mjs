import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { COLLECTION, COLONY_ADMIN } from "../lib/bed.mjs";
import { concurrently } from "../lib/load.mjs";
import { Wanderer } from "../import/wanderer.mjs";
import { silentSockets } from "./silent-sockets.mjs";

/** @typedef {import("../lib/bed.mjs").Bed} Bed */
/** @typedef {import("../lib/bed.mjs").Account} Account */

/** Agents that are asked for the largest things side by side. */
const AGENTS = 16;
/** Just below what a record may have. */
const LARGE = 990_000;
const LARGE_COLLECTION = "com.example.bench.large";
/** What one answer of large records is asked for. */
const LARGE_RECORDS = 100;
/** Records of what moves in, 28 MB; and of what is exported. */
const MANY = 100_000;
/** The default limit of a blob, in bytes. */
const BLOB = 5 * 1024 * 1024;
/** How long slow readers leave unread what they asked for, ms. */
const UNREAD = 3_000;
/** Sockets of the firehose, from its beginning; and of each inbox, as many as it may have, which read nothing for so long, ms. */
const FIREHOSE_READERS = 100;
const INBOX_READERS = 16;
const SILENT = 8_000;
/** Messages of 30 KB in each inbox: more than a reader may leave unread. */
const LETTERS = 40;

/** @param {Bed} bed */
const agentsOf = async (bed) => {
  await concurrently(AGENTS, 4, (i) => bed.account(`limits ${i}`));
  return Promise.all(Array.from({ length: AGENTS }, (_, i) => bed.account(`limits ${i}`)));
};

/** The agent whose records are as large as they may be. @type {Promise<{ account: Account, cids: string[] }> | undefined} */
let large;

/** @param {Bed} bed */
const fillLarge = async (bed) => {
  const account = await bed.account("limits large");
  const [cids, rkeys] = [[], []];
  for (let i = 0; i < LARGE_RECORDS; i++) {
    const { uri, cid } = await bed.client.call("com.atproto.repo.createRecord", { repo: account.did, collection: LARGE_COLLECTION, record: { $type: LARGE_COLLECTION, text: `${i} `.padEnd(LARGE, "x") } }, account.token);
    cids.push(cid);
    rkeys.push(uri.split("/").at(-1));
  }
  return { account, cids, rkeys };
};

/** @param {Bed} bed */
const largeOf = (bed) => (large ??= fillLarge(bed));

/** A request whose answer is read only after a while. @param {Bed} bed @param {string} path */
const readLate = (bed, path) =>
  new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: bed.peer.port, path, headers: { host: `localhost:${bed.peer.port}` }, agent: false }, (answer) => {
      let bytes = 0;
      answer.pause();
      setTimeout(() => answer.resume(), UNREAD);
      answer.on("data", (chunk) => (bytes += chunk.length));
      answer.on("error", reject);
      answer.on("end", () => (answer.statusCode === 200 || answer.statusCode === 429 || answer.statusCode === 503 ? resolve(bytes) : reject(new Error(`${path.slice(0, 100)}: ${answer.statusCode} after ${bytes} bytes`))));
    });
    sent.on("error", reject);
    sent.end();
  });

/** Upload a blob, its length declared or not. @param {Bed} bed @param {string} token @param {number} i @param {boolean} declared */
const upload = (bed, token, i, declared) =>
  new Promise((resolve, reject) => {
    const body = Buffer.alloc(BLOB, i + 1);
    const headers = { host: `localhost:${bed.peer.port}`, authorization: `Bearer ${token}`, "content-type": "application/x-bench", ...(declared ? { "content-length": body.length } : {}) };
    const sent = request({ host: "127.0.0.1", port: bed.peer.port, method: "POST", path: "/xrpc/com.atproto.repo.uploadBlob", headers, agent: false }, (answer) => {
      answer.resume();
      answer.on("end", () => (answer.statusCode === 200 ? resolve(undefined) : reject(new Error(`uploadBlob: ${answer.statusCode}`))));
    });
    sent.on("error", reject);
    for (let at = 0; at < body.length; at += 65_536) sent.write(body.subarray(at, at + 65_536));
    sent.end();
  });

/** @param {number} i Some 2,000,000 bytes of records, as many as one call may have. */
const batch = (i) =>
  Array.from({ length: 200 }, (_, k) => ({ $type: "com.atproto.repo.applyWrites#create", collection: COLLECTION, value: { $type: COLLECTION, text: `${i} ${k} `.padEnd(9_400, "x") } }));

/** A body of many small parts: of what may be sent, what takes most room when it is parsed. */
const hostile = (/** @type {string} */ did) => `{"repo":"${did}","writes":[${"{},".repeat(1_250_000)}{}]}`;

/** A body as it is, whatever is answered. @param {Bed} bed @param {string} nsid @param {string} token @param {string} body */
const post = async (bed, nsid, token, body) => {
  const answer = await fetch(`http://localhost:${bed.peer.port}/xrpc/${nsid}`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body });
  await answer.arrayBuffer();
  if (answer.status >= 500 && answer.status !== 503) throw new Error(`${nsid}: ${answer.status}`);
};

/** @type {Promise<Account[]> | undefined} */
let readers;

/** A sender and 32 recipients with keys that the colony holds. @param {Bed} bed */
const residents = (bed) =>
  (readers ??= (async () => {
    const { agents } = await bed.client.call("agent.network.createAgents", { agents: Array.from({ length: 33 }, (_, i) => ({ name: `limits-reader-${i}` })) }, COLONY_ADMIN);
    const sender = agents[0];
    const { accessJwt } = await bed.client.call("com.atproto.server.createSession", { identifier: sender.did, password: sender.password });
    sender.token = accessJwt;
    const message = { $type: "agent.comms.message", to: agents.slice(1).map(({ did }) => did), content: [{ $type: "agent.comms.defs#text", text: "hello" }], createdAt: new Date().toISOString() };
    // Their keys are published a moment after they were made.
    for (let tries = 0; ; tries++) {
      try {
        await bed.client.call("agent.comms.send", { collection: "agent.comms.message", record: message }, sender.token);
        return agents;
      } catch (error) {
        if (tries === 100) throw error;
        await sleep(100);
      }
    }
  })());

const sealed = async (/** @type {Bed} */ bed) => {
  const [sender, ...others] = await residents(bed);
  const text = "x".repeat(30_000);
  await concurrently(16, 16, (i) =>
    bed.client.call("agent.comms.send", { collection: "agent.comms.message", record: { $type: "agent.comms.message", to: others.map(({ did }) => did), content: [{ $type: "agent.comms.defs#text", text: `${i} ${text}` }], createdAt: new Date().toISOString() } }, sender.token));
};

/** @type {Promise<Account> | undefined} */
let rememberer;
const remembering = (/** @type {Bed} */ bed) =>
  (rememberer ??= (async () => {
    const { manyMemories } = await import("../memory/set.mjs");
    const account = await bed.account("limits memory");
    await concurrently(1_000, 8, (i) => bed.client.call("agent.memory.remember", manyMemories(i), account.token));
    return account;
  })());

/** @type {Promise<string[]> | undefined} */
let inboxes;

/** Access tokens of 32 agents whose inboxes hold more than a reader may leave unread. @param {Bed} bed */
const fullInboxes = (bed) =>
  (inboxes ??= (async () => {
    const [sender, ...others] = await residents(bed);
    const text = "x".repeat(30_000);
    await concurrently(LETTERS, 4, (i) =>
      bed.client.call("agent.comms.send", { collection: "agent.comms.message", privacy: "public", record: { $type: "agent.comms.message", to: others.map(({ did }) => did), content: [{ $type: "agent.comms.defs#text", text: `${i} ${text}` }], createdAt: new Date().toISOString() } }, sender.token));
    const tokens = [];
    for (const { did, password } of others) tokens.push((await bed.client.call("com.atproto.server.createSession", { identifier: did, password })).accessJwt);
    return tokens;
  })());

/** Opens sockets that read nothing, and leaves them open for a while. @param {() => Promise<import("node:net").Socket[]>} opened */
const inSilence = async (opened) => {
  const sockets = await opened();
  await sleep(SILENT);
  for (const socket of sockets) socket.destroy();
};

let moved = 0;

/** Tries of an import that is told to come again (503): the PLC directory, too, has ten seconds to answer on a machine that does much else. */
const TRIES = 5;

/** @param {Bed} bed @param {{ car: Uint8Array, token: string }} made */
const bring = async (bed, { car, token }) => {
  for (let tries = 1; ; tries++) {
    const answer = await Wanderer.bring(`http://localhost:${bed.peer.port}`, token, car);
    if (answer.ok) return;
    const said = `importRepo: ${answer.status} ${await answer.text()}`;
    if (answer.status !== 503 || tries === TRIES) throw new Error(said);
    bed.log(`${said}, trying again`);
  }
};

/**
 * What an isolate is asked at most, side by side: what is made for it, and what is done while its heap is looked at. `resident`: what
 * its process takes is told as well, since what sockets hold is outside the heap.
 * @type {{ key: string, label: string, resident?: boolean, prepare?: (bed: Bed) => Promise<unknown>, run: (bed: Bed, made: any) => Promise<unknown> }[]}
 */
export const LOADS = [
  {
    key: "apply-writes", label: `applyWrites of 2 MB in 200 records, ${AGENTS} agents, 3 each`, prepare: agentsOf,
    run: (bed, agents) => Promise.all(agents.map((/** @type {Account} */ { did, token }) => concurrently(3, 3, (i) => bed.client.call("com.atproto.repo.applyWrites", { repo: did, writes: batch(i) }, token)))),
  },
  {
    key: "parts", label: `bodies of 4 MB of empty objects, ${AGENTS} at once`, prepare: agentsOf,
    run: (bed, agents) => Promise.all(agents.map((/** @type {Account} */ { did, token }) => post(bed, "com.atproto.repo.applyWrites", token, hostile(did)))),
  },
  {
    key: "import", label: "importRepo of 28 MB, 2 at once",
    prepare: async (bed) => {
      const made = [];
      for (let i = 0; i < 2; i++) {
        const name = `mover-${++moved}.test`;
        const wanderer = await Wanderer.make(bed.plc, name);
        made.push({ car: await wanderer.car(MANY), token: await wanderer.open(`http://localhost:${bed.peer.port}`, name) });
      }
      return made;
    },
    run: (bed, made) => Promise.all(made.map((/** @type {{ car: Uint8Array, token: string }} */ one) => bring(bed, one))),
  },
  {
    key: "export", label: "getRepo of 100,000 records, 4 at once", prepare: (bed) => bed.account("limits many", MANY),
    run: (bed, { did }) => concurrently(4, 4, () => bed.client.count("com.atproto.sync.getRepo", { did })),
  },
  {
    key: "upload", label: "uploadBlob at the limit, 16 at once", prepare: agentsOf,
    run: (bed, agents) => Promise.all(agents.map((/** @type {Account} */ { token }, /** @type {number} */ i) => upload(bed, token ?? "", i, true))),
  },
  {
    key: "upload-chunked", label: "the same, lengths not declared", prepare: agentsOf,
    run: (bed, agents) => Promise.all(agents.map((/** @type {Account} */ { token }, /** @type {number} */ i) => upload(bed, token ?? "", i + 100, false))),
  },
  {
    key: "list", label: "listRecords of 100 records of 1 MB, 8 readers", prepare: largeOf,
    run: (bed, { account: { did } }) => concurrently(8, 8, () => bed.client.count("com.atproto.repo.listRecords", { repo: did, collection: LARGE_COLLECTION, limit: "100" })),
  },
  {
    key: "list-slow", label: "the same, 16 readers who do not read", resident: true, prepare: largeOf,
    run: (bed, { account: { did } }) => concurrently(16, 16, () => readLate(bed, `/xrpc/com.atproto.repo.listRecords?repo=${did}&collection=${LARGE_COLLECTION}&limit=100`)),
  },
  {
    key: "get-slow", label: "getRecord of 1 MB, 100 readers who do not read", resident: true, prepare: largeOf,
    run: (bed, { account: { did }, rkeys }) => concurrently(100, 100, (i) => readLate(bed, `/xrpc/com.atproto.repo.getRecord?repo=${did}&collection=${LARGE_COLLECTION}&rkey=${rkeys[i]}`)),
  },
  {
    key: "blocks", label: "getBlocks of 100 blocks of 1 MB, 2 readers", prepare: largeOf,
    run: (bed, { account: { did }, cids }) => concurrently(2, 2, () => readLate(bed, `/xrpc/com.atproto.sync.getBlocks?did=${did}&${cids.map((/** @type {string} */ cid) => `cids=${cid}`).join("&")}`)),
  },
  {
    key: "export-slow", label: "getRepo of 100,000 records and of 100 of 1 MB, 8 readers each who do not read", resident: true,
    prepare: async (bed) => [await bed.account("limits many", MANY), (await largeOf(bed)).account],
    run: (bed, accounts) => Promise.all(accounts.map((/** @type {Account} */ { did }) => concurrently(8, 8, () => readLate(bed, `/xrpc/com.atproto.sync.getRepo?did=${did}`)))),
  },
  {
    key: "stream-slow", label: `subscribeRepos from the beginning, ${FIREHOSE_READERS} readers who do not read`, resident: true,
    run: (bed) => inSilence(() => silentSockets(bed.peer.port, "/xrpc/com.atproto.sync.subscribeRepos?cursor=0", FIREHOSE_READERS)),
  },
  {
    key: "inbox-slow", label: `subscribeInbox of 32 agents, ${INBOX_READERS} readers each who do not read`, resident: true, prepare: fullInboxes,
    run: (bed, tokens) => inSilence(async () => (await Promise.all(tokens.map((/** @type {string} */ token) => silentSockets(bed.peer.port, "/xrpc/agent.comms.subscribeInbox?cursor=0", INBOX_READERS, ["xrpc.v1.json", `bearer.${token}`])))).flat()),
  },
  { key: "sealed", label: "agent.comms.send of 30 KB sealed to 32, 16 at once", prepare: residents, run: sealed },
  {
    key: "recall", label: "recall over 1,000 memories, 16 at once", prepare: remembering,
    run: (bed, { token }) => concurrently(64, 16, (i) => bed.client.call("agent.memory.recall", { query: `what happened in ${i}` }, token)),
  },
];
