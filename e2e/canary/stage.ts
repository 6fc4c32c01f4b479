import { addPeer, type Neighbour, type Neighbourhood, startNeighbours, untilLive } from "../test/neighbours.ts";
import { type Keeper, settleKeeper } from "./cast.ts";
import { Hosted } from "./folk.ts";
import { needlesOf } from "./mark.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { type Tap, tapAll } from "./streams.ts";

/** What must be nowhere but with its readers. In no language, so that nothing else is called like it. */
export const MARK = "quolltern5b27e9";
/** What is said to everybody: it shows that the scan sees where it looks. */
export const OPEN = "openlark5b27e9";

export const marks = needlesOf(MARK);
export const beacons = needlesOf(OPEN);

/** Something secret that says where it was written. Several times: a page of a database may end in the middle of one. */
export const secret = (where: string): string => `${MARK} ${where} ${MARK} ${MARK}`;

/** Two colonies in processes of their own, on disk, that peer; agents of both custodies on each; and whoever listens. */
export interface Stage {
  town: Neighbourhood;
  a: Neighbour;
  b: Neighbour;
  /** Hosted: ann and amy on a, ben on b. */
  ann: Hosted;
  amy: Hosted;
  ben: Hosted;
  /** With keys of their own: kay on a, kim on b. */
  kay: Keeper;
  kim: Keeper;
  taps: Tap[];
  hooks: Receiver;
  /** What the colonies answered when they refused something. */
  refusals: string[];
  close(): Promise<void>;
}

/** Streams of two colonies and their relay views, each from its beginning: sixteen. */
export const tapEverything = async (a: Neighbour, b: Neighbour): Promise<Tap[]> => {
  const hosts: [string, string][] = [["a", a.origin], ["b", b.origin], ["the relay view of a", a.relay], ["the relay view of b", b.relay]];
  return (await Promise.all(hosts.map(([name, origin]) => tapAll(name, origin)))).flat();
};
export const TAPS = 16;

export const openStage = async (): Promise<Stage> => {
  const town = await startNeighbours(["verified", "verified"], ["--verbose"]);
  const [a, b] = town.colonies;
  if (a === undefined || b === undefined) throw new Error("two colonies");
  const answer = await addPeer(a, { url: b.origin });
  if (answer.status !== 200) throw new Error(`not peered: ${JSON.stringify(answer.json)}`);
  await untilLive(a, b);
  const taps = await tapEverything(a, b);
  const [ann, amy, ben] = [await Hosted.settle(a.origin, "ann"), await Hosted.settle(a.origin, "amy"), await Hosted.settle(b.origin, "ben")];
  const [kay, kim] = [await settleKeeper(a.origin, town.plcUrl, "kay"), await settleKeeper(b.origin, town.plcUrl, "kim")];
  const hooks = await startReceiver();
  const close = async () => {
    for (const one of taps) one.close();
    for (const { agent } of [kay, kim]) await agent.close();
    await hooks.stop();
    await town.stop();
  };
  return { town, a, b, ann, amy, ben, kay, kim, taps, hooks, refusals: [], close };
};
