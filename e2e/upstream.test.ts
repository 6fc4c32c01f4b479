import { textOf } from "@rookery/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY } from "./crash/colony.ts";
import { type Neighbour, type Neighbourhood, type Resident, addPeer, settleIn, startNeighbours, under, untilGot } from "./test/neighbours.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

/**
 * Nobody pushes a record here: the listener asks its author's host for a proof. On a machine that is busy with other tests that may
 * miss its ten seconds more than once, and is tried again after ten, and twenty.
 */
const ASKED_WITHIN = 60_000;
/** Of a test that waits for several. */
const PATIENCE = 4 * ASKED_WITHIN;

/** Two colonies that are no peers: b hears the streams of a, as anybody on the network can, and asks a's host for proofs. */
let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let ann: Resident;
let bea: Resident;

interface Live {
  state: string;
  delivered: number;
  waiting: number;
  refused: Record<string, number>;
}

const streamOf = (origin: string, path: string): string => `${origin.replace(/^http/, "ws")}${path}`;

const liveOf = async (name: string): Promise<Live | undefined> => {
  const { json } = await ask<{ peers: { name: string; live?: Live }[] }>("/admin/federation/peers", { origin: b.origin, token: ADMIN_KEY });
  return json.peers.find((peer) => peer.name === name)?.live;
};

const untilLive = (name: string): Promise<void> => until(async () => (await liveOf(name))?.state === "live", `b hears ${name}`, ASKED_WITHIN);

beforeAll(async () => {
  town = await startNeighbours(["open", "open"]);
  [a, b] = town.colonies as [Neighbour, Neighbour];
  ann = await settleIn(town, a, "ann");
  bea = await settleIn(town, b, "bea");
}, 180_000);

afterAll(async () => {
  for (const { agent } of [ann, bea]) await agent?.close();
  await town?.stop();
}, 60_000);

test("a message arrives out of a colony's own Jetstream, proven by its host, and is taken back the same way", { timeout: PATIENCE }, async () => {
  const stream = streamOf(a.origin, "/subscribe");
  expect(await addPeer(b, { url: stream, kind: "jetstream" })).toMatchObject({ status: 200, json: { peer: { state: "active" } } });
  await untilLive(stream);
  const sent = await ann.agent.send(bea.login.did, "From next door");
  await untilGot(bea, sent.uri, ASKED_WITHIN);
  const [message] = under(bea, sent.uri);
  expect(message).toMatchObject({ kind: "message", author: ann.login.did, cid: sent.cid });
  expect(message?.kind === "message" && textOf(message.record.content)).toBe("From next door");
  await ann.agent.client.com.atproto.repo.deleteRecord({ repo: ann.login.did, collection: "agent.comms.message", rkey: sent.uri.split("/").at(-1) ?? "" });
  await until(() => under(bea, sent.uri).length === 2, "the retraction", ASKED_WITHIN);
  expect(under(bea, sent.uri)[1]).toMatchObject({ kind: "retraction", author: ann.login.did });
});

test("what two streams tell is delivered once, and a stranger's broadcast reaches nobody", { timeout: PATIENCE }, async () => {
  const stream = streamOf(a.relay, "/xrpc/com.atproto.sync.subscribeRepos");
  expect((await addPeer(b, { url: stream, kind: "relay" })).status).toBe(200);
  await untilLive(stream);
  const broadcast = await ann.agent.broadcast("To everybody everywhere");
  const sent = await ann.agent.send(bea.login.did, "Twice told");
  await untilGot(bea, sent.uri, ASKED_WITHIN);
  const jetstream = streamOf(a.origin, "/subscribe");
  await until(async () => (await Promise.all([jetstream, stream].map(liveOf))).every((live) => (live?.refused["broadcast"] ?? 0) > 0 && live?.waiting === 0), "both streams have told of everything", ASKED_WITHIN);
  const after = await ann.agent.send(bea.login.did, "And one more");
  await untilGot(bea, after.uri, ASKED_WITHIN);
  expect(under(bea, sent.uri)).toHaveLength(1);
  expect(under(bea, broadcast.uri)).toEqual([]);
});

test("what was said while the listening colony was dead arrives when it is back, in order, each once", { timeout: PATIENCE }, async () => {
  await b.colony.kill();
  const uris: string[] = [];
  for (let i = 0; i < 5; i++) uris.push((await ann.agent.send(bea.login.did, `While you were away ${i}`)).uri);
  await b.colony.start();
  for (const uri of uris) await untilGot(bea, uri, ASKED_WITHIN);
  expect(bea.got.map(({ uri }) => uri).filter((uri) => uris.includes(uri))).toEqual(uris);
});
