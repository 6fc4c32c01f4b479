import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { Colony } from "./crash/colony.ts";
import { TASK_POINTS } from "./crash/points.ts";
import { type Caller, callerAt, urisIn } from "./test/caller.ts";
import { hasKey, inMs, openedAt, type Ref, sendRequest, taskAt } from "./test/task-calls.ts";
import { until } from "./test/until.ts";

let folder: string;
let plc: Awaited<ReturnType<typeof startPlc>>;
let colony: Colony;
let [ann, bob]: Caller[] = [];
/** What Ann has asked for: with a receipt, or with a deadline that passes. */
const asked: { task: Ref; ends: boolean }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rookery-task-points-"));
  plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
  colony = await Colony.at(join(folder, "colony"), plc.url);
  await colony.start();
  ann = await callerAt(colony.origin, "ann");
  bob = await callerAt(colony.origin, "bob");
  for (const one of [ann, bob]) await until(() => hasKey(one), "keys are published");
});

afterAll(async () => {
  await colony.kill();
  await plc.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** An answer that was lost is tried again after 30 s at the latest, when the job's lease is over. */
const AGAIN_WITHIN = 60_000;

const both = (): [Caller, Caller] => {
  if (ann === undefined || bob === undefined) throw new Error("nobody is there");
  return [ann, bob];
};

test.each(TASK_POINTS)("a crash at %s: by alarm alone everything is done, once", { timeout: 240_000 }, async (point) => {
  const [from, to] = both();
  const ends = point.startsWith("tasks.");
  await colony.kill();
  await colony.start(point);
  const task = await sendRequest(from, to, `asked at ${point}`, ends ? { deadline: inMs(4_000) } : { ackRequested: { delivered: true } });
  asked.push({ task, ends });
  await colony.stoodAt(point);
  await colony.kill();
  await colony.start();
  // Nobody asks Bob for his mail: what follows from it comes by itself.
  const count = (collection: string) => urisIn(to, collection).then((uris) => uris.length);
  await until(async () => (await count("agent.comms.receipt")) >= asked.filter((one) => !one.ends).length, "the receipts are written", AGAIN_WITHIN);
  await until(async () => (await count("agent.comms.response")) >= asked.filter((one) => one.ends).length, "the requester is told that the deadline has passed", AGAIN_WITHIN);
  await until(async () => (await taskAt(from, task))?.state === (ends ? "expired" : "submitted"), "the requester knows", AGAIN_WITHIN);
  await until(async () => (await openedAt(from)).length >= asked.length, "everything said has come", AGAIN_WITHIN);
  const got = await openedAt(to);
  expect(got.map(({ uri }) => uri)).toEqual(asked.map((one) => one.task.uri));
  expect(got.map(({ sealed, unopened }) => [sealed, unopened])).toEqual(asked.map(() => [true, undefined]));
  const answers = await openedAt(from);
  expect(answers.map(({ value }) => value?.["status"] ?? value?.["state"]).toSorted()).toEqual(asked.map((one) => (one.ends ? "expired" : "delivered")).toSorted());
  expect(new Set(answers.map(({ value }) => JSON.stringify(value?.["subject"] ?? value?.["request"]))).size).toBe(asked.length);
  expect(await count("agent.comms.receipt")).toBe(asked.filter((one) => !one.ends).length);
  expect(await count("agent.comms.response")).toBe(asked.filter((one) => one.ends).length);
  expect(await taskAt(to, task)).toMatchObject({ role: "worker", state: ends ? "expired" : "submitted" });
});
