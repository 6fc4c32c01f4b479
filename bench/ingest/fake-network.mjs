import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { encodeCommitFrame, sequenceFrame } from "../../packages/sync/src/index.ts";
import { TestAgent } from "../../packages/sync/test/agent.ts";

/** A GUID that RFC 6455 has every server append to the client's key. */
const WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const WORDS = "agents keep what they learn in records that anybody can verify and only a few may read ".repeat(3);
const COLLECTION = "com.example.bench.note";
/** Records that an account has when the measuring begins. */
const RECORDS = 500;

/** @param {Buffer | Uint8Array} payload */
const message = (payload) => {
  const size = payload.length;
  const header = size < 65_536 ? Buffer.from([0x82, 126, size >> 8, size & 255]) : Buffer.from([0x82, 127, 0, 0, 0, 0, size >>> 24, (size >> 16) & 255, (size >> 8) & 255, size & 255]);
  return Buffer.concat([header, payload]);
};

/** A host with accounts whose commits are genuine, made before anything is measured, and the directory that knows them. */
export class FakeNetwork {
  #accounts = new Map();
  /** Messages by seq, from 1 on: what a listener asks for by its cursor. */
  #log = [];
  #sockets = new Set();
  #made = 0;
  #server;

  /** Listens on a free port. Host and directory are one server: their paths differ. */
  async start() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on("upgrade", (request, socket) => this.#upgrade(request, socket));
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
    this.#server.unref();
    this.origin = `http://localhost:${this.#server.address().port}`;
    return this;
  }

  get lastSeq() {
    return this.#log.length;
  }

  get listeners() {
    return this.#sockets.size;
  }

  /**
   * Accounts with some records, and the commits that made them in the log.
   * @param {number} count @param {"P-256" | "secp256k1"} curve
   */
  populate(count, curve) {
    return Array.from({ length: count }, () => {
      const did = `did:plc:${createHash("sha256").update(`bench ${this.#made++}`).digest("hex").slice(0, 24).replace(/[0189]/g, "a")}`;
      const agent = new TestAgent(did, undefined, curve);
      this.#accounts.set(did, { agent, records: 0 });
      for (let i = 0; i < RECORDS; i += 100) this.#commit(did, 100);
      return did;
    });
  }

  /** Commits of one record each, in turns. Nobody is told yet. @param {string[]} dids @param {number} count @returns Bytes of their frames. */
  write(dids, count) {
    const before = this.#log.length;
    for (let i = 0; i < count; i++) this.#commit(dids[i % dids.length], 1);
    return this.#log.slice(before).reduce((sum, { length }) => sum + length, 0);
  }

  /** Tell all listeners what is in the log from `from` to `to`, both included. */
  tell(from, to) {
    const chunk = Buffer.concat(this.#log.slice(from - 1, to));
    for (const socket of this.#sockets) socket.write(chunk);
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #commit(did, records) {
    const account = this.#accounts.get(did);
    const changes = Array.from({ length: records }, () => {
      const i = account.records++;
      return { action: "create", path: `${COLLECTION}/${((i * 7919) % 100_003).toString(36).padStart(13, "3")}`, record: { $type: COLLECTION, text: `${i} ${WORDS}` } };
    });
    const { frame, seqAt } = encodeCommitFrame(account.agent.commit(changes));
    this.#log.push(message(sequenceFrame(frame, seqAt, this.#log.length + 1)));
  }

  #upgrade(request, socket) {
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${WEBSOCKET}`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    const cursor = new URL(request.url, this.origin).searchParams.get("cursor");
    if (cursor !== null) socket.write(Buffer.concat(this.#log.slice(Number(cursor))));
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.resume();
  }

  #answer(request, response) {
    const url = new URL(request.url, this.origin);
    const account = this.#accounts.get(url.searchParams.get("did") ?? decodeURIComponent(url.pathname.slice(1)));
    const json = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.pathname.endsWith("describeServer")) return json(200, { did: `did:web:${encodeURIComponent(url.host)}`, availableUserDomains: [] });
    if (url.pathname.endsWith("getRepo") && account) return response.end(account.agent.archive());
    if (account === undefined) return json(404, { error: "NotFound", message: "no such account" });
    const { did, didKey } = account.agent;
    json(200, {
      id: did,
      alsoKnownAs: [],
      verificationMethod: [{ id: `${did}#atproto`, type: "Multikey", controller: did, publicKeyMultibase: didKey.slice("did:key:".length) }],
      service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: this.origin }],
    });
  }
}
