import { runInDurableObject } from "cloudflare:test";
import { Webhook as Official } from "standardwebhooks";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Made, objectOf, op, value } from "./agents.ts";
import { useNeighbours } from "./sealing-world.ts";
import { world } from "./worker.ts";
import { directory, inbox, known, message, rows, send, useDirectory } from "./mail.ts";

useDirectory();
useNeighbours();

const DAY = 86_400_000;
const ENDPOINT = "http://localhost:9999/hook";

interface Taken {
  url: string;
  headers: Record<string, string>;
  body: string;
  json: { type: string; data: { cursor: string; message: { uri: string; action: string; value?: unknown } } };
}

const { outside } = world;

/** What the endpoint was sent, and what it answers. */
let taken: Taken[] = [];
let answer: (hit: Taken) => Response | Promise<Response> = () => new Response(null, { status: 204 });

beforeEach(() => {
  taken = [];
  world.outside = outside;
  answer = () => new Response(null, { status: 204 });
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.startsWith("http://localhost:9999/")) return directory(input, init);
    const body = await request.text();
    const hit = { url: request.url, headers: Object.fromEntries(request.headers), body, json: JSON.parse(body) };
    taken.push(hit);
    return answer(hit);
  };
});

/** Deliver what waits, and let the alarm ring until webhooks have nothing due. */
async function deliver(agent: Made, ms = 0): Promise<void> {
  await agent.api.wake({ source: "colony" });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  await runInDurableObject(agent.stub, (instance) => instance.alarm());
}

const hooked = async (agent: Made, input: Partial<Parameters<Made["api"]["putWebhook"]>[0]> = {}) => value(await agent.api.putWebhook({ url: ENDPOINT, ...input }));
const cursors = () => taken.map(({ json }) => json.data.cursor);
const state = async (agent: Made) => value(await agent.api.listWebhooks()).webhooks[0];

describe("a webhook", () => {
  it("is told nothing while its agent is taken down, and all of it when it is put back", async () => {
    const [alice, bob] = [await known(), await known()];
    await hooked(bob);
    await bob.api.takeDown({ applied: true });
    await send(alice, message([bob.did], "a"));
    await deliver(bob);
    await deliver(bob, DAY);
    expect(taken).toEqual([]);
    expect(await runInDurableObject(bob.stub, (_, { storage }) => storage.sql.exec("SELECT job FROM due WHERE job = 'webhooks'").toArray())).toEqual([]);
    await bob.api.takeDown({ applied: false });
    await deliver(bob);
    expect(taken).toHaveLength(1);
  });

  it("is called by the way to strangers' addresses, and by no other", async () => {
    const asked: string[] = [];
    world.outside = async (input, init) => {
      asked.push(input instanceof Request ? input.url : String(input));
      return asked.at(-1) === ENDPOINT ? new Response(null, { status: 204 }) : directory(input, init);
    };
    const [alice, bob] = [await known(), await known()];
    await hooked(bob);
    await send(alice, message([bob.did], "hello"));
    await deliver(bob);
    expect(asked).toContain(ENDPOINT);
    expect(taken).toEqual([]);
  });

  it("is told of every message in order, signed as the official library wants it", async () => {
    const [alice, bob] = [await known(), await known()];
    await send(alice, message([bob.did], "before"));
    await deliver(bob);
    const { webhook, secret } = await hooked(bob);
    expect(webhook).toMatchObject({ url: ENDPOINT, contents: "stored", state: "active", failures: 0 });
    for (const text of ["one", "two", "three"]) await send(alice, message([bob.did], text));
    await deliver(bob);
    const messages = (await inbox(bob)).slice(1);
    expect(taken.map(({ json }) => json.data.message.uri)).toEqual(messages.map(({ uri }) => uri));
    expect(taken[0]?.json).toMatchObject({ type: "inbox.message", data: { agent: bob.did, message: { author: alice.did, value: { content: [{ text: "one" }] } } } });
    for (const { body, headers } of taken) expect(new Official(secret ?? "").verify(body, headers)).toBeDefined();
    expect(new Set(taken.map(({ headers }) => headers["webhook-id"])).size).toBe(3);
    expect(await state(bob)).toMatchObject({ cursor: cursors().at(-1), state: "active", deliveredAt: expect.any(String) });
    await deliver(bob);
    expect(taken).toHaveLength(3);
  });

  it("may begin with what is there, and be told where messages are only", async () => {
    const [alice, bob] = [await known(), await known()];
    await send(alice, message([bob.did], "before"));
    await deliver(bob);
    await hooked(bob, { cursor: "0", contents: "reference" });
    await deliver(bob);
    expect(taken).toHaveLength(1);
    expect(taken[0]?.json.data.message.value).toBeUndefined();
    expect(taken[0]?.body).not.toContain("before");
  });

  it("does not begin after a message that there is not", async () => {
    const [alice, bob] = [await known(), await known()];
    await send(alice, message([bob.did], "one"));
    await deliver(bob);
    expect(await bob.api.putWebhook({ url: ENDPOINT, cursor: "2" })).toMatchObject({ error: { status: 400, name: "InvalidRequest" } });
    expect(value(await bob.api.putWebhook({ url: ENDPOINT, cursor: "1" })).webhook.cursor).toBe("1");
  });

  it("opens what was sealed only when its agent has asked for that", async () => {
    const [alice, bob] = [await known(), await known()];
    value(await bob.api.rotateKeys({ what: "encryption" }));
    await hooked(bob);
    await hooked(bob, { url: `${ENDPOINT}/opened`, contents: "opened" });
    const record = { to: [bob.did], content: [{ $type: "agent.comms.defs#text", text: "for your eyes" }], createdAt: "2026-11-21T00:00:00.000Z" };
    value(await alice.api.send({ collection: "agent.comms.message", record }));
    await expect.poll(() => world.relay.of(alice.did).at(-1)?.deliveries?.length).toBe(1);
    await deliver(bob);
    await deliver(bob);
    const [stored, opened] = [taken.filter(({ url }) => url === ENDPOINT), taken.filter(({ url }) => url !== ENDPOINT)];
    expect(stored).toHaveLength(1);
    expect(stored[0]?.body).not.toContain("for your eyes");
    expect(opened.map(({ json }) => json.data.message)).toMatchObject([{ sealed: true, value: { content: [{ text: "for your eyes" }] } }]);
  });

  it("hears of retractions", async () => {
    const [alice, bob] = [await known(), await known()];
    await hooked(bob);
    const letter = message([bob.did], "one");
    await send(alice, letter);
    await deliver(bob);
    await send(alice, op({ action: "delete", collection: letter.collection, rkey: letter.rkey }));
    await deliver(bob);
    expect(taken.map(({ json }) => json.type)).toEqual(["inbox.message", "inbox.retraction"]);
  });

  it("is told the same again until it takes it, with the same id and later each time; nothing overtakes", async () => {
    const [alice, bob] = [await known(), await known()];
    await hooked(bob);
    answer = () => new Response("not now", { status: 500 });
    for (const text of ["one", "two"]) await send(alice, message([bob.did], text));
    await deliver(bob);
    expect(taken).toHaveLength(1);
    expect(await state(bob)).toMatchObject({ state: "retrying", failures: 1, lastError: "HTTP 500", nextAttemptAt: expect.any(String) });
    await deliver(bob, 1_000);
    expect(taken).toHaveLength(1);
    await deliver(bob, 5_000);
    await deliver(bob, 31_000);
    expect(taken).toHaveLength(3);
    expect(new Set(taken.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    answer = () => new Response(null, { status: 200 });
    await deliver(bob, 121_000);
    expect(taken.slice(3).map(({ json }) => json.data.cursor)).toEqual([cursors()[0], expect.any(String)]);
    expect(await state(bob)).toMatchObject({ state: "active", failures: 0 });
  });

  it("that fails costs no alarm for each message that comes meanwhile", async () => {
    const [alice, bob] = [await known(), await known()];
    await hooked(bob);
    answer = () => new Response(null, { status: 500 });
    for (const text of ["one", "two", "three"]) {
      await send(alice, message([bob.did], text));
      await (text === "one" ? deliver(bob) : bob.api.wake({ source: "colony" }));
      const { at } = await rows(bob, (sql) => sql.exec<{ at: number }>("SELECT at FROM due WHERE job = 'webhooks'").one());
      expect(new Date(at).toISOString()).toBe((await state(bob))?.nextAttemptAt);
    }
  });

  it("goes on where it was after the object died", async () => {
    const [alice, bob] = [await known(), await known()];
    await hooked(bob);
    await send(alice, message([bob.did], "one"));
    answer = () => Promise.reject(new TypeError("connection refused"));
    await deliver(bob);
    expect(await state(bob)).toMatchObject({ lastError: "TypeError: connection refused" });
    await runInDurableObject(bob.stub, (_, ctx) => ctx.abort("dies")).catch(() => undefined);
    const again = { ...bob, ...objectOf(bob.did) };
    answer = () => new Response(null, { status: 200 });
    await deliver(again, 6_000);
    expect(taken).toHaveLength(2);
    expect(taken[1]?.headers["webhook-id"]).toBe(taken[0]?.headers["webhook-id"]);
  });

  it("is switched off after days, says so, and goes on from there when it is put again", async () => {
    const [alice, bob] = [await known(), await known()];
    const { webhook } = await hooked(bob);
    answer = () => new Response(null, { status: 503 });
    await send(alice, message([bob.did], "one"));
    for (let i = 0; i < 30; i++) await deliver(bob, DAY / 2);
    expect(await state(bob)).toMatchObject({ state: "disabled", lastError: "HTTP 503" });
    const attempts = taken.length;
    await deliver(bob, DAY);
    expect(taken).toHaveLength(attempts);
    answer = () => new Response(null, { status: 200 });
    const again = await hooked(bob, { id: webhook.id, url: `${ENDPOINT}/new` });
    expect(again.secret).toBeUndefined();
    await deliver(bob);
    expect(taken.slice(attempts)).toMatchObject([{ url: `${ENDPOINT}/new`, json: { data: { message: { value: { content: [{ text: "one" }] } } } } }]);
  });

  it("that is gone is removed; a redirect is a failure and is not followed", async () => {
    const [alice, bob] = [await known(), await known()];
    await hooked(bob);
    answer = ({ url }) => (url.endsWith("/hook") ? new Response(null, { status: 307, headers: { location: "http://localhost:9999/elsewhere" } }) : new Response(null, { status: 204 }));
    await send(alice, message([bob.did], "one"));
    await deliver(bob);
    expect(taken.map(({ url }) => url)).toEqual([ENDPOINT]);
    expect(await state(bob)).toMatchObject({ lastError: "HTTP 307: redirects are not followed" });
    answer = () => new Response(null, { status: 410 });
    await deliver(bob, 6_000);
    expect(value(await bob.api.listWebhooks()).webhooks).toEqual([]);
  });

  it("that is slow or dead holds up no other", async () => {
    const [alice, bob] = [await known(), await known()];
    await hooked(bob);
    await hooked(bob, { url: `${ENDPOINT}/other` });
    answer = ({ url }) => (url === ENDPOINT ? new Response(null, { status: 500 }) : new Response(null, { status: 204 }));
    for (const text of ["one", "two"]) await send(alice, message([bob.did], text));
    await deliver(bob);
    expect(taken.filter(({ url }) => url.endsWith("/other"))).toHaveLength(2);
  });

  it("that was deleted or changed meanwhile keeps what was said of it last", async () => {
    const [alice, bob] = [await known(), await known()];
    const { webhook } = await hooked(bob);
    await send(alice, message([bob.did], "one"));
    await bob.api.wake({ source: "colony" });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    await runInDurableObject(bob.stub, async (instance) => {
      answer = async () => {
        await instance.deleteWebhook({ id: webhook.id });
        return new Response(null, { status: 500 });
      };
      await instance.alarm();
    });
    expect(taken).toHaveLength(1);
    expect(value(await bob.api.listWebhooks()).webhooks).toEqual([]);
  });

  it("gets a new secret when asked, and is signed with both for a day", async () => {
    const [alice, bob] = [await known(), await known()];
    const first = await hooked(bob);
    const second = await hooked(bob, { id: first.webhook.id, rotateSecret: true });
    expect(second.secret).not.toBe(first.secret);
    await send(alice, message([bob.did], "one"));
    await deliver(bob);
    for (const { secret } of [first, second]) expect(new Official(secret ?? "").verify(taken[0]?.body ?? "", taken[0]?.headers ?? {})).toBeDefined();
    await send(alice, message([bob.did], "two"));
    await deliver(bob, DAY + 1_000);
    expect(taken[1]?.headers["webhook-signature"]?.split(" ")).toHaveLength(1);
  });

  it("is refused when there is no such, when there are too many, and where colonies do not call", async () => {
    const bob = await known();
    const wrong = (input: object) => bob.api.putWebhook({ url: ENDPOINT, ...input });
    expect(await wrong({ id: "nobody" })).toMatchObject({ error: { name: "WebhookNotFound" } });
    expect(await bob.api.deleteWebhook({ id: "nobody" })).toMatchObject({ error: { name: "WebhookNotFound" } });
    expect(await wrong({ url: "http://10.0.0.1/" })).toMatchObject({ error: { name: "HostNotAllowed" } });
    expect(await wrong({ contents: "everything" })).toMatchObject({ error: { name: "InvalidRequest" } });
    expect(await wrong({ cursor: "x" })).toMatchObject({ error: { name: "InvalidRequest" } });
    for (let i = 0; i < 8; i++) await hooked(bob);
    expect(await wrong({})).toMatchObject({ error: { name: "TooManyWebhooks" } });
    expect(value(await bob.api.listWebhooks()).webhooks).toHaveLength(8);
  });

  it("is in the vault: neither its URL nor its secret is readable beside it", async () => {
    const bob = await known();
    const { secret } = await hooked(bob, { url: "http://localhost:9999/very-secret-path" });
    const dump = await rows(bob, (sql) => JSON.stringify(sql.exec("SELECT hex(data) AS data FROM vault").toArray()));
    for (const text of ["very-secret-path", (secret ?? "").slice(6)]) expect(dump).not.toContain(Buffer.from(text).toString("hex").toUpperCase());
    expect(JSON.stringify(value(await bob.api.listWebhooks()))).not.toContain(secret);
  });
});
