import { env, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { createHmac } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { ADMIN, type Login, login, provision, xrpc } from "../test/client.ts";
import { tokenTo } from "../test/mail.ts";
import { type Stream, arrived, connect, payloads, upgrade } from "../test/socket.ts";

const SUBSCRIBE = "agent.comms.subscribeInbox";

let alice: Login;
let bob: Login;

beforeAll(async () => {
  [alice, bob] = [await provision(), await provision()];
});

const send = async (from: Login, to: Login, text: string) => {
  const record = { to: [to.did], content: [{ $type: "agent.comms.defs#text", text }], createdAt: new Date().toISOString() };
  const answer = await xrpc("com.atproto.repo.createRecord", { auth: from.access, json: { repo: from.did, collection: "agent.comms.message", record } });
  expect(answer).toMatchObject({ status: 200 });
};

/** An access token as the colony makes them, that holds for so many seconds. */
const tokenOf = ({ did }: Login, seconds: number): string => {
  const now = Math.floor(Date.now() / 1000);
  const part = (fields: object) => Buffer.from(JSON.stringify(fields)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "at+jwt" })}.${part({ scope: "com.atproto.access", aud: "did:web:localhost%3A3000", sub: did, iat: now, exp: now + seconds })}`;
  return `${signed}.${createHmac("sha256", Buffer.alloc(32, 11)).update(signed).digest("base64url")}`;
};

const inboxOf = async ({ access }: Login) => (await xrpc<{ messages: unknown[]; cursor: string }>("agent.comms.listInbox", { auth: access })).body;

const objectOf = ({ did }: Login) => env.AGENT.get(env.AGENT.idFromName(did));
const reading = (who: Login, cursor?: string) => connect(SUBSCRIBE, { headers: { authorization: who.access }, params: cursor === undefined ? {} : { cursor } });
const textsOf = (stream: Stream) => payloads(stream, "message").map(({ message }) => (message as { value: { content: { text: string }[] } }).value.content[0]?.text);
const cursorsOf = (stream: Stream) => payloads(stream, "message").map(({ cursor }) => String(cursor));

describe("the inbox over a socket", () => {
  it("gives the backlog, says that it was all, and goes on with what comes, as listInbox would", async () => {
    await send(alice, bob, "one");
    await send(alice, bob, "two");
    await expect.poll(() => inboxOf(bob).then(({ messages }) => messages.length)).toBe(2);
    const stream = await reading(bob);
    await arrived(stream, "info", 1);
    await send(alice, bob, "three");
    await arrived(stream, "message", 3);
    expect(stream.frames.map(({ payload }) => String(payload?.["$type"]).split("#")[1])).toEqual(["message", "message", "info", "message"]);
    expect(textsOf(stream)).toEqual(["one", "two", "three"]);
    const { messages, cursor } = await inboxOf(bob);
    expect(payloads(stream, "message").map(({ message }) => message)).toEqual(messages);
    expect(cursorsOf(stream).at(-1)).toBe(cursor);
  });

  it("goes on after any cursor, and after the object slept", async () => {
    const [carol, dave] = [await provision(), await provision()];
    const first = await reading(dave);
    for (const text of ["a", "b", "c"]) await send(carol, dave, text);
    await arrived(first, "message", 3);
    const [afterFirst] = cursorsOf(first);
    const second = await reading(dave, afterFirst);
    await arrived(second, "message", 2);
    expect(textsOf(second)).toEqual(["b", "c"]);
    await evictDurableObject(objectOf(dave));
    await send(carol, dave, "d");
    await Promise.all([arrived(first, "message", 4), arrived(second, "message", 3)]);
    expect([textsOf(first), textsOf(second)]).toEqual([["a", "b", "c", "d"], ["b", "c", "d"]]);
    expect(payloads(second, "info")).toHaveLength(1);
  });

  it("loses and doubles nothing while messages keep coming and readers come and go", async () => {
    const [carol, dave] = [await provision(), await provision()];
    const streams: Stream[] = [];
    for (let i = 0; i < 12; i++) {
      const sent = send(carol, dave, String(i));
      streams.push(await reading(dave));
      await sent;
    }
    await Promise.all(streams.map((stream) => arrived(stream, "message", 12)));
    for (const stream of streams) expect(textsOf(stream)).toEqual(Array.from({ length: 12 }, (_, i) => String(i)));
  });

  it("shows sealed messages as they came, or opened when that is asked for, once everything that follows from them is on disk", async () => {
    const [carol, dave] = [await provision(), await provision()];
    const [stored, opened] = [await reading(dave), await connect(SUBSCRIBE, { headers: { authorization: dave.access }, params: { opened: "true" } })];
    const record = { to: [dave.did], content: [{ $type: "agent.comms.defs#text", text: "for your eyes" }], createdAt: new Date().toISOString() };
    const sent = await xrpc("agent.comms.send", { auth: carol.access, json: { collection: "agent.comms.message", record } });
    expect(sent.status).toBe(200);
    await Promise.all([arrived(stored, "message", 1), arrived(opened, "message", 1)]);
    expect(JSON.stringify(stored.frames)).not.toContain("for your eyes");
    expect(payloads(stored, "message")[0]).toMatchObject({ message: { value: { content: [{ $type: "agent.comms.defs#sealed" }] } } });
    expect(payloads(opened, "message")[0]).toMatchObject({ message: { sealed: true, value: { content: [{ text: "for your eyes" }] } } });
    expect(cursorsOf(opened)).toEqual(cursorsOf(stored));
    const { body } = await xrpc<{ messages: unknown[] }>("agent.comms.listInbox", { auth: dave.access, params: { opened: "true" } });
    expect(payloads(opened, "message").map(({ message }) => message)).toEqual(body.messages);
  });

  it("takes the token as a subprotocol, and does not say it back", async () => {
    const stream = await connect(SUBSCRIBE, { headers: { "sec-websocket-protocol": `xrpc.v1.json, bearer.${bob.access.slice("Bearer ".length)}` } });
    expect(stream.protocol).toBe("xrpc.v1.json");
    await arrived(stream, "info", 1);
  });

  it.each<[string, () => Record<string, string>, Record<string, string>, number]>([
    ["nobody", () => ({}), {}, 401],
    ["a token in the URL", () => ({}), { access_token: "x", token: "x", authorization: "Bearer x" }, 401],
    ["a refresh token", () => ({ authorization: bob.refresh }), {}, 400],
    ["a token in a subprotocol alone", () => ({ "sec-websocket-protocol": `bearer.${bob.access.slice("Bearer ".length)}` }), {}, 400],
    ["a wrong token in a subprotocol", () => ({ "sec-websocket-protocol": "xrpc.v1.json, bearer.a.b.c" }), {}, 400],
    ["another framing", () => ({ authorization: bob.access, "sec-websocket-protocol": "xrpc.v1.cbor" }), {}, 400],
    ["a malformed cursor", () => ({ authorization: bob.access }), { cursor: "x" }, 400],
    ["a malformed parameter", () => ({ authorization: bob.access }), { opened: "perhaps" }, 400],
  ])("refuses %s", async (_, headers, params, status) => expect((await upgrade(SUBSCRIBE, { headers: headers(), params })).status).toBe(status));

  it("tells others that it is a stream", async () => expect(await xrpc(SUBSCRIBE, { auth: bob.access })).toMatchObject({ status: 426, body: { error: "UpgradeRequired" } }));

  it("refuses a cursor of the future", async () => {
    const stream = await reading(bob, "999999");
    await expect.poll(() => stream.closed).toEqual({ code: 1008, reason: "FutureCursor" });
    expect(stream.frames).toEqual([{ $type: "error", error: "FutureCursor", message: expect.any(String) }]);
  });

  it("answers ping, and takes no other words", async () => {
    const stream = await reading(bob);
    stream.ws.send("ping");
    await expect.poll(() => stream.pongs).toBe(1);
    expect(stream.closed).toBeUndefined();
    stream.ws.send("talk");
    await expect.poll(() => stream.closed).toEqual({ code: 1008, reason: "InvalidRequest" });
  });
});

describe("readers", () => {
  it("are as many as there may be; whoever came first makes room", async () => {
    const dave = await provision();
    const streams: Stream[] = [];
    for (let i = 0; i < 18; i++) streams.push(await reading(dave));
    await expect.poll(() => streams.filter(({ closed }) => closed !== undefined).length).toBe(2);
    expect(streams.slice(0, 2).map(({ closed }) => closed?.reason)).toEqual(["TooManySubscribers", "TooManySubscribers"]);
    await send(alice, dave, "hello");
    await Promise.all(streams.slice(2).map((stream) => arrived(stream, "message", 1)));
  });

  it("end with a session, and come again with a token that holds", async () => {
    const dave = await provision();
    const stream = await reading(dave);
    await xrpc("com.atproto.server.deleteSession", { method: "POST", auth: dave.refresh });
    await expect.poll(() => stream.closed).toEqual({ code: 1008, reason: "SessionEnded" });
    const again = await login(dave.handle, dave.password);
    await arrived(await reading({ ...dave, ...again }), "info", 1);
  });

  it("end with an app password, and with the password", async () => {
    const dave = await provision();
    const app = await xrpc<{ password: string }>("com.atproto.server.createAppPassword", { auth: dave.access, json: { name: "app", privileged: true } });
    const stream = await reading({ ...dave, ...(await login(dave.handle, app.body.password)) });
    await xrpc("com.atproto.server.revokeAppPassword", { auth: dave.access, json: { name: "app" } });
    await expect.poll(() => stream.closed).toEqual({ code: 1008, reason: "SessionEnded" });

    const email = `${dave.handle}@example.com`;
    await xrpc("com.atproto.admin.updateAccountEmail", { auth: ADMIN, json: { account: dave.did, email } });
    const other = await reading(dave);
    await xrpc("com.atproto.server.requestPasswordReset", { json: { email } });
    await xrpc("com.atproto.server.resetPassword", { json: { token: await tokenTo(email, "resetPassword"), password: "another" } });
    await expect.poll(() => other.closed).toEqual({ code: 1008, reason: "SessionEnded" });
  });

  it.each<[string, (did: string, applied: boolean) => Promise<{ status: number }>]>([
    ["taken down", (did, applied) => xrpc("com.atproto.admin.updateSubjectStatus", { auth: ADMIN, json: { subject: { $type: "com.atproto.admin.defs#repoRef", did }, takedown: { applied } } })],
    ["suspended", (did, applied) => xrpc("agent.network.suspendAgent", { auth: ADMIN, json: { did, suspended: applied } })],
  ])("end when the account is %s, and nobody comes in until it is over", async (_, set) => {
    const dave = await provision();
    const stream = await reading(dave);
    expect((await set(dave.did, true)).status).toBe(200);
    await expect.poll(() => stream.closed).toEqual({ code: 1008, reason: "SessionEnded" });
    // The access token still holds: it is the account that may not.
    expect((await upgrade(SUBSCRIBE, { headers: { authorization: dave.access } })).status).toBe(401);
    expect((await set(dave.did, false)).status).toBe(200);
    await arrived(await reading(dave), "info", 1);
  });

  it("stay while their account is deactivated, which may be on its way to another host", async () => {
    const dave = await provision();
    const stream = await reading(dave);
    expect((await xrpc("com.atproto.server.deactivateAccount", { auth: dave.access, json: {} })).status).toBe(200);
    await arrived(await reading(dave), "info", 1);
    expect(stream.closed).toBeUndefined();
  });

  it("end with the token", async () => {
    const dave = await provision();
    const [short, long] = [await reading({ ...dave, access: `Bearer ${tokenOf(dave, 2)}` }), await reading(dave)];
    await arrived(short, "info", 1);
    await expect.poll(() => short.closed).toEqual({ code: 1008, reason: "SessionEnded" });
    expect(long.closed).toBeUndefined();
  });

  it("end with the account", async () => {
    const dave = await provision();
    const stream = await reading(dave);
    await runInDurableObject(objectOf(dave), (instance) => instance.erase());
    await expect.poll(() => stream.closed).toEqual({ code: 1008, reason: "SessionEnded" });
  });
});
