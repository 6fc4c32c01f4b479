import { connect, type ColonyAgent, type Incoming, type KeyAlarm, memoryKeyStore, type KeyStore, textOf } from "@rookery/sdk";
import { makeKeyPair, makeKeyRecord } from "@rookery/envelope";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { filesWith, hear, type Heard } from "./test/canary.ts";
import { type Login, provision } from "./test/people.ts";
import { until } from "./test/until.ts";

/** A self-keyed agent: its keys are in `store` and nowhere else. */
interface Sealed {
  login: Login;
  agent: ColonyAgent;
  store: KeyStore;
  got: Incoming[];
  alarms: KeyAlarm[];
}

const MARK = "canary-7f3a91";
const open: { close(): void | Promise<void> }[] = [];

const join = async (login: Login, store: KeyStore = memoryKeyStore(), privacy: "sealed" | "public" = "sealed"): Promise<Sealed> => {
  const alarms: KeyAlarm[] = [];
  const agent = await connect({
    service: inject("origin"),
    identifier: login.handle,
    password: login.password,
    plcUrl: inject("plcUrl"),
    privacy,
    sealing: { store, onAlarm: (alarm) => void alarms.push(alarm) },
  });
  const sealed: Sealed = { login, agent, store, got: [], alarms };
  agent.onMessage((incoming) => void sealed.got.push(incoming));
  open.push(agent);
  return sealed;
};

const under = ({ got }: Sealed, uri: string): Incoming[] => got.filter((incoming) => incoming.uri === uri);

/** What the host answers about a record to anybody who asks. */
const publicView = async (uri: string): Promise<string> => {
  const [, , repo = "", collection = "", rkey = ""] = uri.split("/");
  const response = await fetch(`${inject("origin")}/xrpc/com.atproto.repo.getRecord?${new URLSearchParams({ repo, collection, rkey })}`);
  return response.text();
};

let ann: Sealed;
let ben: Sealed;
let heard: Heard;

beforeAll(async () => {
  heard = await hear(inject("origin"));
  open.push(heard);
  ann = await join(await provision("sealed-ann", { keys: "self" }));
  ben = await join(await provision("sealed-ben", { keys: "self" }));
});

afterAll(async () => {
  for (const one of open) await one.close();
});

describe("two agents with keys of their own", () => {
  test("exchange messages that nobody else can read", async () => {
    const sent = await ann.agent.send(ben.login.handle, `${MARK} meet me at noon`, { conversation: `${MARK}-talk`, priority: 4 });
    await until(() => under(ben, sent.uri).length > 0, "the message");
    const [message] = under(ben, sent.uri);
    if (message?.kind !== "message") throw new Error(`ben got ${message?.kind}`);
    expect(textOf(message.record.content)).toBe(`${MARK} meet me at noon`);
    expect(message).toMatchObject({ sealed: true, author: ann.login.did, cid: sent.cid, record: { conversation: `${MARK}-talk`, priority: 4, to: [ben.login.did] } });

    const answer = await ben.agent.reply(message, `${MARK} I shall`);
    if (answer === undefined) throw new Error("not answered");
    await until(() => under(ann, answer.uri).length > 0, "the answer");
    expect(under(ann, answer.uri)).toMatchObject([{ kind: "message", record: { content: [{ text: `${MARK} I shall` }], hopCount: 1, thread: { parent: { uri: sent.uri } } } }]);

    // The author reads what it sent; anybody else reads where it went, and ciphertext.
    expect(JSON.stringify((await ann.agent.read(sent.uri))?.value)).toContain(MARK);
    for (const uri of [sent.uri, answer.uri]) {
      const seen = await publicView(uri);
      expect(seen).toContain("agent.comms.defs#sealed");
      expect(seen).not.toContain(MARK);
      expect(seen).not.toMatch(/priority|conversation|thread|hopCount/);
    }
    await until(() => heard.text().includes("agent.comms.defs#sealed"), "the firehose has it");
    expect(heard.text()).not.toContain(MARK);
  });

  test("do a task together, with its state inside", async () => {
    const stop = ben.agent.onMessage(async (incoming) => {
      if (incoming.kind === "request") await ben.agent.respond(incoming, "completed", `${MARK} ${textOf(incoming.record.input).length} characters`);
    });
    const task = await ann.agent.request(ben.login.did, `${MARK} count these`);
    const outcome = await task.result({ deadline: 60_000 });
    stop();
    if (outcome.state !== "completed") throw new Error(outcome.reason);
    expect(outcome.text()).toBe(`${MARK} 25 characters`);
    const seen = await publicView(outcome.uri);
    expect(JSON.parse(seen)).toMatchObject({ value: { state: "sealed" } });
    expect(seen).not.toMatch(/completed|canary/);
    expect(heard.text()).not.toContain(MARK);
  });

  test("ask in confidence, and are not answered in public, even by who speaks in public otherwise", async () => {
    const talker = await join(await provision("sealed-talker", { keys: "self" }), memoryKeyStore(), "public");
    const said = await talker.agent.send(ben.login.did, "hello world");
    expect(await publicView(said.uri)).toContain("hello world");
    const sent = await ann.agent.send(talker.login.did, `${MARK} between us`);
    await until(() => under(talker, sent.uri).length > 0, "the message");
    const [message] = under(talker, sent.uri);
    if (message?.kind !== "message") throw new Error(`talker got ${message?.kind}`);
    const answer = await talker.agent.reply(message, `${MARK} of course`);
    expect(await publicView(answer?.uri ?? "")).toContain("agent.comms.defs#sealed");
  });

  test("send a file", async () => {
    const bytes = Buffer.from(`${MARK} `.repeat(3000));
    const attachment = await ann.agent.attach(bytes, { name: `${MARK}.txt`, mediaType: "text/plain" });
    const sent = await ann.agent.send(ben.login.did, "see attached", { files: [attachment] });
    await until(() => under(ben, sent.uri).length > 0, "the message");
    const [message] = under(ben, sent.uri);
    if (message?.kind !== "message") throw new Error(`ben got ${message?.kind}`);
    const [, part] = message.record.content;
    expect(part).toMatchObject({ name: `${MARK}.txt`, mediaType: "text/plain", size: bytes.length });
    const pieces: Uint8Array[] = [];
    for await (const piece of ben.agent.file(message, part)) pieces.push(piece);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    // The host knows of the blob, and what it serves is not the file.
    expect(JSON.stringify((await ann.agent.client.com.atproto.sync.listBlobs({ did: ann.login.did })).data.cids)).toContain(attachment.blob.ref.$link);
    const blob = await ann.agent.client.com.atproto.sync.getBlob({ did: ann.login.did, cid: attachment.blob.ref.$link });
    expect(Buffer.from(blob.data).includes(MARK)).toBe(false);
    await expect(ann.agent.send(ben.login.did, "in public", { files: [attachment], privacy: "public" })).rejects.toThrow("not to be sent in public");
  });

  test("let a third read, for as long as the grant stands", async () => {
    const cat = await join(await provision("sealed-cat", { keys: "self" }));
    const sent = await ann.agent.send(ben.login.did, `${MARK} for cat too`);
    await expect(cat.agent.read(sent.uri)).rejects.toThrow("cannot be opened");
    const grant = await ann.agent.share(sent.uri, cat.login.handle);
    expect(await cat.agent.read(sent.uri, { grant: grant.uri })).toMatchObject({ cid: sent.cid, value: { content: [{ text: `${MARK} for cat too` }] } });
    // For this record alone, and for nobody else.
    const other = await ann.agent.send(ben.login.did, "not for cat");
    await expect(cat.agent.read(other.uri, { grant: grant.uri })).rejects.toThrow("cannot be opened");
    await expect(ben.agent.read(sent.uri, { grant: grant.uri })).rejects.toThrow("cannot be opened");
    // Not to be given by who only received it.
    await expect(ben.agent.share(sent.uri, cat.login.did)).rejects.toThrow("RecordNotFound");
    expect(await ann.agent.revoke(grant.uri)).toEqual({ couldRead: [ben.login.did, cat.login.did].toSorted() });
    await expect(cat.agent.read(sent.uri, { grant: grant.uri })).rejects.toThrow(/no such record/);
    expect(heard.text()).not.toContain(MARK);
  });

  test("come back with the same keys, and read what was sent meanwhile", async () => {
    await ben.agent.close();
    const keysBefore = (await ben.agent.client.com.atproto.repo.listRecords({ repo: ben.login.did, collection: "agent.comms.key" })).data.records;
    const sent = await ann.agent.send(ben.login.did, "while you were out");
    ben = await join(ben.login, ben.store);
    await until(() => under(ben, sent.uri).length > 0, "the message");
    expect(under(ben, sent.uri)).toMatchObject([{ kind: "message", record: { content: [{ text: "while you were out" }] } }]);
    const keysAfter = (await ben.agent.client.com.atproto.repo.listRecords({ repo: ben.login.did, collection: "agent.comms.key" })).data.records;
    expect(keysAfter.map(({ uri }) => uri)).toEqual(keysBefore.map(({ uri }) => uri));
  });
});

test("a published key is never changed, only followed by another", async () => {
  const { client } = ann.agent;
  const [key] = (await client.com.atproto.repo.listRecords({ repo: ann.login.did, collection: "agent.comms.key" })).data.records;
  if (key === undefined) throw new Error("ann has no key");
  const rkey = key.uri.split("/").at(-1) ?? "";
  const record = { ...key.value, expiresAt: "2027-01-01T00:00:00.000Z" };
  await expect(client.com.atproto.repo.putRecord({ repo: ann.login.did, collection: "agent.comms.key", rkey, record })).rejects.toMatchObject({ status: 400, error: "InvalidRequest" });
});

describe("what cannot be sealed is not sent", () => {
  const countOf = async (collection: string): Promise<number> => (await ann.agent.client.com.atproto.repo.listRecords({ repo: ann.login.did, collection, limit: 100 })).data.records.length;

  test("to an agent without a key, alone or among others", async () => {
    const keyless = await provision("sealed-keyless", { keys: "self" });
    const before = await countOf("agent.comms.message");
    await expect(ann.agent.send(keyless.did, MARK)).rejects.toThrow(`${keyless.did} publishes no key to seal for`);
    await expect(ann.agent.send([ben.login.did, keyless.did], MARK)).rejects.toThrow("publishes no key");
    await expect(ann.agent.request(keyless.did, MARK)).rejects.toThrow("publishes no key");
    expect(await countOf("agent.comms.message")).toBe(before);
    expect(heard.text()).not.toContain(MARK);
  });

  test("to everybody, unless it is said to be public", async () => {
    const before = await countOf("agent.comms.broadcast");
    await expect(ann.agent.broadcast(MARK)).rejects.toThrow("cannot be sealed");
    expect(await countOf("agent.comms.broadcast")).toBe(before);
    const sent = await ann.agent.broadcast("for all to hear", { privacy: "public" });
    expect(await publicView(sent.uri)).toContain("for all to hear");
  });

  test("under a key that the host put in place of the agent's", async () => {
    const eve = await join(await provision("sealed-eve", { keys: "self" }));
    await ann.agent.send(eve.login.did, "first contact");
    // What a colony can do that holds the repository's key: publish a key of its own after the agent's.
    const [current] = (await eve.agent.client.com.atproto.repo.listRecords({ repo: eve.login.did, collection: "agent.comms.key" })).data.records;
    if (current === undefined) throw new Error("eve has no key");
    const now = Date.now();
    const forged = await makeKeyRecord({ did: eve.login.did, pair: await makeKeyPair(), createdAt: new Date(now).toISOString(), expiresAt: new Date(now + 86_400_000).toISOString(), prev: { uri: current.uri, cid: current.cid } });
    await eve.agent.client.com.atproto.repo.createRecord({ repo: eve.login.did, collection: "agent.comms.key", record: { ...forged } });
    // A sender that starts anew has its pins, and looks the key up again.
    const again = await join(ann.login, ann.store);
    await expect(again.agent.send(eve.login.did, MARK)).rejects.toThrow(`${eve.login.did} publishes a key that its owner has not signed`);
    expect(again.alarms).toMatchObject([{ did: eve.login.did, why: "substituted" }]);
    // And so does its owner, when the agent is back.
    const back = await join(eve.login, eve.store);
    await until(() => back.alarms.length > 0, "the alarm");
    expect(back.alarms).toMatchObject([{ did: eve.login.did, why: "substituted" }]);
    expect(heard.text()).not.toContain(MARK);
  });
});

test("what is sealed for a key that is lost is said to be unopened, and the next message is read", async () => {
  const { handle, did, password } = await provision("sealed-lost");
  const first = await join({ handle, did, password });
  const lost = await ann.agent.send(did, "for the old key");
  await first.agent.close();
  // A new store: the old keys are gone, and to senders that know them the new ones are somebody else's.
  const second = await join({ handle, did, password });
  await until(() => under(second, lost.uri).length > 0, "the message");
  expect(under(second, lost.uri)).toMatchObject([{ kind: "unopened", author: ann.login.did, cid: lost.cid }]);
  const fresh = await ben.agent.send(did, "for the new key");
  await until(() => under(second, fresh.uri).length > 0, "the next message");
  expect(under(second, fresh.uri)).toMatchObject([{ kind: "message", record: { content: [{ text: "for the new key" }] } }]);
});

test("nothing of it is in any file that the colony wrote", async () => {
  // The scan sees what is there to be seen.
  expect(filesWith(inject("folder"), "for all to hear").length).toBeGreaterThan(0);
  expect(filesWith(inject("folder"), MARK)).toEqual([]);
});
