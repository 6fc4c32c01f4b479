import { beforeEach, expect, it } from "vitest";
import { type Neighbour, type Wire, makeColonies } from "../../test/colonies.ts";
import { RETRY_FIRST, UPKEEP_FRESH } from "./limits.ts";
import { addPeer } from "./manage-peers.ts";
import { upkeep, upkeepUnlessSince } from "./upkeep.ts";

const HOST_B = "b.example.org";

let a: Neighbour;
let b: Neighbour;
let wire: Wire;
let clock: { now: number };

beforeEach(async () => {
  const made = await makeColonies(["verified", "verified"]);
  [a, b] = made.colonies as [Neighbour, Neighbour];
  ({ wire, clock } = made);
});

/** As after a crash: the row says that something listens, and nothing does. */
const silenced = async (): Promise<void> => {
  await addPeer(a, { url: b.origin });
  a.heard.clear();
};

it("at the start of one more isolate is left to what was done lately", async () => {
  await silenced();
  await upkeepUnlessSince(a, clock.now - UPKEEP_FRESH);
  expect(a.heard.has(HOST_B)).toBe(true);
  a.heard.clear();
  clock.now += UPKEEP_FRESH - 1;
  await upkeepUnlessSince(a, clock.now - UPKEEP_FRESH);
  expect(a.heard.has(HOST_B)).toBe(false);
  clock.now += 1;
  await upkeepUnlessSince(a, clock.now - UPKEEP_FRESH);
  expect(a.heard.has(HOST_B)).toBe(true);
});

it("at the start of the colony is done once, however lately it was before that", async () => {
  await silenced();
  await upkeep(a);
  clock.now += 10;
  const started = clock.now;
  clock.now += 10;
  a.heard.clear();
  await upkeepUnlessSince(a, started);
  expect(a.heard.has(HOST_B)).toBe(true);
  a.heard.clear();
  await upkeepUnlessSince(a, started);
  expect(a.heard.has(HOST_B)).toBe(false);
});

it("of the minute is always done", async () => {
  await silenced();
  await upkeep(a);
  a.heard.clear();
  await upkeep(a);
  expect(a.heard.has(HOST_B)).toBe(true);
});

it("does not begin a handshake again that is still under way", async () => {
  wire.down.add(b.origin);
  await addPeer(a, { url: b.origin });
  wire.down.clear();
  clock.now += RETRY_FIRST;
  const plain = a.fetch;
  let meanwhile = 1;
  a.fetch = async (input, init) => {
    if (meanwhile-- > 0) await upkeep(a);
    return plain(input, init);
  };
  await upkeep(a);
  expect(wire.calls).toEqual(["b requestPeering", "b confirmPeering"]);
  expect(a.heard.has(HOST_B)).toBe(true);
});
