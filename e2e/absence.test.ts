import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY } from "./crash/colony.ts";
import { type Caller, arrivedAt, call, callerAt } from "./test/caller.ts";
import { type Neighbour, type Neighbourhood, addPeer, startNeighbours, untilLive } from "./test/neighbours.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

/** The window of the streams in these colonies: seconds instead of three days, so that an absence of seconds is a week. */
const WINDOW_HOURS = "0.0005";
/** Logs are cut this often, and accounts under suspicion compared after as long: a minute, elsewhere. */
const UPKEEP_MS = 1_000;
const MENDED_WITHIN = 60_000;

let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let ann: Caller;
let bea: Caller;

beforeAll(async () => {
  town = await startNeighbours(["verified", "verified"], ["--log-max-age-hours", WINDOW_HOURS], UPKEEP_MS);
  [a, b] = town.colonies as [Neighbour, Neighbour];
  ann = await callerAt(a.origin, "ann");
  bea = await callerAt(b.origin, "bea");
  expect((await addPeer(a, { url: b.origin })).status).toBe(200);
  await untilLive(a, b);
}, 240_000);

afterAll(async () => {
  await town?.stop();
}, 60_000);

const write = async (from: Caller, to: Caller, text: string): Promise<string> => {
  const record = { to: [to.did], content: [{ $type: "agent.comms.defs#text", text }], createdAt: new Date().toISOString() };
  return (await call<{ uri: string }>(from, "com.atproto.repo.createRecord", { repo: from.did, collection: "agent.comms.message", record })).uri;
};

const urisAt = async (who: Caller): Promise<string[]> => (await arrivedAt(who)).map(({ uri }) => uri);

/** How many events the colony's firehose can replay. */
const rowsOf = async ({ origin }: Neighbour): Promise<number> =>
  (await ask<{ colony: { log: { rows: number } } }>("/admin/relay", { origin, token: ADMIN_KEY })).json.colony.log.rows;

test("a colony that was away for longer than its peer's window gets all that was written to its agents and taken back, also by agents that it never heard of", { timeout: 400_000 }, async () => {
  const before = await write(ann, bea, "before");
  await until(async () => (await urisAt(bea)).includes(before), "the first arrives");
  await b.colony.kill();
  const amy = await callerAt(a.origin, "amy");
  await call(ann, "com.atproto.repo.deleteRecord", { repo: ann.did, collection: "agent.comms.message", rkey: before.split("/").at(-1) });
  const away = [await write(ann, bea, "one"), await write(amy, bea, "from somebody new"), await write(ann, bea, "two")];
  await until(async () => (await rowsOf(a)) === 0, "the window has moved past all of it", MENDED_WITHIN);
  await b.colony.start();
  await until(async () => (await urisAt(bea)).length >= 5, "all of it is there", MENDED_WITHIN);
  const uris = await urisAt(bea);
  expect(uris.toSorted()).toEqual([before, before, ...away].toSorted());
  expect((await arrivedAt(bea)).filter(({ action }) => action === "delete").map(({ uri }) => uri)).toEqual([before]);
  expect(uris.filter((uri) => away.includes(uri) && uri.includes(ann.did))).toEqual([away[0], away[2]]);
  // And the chain goes on from there.
  const after = await write(amy, bea, "after");
  await until(async () => (await urisAt(bea)).includes(after), "the next one comes as ever");
  expect(await urisAt(bea)).toHaveLength(6);
});

test("an agent whose colony was away finds its answers when the sender's is away in turn", { timeout: 200_000 }, async () => {
  const sent = await write(bea, ann, "while both are there");
  await until(async () => (await urisAt(ann)).includes(sent), "it arrives");
  const late = await write(ann, bea, "and then we close");
  await until(async () => (await urisAt(bea)).includes(late), "it arrives");
  await a.colony.kill();
  // What is in the inbox needs nobody else.
  await b.colony.kill();
  await b.colony.start();
  expect(await urisAt(bea)).toContain(late);
  await a.colony.start();
  expect(await urisAt(ann)).toContain(sent);
});
