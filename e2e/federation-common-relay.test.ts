import { textOf } from "@rookery/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY } from "./crash/colony.ts";
import { type Neighbour, type Neighbourhood, type Resident, addPeer, peerOf, setPolicy, settleIn, startNeighbours, under, untilGot, untilLive } from "./test/neighbours.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

/**
 * Nobody pushes a record here: the listener asks its author's host for a proof. On a machine that is busy with other tests that may
 * miss its ten seconds more than once, and is tried again after ten, and twenty.
 */
const ASKED_WITHIN = 60_000;

/** Of a test that waits for several. */
const PATIENCE = 4 * ASKED_WITHIN;

let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let c: Neighbour;
let ann: Resident;
let abe: Resident;
let bea: Resident;

/** State of an upstream at a colony, once it is live. */
const untilHears = async (at: Neighbour, name: string): Promise<void> => {
  let seen: unknown;
  await until(
    async () => {
      const { json } = await ask<{ peers: { name: string; live?: { state: string } }[] }>("/admin/federation/peers", { origin: at.origin, token: ADMIN_KEY });
      seen = json.peers.find((peer) => peer.name === name);
      return json.peers.some((peer) => peer.name === name && peer.live?.state === "live");
    },
    `${at.name} hears ${name}`,
    ASKED_WITHIN,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; it is ${JSON.stringify(seen)}`);
  });
};

beforeAll(async () => {
  town = await startNeighbours(["verified", "open", "verified"]);
  [a, b, c] = town.colonies as [Neighbour, Neighbour, Neighbour];
  ann = await settleIn(town, a, "ann");
  abe = await settleIn(town, a, "abe");
  bea = await settleIn(town, b, "bea");
  // a and b know c, and not each other.
  for (const peer of [a, b]) expect((await addPeer(c, { url: peer.origin })).status).toBe(200);
  for (const peer of [a, b]) await untilLive(c, peer);
}, 240_000);

afterAll(async () => {
  for (const { agent } of [ann, abe, bea]) await agent?.close();
  await town?.stop();
}, 60_000);

test("an open colony hears a colony that is no peer through a common relay, each record proven by its author's host", { timeout: PATIENCE }, async () => {
  const stream = `${c.relay.replace(/^http/, "ws")}/xrpc/com.atproto.sync.subscribeRepos`;
  expect(await addPeer(b, { url: c.relay, kind: "relay" })).toMatchObject({ status: 200, json: { peer: { name: stream, state: "active" } } });
  await untilHears(b, stream);
  const sent = await ann.agent.send(bea.login.did, "By way of c");
  await untilGot(bea, sent.uri, ASKED_WITHIN);
  const [message] = under(bea, sent.uri);
  expect(message?.kind === "message" && textOf(message.record.content)).toBe("By way of c");
  expect(await peerOf(b, a)).toBeUndefined();
});

test("a colony that wants proof of its neighbours hears only the agents it allows, through a common Jetstream", { timeout: PATIENCE }, async () => {
  const stream = `${c.relay.replace(/^http/, "ws")}/subscribe`;
  expect((await addPeer(a, { url: c.relay, kind: "jetstream" })).status).toBe(200);
  await untilHears(a, stream);
  const refused = await bea.agent.send(ann.login.did, "Not yet");
  // Heard and counted, and not delivered.
  await until(async () => {
    const { json } = await ask<{ peers: { name: string; live?: { refused: Record<string, number> } }[] }>("/admin/federation/peers", { origin: a.origin, token: ADMIN_KEY });
    return Object.values(json.peers.find(({ name }) => name === stream)?.live?.refused ?? {}).some((count) => count > 0);
  }, "a refuses it", ASKED_WITHIN);
  expect(under(ann, refused.uri)).toEqual([]);
  await setPolicy(a, { allowAgents: [bea.login.did] });
  const heard = await bea.agent.send([ann.login.did, abe.login.did], "And now?");
  await untilGot(ann, heard.uri, ASKED_WITHIN);
  await untilGot(abe, heard.uri, ASKED_WITHIN);
  expect(under(ann, refused.uri)).toEqual([]);
  for (const who of [ann, abe, bea]) expect(new Set(who.got.map(({ uri }) => uri)).size).toBe(who.got.length);
});
