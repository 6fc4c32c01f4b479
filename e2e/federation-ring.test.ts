import { decodeFrame } from "@rookery/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CROSSES_WITHIN, type Neighbour, type Neighbourhood, type Resident, addPeer, peerOf, settleIn, startNeighbours, under, untilGot, untilLive } from "./test/neighbours.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

let town: Neighbourhood;
const residents: Resident[] = [];

beforeAll(async () => {
  town = await startNeighbours(["verified", "verified", "verified"]);
  for (const colony of town.colonies) residents.push(await settleIn(town, colony, `ring-${colony.name}`));
}, 240_000);

afterAll(async () => {
  for (const { agent } of residents) await agent.close();
  await town?.stop();
}, 60_000);

test("three colonies in a ring: everything is everywhere once", async () => {
  const [a, b, c] = town.colonies as [Neighbour, Neighbour, Neighbour];
  for (const [from, to] of [[a, b], [b, c], [c, a]] as const) expect((await addPeer(from, { url: to.origin })).status).toBe(200);
  for (const [from, to] of [[a, b], [b, c], [c, a]] as const) await untilLive(from, to);
  const sent: { uri: string; to: Resident }[] = [];
  for (let round = 0; round < 5; round++) {
    for (const from of residents) for (const to of residents) if (from !== to) sent.push({ uri: (await from.agent.send(to.login.did, `round ${round}`)).uri, to });
  }
  for (const { uri, to } of sent) await untilGot(to, uri);
  for (const { uri, to } of sent) expect(under(to, uri)).toHaveLength(1);
  for (const who of residents) expect(who.got).toHaveLength(10);

  const dids = residents.map(({ login }) => login.did).toSorted();
  for (const at of town.colonies) {
    const { json } = await ask<{ repos: { did: string }[] }>("com.atproto.sync.listRepos", { origin: at.relay });
    expect(json.repos.map(({ did }) => did).toSorted()).toEqual(dids);
    let commits: { did: string; rev: string }[] = [];
    // Ten messages of each; an account of another host is carried from its first message on, one's own from its first commit.
    const complete = () => dids.every((did) => commits.filter((commit) => commit.did === did).length >= 10);
    await until(async () => ((commits = await readRelay(at.relay)), complete()), `the relay view of ${at.name} has all messages`, CROSSES_WITHIN);
    const revs = commits.map(({ did, rev }) => `${did} ${rev}`);
    expect(new Set(revs).size).toBe(revs.length);
    // Neither loops: a host's stream has its own accounts only, so nothing was even refused.
    for (const peer of town.colonies) if (peer !== at) expect((await peerOf(at, peer))?.live).toMatchObject({ state: "live", refused: {}, desynchronized: 0 });
  }
}, 120_000);

/** Everything a relay view has, from the beginning of its window until nothing has come for a moment. */
const readRelay = async (relay: string): Promise<{ did: string; rev: string }[]> => {
  const commits: { did: string; rev: string }[] = [];
  let last = performance.now();
  const socket = new WebSocket(`${relay.replace(/^http/, "ws")}/xrpc/com.atproto.sync.subscribeRepos?cursor=0`);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    last = performance.now();
    const frame = decodeFrame(new Uint8Array(data as ArrayBuffer));
    if (frame.kind === "message" && frame.t === "#commit") commits.push({ did: frame.body.repo, rev: frame.body.rev });
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error(`no connection to ${relay}`)));
  });
  await until(() => performance.now() - last > 1000, "the relay view is read");
  socket.close();
  return commits;
};
