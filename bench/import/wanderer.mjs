import { createHash, randomUUID } from "node:crypto";
import { request } from "node:http";
import { createRequire } from "node:module";
import { buffer } from "node:stream/consumers";
import { Secp256k1Keypair } from "@atproto/crypto";
import { BlockMap, Tree, carBlock, carHeader, cidKey, cidOf, encode, encodeUnsigned, signCommit, tidOf, walkTree } from "@rookery/repo";

const { Client: PlcClient } = createRequire(import.meta.url)("@did-plc/lib");

const sha256 = (/** @type {Uint8Array} */ bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());

/**
 * A connection for each request. Making a repository takes longer than a host keeps one that is idle (workerd: 15 s) where the machine
 * has much else to do, and nothing is heard meanwhile: the next request would go to one that the host has closed.
 */
const ALONE = { connection: "close" };

/** Records of about this many bytes make 28 MB with the nodes of their tree, at 100,000 of them. */
const TEXT = "A sentence of the length that posts have in the median, give or take a word or two, so far as anybody has counted. ";

/** @param {number} i */
const post = (i) => ({ $type: "app.bsky.feed.post", text: `${TEXT}${i}`, langs: ["en"], createdAt: new Date(1_700_000_000_000 + i * 1000).toISOString() });

/**
 * An account that nobody hosts: its DID names a host that is not there, and it holds its own secp256k1 key, as an account of another
 * host would. It opens accounts by service tokens and brings its repository along.
 */
export class Wanderer {
  /** @param {string} did @param {Secp256k1Keypair} key */
  constructor(did, key) {
    this.did = did;
    this.key = key;
  }

  /** @param {string} plc @param {string} handle */
  static async make(plc, handle) {
    const key = await Secp256k1Keypair.create({ exportable: true });
    const did = await new PlcClient(plc).createDid({ signingKey: key.did(), handle, pds: "http://localhost:9", rotationKeys: [key.did()], signer: key });
    return new Wanderer(did, key);
  }

  /** A service token for one method of a host. @param {string} aud @param {string} lxm */
  async token(aud, lxm) {
    const now = Math.floor(Date.now() / 1000);
    const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ typ: "JWT", alg: "ES256K" })}.${part({ iss: this.did, aud, lxm, iat: now, exp: now + 60, jti: randomUUID() })}`;
    return `${signed}.${Buffer.from(await this.key.sign(new TextEncoder().encode(signed))).toString("base64url")}`;
  }

  /**
   * Its repository: posts under TIDs, signed by its key. The blocks come in the order of their CIDs, as the official PDS sends those
   * of one rev, or with `ordered` in the order of a streamable CAR.
   * @param {number} records @param {boolean} [ordered] @returns {Promise<Uint8Array>}
   */
  async car(records, ordered = false) {
    const tree = Tree.open(new BlockMap(), null, sha256);
    const data = new Map();
    for (let i = 0; i < records; i++) {
      const bytes = encode(post(i));
      const cid = cidOf(sha256, bytes);
      data.set(cidKey(cid), { cid, bytes });
      tree.put(`app.bsky.feed.post/${tidOf((1_700_000_000_000 + i * 1000) * 1000, 0)}`, cid);
    }
    const { root, written } = tree.flush(() => 0);
    const nodes = new BlockMap();
    for (const { cid, bytes } of written) nodes.set(cid, bytes);
    const unsigned = { did: this.did, data: root.cid, rev: tidOf((Date.now() - 3_600_000) * 1000, 1) };
    const sig = await this.key.sign(encodeUnsigned(unsigned));
    const commit = signCommit(unsigned, () => sig, sha256);
    const blocks = [];
    for (const step of walkTree(nodes, { cid: root.cid, id: 0 })) blocks.push(step.kind === "node" ? { cid: step.ref.cid, bytes: step.bytes } : data.get(cidKey(step.cid)));
    if (!ordered) blocks.sort((a, b) => Buffer.compare(b.cid, a.cid));
    return new Uint8Array(Buffer.concat([carHeader(commit.cid), ...[commit, ...blocks].map(({ cid, bytes }) => carBlock(cid, bytes))]));
  }

  /** An account on a host, deactivated. @param {string} origin @param {string} handle @returns {Promise<string>} Its access token. */
  async open(origin, handle) {
    const { did: aud } = await (await fetch(`${origin}/xrpc/com.atproto.server.describeServer`, { headers: ALONE })).json();
    const answer = await fetch(`${origin}/xrpc/com.atproto.server.createAccount`, {
      method: "POST",
      headers: { ...ALONE, "content-type": "application/json", authorization: `Bearer ${await this.token(aud, "com.atproto.server.createAccount")}` },
      body: JSON.stringify({ did: this.did, handle, email: `${handle.replaceAll(".", "-")}@example.com`, password: "password of a wanderer" }),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`createAccount: ${answer.status} ${JSON.stringify(body)}`);
    return body.accessJwt;
  }

  /**
   * Point its DID at a host, as that one recommends.
   * @param {string} plc
   * @param {{ verificationMethods: { atproto: string }, alsoKnownAs: string[], services: object, rotationKeys: string[] }} credentials getRecommendedDidCredentials.
   */
  async settle(plc, { rotationKeys, ...credentials }) {
    await new PlcClient(plc).updateData(this.did, this.key, (/** @type {object} */ last) => ({ ...last, ...credentials, rotationKeys: [this.key.did(), ...rotationKeys] }));
  }

  /**
   * Bring a CAR there, and wait for the answer as long as it takes: `fetch` gives up when none has begun after five minutes, which
   * several imports at once may take where the machine has much else to do.
   * @param {string} origin @param {string} token @param {Uint8Array} car @returns {Promise<Response>}
   */
  static bring(origin, token, car) {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/vnd.ipld.car", "content-length": car.length, authorization: `Bearer ${token}` };
      const sent = request(`${origin}/xrpc/com.atproto.repo.importRepo`, { method: "POST", headers, agent: false }, (answer) => {
        buffer(answer).then((body) => resolve(new Response(body, { status: answer.statusCode })), reject);
      });
      sent.on("error", reject);
      sent.end(car);
    });
  }
}
