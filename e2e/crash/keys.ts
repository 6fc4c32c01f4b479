import { checkChain, checkKeyRecord, type CheckedKey, makeKeyPair, makeKeyRecord, makeOwnerKey } from "@rookery/envelope";
import { nextTid } from "@rookery/repo";
import { expect } from "vitest";
import { MASTER_KEY, beginRotation } from "../../scripts/lib/rotation.mjs";
import { loadSecrets } from "../../scripts/lib/secrets.mjs";
import { until } from "../test/until.ts";
import { ask, insist } from "./client.ts";
import { ADMIN_KEY } from "./colony.ts";
import type { Agent } from "./people.ts";
import type { Scene } from "./scene.ts";

const KEY = "agent.comms.key";
const MESSAGE = "agent.comms.message";
const DAY = 24 * 60 * 60 * 1000;

interface Found {
  uri: string;
  cid: string;
  value: Record<string, unknown>;
}

const recordsOf = async (origin: string, did: string, collection = KEY): Promise<Found[]> =>
  (await insist<{ records: Found[] }>(origin, "com.atproto.repo.listRecords", { params: { repo: did, collection, limit: "100" } })).json.records;

/** The agent's keys, newest first: each right in itself, and each after the one before. */
const soundKeys = async (origin: string, did: string): Promise<CheckedKey[]> => {
  const keys = await Promise.all(
    (await recordsOf(origin, did)).map(async (found) => {
      const verdict = await checkKeyRecord(did, found);
      if (!verdict.ok) throw new Error(verdict.reason);
      return verdict.key;
    }),
  );
  expect(checkChain(keys.toReversed())).toEqual({ ok: true });
  return keys;
};

const custodyOf = async (origin: string, { token }: Agent): Promise<string> => (await insist<{ custody: string }>(origin, "agent.comms.getKeys", { token })).json.custody;

/** One hosted agent says something to another in confidence. */
const whisper = async (origin: string, from: Agent, to: Agent, text: string): Promise<string> => {
  const record = { $type: MESSAGE, to: [to.did], content: [{ $type: "agent.comms.defs#text", text }], createdAt: new Date().toISOString() };
  return (await insist<{ uri: string }>(origin, "agent.comms.send", { token: from.token, body: { collection: MESSAGE, record } })).json.uri;
};

const expectOpens = async (origin: string, reader: Agent, uri: string, text: string): Promise<void> => {
  const { json } = await insist<{ value: { content: { text: string }[] }; sealed: boolean }>(origin, "agent.comms.open", { token: reader.token, body: { uri } });
  expect([json.sealed, json.value.content[0]?.text]).toEqual([true, text]);
};

/** Killed while a key is made or published: no key that others see is lost, none is made twice over, old mail opens, and so does new. */
export const rotateThrough = async (scene: Scene, point: string, [ann, bob]: [Agent, Agent]): Promise<void> => {
  const { origin } = scene.colony;
  if (!scene.colony.runs) await scene.colony.start();
  await until(async () => (await recordsOf(origin, bob.did)).length > 0, "bob has a key");
  const before = await soundKeys(origin, bob.did);
  const old = await whisper(origin, ann, bob, `before ${point}`);
  await scene.dieAt(point, () => ask(origin, "agent.comms.rotateKeys", { token: bob.token, body: { what: "encryption" } }));
  await scene.colony.start();
  await insist(origin, "agent.comms.rotateKeys", { token: bob.token, body: { what: "encryption" } });
  const after = await soundKeys(origin, bob.did);
  expect(after.slice(-before.length).map(({ uri, cid }) => [uri, cid])).toEqual(before.map(({ uri, cid }) => [uri, cid]));
  expect([1, 2]).toContain(after.length - before.length);
  await expectOpens(origin, bob, old, `before ${point}`);
  await expectOpens(origin, bob, await whisper(origin, ann, bob, `after ${point}`), `after ${point}`);
};

/** Killed while the epoch changes: what was sealed under the one before is read as before, and nobody else sees a difference. */
export const rotateEpochThrough = async (scene: Scene, point: string, [ann, bob]: [Agent, Agent]): Promise<void> => {
  const { origin } = scene.colony;
  if (!scene.colony.runs) await scene.colony.start();
  const old = await whisper(origin, ann, bob, `before ${point}`);
  const before = [await recordsOf(origin, ann.did), await recordsOf(origin, ann.did, MESSAGE)];
  const rotate = { token: ann.token, body: { what: "epoch" } };
  await scene.dieAt(point, () => ask(origin, "agent.comms.rotateKeys", rotate));
  await scene.colony.start();
  await insist(origin, "agent.comms.rotateKeys", rotate);
  expect([await recordsOf(origin, ann.did), await recordsOf(origin, ann.did, MESSAGE)]).toEqual(before);
  // Its author reads by the epoch's key.
  await expectOpens(origin, ann, old, `before ${point}`);
  const fresh = await whisper(origin, ann, bob, `after ${point}`);
  for (const reader of [ann, bob]) await expectOpens(origin, reader, fresh, `after ${point}`);
  const epochs = (await recordsOf(origin, ann.did, MESSAGE)).filter(({ uri }) => uri === old || uri === fresh).map(({ value }) => JSON.stringify((value["content"] as { epoch: unknown }[])[0]?.epoch));
  expect(new Set(epochs).size).toBe(2);
};

/** Killed while an owner takes over: both the record and the end of the colony's custody, or neither; the repeat ends the same. */
export const takeThrough = async (scene: Scene, point: string, agent: Agent): Promise<void> => {
  const { origin } = scene.colony;
  if (!scene.colony.runs) await scene.colony.start();
  await until(async () => (await recordsOf(origin, agent.did)).length > 0, "there is a key");
  const [newest] = await recordsOf(origin, agent.did);
  const now = Date.now();
  const life = { createdAt: new Date(now).toISOString(), expiresAt: new Date(now + DAY).toISOString() };
  const record = await makeKeyRecord({ did: agent.did, pair: await makeKeyPair(), ...life, owners: [await makeOwnerKey()], ...(newest && { prev: { uri: newest.uri, cid: newest.cid } }) });
  const rkey = nextTid(newest?.uri.split("/").at(-1), now * 1000, 3);
  const take = { token: agent.token, body: { rkey, record } };
  await scene.dieAt(point, () => ask(origin, "agent.comms.takeKeys", take));
  await scene.colony.start();
  const landed = (await recordsOf(origin, agent.did)).length === 2;
  expect(await custodyOf(origin, agent)).toBe(landed ? "self" : "hosted");
  const { json } = await insist<{ uri: string; cid: string }>(origin, "agent.comms.takeKeys", take);
  expect(await insist(origin, "agent.comms.takeKeys", take)).toMatchObject({ json });
  expect(await custodyOf(origin, agent)).toBe("self");
  expect((await soundKeys(origin, agent.did)).map(({ uri }) => uri)).toEqual([json.uri, newest?.uri]);
};

/** Killed while the master key is rotated: nothing that anybody sees has changed, everything opens, and the next start ends it. */
export const rewrapThrough = async (scene: Scene, point: string, [ann, bob]: [Agent, Agent]): Promise<void> => {
  const { colony } = scene;
  const { origin } = colony;
  if (!colony.runs) await colony.start();
  const seen = async () => ({
    keys: [await soundKeys(origin, ann.did), await soundKeys(origin, bob.did)].map((keys) => keys.map(({ uri, cid }) => [uri, cid])),
    identity: (await insist<{ verificationMethod: unknown }>(origin, "/.well-known/did.json")).json.verificationMethod,
    messages: await recordsOf(origin, ann.did, MESSAGE),
  });
  const old = await whisper(origin, ann, bob, `before ${point}`);
  const before = await seen();
  await colony.kill();
  const { secrets, path } = loadSecrets(colony.folder);
  const begun = beginRotation(MASTER_KEY, path, secrets, () => {});
  await colony.start(point);
  await colony.stoodAt(point);
  await colony.kill();
  expect(loadSecrets(colony.folder).secrets).toEqual(begun);
  await colony.start();
  const state = async (): Promise<string> => (await insist<{ state: string }>(origin, "/admin/keys", { token: ADMIN_KEY })).json.state;
  await until(async () => (await state()) === "current" && loadSecrets(colony.folder).secrets.encryptionMasterKeyPrevious === undefined, "the rotation ends by itself", 60_000);
  expect(await seen()).toEqual(before);
  // With the new one alone.
  await colony.kill();
  await colony.start();
  expect(loadSecrets(colony.folder).secrets.encryptionMasterKey).toBe(begun.encryptionMasterKey);
  await expectOpens(origin, bob, old, `before ${point}`);
  await expectOpens(origin, bob, await whisper(origin, ann, bob, `after ${point}`), `after ${point}`);
  await insist(origin, "com.atproto.repo.createRecord", { token: bob.token, body: { repo: bob.did, collection: "org.example.note", record: { text: point } } });
};
