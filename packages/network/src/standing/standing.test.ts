import { env } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN, type Login, ask, freshName, login, note, provision, xrpc } from "../../test/client.ts";
import { eventsOf } from "../../test/account-events.ts";
import { Registry } from "../registry/registry.ts";

let alice: Login;

beforeEach(async () => {
  alice = await provision(freshName(), "self");
});

const call = (nsid: string, json?: unknown, auth = alice.access) => xrpc(nsid, { method: "POST", auth, ...(json === undefined ? {} : { json }) });
const write = (text = "hello") => call("com.atproto.repo.createRecord", { repo: alice.did, collection: "com.example.note", record: note(text) });
const statusOf = async () => (await xrpc<{ status?: string }>("com.atproto.sync.getRepoStatus", { params: { did: alice.did } })).body;
const ofRepo = (did = alice.did) => ({ $type: "com.atproto.admin.defs#repoRef", did });
const update = (json: unknown) => call("com.atproto.admin.updateSubjectStatus", json, ADMIN);
/** Names of what the firehose said of the account after its birth. */
const heard = async () => (await eventsOf(alice.did)).slice(4).map(({ t, body }) => (t === "#account" && "active" in body ? `${t} ${body.active ? "active" : body.status}` : t));

describe("an owner", () => {
  it("deactivates the account, and activates it again", async () => {
    expect(await call("com.atproto.server.deactivateAccount", {})).toMatchObject({ status: 200, body: "" });
    expect(await statusOf()).toEqual({ did: alice.did, active: false, status: "deactivated" });
    expect(await write()).toMatchObject({ status: 401, body: { error: "AccountDeactivated", message: "Account is deactivated" } });
    const session = await xrpc("com.atproto.server.getSession", { auth: alice.access });
    expect(session.body).toMatchObject({ did: alice.did, active: false, status: "deactivated" });
    const again = await xrpc("com.atproto.server.createSession", { json: { identifier: alice.handle, password: alice.password } });
    expect(again.body).toMatchObject({ active: false, status: "deactivated" });
    expect(await call("com.atproto.server.activateAccount")).toMatchObject({ status: 200, body: "" });
    const back: Record<string, unknown> = await statusOf();
    expect(back).toEqual({ did: alice.did, active: true, rev: expect.any(String) });
    expect((await write()).status).toBe(200);
    await expect.poll(heard).toEqual(["#account deactivated", "#account active", "#identity", "#sync", "#commit"]);
    const [, , identity, sync, commit] = (await eventsOf(alice.did)).slice(4);
    expect(identity?.body).toMatchObject({ handle: alice.handle });
    expect(sync?.body).toMatchObject({ rev: back["rev"] });
    expect(commit?.body).toMatchObject({ since: back["rev"] });
  });

  it("is told what stands in the way of activation, and changes nothing", async () => {
    await call("com.atproto.server.deactivateAccount", {});
    await call("com.atproto.admin.updateSubjectStatus", { subject: ofRepo(), takedown: { applied: true } }, ADMIN);
    // Sessions that are older than the takedown still have their scope; the account itself is not found.
    expect(await call("com.atproto.server.activateAccount")).toMatchObject({ status: 400, body: { error: "AccountNotFound", message: "user not found" } });
  });

  it("is told how the account stands", async () => {
    await write();
    const status = await xrpc<Record<string, unknown>>("com.atproto.server.checkAccountStatus", { auth: alice.access });
    expect(status.body).toEqual({
      activated: true, validDid: true, repoCommit: expect.stringMatching(/^bafyrei/), repoRev: expect.any(String), repoBlocks: 3, indexedRecords: 1,
      privateStateValues: 0, expectedBlobs: 0, importedBlobs: 0,
    });
  });

  it("of a deactivated account is read by nobody else, and still by itself", async () => {
    const { body } = await xrpc<{ uri: string }>("com.atproto.repo.createRecord", { auth: alice.access, json: { repo: alice.did, collection: "com.example.note", record: note("x") } });
    const rkey = body.uri.split("/").at(-1) ?? "";
    await call("com.atproto.server.deactivateAccount", {});
    const params = { did: alice.did };
    for (const nsid of ["getRepo", "getLatestCommit", "listBlobs"]) {
      const refused = { status: 400, body: { error: "RepoDeactivated", message: `Repo has been deactivated: ${alice.did}` } };
      expect(await xrpc(`com.atproto.sync.${nsid}`, { params })).toMatchObject(refused);
      for (const auth of [alice.access, ADMIN]) expect((await xrpc(`com.atproto.sync.${nsid}`, { params, auth })).status).toBe(200);
    }
    const record = { repo: alice.did, collection: "com.example.note", rkey };
    expect((await xrpc("com.atproto.repo.listRecords", { params: { repo: alice.did, collection: "com.example.note" } })).body).toMatchObject({ message: `Could not find repo: ${alice.did}` });
    // What the AppView knows of it, as in the reference, and nothing from here.
    expect((await xrpc("com.atproto.repo.getRecord", { params: record })).body).not.toHaveProperty("value");
    expect(await xrpc("com.atproto.identity.resolveHandle", { params: { handle: alice.handle } })).toMatchObject({ status: 400, body: { error: "HandleNotFound" } });
    expect(await ask("/.well-known/atproto-did", { headers: { host: alice.handle } })).toMatchObject({ status: 404 });
    const listed = await xrpc<{ repos: { did: string }[] }>("com.atproto.sync.listRepos", { params: { limit: "1000" } });
    expect(listed.body.repos.find(({ did }) => did === alice.did)).toMatchObject({ active: false, status: "deactivated" });
  });
});

describe("a moderator", () => {
  it("takes an account down: sessions end, nobody reads it, its owner may come for what is theirs", async () => {
    const taken = await update({ subject: ofRepo(), takedown: { applied: true, ref: "case 7" } });
    expect(taken).toMatchObject({ status: 200, body: { subject: ofRepo(), takedown: { applied: true, ref: "case 7" } } });
    expect(taken.body).not.toHaveProperty("deactivated");
    expect(await statusOf()).toEqual({ did: alice.did, active: false, status: "takendown" });
    expect(await write()).toMatchObject({ status: 401, body: { error: "AccountTakedown", message: "Account has been taken down" } });
    const upload = await ask("/xrpc/com.atproto.repo.uploadBlob", { body: "bytes", auth: alice.access, headers: { "content-type": "text/plain" } });
    expect(upload).toMatchObject({ status: 401, body: { error: "AccountTakedown" } });
    expect((await xrpc("com.atproto.server.refreshSession", { method: "POST", auth: alice.refresh })).status).toBeGreaterThanOrEqual(400);
    const refused = await xrpc("com.atproto.server.createSession", { json: { identifier: alice.handle, password: alice.password } });
    expect(refused).toMatchObject({ status: 401, body: { error: "AccountTakedown" } });
    const allowed = await xrpc<{ accessJwt: string }>("com.atproto.server.createSession", { json: { identifier: alice.handle, password: alice.password, allowTakendown: true } });
    expect(allowed.status).toBe(200);
    const own = `Bearer ${allowed.body.accessJwt}`;
    expect((await xrpc("com.atproto.sync.getRepo", { params: { did: alice.did }, auth: own })).status).toBe(200);
    expect(await xrpc("com.atproto.sync.getRepo", { params: { did: alice.did } })).toMatchObject({ status: 400, body: { error: "RepoTakendown" } });
    expect((await call("com.atproto.server.deactivateAccount", {}, own)).status).toBe(200);
    expect(await statusOf()).toMatchObject({ status: "takendown" });
    await update({ subject: ofRepo(), takedown: { applied: false } });
    expect(await statusOf()).toMatchObject({ status: "deactivated" });
    await expect.poll(heard).toEqual(["#account takendown", "#account takendown", "#account deactivated"]);
  });

  it("is told where subjects stand", async () => {
    const status = (params: Record<string, string>) => xrpc("com.atproto.admin.getSubjectStatus", { params, auth: ADMIN });
    expect((await status({ did: alice.did })).body).toEqual({ subject: ofRepo(), takedown: { applied: false }, deactivated: { applied: false } });
    await update({ subject: ofRepo(), takedown: { applied: true, ref: "r" }, deactivated: { applied: true } });
    expect((await status({ did: alice.did })).body).toEqual({ subject: ofRepo(), takedown: { applied: true, ref: "r" }, deactivated: { applied: true } });
    expect(await status({ did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" })).toMatchObject({ status: 400, body: { error: "NotFound", message: "Subject not found" } });
    expect((await status({})).body).toMatchObject({ error: "InvalidRequest", message: "No provided subject" });
    expect((await status({ blob: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku" })).body).toMatchObject({ message: "Must provide a did to request blob state" });
  });

  it("takes a record down and puts it back", async () => {
    const made = await xrpc<{ uri: string; cid: string }>("com.atproto.repo.createRecord", { auth: alice.access, json: { repo: alice.did, collection: "com.example.note", record: note("x") } });
    const { uri, cid } = made.body;
    const subject = { $type: "com.atproto.repo.strongRef", uri, cid };
    const params = { repo: alice.did, collection: "com.example.note", rkey: uri.split("/").at(-1) ?? "" };
    expect((await update({ subject, takedown: { applied: true, ref: "r" } })).body).toEqual({ subject, takedown: { applied: true, ref: "r" } });
    expect(await xrpc("com.atproto.repo.getRecord", { params })).toMatchObject({ status: 400, body: { error: "RecordNotFound" } });
    expect((await xrpc("com.atproto.admin.getSubjectStatus", { params: { uri }, auth: ADMIN })).body).toEqual({ subject, takedown: { applied: true, ref: "r" } });
    await update({ subject, takedown: { applied: false } });
    expect((await xrpc("com.atproto.repo.getRecord", { params })).status).toBe(200);
    expect(await heard()).toEqual(["#commit"]);
  });

  it("takes a blob down: it is not served, nor uploaded again", async () => {
    const upload = () => ask<{ blob: { ref: { $link: string } } }>("/xrpc/com.atproto.repo.uploadBlob", { body: "blob of the test", auth: alice.access, headers: { "content-type": "text/plain" } });
    const { blob } = (await upload()).body;
    const cid = blob.ref.$link;
    await call("com.atproto.repo.createRecord", { repo: alice.did, collection: "com.example.note", record: { ...note("x"), file: blob } });
    const subject = { $type: "com.atproto.admin.defs#repoBlobRef", did: alice.did, cid };
    const get = () => xrpc("com.atproto.sync.getBlob", { params: { did: alice.did, cid } });
    expect((await get()).status).toBe(200);
    await update({ subject, takedown: { applied: true } });
    expect((await get()).status).toBe(400);
    expect(await upload()).toMatchObject({ status: 400, body: { message: "Blob has been takendown, cannot re-upload" } });
    expect((await xrpc("com.atproto.admin.getSubjectStatus", { params: { did: alice.did, blob: cid }, auth: ADMIN })).body).toMatchObject({ subject, takedown: { applied: true } });
    await update({ subject, takedown: { applied: false } });
    expect((await get()).status).toBe(200);
  });

  it("is refused what makes no sense, and says #account again when nothing is to change", async () => {
    const both = await update({ subject: ofRepo(), takedown: { applied: true }, deactivated: { applied: false } });
    expect(both).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: "Cannot activate and takedown an account at the same time" } });
    expect((await update({ subject: ofRepo("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"), takedown: { applied: true } })).status).toBe(400);
    expect((await update({ subject: ofRepo() })).body).toEqual({ subject: ofRepo() });
    expect(await heard()).toEqual(["#account active"]);
  });

  it("looks accounts up, by DID and by part of an address", async () => {
    const handle = `${freshName()}.test`;
    const email = `${handle.replace(".", "-")}@Example.com`;
    const made = await xrpc<{ did: string; accessJwt: string }>("com.atproto.server.createAccount", { json: { handle, email, password: "correct horse" } });
    await call("com.atproto.server.deactivateAccount", {}, `Bearer ${made.body.accessJwt}`);
    const info = await xrpc("com.atproto.admin.getAccountInfo", { params: { did: made.body.did }, auth: ADMIN });
    const view = { did: made.body.did, handle, email: email.toLowerCase(), indexedAt: expect.any(String), invites: [], invitesDisabled: false, deactivatedAt: expect.any(String) };
    expect(info.body).toEqual(view);
    const infos = await ask<{ infos: unknown[] }>(`/xrpc/com.atproto.admin.getAccountInfos?dids=${made.body.did}&dids=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa&dids=${alice.did}`, { auth: ADMIN });
    expect(infos.body.infos).toHaveLength(2);
    expect(infos.body.infos).toContainEqual(view);
    const found = await xrpc("com.atproto.admin.searchAccounts", { params: { email: handle.replace(".", "-").toUpperCase() }, auth: ADMIN });
    expect(found.body).toEqual({ accounts: [view] });
    const page = await xrpc<{ cursor: string; accounts: unknown[] }>("com.atproto.admin.searchAccounts", { params: { limit: "1" }, auth: ADMIN });
    expect(page.body.accounts).toHaveLength(1);
    expect(page.body.cursor).toMatch(/^did:/);
    expect(await xrpc("com.atproto.admin.getAccountInfo", { params: { did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" }, auth: ADMIN })).toMatchObject({ status: 400, body: { error: "NotFound" } });
  });

  it("deletes an account, whose DID stays its owner's", async () => {
    expect(await call("com.atproto.admin.deleteAccount", { did: alice.did }, ADMIN)).toMatchObject({ status: 200 });
    expect(await xrpc("com.atproto.sync.getRepoStatus", { params: { did: alice.did } })).toMatchObject({ status: 400, body: { error: "RepoNotFound" } });
    const document = await fetch(`${env.PLC_URL}/${alice.did}`);
    expect(document.status).toBe(200);
    await document.body?.cancel();
  });
});

describe("the admin", () => {
  it("suspends an agent for a time", async () => {
    const suspend = (json: unknown) => call("agent.network.suspendAgent", json, ADMIN);
    expect((await suspend({ did: alice.did, suspended: true, until: "2020-01-01T00:00:00Z" })).status).toBe(400);
    expect((await suspend({ did: alice.did, suspended: true, until: "2100-01-01T00:00:00Z" })).body).toEqual({ did: alice.did, active: false, status: "suspended" });
    expect(await xrpc("com.atproto.sync.getRepo", { params: { did: alice.did } })).toMatchObject({ status: 400, body: { error: "RepoSuspended" } });
    expect((await write()).status).toBe(401);
    expect((await suspend({ did: alice.did, suspended: false })).body).toEqual({ did: alice.did, active: true });
    expect((await write()).status).toBe(200);
    expect((await suspend({ did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", suspended: true })).status).toBe(404);
    await expect.poll(heard).toEqual(["#account suspended", "#account active", "#commit"]);
  });
});

describe("the registry's copy", () => {
  it("is what lists and the door see, and is not believed against the object", async () => {
    const registry = new Registry(env.DB);
    await call("com.atproto.server.deactivateAccount", {});
    expect(await registry.find(alice.did)).toMatchObject({ status: "deactivated" });
    await call("com.atproto.server.activateAccount");
    // As a copy is that is a moment old: the object says otherwise, and has the last word.
    await env.DB.prepare("UPDATE agent SET status = 'deactivated' WHERE did = ?").bind(alice.did).run();
    await registry.forgetAll(alice.did);
    expect((await write()).status).toBe(200);
  });
});

it("signs in those who were put back", async () => {
  await update({ subject: ofRepo(), takedown: { applied: true } });
  await update({ subject: ofRepo(), takedown: { applied: false } });
  alice = { ...alice, ...(await login(alice.handle, alice.password)) };
  expect((await write()).status).toBe(200);
});
