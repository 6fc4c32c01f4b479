import { P256Keypair } from "@atproto/crypto";
import plc from "@did-plc/lib";
import { expect } from "vitest";
import { PLC_KEY, beginRotation } from "../../scripts/lib/rotation.mjs";
import { loadSecrets } from "../../scripts/lib/secrets.mjs";
import { until } from "../test/until.ts";
import { ask, insist } from "./client.ts";
import { ADMIN_KEY } from "./colony.ts";
import type { Scene } from "./scene.ts";

const NOTES = "org.example.note";

/** A retry by alarm comes seconds after a start; a job that died in the middle after 30 s. */
const HEALED_WITHIN = 60_000;

/** A DID as the directory has it, its log checked from the beginning by the directory's own library. */
const dataOf = async (plcUrl: string, did: string) => {
  const log = await new plc.Client(plcUrl).getOperationLog(did);
  const data = await plc.validateOperationLog(did, log);
  if (data === null) throw new Error(`${did} has ended`);
  return { ...data, operations: log.length };
};

interface Shown {
  signingKey: string;
  nextSigningKey?: string;
  change?: unknown;
}

const shown = async (origin: string, did: string): Promise<Shown> => (await insist<Shown>(origin, "/admin/identity", { token: ADMIN_KEY, params: { actor: did } })).json;

const rotate = (origin: string, what: string, body: unknown) => ask(origin, `/admin/identity/${what}`, { token: ADMIN_KEY, body });

const write = async (scene: Scene, text: string): Promise<void> => {
  const { ann, colony } = scene;
  await insist(colony.origin, "com.atproto.repo.createRecord", { token: ann.token, body: { repo: ann.did, collection: NOTES, record: { $type: NOTES, text } } });
};

/** Killed while a signing key is rotated: it comes to its end by itself, with one operation, and nobody sees a commit by the wrong key. */
export const signingKeyThrough = async (scene: Scene, plcUrl: string, point: string): Promise<void> => {
  const { colony, ann } = scene;
  if (!colony.runs) await colony.start();
  await write(scene, `before ${point}`);
  await scene.checkAccount(ann);
  const before = await dataOf(plcUrl, ann.did);
  await scene.dieAt(point, (origin) => rotate(origin, "signing-key", { actor: ann.did }));
  await colony.start();
  // By the directory alone: whoever asks the agent wakes it.
  await until(async () => (await dataOf(plcUrl, ann.did)).verificationMethods["atproto"] !== before.verificationMethods["atproto"], "the directory has the new key, by alarm alone", HEALED_WITHIN);
  await until(async () => (await shown(colony.origin, ann.did)).change === undefined, "the agent has it", HEALED_WITHIN);
  const after = await dataOf(plcUrl, ann.did);
  expect(after).toEqual({ ...before, verificationMethods: after.verificationMethods, operations: before.operations + 1 });
  expect((await shown(colony.origin, ann.did)).signingKey).toBe(after.verificationMethods["atproto"]);
  // The newest commit is signed by it, also before anything else is written; the token of before is good.
  await until(async () => scene.streamed(ann.did) === (await insist<{ cid: string }>(colony.origin, "com.atproto.sync.getLatestCommit", { params: { did: ann.did } })).json.cid, "the stream goes on", HEALED_WITHIN);
  await scene.checkAccount(ann);
  await write(scene, `after ${point}`);
  await scene.checkAccount(ann);
};

/** Killed while the owner's recovery key is replaced: it comes to its end by itself, with one operation. */
export const recoveryKeyThrough = async (scene: Scene, plcUrl: string, point: string): Promise<void> => {
  const { colony, bob } = scene;
  if (!colony.runs) await colony.start();
  const before = await dataOf(plcUrl, bob.did);
  const owner = (await P256Keypair.create()).did();
  await scene.dieAt(point, (origin) => rotate(origin, "recovery-key", { actor: bob.did, recoveryKey: owner }));
  await colony.start();
  await until(async () => (await dataOf(plcUrl, bob.did)).rotationKeys[0] === owner, "the directory has the owner's key, by alarm alone", HEALED_WITHIN);
  await until(async () => (await shown(colony.origin, bob.did)).change === undefined, "nothing is left to do", HEALED_WITHIN);
  const after = await dataOf(plcUrl, bob.did);
  expect(after).toEqual({ ...before, rotationKeys: [owner, before.rotationKeys.at(-1)], operations: before.operations + 1 });
  await scene.checkAccount(bob);
};

/** Killed while the colony's rotation key is rotated: the next start ends it, every DID is under the new one, and only that is kept. */
export const plcKeyThrough = async (scene: Scene, plcUrl: string, point: string): Promise<void> => {
  const { colony, ann, bob } = scene;
  if (!colony.runs) await colony.start();
  const before = [await dataOf(plcUrl, ann.did), await dataOf(plcUrl, bob.did)];
  const keyBefore = before[0]?.rotationKeys.at(-1);
  await colony.kill();
  const { secrets, path } = loadSecrets(colony.folder);
  const begun = beginRotation(PLC_KEY, path, secrets, () => {});
  await colony.start(point);
  await colony.stoodAt(point);
  await colony.kill();
  expect(loadSecrets(colony.folder).secrets).toEqual(begun);
  await colony.start();
  const state = async () => (await insist<{ state: string; key: string }>(colony.origin, "/admin/keys/plc", { token: ADMIN_KEY })).json;
  await until(async () => (await state()).state === "current" && loadSecrets(colony.folder).secrets.plcRotationKeyPrevious === undefined, "the rotation ends by itself", HEALED_WITHIN);
  const { key } = await state();
  expect(key).not.toBe(keyBefore);
  for (const [i, { did }] of [ann, bob].entries()) {
    const was = before[i];
    if (was === undefined) throw new Error("no DID before");
    expect(await dataOf(plcUrl, did)).toEqual({ ...was, rotationKeys: [...was.rotationKeys.slice(0, -1), key], operations: was.operations + 1 });
  }
  // With the new one alone.
  await colony.kill();
  await colony.start();
  expect(loadSecrets(colony.folder).secrets.plcRotationKey).toBe(begun.plcRotationKey);
  await insist(colony.origin, "/admin/identity/signing-key", { token: ADMIN_KEY, body: { actor: ann.did } });
  await until(async () => (await shown(colony.origin, ann.did)).signingKey === (await dataOf(plcUrl, ann.did)).verificationMethods["atproto"], "the colony rules its DIDs");
  await write(scene, `after ${point}`);
  await scene.checkAccount(ann);
};
