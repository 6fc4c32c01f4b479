import { createHash } from "node:crypto";
import { P256PrivateKeyExportable } from "@atcute/crypto";
import { env } from "cloudflare:test";
import { ChainChecker } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { ADMIN, type ErrorBody, type Login, ORIGIN, ask, login, note, provision, xrpc } from "../../test/client.ts";
import { about, listen } from "../../test/firehose.ts";
import { until } from "../../test/until.ts";
import { provenRecord } from "../directory/proven-record.ts";
import { hostOf } from "../host/host.ts";
import { identityDeskOf } from "../host/identity.ts";
import { agentStub } from "../host/stubs.ts";
import type { PlcOperation } from "../provisioning/operation.ts";

const lastOf = async (did: string): Promise<PlcOperation> => (await fetch(`${env.PLC_URL}/${did}/log/last`)).json();
const logOf = async (did: string): Promise<PlcOperation[]> => (await fetch(`${env.PLC_URL}/${did}/log`)).json();
const ownerKey = async (): Promise<string> => (await P256PrivateKeyExportable.createKeypair()).exportPublicKey("did");
const colonyKey = (): Promise<string> => identityDeskOf(env).rotation.current();
const { identity } = hostOf(env);

interface Credentials {
  rotationKeys: string[];
  alsoKnownAs: string[];
  verificationMethods: Record<string, string>;
  services: Record<string, { type: string; endpoint: string }>;
}

const recommended = async ({ access }: Login): Promise<Credentials> => (await xrpc<Credentials>("com.atproto.identity.getRecommendedDidCredentials", { auth: access })).body;
const sign = (of: Login, json: unknown) => xrpc<{ operation: PlcOperation } & ErrorBody>("com.atproto.identity.signPlcOperation", { auth: of.access, json });
const submit = (of: Login, operation: unknown) => xrpc("com.atproto.identity.submitPlcOperation", { auth: of.access, json: { operation } });
const rotate = (actor: string) => ask<{ state: string; signingKey: string } & ErrorBody>("/admin/identity/signing-key", { auth: ADMIN, json: { actor } });
const recover = (json: unknown) => ask<{ state: string } & ErrorBody>("/admin/identity/recovery-key", { auth: ADMIN, json });
const put = (of: Login, rkey: string) => xrpc("com.atproto.repo.putRecord", { auth: of.access, json: { repo: of.did, collection: "com.example.note", rkey, record: note(rkey) } });

/** A token as the mail has it. */
const tokenOf = async ({ did, handle }: Login): Promise<string> => {
  await agentStub(env, did).setEmail({ email: `${handle}@example.com` });
  const made = await agentStub(env, did).createMailToken({ purpose: "plc_operation", inStanding: false });
  if (!made.ok) throw new Error(made.error.message);
  return made.value.token;
};

/** A record, proven by the key that the directory names. @throws ProofError when the newest commit is signed by another. */
const proven = async (did: string, rkey: string) => {
  const proof = await agentStub(env, did).getProof({ collection: "com.example.note", rkey });
  if (!proof.ok) throw new Error(proof.error.message);
  return provenRecord(proof.value, { did, collection: "com.example.note", rkey, didKey: (await lastOf(did)).verificationMethods.atproto ?? "" });
};

describe("what a DID document must say", () => {
  it("is told as the reference tells it", async () => {
    const alice = await provision();
    const { verificationMethods } = await lastOf(alice.did);
    expect(await recommended(alice)).toEqual({
      alsoKnownAs: [`at://${alice.handle}`],
      verificationMethods,
      rotationKeys: [await colonyKey()],
      services: { atproto_pds: { type: "AtprotoPersonalDataServer", endpoint: ORIGIN } },
    });
  });

  it("is checked before an account is activated: rotation key, endpoint, signing key", async () => {
    const bob = await provision();
    expect(await identity.assertValidDidDocument(bob.did)).toEqual({ ok: true, value: null });
    const op = async (changes: object) => {
      const signed = await sign(bob, { token: await tokenOf(bob), ...changes });
      const answer = await fetch(`${env.PLC_URL}/${bob.did}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(signed.body.operation) });
      expect(answer.status).toBe(200);
    };
    await op({ verificationMethods: { atproto: await ownerKey() } });
    expect(await identity.assertValidDidDocument(bob.did)).toMatchObject({ error: { status: 400, name: "InvalidRequest", message: "DID document verification method does not match expected signing key" } });
    await op({ services: { atproto_pds: { type: "AtprotoPersonalDataServer", endpoint: `${ORIGIN}/` } } });
    expect(await identity.assertValidDidDocument(bob.did)).toMatchObject({ error: { message: "DID document atproto_pds service endpoint does not match PDS public url" } });
    await op({ rotationKeys: [await ownerKey()] });
    expect(await identity.assertValidDidDocument(bob.did)).toMatchObject({ error: { message: "Server rotation key not included in PLC DID data" } });
    expect(await identity.assertValidDidDocument("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")).toMatchObject({ error: { message: "Could not resolve DID" } });
  });

  it("is told to everybody as it was found when it was checked, not as it was remembered", async () => {
    const ben = await provision();
    const resolved = async () => JSON.stringify((await xrpc(`com.atproto.identity.resolveDid?did=${ben.did}`)).body);
    const moved = "https://elsewhere.example";
    expect(await resolved()).not.toContain(moved);
    const signed = await sign(ben, { token: await tokenOf(ben), services: { atproto_pds: { type: "AtprotoPersonalDataServer", endpoint: moved } } });
    // Posted by the owner, not through this host, as when a DID is signed over by another one.
    expect((await fetch(`${env.PLC_URL}/${ben.did}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(signed.body.operation) })).status).toBe(200);
    expect(await identity.assertValidDidDocument(ben.did)).toMatchObject({ ok: false });
    expect(await resolved()).toContain(moved);
  });
});

describe("operations of an owner", () => {
  it("are signed for who has the token of the mail, once", async () => {
    const carol = await provision();
    expect((await xrpc("com.atproto.identity.requestPlcOperationSignature", { auth: carol.access, method: "POST" })).body).toEqual({ error: "InvalidRequest", message: "account does not have an email address" });
    expect(await sign(carol, {})).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: "email confirmation token required to sign PLC operations" } });
    expect(await sign(carol, { token: "AAAAA-AAAAA" })).toMatchObject({ status: 400, body: { error: "InvalidToken", message: "Token is invalid" } });
    const token = await tokenOf(carol);
    // What could not be signed spends nothing.
    expect(await sign(carol, { token, verificationMethods: { atproto: 5 } })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    const recovery = await ownerKey();
    const before = await lastOf(carol.did);
    const signed = await sign(carol, { token: token.toLowerCase(), rotationKeys: [recovery, await colonyKey()] });
    expect(signed.status).toBe(200);
    const { operation } = signed.body;
    expect(operation).toEqual({ ...before, rotationKeys: [recovery, await colonyKey()], prev: operation.prev, sig: operation.sig });
    expect(await sign(carol, { token })).toMatchObject({ status: 400, body: { error: "InvalidToken" } });
    // Signed is not posted.
    expect(await logOf(carol.did)).toHaveLength(1);
    const stream = await listen();
    expect(await submit(carol, operation)).toMatchObject({ status: 200, body: "" });
    expect((await lastOf(carol.did)).rotationKeys).toEqual([recovery, await colonyKey()]);
    await until("#identity", () => about(stream, carol.did).length > 0);
    expect(about(stream, carol.did)).toMatchObject([{ t: "#identity", body: { handle: carol.handle } }]);
    stream.close();
    // The directory's no is the caller's to hear.
    expect(await submit(carol, operation)).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
  });

  it("are posted only when they leave the account here, checked in the reference's order", async () => {
    const dan = await provision();
    const good = await lastOf(dan.did);
    const wrong = async (change: object) => (await submit(dan, { ...good, ...change })).body.message;
    expect((await submit(dan, { type: "plc_tombstone", prev: "x", sig: "y" })).body).toEqual({ error: "InvalidRequest", message: "Invalid operation" });
    expect(await wrong({ rotationKeys: [await ownerKey()], services: {} })).toBe("Rotation keys do not include server's rotation key");
    expect(await wrong({ services: {} })).toBe("Incorrect type on atproto_pds service");
    expect(await wrong({ services: { atproto_pds: { type: "AtprotoPersonalDataServer", endpoint: "https://elsewhere.example" } } })).toBe("Incorrect endpoint on atproto_pds service");
    expect(await wrong({ verificationMethods: {} })).toBe("Incorrect signing key");
    expect(await wrong({ alsoKnownAs: ["at://other.test", ...good.alsoKnownAs] })).toBe("Incorrect handle in alsoKnownAs");
    expect(await logOf(dan.did)).toHaveLength(1);
  });
});

describe("signing keys", () => {
  it("are reserved: for a DID always the same, without one always another", async () => {
    const reserve = (json: unknown) => xrpc<{ signingKey: string } & ErrorBody>("com.atproto.server.reserveSigningKey", { json });
    const did = "did:plc:reservedreservedreserved";
    const first = await reserve({ did });
    expect(first.body.signingKey).toMatch(/^did:key:zDn/);
    expect((await reserve({ did })).body).toEqual(first.body);
    const [one, two] = [await reserve({}), await reserve({})];
    expect(new Set([first, one, two].map(({ body }) => body.signingKey)).size).toBe(3);
    expect((await reserve({ did: "nobody" })).status).toBe(400);
    expect((await identityDeskOf(env).reserved.find(did))?.didKey).toBe(first.body.signingKey);
  });

  it("are rotated: the directory, a new commit, the stream; sessions go on, and so does the repository", async () => {
    const erin = await provision();
    await put(erin, "before");
    const [before, head] = [await lastOf(erin.did), (await agentStub(env, erin.did).getHead())];
    const stream = await listen();
    const rotated = await rotate(erin.handle);
    expect(rotated).toMatchObject({ status: 200, body: { did: erin.did, state: "done" } });
    const after = await lastOf(erin.did);
    expect(after).toEqual({ ...before, verificationMethods: { atproto: rotated.body.signingKey }, prev: after.prev, sig: after.sig });
    expect(rotated.body.signingKey).not.toBe(before.verificationMethods.atproto);
    await expect(proven(erin.did, "before")).resolves.toMatchObject({ view: { value: note("before") } });
    expect((await put(erin, "after")).status).toBe(200);
    await expect(proven(erin.did, "after")).resolves.toMatchObject({ view: { value: note("after") } });
    expect((await xrpc("com.atproto.server.getSession", { auth: erin.access })).status).toBe(200);
    expect((await login(erin.handle, erin.password)).access).toMatch(/^Bearer /);
    expect((await recommended(erin)).verificationMethods).toEqual(after.verificationMethods);
    expect(await identity.assertValidDidDocument(erin.did)).toMatchObject({ ok: true });
    // The registry's copy is the same key.
    await until("the registry", async () => (await env.DB.prepare("SELECT 1 AS ok FROM agent WHERE did = ? AND signing_key IS NOT NULL").bind(erin.did).first("ok")) === 1);
    await until("the stream", () => about(stream, erin.did).length >= 4);
    const events = about(stream, erin.did);
    expect(events.map(({ t }) => t)).toEqual(["#identity", "#commit", "#sync", "#commit"]);
    expect(events[1]?.body).toMatchObject({ ops: [], since: head.ok ? head.value.rev : "" });
    // Whoever looks the key up again checks everything, strictly.
    const checker = new ChainChecker({ sha256: (bytes) => createHash("sha256").update(bytes).digest(), keyOf: async () => after.verificationMethods.atproto });
    for (const event of events) expect(await checker.accept(event)).toMatchObject({ ok: true });
    stream.close();
  });

  it("are set by the admin to one that was reserved here, and to no other", async () => {
    const fay = await provision();
    const set = (signingKey: string, did = fay.did) => xrpc("com.atproto.admin.updateAccountSigningKey", { auth: ADMIN, json: { did, signingKey } });
    expect(await set(await ownerKey())).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    const other = await identity.reserveSigningKey("did:plc:somebodyelsesomebodyelse");
    expect(await set(other.ok ? other.value : "")).toMatchObject({ status: 400 });
    const mine = await identity.reserveSigningKey(fay.did);
    const key = mine.ok ? mine.value : "";
    expect(await set(key)).toMatchObject({ status: 200, body: "" });
    expect((await lastOf(fay.did)).verificationMethods).toEqual({ atproto: key });
    expect(await identityDeskOf(env).reserved.find(fay.did)).toBeUndefined();
    // Again is no change.
    expect((await set(key)).status).toBe(200);
    expect(await logOf(fay.did)).toHaveLength(2);
    expect((await set(key, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")).status).toBe(400);
  });

  it("of a DID that its owner has taken from the colony are not rotated, and nothing changes", async () => {
    const gus = await provision();
    const key = await P256PrivateKeyExportable.createKeypair();
    const signed = await sign(gus, { token: await tokenOf(gus), rotationKeys: [await key.exportPublicKey("did")] });
    await fetch(`${env.PLC_URL}/${gus.did}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(signed.body.operation) });
    const before = await recommended(gus);
    expect(await rotate(gus.did)).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    expect(await recommended(gus)).toEqual(before);
    expect((await ask(`/admin/identity?actor=${gus.handle}`, { auth: ADMIN })).body).not.toHaveProperty("change");
    expect((await put(gus, "still")).status).toBe(200);
  });
});

describe("an owner's recovery key", () => {
  it("comes, is replaced, and goes; repeats change nothing", async () => {
    const hal = await provision();
    const [own, first, second, third] = [await colonyKey(), await ownerKey(), await ownerKey(), await ownerKey()];
    const keys = async () => (await lastOf(hal.did)).rotationKeys;
    expect(await recover({ actor: hal.handle, recoveryKey: first })).toMatchObject({ status: 200, body: { state: "done" } });
    expect(await keys()).toEqual([first, own]);
    await recover({ actor: hal.did, recoveryKey: second });
    expect(await keys()).toEqual([second, own]);
    expect((await recover({ actor: hal.did, recoveryKey: second })).status).toBe(200);
    expect(await logOf(hal.did)).toHaveLength(3);
    const signed = await sign(hal, { token: await tokenOf(hal), rotationKeys: [second, third, own] });
    await submit(hal, signed.body.operation);
    expect(await recover({ actor: hal.did, recoveryKey: first })).toMatchObject({ status: 400, body: { error: "AmbiguousRecoveryKey" } });
    expect(await recover({ actor: hal.did, recoveryKey: first, replaces: await ownerKey() })).toMatchObject({ status: 400, body: { error: "InvalidRecoveryKey" } });
    await recover({ actor: hal.did, recoveryKey: first, replaces: third });
    expect(await keys()).toEqual([first, second, own]);
    await recover({ actor: hal.did, recoveryKey: null, replaces: first });
    await recover({ actor: hal.did, recoveryKey: null });
    expect(await keys()).toEqual([own]);
    for (const recoveryKey of ["did:key:nonsense", own]) expect((await recover({ actor: hal.did, recoveryKey })).body.error).toBe("InvalidRecoveryKey");
    expect((await recover({ actor: hal.did })).status).toBe(400);
    expect((await recover({ actor: "nobody.test", recoveryKey: first })).status).toBe(404);
    // Who has a key of their own now may have the DID.
    const destroy = () => ask(`/agents/${hal.did}?plc=handover`, { method: "DELETE", auth: ADMIN });
    expect(await destroy()).toMatchObject({ status: 400, body: { error: "RecoveryKeyRequired" } });
    await recover({ actor: hal.did, recoveryKey: third });
    expect((await destroy()).status).toBe(200);
    expect(await keys()).toEqual([third]);
  });
});
