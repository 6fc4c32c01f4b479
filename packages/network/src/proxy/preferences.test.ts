import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { type Login, login, provision, xrpc } from "../../test/client.ts";
import { signToken } from "../../test/service-token.ts";
import { configOf } from "../config.ts";

const DEFS = "app.bsky.actor.defs";
const adult = { $type: `${DEFS}#adultContentPref`, enabled: false };
const dogs = { $type: `${DEFS}#contentLabelPref`, label: "dogs", visibility: "show" };
const born = (birthDate: string) => ({ $type: `${DEFS}#personalDetailsPref`, birthDate });
const age = (years: number) => ({ $type: `${DEFS}#declaredAgePref`, isOverAge13: years >= 13, isOverAge16: years >= 16, isOverAge18: years >= 18 });

let alice: Login;
let app: string;
const service = () => configOf(env).appView?.did ?? "";

beforeAll(async () => {
  alice = await provision();
  const made = await xrpc<{ password: string }>("com.atproto.server.createAppPassword", { auth: alice.access, json: { name: "app" } });
  app = (await login(alice.handle, made.body.password)).access;
});

const get = async (auth: string) => (await xrpc<{ preferences: unknown[] }>("app.bsky.actor.getPreferences", { auth })).body.preferences;
const put = (preferences: unknown[], auth = alice.access) => xrpc("app.bsky.actor.putPreferences", { auth, json: { preferences } });

describe("preferences", () => {
  it("are there before any were put, and as they were put, all of them each time", async () => {
    expect(await get(alice.access)).toEqual([]);
    const done = await put([adult, dogs, { $type: "app.bsky.actor.defs#somethingNew", more: { a: [1] } }]);
    expect([done.status, done.body]).toEqual([200, ""]);
    expect(await get(alice.access)).toEqual([adult, dogs, { $type: "app.bsky.actor.defs#somethingNew", more: { a: [1] } }]);
    await put([dogs]);
    expect(await get(app)).toEqual([dogs]);
    await put([]);
    expect(await get(alice.access)).toEqual([]);
  });

  it("are refused outside of the application's names, without a type, and by whoever may not", async () => {
    expect((await put([adult, { $type: "com.atproto.server.defs#unknown" }])).body).toEqual({ error: "InvalidRequest", message: "Some preferences are not in the app.bsky namespace" });
    expect((await put([adult, { label: "dogs" }])).body).toEqual({ error: "InvalidRequest", message: expect.stringContaining('object which includes the "$type" property') });
    expect((await put([{ ...adult, enabled: "yes" }])).body).toEqual({ error: "InvalidRequest", message: expect.stringContaining("enabled") });
    expect(await get(alice.access)).toEqual([]);
    expect(await xrpc("app.bsky.actor.getPreferences")).toMatchObject({ status: 401, body: { error: "AuthMissing" } });
  });

  it("tell an app password that somebody is old enough, and never when he was born", async () => {
    await put([born("1970-01-01T00:00:00Z"), adult, age(3)]);
    expect(await get(alice.access)).toEqual([born("1970-01-01T00:00:00Z"), adult, age(50)]);
    expect(await get(app)).toEqual([adult, age(50)]);
    expect((await put([born("1970-01-01T00:00:00Z")], app)).body).toEqual({ error: "InvalidRequest", message: `Do not have authorization to set preferences: ${DEFS}#personalDetailsPref` });
    // What it does not see it does not take away.
    await put([dogs], app);
    expect(await get(alice.access)).toEqual([born("1970-01-01T00:00:00Z"), dogs, age(50)]);
    await put([born(new Date(Date.now() - 86_400_000).toISOString())]);
    expect(await get(app)).toEqual([age(0)]);
  });

  it("are read by the moderation service, by its own token", async () => {
    const ask = async (did: string) => {
      const token = await signToken({ iss: service(), aud: configOf(env).hostDid, lxm: "app.bsky.actor.getPreferences" });
      return xrpc<{ preferences: unknown[] }>("app.bsky.actor.getPreferences", { auth: `Bearer ${token}`, params: { did } });
    };
    expect(await ask(alice.did)).toMatchObject({ status: 200, body: { preferences: await get(alice.access) } });
    expect(await ask("nonsense")).toMatchObject({ status: 400, body: { error: "InvalidRequest", message: "Invalid or missing did parameter" } });
    expect((await ask("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")).status).toBe(400);
  });

  it("of another AppView are there", async () => {
    const headers = { "atproto-proxy": `${service()}#bsky_notif` };
    const read = await xrpc<{ url: string }>("app.bsky.actor.getPreferences", { auth: alice.access, headers });
    expect(read.body.url).toBe("/xrpc/app.bsky.actor.getPreferences");
    const written = await xrpc<{ text: string }>("app.bsky.actor.putPreferences", { auth: alice.access, headers, json: { preferences: [adult] } });
    expect(JSON.parse(written.body.text)).toEqual({ preferences: [adult] });
    expect(await get(app)).toEqual([age(0)]);
  });
});

describe("what is told to other services", () => {
  it("a report, to the labeler", async () => {
    const report = { reasonType: "com.atproto.moderation.defs#reasonSpam", subject: { $type: "com.atproto.admin.defs#repoRef", did: alice.did } };
    const { status, body } = await xrpc<{ text: string; url: string; headers: Record<string, string> }>("com.atproto.moderation.createReport", { auth: alice.access, json: report });
    expect([status, body.url, JSON.parse(body.text), body.headers["content-type"]]).toEqual([200, "/xrpc/com.atproto.moderation.createReport", report, "application/json"]);
    const claims: unknown = JSON.parse(Buffer.from(body.headers["authorization"]?.split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({ iss: alice.did, aud: service(), lxm: "com.atproto.moderation.createReport" });
    expect((await xrpc("com.atproto.moderation.createReport", { auth: alice.access, json: { reasonType: "x" } })).status).toBe(400);
  });

  it.each(["registerPush", "unregisterPush"])("a device, to the service that notifies: %s", async (method) => {
    const input = { serviceDid: service(), token: "tok", platform: "web", appId: "app" };
    const ask = (json: unknown) => xrpc(`app.bsky.notification.${method}`, { auth: alice.access, json });
    expect(await ask(input)).toMatchObject({ status: 200, body: "" });
    expect((await ask({ ...input, serviceDid: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" })).body.message).toBe("could not resolve did document: did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
    expect((await ask({ ...input, serviceDid: alice.did })).body.message).toBe(`invalid notification service details in did document: ${alice.did}`);
  });
});

describe("an account that was taken down", () => {
  it("may appeal, read its preferences and say that it moves away, and nothing else of this", async () => {
    const bob = await provision();
    const token = await signToken({ iss: service(), aud: configOf(env).hostDid, lxm: "com.atproto.admin.updateSubjectStatus" });
    const subject = { $type: "com.atproto.admin.defs#repoRef", did: bob.did };
    const taken = await xrpc("com.atproto.admin.updateSubjectStatus", { auth: `Bearer ${token}`, json: { subject, takedown: { applied: true, ref: "test" } } });
    expect(taken.status).toBe(200);
    const session = await xrpc<{ accessJwt: string }>("com.atproto.server.createSession", { json: { identifier: bob.handle, password: bob.password, allowTakendown: true } });
    const auth = `Bearer ${session.body.accessJwt}`;
    const report = { reasonType: "com.atproto.moderation.defs#reasonAppeal", subject };
    expect((await xrpc("com.atproto.moderation.createReport", { auth, json: report })).status).toBe(200);
    expect((await xrpc("app.bsky.actor.getPreferences", { auth })).status).toBe(200);
    const tokenFor = (lxm: string) => xrpc("com.atproto.server.getServiceAuth", { auth, params: { aud: "did:web:other.example", lxm } });
    expect((await tokenFor("com.atproto.server.createAccount")).status).toBe(200);
    for (const refused of [await tokenFor("com.example.echo"), await put([], auth), await xrpc("com.example.echo", { auth })])
      expect(refused).toMatchObject({ status: 400, body: { error: "InvalidToken", message: "Bad token scope" } });
    // A session of before is over for most, and what is left of it may no more.
    expect((await xrpc("com.example.echo", { auth: bob.access })).status).toBe(400);
  });
});
