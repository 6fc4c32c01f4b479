import { expect } from "vitest";
import { Wanderer } from "../../bench/import/wanderer.mjs";
import { type Reply, insist } from "./client.ts";
import { signIn } from "./people.ts";
import type { Scene } from "./scene.ts";

const RECORDS = 300;

/** What a wanderer chooses for itself, wherever it opens an account. */
const PASSWORD = "password of a wanderer";

interface Status {
  activated: boolean;
  indexedRecords: number;
}

/** Whether a request was answered, or got lost with the colony. */
const replyOf = async (request: Promise<unknown>): Promise<Reply> => {
  try {
    return { kind: "answered", json: await request, bytes: new Uint8Array() };
  } catch {
    return { kind: "lost" };
  }
};

const statusOf = async (origin: string, token: string): Promise<Status> => (await insist<Status>(origin, "com.atproto.server.checkAccountStatus", { token })).json;

/** It brings its repository, points its DID here and takes part: records, export and stream agree. */
const moveIn = async (scene: Scene, plcUrl: string, wanderer: Wanderer, handle: string): Promise<void> => {
  const { origin } = scene.colony;
  const token = await signIn(origin, { handle, password: PASSWORD });
  const brought = await Wanderer.bring(origin, token, await wanderer.car(RECORDS));
  expect([brought.status, await brought.text()]).toEqual([200, ""]);
  expect(await statusOf(origin, token)).toMatchObject({ activated: false, indexedRecords: RECORDS });
  expect(scene.streamed(wanderer.did)).toBeUndefined();
  const { json } = await insist<Parameters<Wanderer["settle"]>[1]>(origin, "com.atproto.identity.getRecommendedDidCredentials", { token });
  await wanderer.settle(plcUrl, json);
  await insist(origin, "com.atproto.server.activateAccount", { token, method: "POST" });
  await scene.checkAccount({ did: wanderer.did, handle });
};

/** Killed at the point while an account is opened, the same request again ends with the account, and the move goes on. */
export const adoptThrough = async (scene: Scene, plcUrl: string, point: string, name: string): Promise<void> => {
  const handle = `${name}.test`;
  const wanderer = await Wanderer.make(plcUrl, `was-${handle}`);
  expect((await scene.dieAt(point, (origin) => replyOf(wanderer.open(origin, handle)))).kind).toBe("lost");
  await scene.colony.start();
  await wanderer.open(scene.colony.origin, handle);
  await moveIn(scene, plcUrl, wanderer, handle);
};

/** Killed at the point while a repository is taken in, it is there whole or not at all, and can be brought again. */
export const importThrough = async (scene: Scene, plcUrl: string, point: string, name: string): Promise<void> => {
  const handle = `${name}.test`;
  if (!scene.colony.runs) await scene.colony.start();
  const wanderer = await Wanderer.make(plcUrl, `was-${handle}`);
  const token = await wanderer.open(scene.colony.origin, handle);
  const car = await wanderer.car(RECORDS);
  await scene.dieAt(point, (origin) => replyOf(Wanderer.bring(origin, token, car)));
  await scene.colony.start();
  expect([0, RECORDS]).toContain((await statusOf(scene.colony.origin, token)).indexedRecords);
  await moveIn(scene, plcUrl, wanderer, handle);
};
