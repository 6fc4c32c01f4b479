import { P256PrivateKeyExportable } from "@atcute/crypto";
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { ADMIN, type ErrorBody, ask, freshName, login, note, provision, xrpc } from "../../test/client.ts";
import { about, listen } from "../../test/firehose.ts";
import { signToken } from "../../test/service-token.ts";
import { until } from "../../test/until.ts";
import { hostOf, provisioningOf } from "../host/host.ts";
import { type PlcOperation, didOf, signGenesis } from "./operation.ts";
import { PlcClient } from "./plc-client.ts";

const HOST = "did:web:localhost%3A3000";
const METHOD = "com.atproto.server.createAccount";

interface Created {
  did: string;
  handle: string;
  accessJwt: string;
}

/** Somebody whose account is elsewhere, and who holds all of its keys. */
const newcomer = async () => {
  const key = await P256PrivateKeyExportable.createKeypair();
  const signingKey = await key.exportPublicKey("did");
  const genesis = await signGenesis({ handle: "newcomer.example.com", endpoint: "https://pds.example.com", signingKey, rotationKeys: [await key.exportPublicKey("did")], rotationKey: key });
  const did = didOf(genesis);
  const posted = await new PlcClient(env.PLC_URL).submitGenesis(did, genesis);
  if (!posted.ok) throw new Error(posted.error.message);
  const handle = `${freshName()}.test`;
  const password = "password of a newcomer";
  const token = (claims: object = {}) => signToken({ iss: did, aud: HOST, lxm: METHOD, ...claims }, { key });
  const open = async (auth?: string, more: object = {}) =>
    xrpc<Created & ErrorBody>(METHOD, { json: { did, handle, email: `${handle}@example.com`, password, ...more }, ...(auth === undefined ? {} : { auth }) });
  return { did, handle, password, token, open, come: async (more: object = {}) => open(`Bearer ${await token()}`, more) };
};

const logOf = async (did: string): Promise<PlcOperation[]> => (await fetch(`${env.PLC_URL}/${did}/log`)).json();

describe("an account that comes from elsewhere", () => {
  it("is opened for who holds its DID: deactivated, with a session, and nobody is told", async () => {
    const { did, handle, password, come } = await newcomer();
    const firehose = await listen();
    const before = await logOf(did);
    const opened = await come();
    expect(opened).toMatchObject({ status: 200, body: { did, handle, didDoc: { id: did } } });
    const auth = `Bearer ${opened.body.accessJwt}`;
    expect(await xrpc("com.atproto.server.getSession", { auth })).toMatchObject({ status: 200, body: { did, handle, active: false, status: "deactivated" } });
    // Clients take their host from the document that comes with a session: it is not to send them away.
    const session = await xrpc<Record<string, unknown>>("com.atproto.server.createSession", { json: { identifier: handle, password } });
    expect(session.status).toBe(200);
    expect(Object.keys(session.body)).not.toContain("didDoc");
    expect(await xrpc("com.atproto.sync.getRepoStatus", { params: { did } })).toMatchObject({ status: 200, body: { did, active: false, status: "deactivated" } });
    expect(await xrpc("com.atproto.sync.getRepo", { params: { did } })).toMatchObject({ status: 400, body: { error: "RepoDeactivated" } });
    expect(await xrpc("com.atproto.sync.getRepo", { params: { did }, auth })).toMatchObject({ status: 200 });
    const write = { repo: did, collection: "com.example.note", record: note("too early") };
    expect((await xrpc("com.atproto.repo.createRecord", { auth, json: write })).status).not.toBe(200);
    expect(await logOf(did)).toEqual(before);
    const other = await provision();
    await until("the stream has gone on", () => about(firehose, other.did).length > 0);
    expect(about(firehose, did)).toEqual([]);
    firehose.close();
  });

  it("is opened for nobody else", async () => {
    const { open, token, did } = await newcomer();
    const other = await newcomer();
    expect(await open()).toMatchObject({ status: 401, body: { error: "AuthenticationRequired", message: `Missing auth to create account with did: ${did}` } });
    expect(await open(`Bearer ${await other.token()}`)).toMatchObject({ status: 401, body: { error: "AuthenticationRequired" } });
    expect((await open(`Bearer ${await token({ lxm: "com.atproto.repo.uploadBlob" })}`)).status).toBe(401);
    expect((await open(`Bearer ${await token({ aud: "did:web:example.com" })}`)).status).toBe(401);
    expect((await open(`Bearer ${await signToken({ iss: did, aud: HOST, lxm: METHOD })}`)).status).toBe(401);
    expect((await xrpc("com.atproto.sync.getRepoStatus", { params: { did } })).status).toBe(400);
  });

  it("is refused when it is here already, or its name or address is taken", async () => {
    const { come, handle } = await newcomer();
    expect((await come()).status).toBe(200);
    expect(await come()).toMatchObject({ status: 400, body: { error: "AlreadyExists", message: "Repo already exists" } });
    const other = await newcomer();
    expect(await other.come({ handle })).toMatchObject({ status: 400, body: { message: `Handle already taken: ${handle}` } });
    expect(await other.come({ email: `${handle}@example.com` })).toMatchObject({ status: 400, body: { message: `Email already taken: ${handle}@example.com` } });
    expect((await other.come()).status).toBe(200);
  });

  it("is made once by many that ask at the same time", async () => {
    const { come, handle, password, did } = await newcomer();
    const answers = await Promise.all(Array.from({ length: 4 }, () => come()));
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    for (const { status, body } of answers) if (status !== 200) expect(body.error).toBe("AlreadyExists");
    const { access } = await login(handle, password);
    expect(await xrpc("com.atproto.server.getSession", { auth: access })).toMatchObject({ body: { did } });
  });

  it("signs with the key that was reserved for it", async () => {
    const { come, did } = await newcomer();
    const { body: reserved } = await xrpc<{ signingKey: string }>("com.atproto.server.reserveSigningKey", { json: { did } });
    const auth = `Bearer ${(await come()).body.accessJwt}`;
    const { body } = await xrpc<{ verificationMethods: { atproto: string } }>("com.atproto.identity.getRecommendedDidCredentials", { auth });
    expect(body.verificationMethods.atproto).toBe(reserved.signingKey);
    const { body: next } = await xrpc<{ signingKey: string }>("com.atproto.server.reserveSigningKey", { json: { did } });
    expect(next.signingKey).not.toBe(reserved.signingKey);
  });

  it("leaves its DID alone when it goes again, or was never finished", async () => {
    const { come, did, handle } = await newcomer();
    await come();
    const firehose = await listen();
    const before = await logOf(did);
    expect((await ask(`/agents/${handle}`, { auth: ADMIN, method: "DELETE" })).status).toBe(200);
    expect(await logOf(did)).toEqual(before);

    const half = await newcomer();
    const { registry } = provisioningOf(hostOf(env));
    const row = {
      did: half.did, handle: half.handle, email: null, idempotency_key: null, genesis: "null", model: null, signing_key: new ArrayBuffer(8),
      lease_until: Date.now() - 1, created_at: Date.now(), master_key: null, plc_kept: 1,
    };
    expect(await registry.reserve(row)).toBe(true);
    await provisioningOf(hostOf(env)).sweep();
    expect(await registry.byDid(half.did)).toBeNull();
    expect(await logOf(half.did)).toHaveLength(1);
    const other = await provision();
    await until("the stream has gone on", () => about(firehose, other.did).length > 0);
    expect([...about(firehose, did), ...about(firehose, half.did)]).toEqual([]);
    firehose.close();
    expect((await half.come()).status).toBe(200);
  });
});
