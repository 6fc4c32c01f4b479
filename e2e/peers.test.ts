import { atprotoKeyOf, ChainChecker, didResolver } from "@rookery/sync";
import { textOf } from "@rookery/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PEER_POINTS } from "./crash/points.ts";
import { addPeer, peerOf, settleIn, startNeighbours, untilLive, type Neighbour, type Neighbourhood, type Resident } from "./test/neighbours.ts";
import { sha256 } from "./test/sha256.ts";
import { openStream } from "./test/stream.ts";
import { until } from "./test/until.ts";

let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let ann: Resident;
let bea: Resident;
const sent: string[] = [];

beforeAll(async () => {
  town = await startNeighbours(["open", "open"]);
  [a, b] = town.colonies as [Neighbour, Neighbour];
  ann = await settleIn(town, a, "ann");
  bea = await settleIn(town, b, "bea");
  await addPeer(b, { url: a.origin });
  await untilLive(a, b);
}, 180_000);

afterAll(async () => {
  for (const resident of [ann, bea]) await resident?.agent.close();
  await town?.stop();
}, 60_000);

const say = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) {
    const text = `Message ${sent.length}`;
    sent.push(text);
    await ann.agent.send(bea.login.did, text);
  }
};

/** Revs of ann's commits in a stream, in order; every message of the stream is checked on the way. */
const revsIn = async (origin: string, through: string | undefined): Promise<string[]> => {
  const resolve = didResolver({ plcUrl: town.plcUrl });
  const checker = new ChainChecker({ sha256, keyOf: async (did) => atprotoKeyOf(await resolve(did)), now: Date.now });
  const stream = await openStream(0, undefined, origin);
  const revs: string[] = [];
  let read = 0;
  await until(async () => {
    for (; read < stream.frames.length; read++) {
      const frame = stream.frames[read];
      if (frame?.kind !== "message") throw new Error(`not a message: ${JSON.stringify(frame)}`);
      expect(await checker.accept(frame)).toMatchObject({ ok: true });
      if (frame.t === "#commit" && frame.body.repo === ann.login.did) revs.push(frame.body.rev);
    }
    return through === undefined ? revs.length > 0 : revs.at(-1) === through;
  }, `${origin} tells of ${through ?? "ann"}`, 60_000);
  stream.close();
  return revs;
};

/** b's relay view has a's commits from ann's first message on, each once and in order, and bea has every message once. */
const expectWhole = async (): Promise<void> => {
  const own = await revsIn(a.origin, await lastRev());
  const seen = await revsIn(b.relay, own.at(-1));
  expect(seen).toEqual(own.slice(-seen.length));
  expect(seen.length).toBeGreaterThanOrEqual(sent.length);
  const texts = () => bea.got.filter((one) => one.author === ann.login.did && one.kind === "message").map((one) => (one.kind === "message" ? textOf(one.record.content) : ""));
  await until(() => texts().length >= sent.length, "bea has everything", 60_000);
  expect(texts().toSorted()).toEqual(sent.toSorted());
};

const lastRev = async (): Promise<string> => {
  const response = await fetch(`${a.origin}/xrpc/com.atproto.sync.getLatestCommit?did=${ann.login.did}`);
  const { rev } = (await response.json()) as { rev: string };
  return rev;
};

describe("a colony that listens to another", () => {
  test("has its commits in its relay view, and a strict reader accepts all of it from the start", async () => {
    await say(10);
    await expectWhole();
    expect((await peerOf(b, a))?.live).toMatchObject({ state: "live", refused: {}, desynchronized: 0 });
  });

  test.each(PEER_POINTS)("and is killed at %s misses nothing and has nothing twice", { timeout: 180_000 }, async (point) => {
    await b.colony.kill();
    await b.colony.start(point);
    await say(3);
    await b.colony.stoodAt(point);
    await b.colony.kill();
    await b.colony.start();
    await say(2);
    await expectWhole();
  });

  test("goes on by itself when the other was killed and comes back", { timeout: 180_000 }, async () => {
    await a.colony.kill();
    await until(async () => (await peerOf(b, a))?.live?.state === "waiting", "b waits", 60_000);
    await a.colony.start();
    await say(5);
    await expectWhole();
    expect((await peerOf(b, a))?.live).toMatchObject({ state: "live", refused: {}, desynchronized: 0 });
  });
});
