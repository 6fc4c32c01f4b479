import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../scripts/lib/paths.mjs";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { ADOPT_POINTS, BATCH_POINTS, BIRTH_POINTS, COMMIT_POINTS, DESTROY_POINTS, HANDLE_POINTS, IMPORT_POINTS, INBOX_POINTS, KEY_POINTS, MEMORY_POINTS, PEER_POINTS, PLC_KEY_POINTS, PROVISION_POINTS, RECOVERY_KEY_POINTS, RELAY_POINTS, RELAY_VIEW_POINTS, REWRAP_POINTS, SIGNING_KEY_POINTS, STANDING_POINTS, TAKE_POINTS, TASK_POINTS, WEBHOOK_POINT, type WritePoint } from "./crash/points.ts";
import { rewrapThrough, rotateEpochThrough, rotateThrough, takeThrough } from "./crash/keys.ts";
import { plcKeyThrough, recoveryKeyThrough, signingKeyThrough } from "./crash/identity.ts";
import { memoryThrough } from "./crash/memory.ts";
import { adoptThrough, importThrough } from "./crash/migration.ts";
import { type Agent, provision } from "./crash/people.ts";
import { destroyThrough, expectFreed, leaveBehind, provisionManyThrough, provisionThrough } from "./crash/provisioning.ts";
import { Scene } from "./crash/scene.ts";
import { until } from "./test/until.ts";

let folder: string;
let plc: Awaited<ReturnType<typeof startPlc>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rookery-points-"));
  plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
});

afterAll(async () => {
  await plc.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Crash at the point during a write, start again, and find everything in order without another write. */
const crashAt = async (scene: Scene, { point, lands }: WritePoint): Promise<void> => {
  await scene.rest();
  const { changes, uri, send } = scene.stroke();
  const reply = await scene.dieAt(point, send);
  await scene.colony.start();
  // Whoever asks an agent wakes it, so what is to come by itself is waited for first.
  if (lands) await until(() => scene.reader.told.some((message) => message.uri === uri), "the stream tells of the message, by alarm alone", 60_000);
  expect(await scene.settle(changes)).toBe(lands);
  expect(["lost", lands ? "answered" : "lost"]).toContain(reply.kind);
};

/** Lanes run side by side, each with a colony of its own; within one, a point comes after the other. */
const inTurn = { timeout: 240_000, concurrent: false };

const openScene = (lane: string): (() => Scene) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(folder, plc.url, lane);
  });
  afterAll(() => scene.close());
  afterEach(({ task }) => {
    if (task.result?.state === "fail") console.error(`${lane}, the colony's last words:\n${scene.colony.said.slice(-4000)}`);
  });
  return () => scene;
};

const lanes: [string, WritePoint[]][] = [
  ["commit", COMMIT_POINTS],
  ["relay", RELAY_POINTS],
  ["inbox", INBOX_POINTS],
];

describe.concurrent.each(lanes)("a crash on the way of a message: %s", (lane, points) => {
  const scene = openScene(lane);
  test.each(points)("$point", inTurn, (point) => crashAt(scene(), point));
});

describe.concurrent("a crash on the way of an agent into the colony", () => {
  const scene = openScene("provision");
  /** What leaves a name alone, a name and a DID, and a whole agent that nobody was told of. */
  const leaving = ["provision.after-reserve", "provision.after-plc", "provision.after-agent"];
  test.each(leaving)("%s, and nobody comes back", inTurn, (point) => leaveBehind(scene(), point, `left-${leaving.indexOf(point)}`));
  test.each(PROVISION_POINTS)("%s", inTurn, (point) => provisionThrough(scene(), plc.url, point, `kept-${PROVISION_POINTS.indexOf(point)}`));
  test.each(leaving)("%s, and another gets the name", inTurn, (point) => expectFreed(scene(), plc.url, `left-${leaving.indexOf(point)}`));
});

describe.concurrent("a crash on the way of several agents into the colony", () => {
  const scene = openScene("batch");
  const points = [...new Set([...PROVISION_POINTS, ...BATCH_POINTS, ...BIRTH_POINTS])];
  test.each(points)("%s", inTurn, (point) => provisionManyThrough(scene(), plc.url, point, `many-${points.indexOf(point)}`));
});

describe.concurrent("a crash on the way of an agent out of the colony", () => {
  const scene = openScene("destroy");
  test.each(DESTROY_POINTS)("%s", inTurn, (point) => destroyThrough(scene(), plc.url, point, `gone-${DESTROY_POINTS.indexOf(point)}`));
});

describe.concurrent("a crash on the way of an account from another host", () => {
  const scene = openScene("migration");
  test.each(ADOPT_POINTS)("%s", inTurn, (point) => adoptThrough(scene(), plc.url, point, `comes-${ADOPT_POINTS.indexOf(point)}`));
  test.each(IMPORT_POINTS)("%s", inTurn, (point) => importThrough(scene(), plc.url, point, `brings-${IMPORT_POINTS.indexOf(point)}`));
});

describe.concurrent("a crash while keys change", () => {
  const scene = openScene("keys");
  let agents: [Agent, Agent];
  beforeAll(async () => {
    agents = [await provision(scene().colony.origin, "key-ann", "hosted"), await provision(scene().colony.origin, "key-bob", "hosted")];
  });
  test.each(KEY_POINTS)("%s", inTurn, (point) => rotateThrough(scene(), point, agents));
  test.each(["keys.before-save", "keys.after-save"])("%s, of an epoch", inTurn, (point) => rotateEpochThrough(scene(), point, agents));
  test.each(REWRAP_POINTS)("%s", inTurn, (point) => rewrapThrough(scene(), point, agents));
  test.each(TAKE_POINTS)("%s", inTurn, async (point) => {
    if (!scene().colony.runs) await scene().colony.start();
    await takeThrough(scene(), point, await provision(scene().colony.origin, `taken-${TAKE_POINTS.indexOf(point)}`, "hosted"));
  });
});

describe.concurrent("a crash while a key of a DID is rotated", () => {
  const scene = openScene("identity");
  test.each([...RECOVERY_KEY_POINTS, ...SIGNING_KEY_POINTS])("%s: its signing key", inTurn, (point) => signingKeyThrough(scene(), plc.url, point));
  test.each(RECOVERY_KEY_POINTS)("%s: its owner's recovery key", inTurn, (point) => recoveryKeyThrough(scene(), plc.url, point));
  test.each(PLC_KEY_POINTS)("%s: the colony's key", inTurn, (point) => plcKeyThrough(scene(), plc.url, point));
});

describe.concurrent("a crash while a memory is taken in", () => {
  const scene = openScene("memory");
  let agent: Agent;
  beforeAll(async () => {
    agent = await provision(scene().colony.origin, "mem-ann", "hosted");
  });
  test.each(MEMORY_POINTS)("%s", inTurn, (point) => memoryThrough(scene(), point, agent));
});

test("every fault point of the code is in a table", () => {
  const sources = readdirSync(join(ROOT, "packages"), { recursive: true, encoding: "utf8" }).filter((path) => /^[\w-]+\/src\/.*(?<!\.test)\.ts$/.test(path));
  const named = sources.flatMap((path) => [...readFileSync(join(ROOT, "packages", path), "utf8").matchAll(/(?:faultPoint\([^"()]*|\bfault\()"([a-z]+\.[a-z.-]+)"/g)].map(([, point]) => point));
  const tables = [...COMMIT_POINTS, ...RELAY_POINTS, ...INBOX_POINTS].map(({ point }) => point);
  // Some of these two are on other ways, too, and in their tables (standing-crash.test.ts).
  const standing = STANDING_POINTS.map(({ point }) => point).filter((point) => point.startsWith("standing."));
  const handles = HANDLE_POINTS.filter((point) => point.startsWith("handle."));
  expect([...tables, ...standing, ...handles, ...PROVISION_POINTS, ...BATCH_POINTS, ...ADOPT_POINTS, ...IMPORT_POINTS, ...DESTROY_POINTS, ...RELAY_VIEW_POINTS, ...PEER_POINTS, ...TASK_POINTS, ...KEY_POINTS, ...MEMORY_POINTS, ...TAKE_POINTS, ...REWRAP_POINTS, ...RECOVERY_KEY_POINTS, ...SIGNING_KEY_POINTS, ...PLC_KEY_POINTS, WEBHOOK_POINT].toSorted()).toEqual(named.toSorted());
});
