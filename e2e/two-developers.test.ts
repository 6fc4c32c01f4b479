import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../scripts/lib/paths.mjs";
import { needlesOf } from "./canary/mark.ts";
import { scanBytes, scanFolder } from "./canary/scan.ts";
import { ADMIN_KEY } from "./crash/colony.ts";
import { hear, type Heard } from "./test/canary.ts";
import { addPeer, CROSSES_WITHIN, type Neighbour, type Neighbourhood, startNeighbours, untilLive } from "./test/neighbours.ts";
import type { Login } from "./test/people.ts";
import { examplesIn, type RunningExample, runExample } from "./test/readme.ts";
import { until } from "./test/until.ts";
import { ask } from "./test/xrpc.ts";

/** What both developers said, in words of the page. */
const SAID = ["What do we pay together?", "48517,51204", "39911,62008", "They come to 99721", "There is nothing to add up"];

let town: Neighbourhood;
let a: Neighbour;
let b: Neighbour;
let streams: Heard[];

beforeAll(async () => {
  town = await startNeighbours(["verified", "verified"]);
  [a, b] = town.colonies as [Neighbour, Neighbour];
  expect((await addPeer(a, { url: b.origin })).status).toBe(200);
  await untilLive(a, b);
  streams = await Promise.all([a.origin, b.origin, a.relay, b.relay].map((origin) => hear(origin, 0)));
}, 180_000);

afterAll(async () => {
  for (const stream of streams ?? []) stream.close();
  await town?.stop();
}, 60_000);

/** An agent whose keys are left to its owner, as the page has it. */
const settle = async (at: Neighbour, name: string): Promise<Login> => {
  const { status, json } = await ask<Login>("/agents/create", { origin: at.origin, token: ADMIN_KEY, body: { name, keys: "self" } });
  if (status !== 200) throw new Error(`/agents/create answers ${status}: ${JSON.stringify(json)}`);
  return json;
};

const over = async ({ hasEnded, said }: RunningExample, what: () => boolean, within: number): Promise<void> => {
  await until(() => what() || hasEnded(), "the example's words", within).catch((error: unknown) => {
    throw new Error(`${String(error)}; it said:\n${said()}`);
  });
};

test("docs/two-developers.md as it stands: done, refused and too late; and neither disks nor streams have a word of it", async () => {
  const page = readFileSync(join(ROOT, "docs/two-developers.md"), "utf8");
  // Which of the three is late must not depend on how fast two colonies and two examples are on one machine.
  expect(page).toContain("{ deadline: 5_000 }");
  const [worker = "", requester = ""] = examplesIn(page).map((code) =>
    code.replace("{ deadline: 5_000 }", "{ deadline: 30_000 }").replace("http://localhost:3000", a.origin).replace("http://localhost:3100", b.origin).replace("http://localhost:2582", town.plcUrl),
  );
  const alice = await settle(a, "alice");
  const bob = await settle(b, "bob");
  const working = runExample(worker, [], { PASSWORD: bob.password });
  await over(working, () => working.said().includes("listening\n"), CROSSES_WITHIN);
  const asking = runExample(requester, [], { PASSWORD: alice.password });
  await over(asking, () => false, 30_000 + 2 * CROSSES_WITHIN);

  // What is said there is what the page says that it is.
  const promised = page.split("\n").filter((line) => /^# (completed|rejected|expired) /.test(line)).map((line) => line.slice(2));
  expect(asking.said().trim().split("\n")).toEqual(promised);

  const needles = SAID.flatMap((text) => needlesOf(text));
  const [hearA, hearB] = streams;
  await until(() => hearA?.text().includes("agent.comms.request") === true && hearB?.text().includes("agent.comms.response") === true, "the firehoses have both sides", CROSSES_WITHIN);
  for (const stream of streams) expect(scanBytes(Buffer.from(stream.text(), "latin1"), needles)).toEqual([]);
  for (const { colony } of [a, b]) expect(scanFolder(colony.folder, needles)).toEqual([]);
  // The search finds what is there: who wrote to whom.
  const names = [alice, bob].flatMap(({ did }) => needlesOf(did));
  for (const { colony } of [a, b]) expect(scanFolder(colony.folder, names)).not.toEqual([]);
}, 180_000);
