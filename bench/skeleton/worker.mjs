import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { DurableObject } from "cloudflare:workers";

/**
 * The floor: what a write costs when nothing but the platform is left. The same door, the same two Durable Objects,
 * the same RPC, as many rows of the same size, one signature, the same hand-over to the relay and its acknowledgement.
 * No tree, no validation, no session, no JSON schema, no CBOR; the frames only weigh what real ones weigh.
 */

/** What the colony writes per create in repositories of 1,000 to 3,000 records: 5.7 nodes of 480 bytes, and a 4.1 KB frame. */
const PATH_NODES = 6;
const NODE = new Uint8Array(480).fill(0x61);
/** Nodes that only the frame carries, so that the commit can be inverted. */
const NEIGHBOURS = 1;
/** A batch makes about one new node for three records. */
const RECORDS_PER_NODE = 3;
const COMMIT_BYTES = 190;
const EXPORT_CHUNK = 65_536;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const cidOf = (bytes) => `b${createHash("sha256").update(bytes).digest("hex")}`;

let lastTick = 0;
/** 13 characters that sort by time, as a TID does. */
const tid = () => {
  lastTick = Math.max(lastTick + 1, Date.now() * 1000);
  return lastTick.toString(32).padStart(13, "0");
};

export class Agent extends DurableObject {
  #sql;
  #key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  #did;
  #rev = "";
  /** Numbers of the last outbox row, of the last one that the relay has, and of the last one deleted. */
  #n = 0;
  #acked = 0;
  #deleted = 0;
  /** Rows that the relay does not have yet. */
  #waiting = [];
  #sending = false;

  constructor(ctx, env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS record (id INTEGER PRIMARY KEY, path TEXT UNIQUE, cid BLOB, rev TEXT, bytes BLOB);
      CREATE TABLE IF NOT EXISTS node (id INTEGER PRIMARY KEY, cid BLOB, kids BLOB, rev TEXT, bytes BLOB);
      CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY, cid TEXT, rev TEXT, bytes BLOB);
      CREATE TABLE IF NOT EXISTS outbox (n INTEGER PRIMARY KEY, rev TEXT, frame BLOB);
      INSERT OR IGNORE INTO head VALUES (1, '', '', NULL)`);
    // An object that was idle is made anew; by then the relay had everything, and one row is left.
    this.#n = this.#acked = this.#sql.exec("SELECT MAX(n) AS n FROM outbox").one().n ?? 0;
    this.#deleted = Math.max(0, this.#n - 1);
    for (let id = 1; id <= PATH_NODES; id++) this.#sql.exec("INSERT OR IGNORE INTO node VALUES (?, ?, ?, '', ?)", id, NODE.subarray(0, 36), NODE.subarray(0, 16), NODE);
  }

  write(did, records) {
    this.#did = did;
    const result = this.ctx.storage.transactionSync(() => this.#commit(records));
    void this.#send();
    return result;
  }

  #commit(records) {
    const rev = tid();
    const results = [];
    for (const { path, bytes } of records) {
      const cid = cidOf(bytes);
      this.#sql.exec("INSERT INTO record (path, cid, rev, bytes) VALUES (?, ?, ?, ?)", path, encoder.encode(cid.slice(0, 36)), rev, bytes);
      results.push({ path, cid });
    }
    for (let id = 1; id <= PATH_NODES; id++) this.#sql.exec("UPDATE node SET cid = ?, kids = ?, rev = ?, bytes = ? WHERE id = ?", NODE.subarray(0, 36), NODE.subarray(0, 16), rev, NODE, id);
    const added = records.length === 1 ? 0 : Math.ceil(records.length / RECORDS_PER_NODE);
    for (let i = 0; i < added; i++) this.#sql.exec("INSERT INTO node (cid, kids, rev, bytes) VALUES (?, ?, ?, ?)", NODE.subarray(0, 36), NODE.subarray(0, 16), rev, NODE);
    const commit = encoder.encode(`${this.#did} since ${this.#rev} rev ${rev} `.padEnd(COMMIT_BYTES, "."));
    const signature = sign("sha256", commit, this.#key);
    const cid = cidOf(commit);
    this.#sql.exec("UPDATE head SET cid = ?, rev = ?, bytes = ? WHERE id = 1", cid, rev, commit);
    const blocks = [encoder.encode(`${rev} ${this.#did} `), signature, commit, ...Array.from({ length: PATH_NODES + NEIGHBOURS + added }, () => NODE), ...records.map((record) => record.bytes)];
    this.#note({ n: ++this.#n, rev, frame: Buffer.concat(blocks) });
    this.#rev = rev;
    return { commit: { cid, rev }, results };
  }

  /** A row that the relay has becomes the new one's. */
  #note(row) {
    if (this.#acked - this.#deleted > 1) this.#sql.exec("DELETE FROM outbox WHERE n < ?", this.#acked);
    if (this.#acked > this.#deleted) this.#sql.exec("UPDATE outbox SET n = ?, rev = ?, frame = ? WHERE n = ?", row.n, row.rev, row.frame, this.#acked);
    else this.#sql.exec("INSERT INTO outbox VALUES (?, ?, ?)", row.n, row.rev, row.frame);
    this.#deleted = this.#acked;
    this.#waiting.push(row);
  }

  /** Hands the outbox to the relay until it is empty; whatever is committed meanwhile goes in the next batch. */
  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#waiting.length > 0) this.#acked = await this.env.RELAY.getByName("relay").ingest(this.#did, this.#waiting.splice(0, 100));
    } finally {
      this.#sending = false;
    }
  }

  getRecord(path) {
    return this.#sql.exec("SELECT cid, bytes FROM record WHERE path = ?", path).one();
  }

  listRecords(collection, limit) {
    return this.#sql.exec("SELECT path, cid, bytes FROM record WHERE path >= ? AND path < ? ORDER BY path DESC LIMIT ?", `${collection}/`, `${collection}0`, limit).toArray();
  }

  exportRepo() {
    const rows = this.#sql.exec("SELECT cid, bytes FROM node UNION ALL SELECT cid, bytes FROM record");
    return new ReadableStream({
      type: "bytes",
      pull(controller) {
        const chunk = [];
        let size = 0;
        while (size < EXPORT_CHUNK) {
          const { done, value } = rows.next();
          if (done) break;
          chunk.push(new Uint8Array(value.cid), new Uint8Array(value.bytes));
          size += value.cid.byteLength + value.bytes.byteLength;
        }
        if (size > 0) controller.enqueue(new Uint8Array(Buffer.concat(chunk)));
        else {
          controller.close();
          controller.byobRequest?.respond(0);
        }
      },
    });
  }
}

export class Relay extends DurableObject {
  #sql;

  constructor(ctx, env) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, did TEXT, at INTEGER, frame BLOB);
      CREATE TABLE IF NOT EXISTS repo (did TEXT PRIMARY KEY, n INTEGER, rev TEXT, at INTEGER)`);
  }

  ingest(did, rows) {
    const frames = this.ctx.storage.transactionSync(() => {
      const had = this.#sql.exec("SELECT n FROM repo WHERE did = ?", did).toArray()[0]?.n ?? 0;
      const at = Date.now();
      const fresh = rows.filter((row) => row.n > had);
      for (const row of fresh) this.#sql.exec("INSERT INTO log (did, at, frame) VALUES (?, ?, ?)", did, at, row.frame);
      const { n, rev } = rows.at(-1);
      this.#sql.exec("INSERT INTO repo VALUES (?, ?, ?, ?) ON CONFLICT (did) DO UPDATE SET n = excluded.n, rev = excluded.rev, at = excluded.at", did, n, rev, at);
      return fresh.map((row) => row.frame);
    });
    for (const socket of this.ctx.getWebSockets()) for (const frame of frames) socket.send(frame);
    return rows.at(-1).n;
  }

  fetch() {
    const [client, server] = Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
}

const json = (text) => new Response(text, { headers: { "content-type": "application/json" } });
const agentOf = (env, did) => env.AGENT.getByName(did);
const recordOf = ({ collection, value }) => ({ path: `${collection}/${tid()}`, bytes: encoder.encode(JSON.stringify(value)) });
const shown = (did, row) => `{"uri":"at://${did}/${row.path}","cid":"${decoder.decode(row.cid)}","value":${decoder.decode(row.bytes)}}`;

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const asked = Object.fromEntries(url.searchParams);
    switch (url.pathname) {
      case "/xrpc/com.atproto.repo.createRecord": {
        const { repo, collection, record } = await request.json();
        const { commit, results } = await agentOf(env, repo).write(repo, [recordOf({ collection, value: record })]);
        return json(JSON.stringify({ uri: `at://${repo}/${results[0].path}`, cid: results[0].cid, commit }));
      }
      case "/xrpc/com.atproto.repo.applyWrites": {
        const { repo, writes } = await request.json();
        return json(JSON.stringify(await agentOf(env, repo).write(repo, writes.map(recordOf))));
      }
      case "/xrpc/com.atproto.repo.getRecord": {
        const path = `${asked.collection}/${asked.rkey}`;
        return json(shown(asked.repo, { path, ...(await agentOf(env, asked.repo).getRecord(path)) }));
      }
      case "/xrpc/com.atproto.repo.listRecords": {
        const rows = await agentOf(env, asked.repo).listRecords(asked.collection, Number(asked.limit));
        return json(`{"records":[${rows.map((row) => shown(asked.repo, row)).join()}]}`);
      }
      case "/xrpc/com.atproto.sync.getRepo":
        return new Response(await agentOf(env, asked.did).exportRepo());
      case "/xrpc/com.atproto.sync.subscribeRepos":
        return env.RELAY.getByName("relay").fetch(request);
      default:
        return new Response("ready", { status: url.pathname === "/xrpc/_health" ? 200 : 404 });
    }
  },
};
