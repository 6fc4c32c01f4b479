import { makeKeyPair, makeKeyRecord, makeOwnerKey, type OwnerKeyPair, signContinuity } from "@rookery/envelope";
import type { AgentCommsKey } from "@rookery/lexicon-agent-comms";
import { connect, memoryKeyStore } from "@rookery/sdk";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { loadSecrets, writeSecrets } from "../scripts/lib/secrets.mjs";
import { ask, insist } from "./crash/client.ts";
import { Colony } from "./crash/colony.ts";
import { type Agent, provision, signIn } from "./crash/people.ts";
import { filesWith } from "./test/canary.ts";
import { until } from "./test/until.ts";

// Two colonies. Ann is hosted by the honest one; the other is not honest: it holds its agents' repository keys, and uses them.

const KEY = "agent.comms.key";
const MESSAGE = "agent.comms.message";
const MARK = "canary-90be17";
const DAY = 24 * 60 * 60 * 1000;

let folder: string;
let plc: Awaited<ReturnType<typeof startPlc>>;
let honest: Colony;
let hostile: Colony;
const open: { close(): void | Promise<void> }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rookery-keys-"));
  plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
  [honest, hostile] = await Promise.all([Colony.at(join(folder, "honest"), plc.url), Colony.at(join(folder, "hostile"), plc.url)]);
  await honest.start();
  await hostile.start();
}, 180_000);

afterAll(async () => {
  for (const one of open) await one.close();
  await Promise.all([honest.kill(), hostile.kill()]);
  await plc.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

/** An agent that holds its keys itself. */
const selfKeyed = async (colony: Colony, { handle, password }: Agent) => {
  const agent = await connect({ service: colony.origin, identifier: handle, password, plcUrl: plc.url, sealing: { store: memoryKeyStore(), onAlarm: () => {} } });
  open.push(agent);
  return agent;
};

interface Found {
  uri: string;
  cid: string;
}

interface FoundKey extends Found {
  value: AgentCommsKey;
}

const keysIn = async ({ origin }: Colony, did: string): Promise<FoundKey[]> =>
  (await insist<{ records: FoundKey[] }>(origin, "com.atproto.repo.listRecords", { params: { repo: did, collection: KEY, limit: "100" } })).json.records;

/** What a host can do that holds a repository's key: put a record into it. */
const plant = async ({ origin }: Colony, { did, token }: Agent, over: { owners?: OwnerKeyPair[]; prev?: Found } = {}): Promise<string> => {
  const now = Date.now();
  const record = await makeKeyRecord({ did, pair: await makeKeyPair(), createdAt: new Date(now).toISOString(), expiresAt: new Date(now + DAY).toISOString(), ...over });
  return (await insist<Found>(origin, "com.atproto.repo.createRecord", { token, body: { repo: did, collection: KEY, record } })).json.uri;
};

const pull = async ({ origin }: Colony, { did, token }: Agent, uri: string): Promise<void> =>
  void (await insist(origin, "com.atproto.repo.deleteRecord", { token, body: { repo: did, collection: KEY, rkey: uri.split("/").at(-1) } }));

const send = ({ origin }: Colony, from: Agent, to: string, text: string) =>
  ask(origin, "agent.comms.send", { token: from.token, body: { collection: MESSAGE, record: { $type: MESSAGE, to: [to], content: [{ $type: "agent.comms.defs#text", text }], createdAt: new Date().toISOString() } } });

const sent = async (colony: Colony, from: Agent, to: string, text: string): Promise<string> => {
  const reply = await send(colony, from, to, text);
  if (reply.kind !== "answered") throw new Error(`not sent: ${JSON.stringify(reply)}`);
  return (reply.json as Found).uri;
};

const alarmsOf = async ({ origin }: Colony, { token }: Agent): Promise<{ did: string; why: string }[]> =>
  (await insist<{ alarms: { did: string; why: string }[] }>(origin, "agent.comms.getKeys", { token })).json.alarms;

/** So that nothing is remembered but what is kept. */
const restart = async (colony: Colony): Promise<void> => {
  await colony.kill();
  await colony.start();
};

const hosted = async (colony: Colony, name: string): Promise<Agent> => {
  const agent = await provision(colony.origin, name, "hosted");
  await until(async () => (await keysIn(colony, agent.did)).length > 0, `${name} has a key`);
  return agent;
};

describe("a colony that puts a key of its own in the place of an agent's", () => {
  test("is caught by hosted agents elsewhere that know the agent, who send nothing", async () => {
    const ann = await hosted(honest, "ann");
    const dan = await provision(hostile.origin, "dan");
    const own = await selfKeyed(hostile, dan);
    const first = await sent(honest, ann, dan.did, "first contact");
    expect(await own.read(first)).toMatchObject({ sealed: true, value: { content: [{ text: "first contact" }] } });
    const [current] = await keysIn(hostile, dan.did);
    const forgeries = [{}, { ...(current && { prev: current }) }, { owners: [await makeOwnerKey()], ...(current && { prev: current }) }];
    const before = (await insist<Found>(honest.origin, "com.atproto.sync.getLatestCommit", { params: { did: ann.did } })).json.cid;
    for (const forgery of forgeries) {
      const planted = await plant(hostile, dan, forgery);
      await restart(honest);
      const token = await signIn(honest.origin, ann);
      expect(await send(honest, { ...ann, token }, dan.did, `${MARK} refused`)).toMatchObject({ kind: "refused", status: 400, error: "CannotSeal" });
      expect(await alarmsOf(honest, { ...ann, token })).toMatchObject([{ did: dan.did, why: "substituted" }]);
      await pull(hostile, dan, planted);
    }
    // Nor does it become an owner by a signature of its own beside the genuine one, under which the next key would be its own.
    if (current === undefined) throw new Error("no key");
    const { $type, continuity = [], ...claims } = current.value;
    const hosts = await makeOwnerKey();
    const record = { $type, ...claims, continuity: [...continuity, await signContinuity(dan.did, claims, hosts)] };
    const planted = [(await insist<Found>(hostile.origin, "com.atproto.repo.createRecord", { token: dan.token, body: { repo: dan.did, collection: KEY, record } })).json.uri];
    for (const next of ["its signature", "its key"]) {
      await restart(honest);
      expect(await send(honest, { ...ann, token: await signIn(honest.origin, ann) }, dan.did, `${MARK} refused`), next).toMatchObject({ kind: "refused", error: "CannotSeal" });
      if (planted.length === 1) planted.push(await plant(hostile, dan, { owners: [hosts], prev: current }));
    }
    for (const uri of planted) await pull(hostile, dan, uri);
    expect((await insist<Found>(honest.origin, "com.atproto.sync.getLatestCommit", { params: { did: ann.did } })).json.cid).toBe(before);
    // With the host honest again, so is the way.
    const again = await sent(honest, ann, dan.did, "as before");
    expect(await own.read(again)).toMatchObject({ sealed: true });
  }, 240_000);

  test("is caught by its own hosted agents, too: a key that somebody puts beside theirs is an alarm of theirs", async () => {
    const ben = await hosted(hostile, "ben");
    const planted = await plant(hostile, ben);
    await until(async () => (await alarmsOf(hostile, ben)).length > 0, "the alarm");
    expect(await alarmsOf(hostile, ben)).toMatchObject([{ did: ben.did, why: "substituted", reason: expect.stringContaining(planted) }]);
  });

  test("fools who has never heard of the agent: first contact is trust on first use", async () => {
    const cat = await hosted(honest, "cat");
    const eve = await provision(hostile.origin, "eve");
    await selfKeyed(hostile, eve);
    await plant(hostile, eve);
    await sent(honest, cat, eve.did, "who is there?");
    expect(await alarmsOf(honest, cat)).toEqual([]);
  });
});

test("an owner takes a hosted agent's keys: senders follow without an alarm, and the colony opens nothing new", async () => {
  const [fay, gus] = [await hosted(honest, "fay"), await hosted(hostile, "gus")];
  const before = await sent(honest, fay, gus.did, "for the colony to open");
  const own = await selfKeyed(hostile, gus);
  expect((await insist<{ custody: string }>(hostile.origin, "agent.comms.getKeys", { token: gus.token })).json.custody).toBe("self");
  // The colony's, the one that took over from it, and the first that only the owner has signed.
  expect(await keysIn(hostile, gus.did)).toHaveLength(3);
  await restart(honest);
  const after = await sent(honest, { ...fay, token: await signIn(honest.origin, fay) }, gus.did, `${MARK} for gus alone`);
  const opened = await own.read(after);
  expect(opened).toMatchObject({ sealed: true, value: { content: [{ text: `${MARK} for gus alone` }] } });
  expect(await ask(hostile.origin, "agent.comms.open", { token: gus.token, body: { uri: after } })).toMatchObject({ kind: "refused", error: "SelfKeyed" });
  // What was sealed for the colony's key is still opened there.
  const { json } = await insist<{ value: { content: { text: string }[] } }>(hostile.origin, "agent.comms.open", { token: gus.token, body: { uri: before } });
  expect(json.value.content[0]?.text).toBe("for the colony to open");
  expect(await alarmsOf(honest, { ...fay, token: await signIn(honest.origin, fay) })).toEqual([]);
});

test("a colony with a master key that is not its own does not start, and loses nothing by the attempt", async () => {
  const hal = await hosted(honest, "hal");
  const secret = await sent(honest, hal, hal.did, "a note to myself");
  await honest.kill();
  const { secrets, path } = loadSecrets(honest.folder);
  writeSecrets(path, { ...secrets, encryptionMasterKey: Buffer.alloc(32, 1).toString("base64url") });
  await expect(honest.start()).rejects.toThrow("not the one that this folder's keys are wrapped under");
  await honest.kill();
  writeSecrets(path, secrets);
  await honest.start();
  const { json } = await insist<{ value: { content: { text: string }[] } }>(honest.origin, "agent.comms.open", { token: hal.token, body: { uri: secret } });
  expect(json.value.content[0]?.text).toBe("a note to myself");
});

test("nothing of it is in any file of either colony", () => {
  for (const colony of [honest, hostile]) expect(filesWith(colony.folder, MARK)).toEqual([]);
  expect(filesWith(hostile.folder, "hostile").length + filesWith(hostile.folder, "gus").length).toBeGreaterThan(0);
});
