import { env } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { eventsOf } from "../../test/account-events.ts";
import { ADMIN, type ErrorBody, type Login, ORIGIN, freshName, provision, xrpc } from "../../test/client.ts";
import { door } from "../door/door.ts";
import { handleDeskOf } from "../host/handles.ts";
import { agentStub } from "../host/stubs.ts";
import { PlcClient } from "../provisioning/plc-client.ts";
import { changeHandle } from "./change-handle.ts";
import { settleHandles } from "./settle-handles.ts";

let alice: Login;

beforeEach(async () => {
  alice = await provision(freshName(), "self");
});

const update = (handle: string, auth = alice.access) => xrpc("com.atproto.identity.updateHandle", { auth, json: { handle } });
const resolve = async (handle: string) => (await xrpc<{ did?: string }>("com.atproto.identity.resolveHandle", { params: { handle } })).body.did;
const namesInPlc = async () => (await (await fetch(`${env.PLC_URL}/${alice.did}/data`)).json<{ alsoKnownAs: string[] }>()).alsoKnownAs;
/** Handles that the firehose told after the account's birth. */
const told = async () => (await eventsOf(alice.did)).slice(4).map(({ t, body }) => (t === "#identity" && "handle" in body ? body.handle : t));
/** A name of elsewhere that leads to Alice (test/plc.mjs). */
const custom = () => `${alice.did.replace("did:plc:", "")}.handles-of-dids.com`;

describe("com.atproto.identity.updateHandle", () => {
  it("gives another name of the colony's own: directory, registry, session and firehose say it, and the old one is free", async () => {
    const handle = `${freshName()}.test`;
    expect(await update(handle.toUpperCase())).toMatchObject({ status: 200, body: "" });
    expect(await namesInPlc()).toEqual([`at://${handle}`]);
    expect([await resolve(handle), await resolve(alice.handle)]).toEqual([alice.did, undefined]);
    const session = await xrpc("com.atproto.server.getSession", { auth: alice.access });
    expect(session.body).toMatchObject({ handle });
    const described = await xrpc("com.atproto.repo.describeRepo", { params: { repo: handle } });
    expect(described.body).toMatchObject({ handle, handleIsCorrect: true });
    expect(await told()).toEqual([handle]);
    expect((await provision(alice.handle.replace(".test", ""))).handle).toBe(alice.handle);
    expect(await env.DB.prepare("SELECT * FROM handle_change").all()).toMatchObject({ results: [] });
  });

  it("says #identity again for the handle that is there, and makes no operation of it", async () => {
    expect((await update(alice.handle)).status).toBe(200);
    expect(await told()).toEqual([alice.handle]);
    const log = await (await fetch(`${env.PLC_URL}/${alice.did}/log`)).json<unknown[]>();
    expect(log).toHaveLength(1);
  });

  it("takes a name of elsewhere that leads to the account, and no other", async () => {
    expect(await update(custom())).toMatchObject({ status: 200 });
    expect(await namesInPlc()).toEqual([`at://${custom()}`]);
    expect(await resolve(custom())).toBe(alice.did);
    const bob = await provision(freshName(), "self");
    expect(await update(custom(), bob.access)).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: "External handle did not resolve to DID" } });
    expect(await resolve(bob.handle)).toBe(bob.did);
  });

  it("leaves a name of elsewhere to its domain while the account takes no part, and gives out nothing for one of its own", async () => {
    await xrpc("com.atproto.server.deactivateAccount", { auth: alice.access, json: {} });
    expect(await xrpc("com.atproto.identity.resolveHandle", { params: { handle: alice.handle } })).toMatchObject({ status: 400, body: { error: "HandleNotFound" } });
    expect((await xrpc("com.atproto.identity.resolveIdentity", { params: { identifier: alice.did } })).body).toMatchObject({ did: alice.did, handle: "handle.invalid" });
    expect(await update(custom())).toMatchObject({ status: 200 });
    expect(await resolve(custom())).toBe(alice.did);
    expect((await xrpc("com.atproto.identity.resolveIdentity", { params: { identifier: custom() } })).body).toMatchObject({ did: alice.did, handle: custom() });
  });

  it("refuses in the reference's words", async () => {
    const bob = await provision(freshName(), "self");
    const cases: [string, string, string][] = [
      ["ab.test", "InvalidHandle", "Handle too short"],
      ["much-too-long-for-this-place.test", "InvalidHandle", "Handle too long"],
      ["two.labels.test", "InvalidHandle", "Invalid characters in handle"],
      ["admin.test", "HandleNotAvailable", "Reserved handle"],
      [`${atob("YzAwbg==")}.test`, "InvalidHandle", "Inappropriate language in handle"],
      ["somebody.local", "InvalidHandle", "Handle TLD is invalid or disallowed"],
      [bob.handle, "HandleNotAvailable", `Handle already taken: ${bob.handle}`],
    ];
    for (const [handle, error, message] of cases) expect({ handle, ...(await update(handle)).body }).toEqual({ handle, error, message });
    expect(await told()).toEqual([]);
    await xrpc("com.atproto.admin.updateSubjectStatus", { auth: ADMIN, json: { subject: { $type: "com.atproto.admin.defs#repoRef", did: alice.did }, takedown: { applied: true } } });
    expect(await update(`${freshName()}.test`)).toMatchObject({ status: 401, body: { error: "AccountTakedown" } });
  });

  it("gives one name to one of those who ask for it at once", async () => {
    const handle = `${freshName()}.test`;
    const others = [alice, await provision(freshName(), "self"), await provision(freshName(), "self")];
    const answers = await Promise.all(others.map(({ access }) => update(handle, access)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400]);
    const holder = others[answers.findIndex(({ status }) => status === 200)];
    expect(await resolve(handle)).toBe(holder?.did);
  });
});

describe("com.atproto.admin.updateAccountHandle", () => {
  it("may give reserved names", async () => {
    const give = (did: string, handle: string) => xrpc("com.atproto.admin.updateAccountHandle", { auth: ADMIN, json: { did, handle } });
    expect((await give(alice.did, "moderators.test")).status).toBe(200);
    expect(await resolve("moderators.test")).toBe(alice.did);
    expect(await give("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "someone.test")).toMatchObject({ status: 400, body: { message: "Account not found" } });
  });
});

describe("a change that is cut off", () => {
  const hold = async (handle: string, lease: number) => {
    const desk = handleDeskOf(env);
    expect(await desk.holds.hold({ did: alice.did, handle }, Date.now(), lease)).toBe("held");
    return desk;
  };

  it("before the directory heard of it is given up, and the name is free", async () => {
    const handle = `${freshName()}.test`;
    const desk = await hold(handle, Date.now() + 60_000);
    const taken = await xrpc("com.atproto.server.createAccount", { json: { handle, email: `${handle}@example.com`, password: "correct horse" } });
    expect(taken).toMatchObject({ status: 400, body: { error: "HandleNotAvailable" } });
    await desk.holds.leave({ did: alice.did, handle });
    await settleHandles(desk);
    expect(await resolve(alice.handle)).toBe(alice.did);
    expect((await provision(handle.replace(".test", ""))).handle).toBe(handle);
  });

  it("after the directory heard of it is gone through with", async () => {
    const handle = `${freshName()}.test`;
    const desk = handleDeskOf(env);
    // The object cannot be reached when its turn comes.
    const broken = { ...desk, agent: () => ({ ...agentStub(env, alice.did), setHandle: () => Promise.reject(new Error("killed")) }) };
    await expect(changeHandle(broken, { did: alice.did, handle })).rejects.toThrow("killed");
    expect(await namesInPlc()).toEqual([`at://${handle}`]);
    expect(await resolve(handle)).toBeUndefined();
    // While somebody may be at work on it, it is left alone.
    await settleHandles(desk);
    expect(await resolve(handle)).toBeUndefined();
    expect(await update(`${freshName()}.test`)).toMatchObject({ status: 409, body: { error: "HandleChangeUnderWay" } });
    await desk.holds.leave({ did: alice.did, handle });
    await settleHandles(desk);
    expect(await told()).toEqual([handle]);
    expect(await env.DB.prepare("SELECT handle FROM agent WHERE did = ?").bind(alice.did).first()).toEqual({ handle });
    expect(await env.DB.prepare("SELECT * FROM handle_change WHERE did = ?").bind(alice.did).all()).toMatchObject({ results: [] });
  });

  it("of an account that has gone meanwhile is given up, though its DID says it, and the name is free", async () => {
    const handle = `${freshName()}.test`;
    const desk = handleDeskOf(env);
    const bob = await provision(freshName(), "self");
    const broken = { ...desk, agent: () => ({ ...agentStub(env, bob.did), setHandle: () => Promise.reject(new Error("killed")) }) };
    await expect(changeHandle(broken, { did: bob.did, handle })).rejects.toThrow("killed");
    // The DID stays as it is.
    expect((await xrpc("com.atproto.admin.deleteAccount", { auth: ADMIN, json: { did: bob.did } })).status).toBe(200);
    const held = () => env.DB.prepare("SELECT * FROM handle_change WHERE did = ?").bind(bob.did).all();
    expect(await held()).toMatchObject({ results: [] });
    // Written by a request that did not know of it yet.
    expect(await desk.holds.hold({ did: bob.did, handle }, 1, 2)).toBe("held");
    await settleHandles(desk);
    expect(await held()).toMatchObject({ results: [] });
    expect((await update(handle)).status).toBe(200);
  });

  it("is kept for later while the directory is away", async () => {
    const handle = `${freshName()}.test`;
    const desk = await hold(handle, 1);
    await settleHandles({ ...desk, plc: new PlcClient("http://127.0.0.1:1") });
    expect(await env.DB.prepare("SELECT handle, lease_until FROM handle_change WHERE did = ?").bind(alice.did).first()).toEqual({ handle, lease_until: 0 });
    await settleHandles(desk);
  });
});

describe("limits of changing handles", () => {
  it("are the account's own, told with the answer", async () => {
    const colony = { ...env, RATE_LIMITS: "on" };
    const ask = () =>
      door(
        new Request(`${ORIGIN}/xrpc/com.atproto.identity.updateHandle`, {
          method: "POST", body: JSON.stringify({ handle: "ab.test" }), headers: { "content-type": "application/json", authorization: alice.access },
        }),
        colony,
      );
    const first = await ask();
    expect([first.status, first.headers.get("ratelimit-limit"), first.headers.get("ratelimit-remaining"), first.headers.get("ratelimit-policy")]).toEqual([400, "10", "9", "10;w=300"]);
    for (let i = 0; i < 9; i++) expect((await ask()).status).toBe(400);
    const refused = await ask();
    expect([refused.status, (await refused.json<ErrorBody>()).error, refused.headers.get("ratelimit-remaining")]).toEqual([429, "RateLimitExceeded", "0"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});
