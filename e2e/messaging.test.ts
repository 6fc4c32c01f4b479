import { connect, type ColonyAgent, type Incoming, text, textOf } from "@rookery/sdk";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { headOf, type Login, NOTES, provision } from "./test/people.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

/** An agent at work, with everything that reached it since it began. */
interface Worker {
  login: Login;
  agent: ColonyAgent;
  got: Incoming[];
}

const workers: Worker[] = [];

const employ = async (name: string): Promise<Worker> => {
  const login = await provision(name);
  const agent = await connect({ service: inject("origin"), identifier: login.handle, password: login.password, plcUrl: inject("plcUrl"), privacy: "public" });
  const worker: Worker = { login, agent, got: [] };
  agent.onMessage((incoming) => {
    worker.got.push(incoming);
  });
  workers.push(worker);
  return worker;
};

let alice: Worker;
let bob: Worker;
let carol: Worker;

beforeAll(async () => {
  alice = await employ("talk-alice");
  bob = await employ("talk-bob");
  carol = await employ("talk-carol");
});

afterAll(() => Promise.all(workers.map(({ agent }) => agent.close())));

/** What came to somebody under an at-uri. */
const under = ({ got }: Worker, uri: string): Incoming[] => got.filter((incoming) => incoming.uri === uri);

const listInbox = (token: string, params: Record<string, string> = {}) =>
  ask<{ messages: { uri: string; author: string; action: string; seq: number; cid?: string }[]; cursor?: string; error?: string }>("agent.comms.listInbox", { token, params });

const tokenOf = async ({ did, password }: Login): Promise<string> =>
  (await ask<{ accessJwt: string }>("com.atproto.server.createSession", { body: { identifier: did, password } })).json.accessJwt;

describe("agents talk", () => {
  test("alice to bob and back, in a thread, each once", async () => {
    const hello = await alice.agent.send(bob.login.handle, "Hello bob");
    await until(() => under(bob, hello.uri).length > 0, "the greeting");
    const [greeting] = under(bob, hello.uri);
    if (greeting?.kind !== "message") throw new Error(`bob got ${greeting?.kind}`);
    expect(greeting).toMatchObject({ author: alice.login.did, cid: hello.cid });
    expect(textOf(greeting.record.content)).toBe("Hello bob");

    const answer = await bob.agent.send(greeting.author, [text("Hello alice")], { thread: { root: hello, parent: hello } });
    await until(() => under(alice, answer.uri).length > 0, "the answer");
    expect(under(alice, answer.uri)).toMatchObject([{ kind: "message", author: bob.login.did, record: { thread: { parent: hello } } }]);
    expect(under(bob, hello.uri)).toHaveLength(1);
    // A message reaches whom it names and nobody else.
    expect([...under(carol, hello.uri), ...under(carol, answer.uri), ...under(bob, answer.uri)]).toEqual([]);
  });

  test("one message to several", async () => {
    const sent = await carol.agent.send([alice.login.did, bob.login.did], "Both of you");
    await until(() => [alice, bob].every((worker) => under(worker, sent.uri).length > 0), "it reaches both");
    expect(under(carol, sent.uri)).toEqual([]);
  });

  test("a request is answered", async () => {
    const stop = bob.agent.onMessage(async (incoming) => {
      if (incoming.kind !== "request") return;
      await bob.agent.respond(incoming, "working", undefined, { progress: 50 });
      await bob.agent.respond(incoming, "completed", `${textOf(incoming.record.input).length} characters`);
    });
    const task = await alice.agent.request(bob.login.handle, "Count these");
    const outcome = await task.result({ deadline: 60_000 });
    stop();
    expect(outcome).toMatchObject({ state: "completed", by: bob.login.did, sealed: false });
    expect(outcome.state === "completed" && outcome.text()).toBe("11 characters");
    // The result is there before the handlers of all that comes have had it.
    await expect.poll(() => alice.got.flatMap((incoming) => (incoming.kind === "response" && incoming.record.request.uri === task.uri ? [incoming.record.state] : []))).toEqual(["working", "completed"]);
  });

  test("a request that nobody answers is given up in time", async () => {
    const task = await alice.agent.request(carol.login.did, "Silence");
    expect(await task.result({ deadline: 300 })).toMatchObject({ state: "expired", final: false });
  });

  test("a broadcast reaches all but its sender", async () => {
    const late = await employ("talk-late");
    const sent = await alice.agent.broadcast("To all");
    await until(() => [bob, carol, late].every((worker) => under(worker, sent.uri).length > 0), "everybody has it");
    expect(under(bob, sent.uri)).toMatchObject([{ kind: "broadcast", author: alice.login.did, cid: sent.cid }]);
    // The next message of the same sender passes through the same way: had the broadcast come back, it would be here by then.
    const after = await bob.agent.send(alice.login.did, "Heard you");
    await until(() => under(alice, after.uri).length > 0, "the next message");
    expect(under(alice, sent.uri)).toEqual([]);
  });

  test("a handoff is delivered", async () => {
    const task = await alice.agent.request(bob.login.did, "Too much for me");
    const stop = bob.agent.onRequest(async (job) => void (await job.handoff(carol.login.did, { reason: "busy" })));
    const handoffs = () => carol.got.filter((incoming) => incoming.kind === "handoff" && incoming.record.request.uri === task.uri);
    await until(() => handoffs().length > 0, "the handoff");
    expect(handoffs()).toMatchObject([{ author: bob.login.did, record: { to: carol.login.did, reason: "busy" } }]);
    stop();
  });

  test("what is deleted is taken back", async () => {
    const sent = await alice.agent.send(bob.login.did, "Forget this");
    await until(() => under(bob, sent.uri).length === 1, "the message");
    await alice.agent.client.com.atproto.repo.deleteRecord({ repo: alice.login.did, collection: "agent.comms.message", rkey: sent.uri.split("/").at(-1) ?? "" });
    await until(() => under(bob, sent.uri).length === 2, "the retraction");
    expect(under(bob, sent.uri)[1]).toMatchObject({ kind: "retraction", author: alice.login.did });
    expect(await bob.agent.read(sent.uri)).toBeUndefined();
  });

  test("messages of one sender arrive in the order of sending, each once, from several senders at a time", async () => {
    const COUNT = 30;
    const send = async ({ agent }: Worker): Promise<string[]> => {
      const uris: string[] = [];
      for (let i = 0; i < COUNT; i++) uris.push((await agent.send(bob.login.did, `number ${i}`)).uri);
      return uris;
    };
    const [fromAlice, fromCarol] = await Promise.all([send(alice), send(carol)]);
    const gotFrom = (uris: string[]) => bob.got.map(({ uri }) => uri).filter((uri) => uris.includes(uri));
    await until(() => gotFrom(fromAlice).length >= COUNT && gotFrom(fromCarol).length >= COUNT, "all messages");
    expect(gotFrom(fromAlice)).toEqual(fromAlice);
    expect(gotFrom(fromCarol)).toEqual(fromCarol);
  });

  test("records of any other kind are nobody's mail", async () => {
    const before = bob.got.length;
    await alice.agent.client.com.atproto.repo.createRecord({ repo: alice.login.did, collection: NOTES, record: { to: [bob.login.did], text: "not mail" } });
    const sent = await alice.agent.send(bob.login.did, "mail");
    await until(() => under(bob, sent.uri).length > 0, "the mail behind it");
    expect(bob.got.slice(before).map(({ uri }) => uri)).toEqual([sent.uri]);
  });
});

describe("the inbox over XRPC", () => {
  test("is read in pages by its owner's session, and by nobody else", async () => {
    const token = await tokenOf(bob.login);
    const all = await listInbox(token, { limit: "100" });
    expect(all.status).toBe(200);
    expect(all.json.messages.map(({ uri }) => uri)).toEqual(bob.got.slice(0, all.json.messages.length).map(({ uri }) => uri));
    const paged: string[] = [];
    for (let cursor: string | undefined, i = 0; paged.length < all.json.messages.length && i < 100; i++) {
      const page = await listInbox(token, { limit: "7", ...(cursor === undefined ? {} : { cursor }) });
      paged.push(...page.json.messages.map(({ uri }) => uri));
      cursor = page.json.cursor;
    }
    expect(paged.slice(0, all.json.messages.length)).toEqual(all.json.messages.map(({ uri }) => uri));
    const carols = (await listInbox(await tokenOf(carol.login), { limit: "100" })).json.messages.map(({ uri }) => uri);
    expect(carols.length).toBeGreaterThan(0);
    expect(carols).toEqual(carol.got.slice(0, carols.length).map(({ uri }) => uri));
    expect((await ask("agent.comms.listInbox")).status).toBe(401);
    expect((await ask("agent.comms.listInbox", { token: inject("adminKey") })).status).toBe(400);
    for (const [name, value] of [["limit", "0"], ["limit", "101"], ["waitSeconds", "26"], ["cursor", "nonsense"]] as const) {
      const refused = await listInbox(token, { [name]: value });
      expect([refused.status, refused.json.error], name).toEqual([400, "InvalidRequest"]);
    }
  });

  test("a long-poll answers as soon as something comes", async () => {
    const dora = await provision("talk-dora");
    const token = await tokenOf(dora);
    const began = performance.now();
    const waiting = listInbox(token, { waitSeconds: "20" });
    const sent = await alice.agent.send(dora.did, "Are you there?");
    const { json } = await waiting;
    expect(json.messages.map(({ uri }) => uri)).toContain(sent.uri);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test("reading drains nothing", async () => {
    const token = await tokenOf(bob.login);
    const [first, second] = [await listInbox(token), await listInbox(token)];
    expect(second.json).toEqual(first.json);
  });
});

describe("records of agent.comms are checked", () => {
  const create = (record: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    alice.agent.client.com.atproto.repo.createRecord({ repo: alice.login.did, collection: "agent.comms.message", record, ...more });
  const good = () => ({ to: [bob.login.did], content: [text("well-formed")], createdAt: new Date().toISOString() });

  test.each([
    ["no recipient", () => ({ ...good(), to: [] }), /to/],
    ["a handle for a recipient", () => ({ ...good(), to: ["talk-bob.test"] }), /to\/0.*did/],
    ["no content", () => ({ to: good().to, createdAt: good().createdAt }), /content/],
    ["a priority beyond the scale", () => ({ ...good(), priority: 6 }), /priority/],
    ["no datetime", () => ({ ...good(), createdAt: "yesterday" }), /createdAt.*datetime/],
    ["another type", () => ({ ...good(), $type: "agent.comms.request" }), /\$type/],
  ])("%s: refused in the lexicon's words", async (_, record, message) => {
    const before = await headOf(alice.login.did);
    await expect(create(record())).rejects.toMatchObject({ status: 400, error: "InvalidRequest", message: expect.stringMatching(message) });
    expect(await headOf(alice.login.did)).toEqual(before);
  });

  test("a record key that is no TID is refused", async () => {
    await expect(create(good(), { rkey: "self" })).rejects.toMatchObject({ status: 400, error: "InvalidRequest" });
  });

  test("a message is never changed, only taken back", async () => {
    const sent = await alice.agent.send(bob.login.did, "Said is said");
    const rkey = sent.uri.split("/").at(-1) ?? "";
    const before = await headOf(alice.login.did);
    const at = { repo: alice.login.did, collection: "agent.comms.message", rkey };
    await expect(alice.agent.client.com.atproto.repo.putRecord({ ...at, record: good() })).rejects.toMatchObject({ status: 400, error: "InvalidRequest" });
    const update = { $type: "com.atproto.repo.applyWrites#update" as const, collection: at.collection, rkey, value: good() };
    await expect(alice.agent.client.com.atproto.repo.applyWrites({ repo: at.repo, writes: [update] })).rejects.toMatchObject({ status: 400, error: "InvalidRequest" });
    expect(await headOf(alice.login.did)).toEqual(before);
    expect((await bob.agent.read(sent.uri))?.cid).toBe(sent.cid);
  });
});
