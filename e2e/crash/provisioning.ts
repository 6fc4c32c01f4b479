import { expect } from "vitest";
import { until } from "../test/until.ts";
import { ask, insist, type Reply } from "./client.ts";
import { ADMIN_KEY } from "./colony.ts";
import { didsOf, logOf } from "./directory.ts";
import { signIn } from "./people.ts";
import { Reader } from "./reader.ts";
import type { Scene } from "./scene.ts";

const NOTES = "org.example.note";

/** A reservation without a key is taken over 30 s after its request began. */
const LEASE_OVER_WITHIN = 60_000;

interface Made {
  did: string;
  handle: string;
  password: string;
}

const admin = { token: ADMIN_KEY };

/** @param key Idempotency-Key, or none. */
const create = (origin: string, name: string, key?: string): Promise<Reply> =>
  ask(origin, "/agents/create", { ...admin, body: { name }, ...(key === undefined ? {} : { headers: { "idempotency-key": key } }) });

const destroy = (origin: string, name: string): Promise<Reply> => ask(origin, `/agents/${name}`, { ...admin, method: "DELETE" });

const agentsNamed = async (origin: string, handle: string): Promise<string[]> => {
  const { json } = await insist<{ agents: { did: string; handle: string }[] }>(origin, "/agents", admin);
  return json.agents.filter((agent) => agent.handle === handle).map(({ did }) => did);
};

/** The agent is whole: it signs in, writes, its export is sound, and the stream follows. */
const expectWhole = async (scene: Scene, { did, handle, password }: Made): Promise<void> => {
  const { origin } = scene.colony;
  expect(await agentsNamed(origin, handle)).toEqual([did]);
  const token = await signIn(origin, { handle, password });
  await insist(origin, "com.atproto.repo.createRecord", { token, body: { repo: did, collection: NOTES, record: { text: "here" } } });
  await scene.checkAccount({ did, handle });
};

/** Killed at the point, a request that is repeated with its key ends with one agent and one DID. */
export const provisionThrough = async (scene: Scene, plcUrl: string, point: string, name: string): Promise<void> => {
  const handle = `${name}.test`;
  const first = await scene.dieAt(point, (origin) => create(origin, name, `key of ${name}`));
  expect(first.kind).toBe("lost");
  const posted = await didsOf(plcUrl, handle);
  expect(posted.length).toBeLessThanOrEqual(1);
  await scene.colony.start();
  const again = await create(scene.colony.origin, name, `key of ${name}`);
  if (again.kind !== "answered") throw new Error(`again: ${JSON.stringify(again)}`);
  const made = again.json as Made;
  expect(made.handle).toBe(handle);
  expect(await didsOf(plcUrl, handle)).toEqual([made.did]);
  if (posted.length > 0) expect(posted).toEqual([made.did]);
  await expectWhole(scene, made);
};

/** Killed at the point, a request for several agents that is repeated with its key ends with each of them once. */
export const provisionManyThrough = async (scene: Scene, plcUrl: string, point: string, name: string): Promise<void> => {
  const names = ["a", "b", "c"].map((letter) => `${name}${letter}`);
  const createAll = (origin: string): Promise<Reply> =>
    ask(origin, "agent.network.createAgents", { ...admin, body: { agents: names.map((one) => ({ name: one })) }, headers: { "idempotency-key": `key of ${name}` } });
  // Points of the relay are come to by alarms of earlier agents, too.
  await scene.rest();
  const first = await scene.dieAt(point, createAll);
  expect(first.kind).toBe("lost");
  const posted = await Promise.all(names.map((one) => didsOf(plcUrl, `${one}.test`)));
  await scene.colony.start();
  const again = await createAll(scene.colony.origin);
  if (again.kind !== "answered") throw new Error(`again: ${JSON.stringify(again)}`);
  const { agents } = again.json as { agents: Made[] };
  expect(agents.map(({ handle }) => handle)).toEqual(names.map((one) => `${one}.test`));
  for (const [i, made] of agents.entries()) {
    expect(await didsOf(plcUrl, made.handle)).toEqual([made.did]);
    expect([[], [made.did]]).toContainEqual(posted[i]);
    await expectWhole(scene, made);
  }
};

/** Killed at the point, a request without a key leaves a name that somebody else gets in the end, and no DID that lives. */
export const leaveBehind = async (scene: Scene, point: string, name: string): Promise<void> => {
  const first = await scene.dieAt(point, (origin) => create(origin, name));
  expect(first.kind).toBe("lost");
};

/** The colony runs. */
export const expectFreed = async (scene: Scene, plcUrl: string, name: string): Promise<void> => {
  const { origin } = scene.colony;
  const handle = `${name}.test`;
  const left = await didsOf(plcUrl, handle);
  let made: Made | undefined;
  const isFree = async () => {
    const reply = await create(origin, name);
    if (reply.kind === "refused") expect(reply.error).toBe("HandleNotAvailable");
    if (reply.kind === "answered") made = reply.json as Made;
    return made !== undefined;
  };
  await until(isFree, `${handle} is free again`, LEASE_OVER_WITHIN);
  if (made === undefined) throw new Error("free, but not made");
  expect(left).not.toContain(made.did);
  for (const did of left) expect((await logOf(plcUrl, did)).map(({ type }) => type)).toEqual(["plc_operation", "plc_tombstone"]);
  expect(await didsOf(plcUrl, handle)).toEqual([...left, made.did]);
  await expectWhole(scene, made);
};

/** Killed at the point, a destruction that is repeated comes to its end, and nothing of the agent is left. */
export const destroyThrough = async (scene: Scene, plcUrl: string, point: string, name: string): Promise<void> => {
  if (!scene.colony.runs) await scene.colony.start();
  const { origin } = scene.colony;
  const { json: made } = await insist<Made>(origin, "/agents/create", { ...admin, body: { name } });
  await expectWhole(scene, made);
  const { did, handle } = made;
  const first = await scene.dieAt(point, () => destroy(origin, name));
  expect(first.kind).toBe("lost");
  await scene.colony.start();
  const { json } = await insist<{ did: string }>(origin, `/agents/${name}`, { ...admin, method: "DELETE" });
  expect(json.did).toBe(did);

  expect(await ask(origin, "com.atproto.sync.getRepo", { params: { did } })).toMatchObject({ kind: "refused", status: 400, error: "RepoNotFound" });
  expect(await ask(origin, "com.atproto.identity.resolveHandle", { params: { handle } })).toMatchObject({ kind: "refused", status: 400 });
  expect(await agentsNamed(origin, handle)).toEqual([]);
  expect((await logOf(plcUrl, did)).map(({ type }) => type)).toEqual(["plc_operation", "plc_tombstone"]);
  await until(() => scene.reader.deleted.includes(did), `the stream tells of the end of ${handle}`);
  expect(scene.reader.deleted.filter((one) => one === did)).toHaveLength(1);
  expect(scene.reader.faults).toEqual([]);

  // Whoever reads the log from its beginning hears of nothing but the end.
  const late = new Reader(origin, (one) => scene.keyOf(one));
  await until(() => late.deleted.includes(did), "a late reader hears of the end");
  await late.close();
  expect(late.authors).not.toContain(did);
  const { json: next } = await insist<Made>(origin, "/agents/create", { ...admin, body: { name } });
  expect(next.did).not.toBe(did);
};
