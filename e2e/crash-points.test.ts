import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { COMMIT_POINTS, INBOX_POINTS, RELAY_POINTS, type WritePoint } from "./crash/points.ts";
import { Scene } from "./crash/scene.ts";
import { until } from "./test/until.ts";

/** Tries to hit a point with the write that is meant: an alarm that an earlier crash left due may get there first. */
const TRIES = 4;

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
  for (let tries = 1; ; tries++) {
    const { changes, uri, send } = scene.stroke();
    const reply = await scene.dieAt(point, send);
    await scene.colony.start();
    // Whoever asks wakes the author, so what is to come by itself is waited for first.
    const isTold = () => scene.reader.told.some((message) => message.uri === uri);
    if (lands && reply.kind === "answered") await until(isTold, "the stream tells of the message, by alarm alone", 40_000);
    const landed = await scene.settle(changes);
    if (reply.kind === "answered") expect(landed).toBe(true);
    console.log(point, tries, reply.kind, landed);
    if (landed === lands || tries === TRIES) {
      expect(landed).toBe(lands);
      return;
    }
  }
};

const lanes: [string, WritePoint[]][] = [
  ["commit", COMMIT_POINTS],
  ["relay", RELAY_POINTS],
  ["inbox", INBOX_POINTS],
];

describe.concurrent.each(lanes)("a crash on the way of a message: %s", (lane, points) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(folder, plc.url, lane);
  });
  afterAll(() => scene.close());
  test.each(points)("$point", { timeout: 120_000, concurrent: false }, async (point) => {
    await crashAt(scene, point);
  });
});
