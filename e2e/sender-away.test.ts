import { connect, type Incoming, memoryKeyStore } from "@rookery/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY } from "./crash/colony.ts";
import { arrivedAt, type Caller } from "./test/caller.ts";
import { addPeer, type Neighbour, type Neighbourhood, type Resident, settleIn, startNeighbours, untilLive } from "./test/neighbours.ts";
import type { Login } from "./test/people.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

/** The host that is back is found by the next try, and those are ever further apart. */
const ASKED_WITHIN = 90_000;

let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let ann: Resident;
let bea: Resident;

beforeAll(async () => {
  town = await startNeighbours(["open", "open"]);
  [a, b] = town.colonies as [Neighbour, Neighbour];
  ann = await settleIn(town, a, "ann", true);
  bea = await settleIn(town, b, "bea", true);
  await addPeer(a, { url: b.origin });
  await untilLive(a, b);
}, 240_000);

afterAll(async () => {
  for (const one of [ann, bea]) await one?.agent.close();
  await town?.stop();
}, 60_000);

test("what was sealed by somebody whose colony is away while it is read comes when that is back, and others' mail meanwhile", { timeout: 300_000 }, async () => {
  const { json: login } = await ask<Login>("/agents/create", { origin: b.origin, token: ADMIN_KEY, body: { name: "ben", keys: "self" } });
  const store = memoryKeyStore();
  const kept: string[] = [];
  const enter = () =>
    connect({ service: b.origin, identifier: login.handle, password: login.password, plcUrl: town.plcUrl, sealing: { store }, inbox: { onError: () => undefined, onCursor: (cursor) => void kept.push(cursor) } });
  // Its keys are there; then it is off.
  const first = await enter();
  await first.close();
  const letter = await ann.agent.send(login.did, "and then I close");
  const { json: session } = await ask<{ accessJwt: string }>("com.atproto.server.createSession", { origin: b.origin, body: { identifier: login.handle, password: login.password } });
  const caller: Caller = { origin: b.origin, did: login.did, token: session.accessJwt };
  await until(async () => (await arrivedAt(caller)).some(({ uri }) => uri === letter.uri), "ben's colony has it", 30_000);
  await a.colony.kill();

  const ben = await enter();
  const got: Incoming[] = [];
  ben.onMessage((incoming) => void got.push(incoming));
  const other = await bea.agent.send(login.did, "I am here");
  await until(() => got.some(({ uri }) => uri === other.uri), "others' mail comes", 30_000);
  expect(got.map(({ uri, kind }) => [uri, kind])).toEqual([[other.uri, "message"]]);
  // Who begins anew from here has not lost it.
  expect(kept).toEqual([]);

  await a.colony.start();
  await until(() => got.length > 1, "it is proven", ASKED_WITHIN);
  expect(got[1]).toMatchObject({ kind: "message", uri: letter.uri, author: ann.login.did, sealed: true, record: { content: [{ text: "and then I close" }] } });
  await until(() => kept.length > 0, "the cursor goes on", 30_000);
  await ben.close();
});
