import { createHash } from "node:crypto";
import { Secp256k1PrivateKeyExportable } from "@atcute/crypto";
import { CODEC_RAW, CidLink, cidOf, cidToString, encode } from "@rookery/repo";
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { carOfRepo, foreignRepo } from "../../../pds/test/foreign-repo.ts";
import { type Login, ask, freshName, login, note, provision, xrpc } from "../../test/client.ts";
import { signToken } from "../../test/service-token.ts";
import { until } from "../../test/until.ts";
import { type PlcOperation, didOf, operationCid } from "../provisioning/operation.ts";
import { PlcClient } from "../provisioning/plc-client.ts";

const CAR = "application/vnd.ipld.car";
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());

/** A signed operation, as hosts with secp256k1 keys make them. */
const signed = async (key: Secp256k1PrivateKeyExportable, unsigned: Omit<PlcOperation, "sig">): Promise<PlcOperation> => ({ ...unsigned, sig: Buffer.from(await key.sign(encode({ ...unsigned }))).toString("base64url") });

const post = async (did: string, operation: PlcOperation) => {
  const posted = await new PlcClient(env.PLC_URL).submit(did, operation);
  if (!posted.ok) throw new Error(posted.error.message);
};

/** An account of another host, with a key that was its `#atproto` key once and is not any more; opened here. */
const opened = async (): Promise<Login & { key: Secp256k1PrivateKeyExportable }> => {
  const key = await Secp256k1PrivateKeyExportable.createKeypair();
  const own = await key.exportPublicKey("did");
  const other = await (await Secp256k1PrivateKeyExportable.createKeypair()).exportPublicKey("did");
  const state = { type: "plc_operation" as const, rotationKeys: [own], alsoKnownAs: [], services: {} };
  const genesis = await signed(key, { ...state, verificationMethods: { atproto: own }, prev: null });
  const did = didOf(genesis);
  await post(did, genesis);
  const handle = `${freshName()}.test`;
  const password = "password of a mover";
  const token = await signToken({ iss: did, aud: "did:web:localhost%3A3000", lxm: "com.atproto.server.createAccount" }, { key, header: { alg: "ES256K" } });
  const made = await xrpc("com.atproto.server.createAccount", { auth: `Bearer ${token}`, json: { did, handle, email: `${handle}@example.com`, password } });
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  await post(did, await signed(key, { ...state, verificationMethods: { atproto: other }, prev: operationCid(genesis) }));
  return { did, handle, password, key, ...(await login(handle, password)) };
};

const bring = (auth: string, body: Uint8Array, headers: Record<string, string> = {}) => ask("/xrpc/com.atproto.repo.importRepo", { auth, body, headers: { "content-type": CAR, ...headers } });

describe("com.atproto.repo.importRepo", () => {
  it("takes the repository that a key of the DID's past has signed", async () => {
    const { did, key, access } = await opened();
    const records = new Map([["com.example.note/a", note("a")], ["com.example.note/b", note("b")]]);
    const car = carOfRepo(await foreignRepo(did, key, records as never));
    expect(await bring(access, car)).toMatchObject({ status: 200, body: "" });
    expect((await xrpc<{ indexedRecords: number }>("com.atproto.server.checkAccountStatus", { auth: access })).body).toMatchObject({ activated: false, indexedRecords: 2 });
    // Packed, as clients may send it.
    const packed = new Uint8Array(await new Response(new Response(car).body?.pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
    expect(await bring(access, packed, { "content-encoding": "gzip" })).toMatchObject({ status: 200 });
    const stranger = await Secp256k1PrivateKeyExportable.createKeypair();
    expect(await bring(access, carOfRepo(await foreignRepo(did, stranger, new Map())))).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it("asks for a CAR, of bearable size, of the account's own password", async () => {
    const { access } = await provision();
    expect(await bring(access, new Uint8Array([1]), { "content-type": "application/json" })).toMatchObject({ status: 400, body: { message: "Wrong request encoding (Content-Type): application/json" } });
    expect(await bring(access, new Uint8Array())).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    expect(await bring(access, new TextEncoder().encode("no CAR"))).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: expect.stringContaining("CAR") } });
    const { body } = await xrpc<{ password: string }>("com.atproto.server.createAppPassword", { auth: access, json: { name: "app" } });
    const { did } = (await xrpc<{ did: string }>("com.atproto.server.getSession", { auth: access })).body;
    const app = await login(did, body.password);
    expect(await bring(app.access, new Uint8Array([1]))).toMatchObject({ status: 400, body: { error: "InvalidToken", message: "Bad token scope" } });
  });
});

describe("an agent that comes from elsewhere", () => {
  it("is in the directory as its repository says, from its activation on", async () => {
    const { did, key, access } = await opened();
    const profile = (listed: boolean) => ({ $type: "agent.comms.profile", displayName: "Ada", listed, capabilities: [{ name: "add", input: [{ kind: "json" }] }], createdAt: "2026-11-21T10:00:00.000Z" });
    const repo = async (listed: boolean) => carOfRepo(await foreignRepo(did, key, new Map([["agent.comms.profile/self", profile(listed)]])));
    const isListed = async () => (await xrpc<{ agents: { did: string }[] }>("agent.network.listAgents", { params: { limit: "100" } })).body.agents.some((agent) => agent.did === did);
    expect(await bring(access, await repo(true))).toMatchObject({ status: 200 });
    expect(await isListed()).toBe(false);
    const { body: told } = await xrpc<Pick<PlcOperation, "rotationKeys" | "verificationMethods" | "alsoKnownAs" | "services">>("com.atproto.identity.getRecommendedDidCredentials", { auth: access });
    const last = await new PlcClient(env.PLC_URL).last(did);
    if (!last.ok || last.value === undefined) throw new Error("no log");
    await post(did, await signed(key, { type: "plc_operation", ...told, rotationKeys: [await key.exportPublicKey("did"), ...told.rotationKeys], prev: operationCid(last.value) }));
    expect(await xrpc("com.atproto.server.activateAccount", { auth: access, method: "POST" })).toMatchObject({ status: 200 });
    await until("it is listed", isListed);
    // An account that takes part says so itself.
    expect(await bring(access, await repo(false))).toMatchObject({ status: 200 });
    await until("it is not any more", async () => !(await isListed()));
  });
});

describe("com.atproto.repo.listMissingBlobs", () => {
  it("names what is to come, with the reference's form of an answer", async () => {
    const { did, key, access } = await opened();
    const blobs = [1, 2, 3].map((n) => new TextEncoder().encode(`blob ${n}`));
    const cids = blobs.map((bytes) => cidOf(sha256, bytes, CODEC_RAW));
    const records = new Map(cids.map((cid, i) => [`com.example.post/${i}`, { $type: "com.example.post", image: { $type: "blob", ref: new CidLink(cid), mimeType: "text/plain", size: 6 } }]));
    expect((await bring(access, carOfRepo(await foreignRepo(did, key, records)))).status).toBe(200);
    const list = (params: Record<string, string> = {}) => xrpc<{ cursor?: string; blobs: { cid: string; recordUri: string }[] }>("com.atproto.repo.listMissingBlobs", { auth: access, params });
    const { body: first } = await list({ limit: "2" });
    expect(first.blobs).toHaveLength(2);
    expect(first.cursor).toBe(first.blobs[1]?.cid);
    const { body: second } = await list({ limit: "2", cursor: first.cursor ?? "" });
    expect([...first.blobs, ...second.blobs].map(({ cid }) => cid)).toEqual(cids.map(cidToString).toSorted());
    expect(second.blobs[0]?.recordUri).toMatch(new RegExp(`^at://${did}/com.example.post/\\d$`));
    for (const bytes of blobs) expect((await ask("/xrpc/com.atproto.repo.uploadBlob", { auth: access, body: bytes, headers: { "content-type": "text/plain" } })).status).toBe(200);
    expect((await list()).body).toEqual({ blobs: [] });
    expect(await list({ limit: "1001" })).toMatchObject({ status: 400 });
    expect((await xrpc("com.atproto.repo.listMissingBlobs")).status).toBe(401);
  });
});
