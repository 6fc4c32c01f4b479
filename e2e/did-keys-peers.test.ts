import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_KEY } from "./crash/colony.ts";
import { type Neighbour, type Neighbourhood, type Resident, addPeer, peerOf, settleIn, startNeighbours, untilGot, untilLive } from "./test/neighbours.ts";
import { ask } from "./test/xrpc.ts";

let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let ann: Resident;
let amy: Resident;
let ben: Resident;

beforeAll(async () => {
  town = await startNeighbours(["open", "open"]);
  [a, b] = town.colonies as [Neighbour, Neighbour];
  ann = await settleIn(town, a, "ann", true);
  amy = await settleIn(town, a, "amy", true);
  ben = await settleIn(town, b, "ben", true);
  await addPeer(a, { url: b.origin });
  await untilLive(a, b);
}, 180_000);

afterAll(async () => {
  for (const one of [ann, amy, ben]) await one?.agent.close();
  await town?.stop();
}, 60_000);

const rotate = async (at: Neighbour, { login }: Resident): Promise<void> => {
  const { status, json } = await ask<{ state: string }>("/admin/identity/signing-key", { origin: at.origin, token: ADMIN_KEY, body: { actor: login.did } });
  expect([status, json.state]).toEqual([200, "done"]);
};

/** Sealed for its reader, whoever of the two signs with which key. */
const tell = async (from: Resident, to: Resident, text: string): Promise<void> => {
  const { uri } = await from.agent.send(to.login.did, text);
  await untilGot(to, uri);
};

test("who rotates a signing key is heard as before: by neighbours, and at a peer, which finds nothing wrong", async () => {
  const refused = (await peerOf(b, a))?.live?.refused;
  for (const round of ["before", "after the first", "after the second"]) {
    await tell(ann, ben, `across, ${round}`);
    await tell(ann, amy, `here, ${round}`);
    // Who answers has looked the key up as well.
    await tell(ben, ann, `back, ${round}`);
    await rotate(a, ann);
  }
  await tell(ann, ben, "across, at last");
  await tell(ann, amy, "here, at last");
  expect((await peerOf(b, a))?.live).toMatchObject({ state: "live", desynchronized: 0 });
  expect((await peerOf(b, a))?.live?.refused).toEqual(refused);
});
