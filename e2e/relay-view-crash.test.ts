import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cidToString } from "@rookery/repo";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../packages/repo/src/testing/random.ts";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { insist } from "./crash/client.ts";
import { Colony } from "./crash/colony.ts";
import { provision, signingKeyOf, type Agent } from "./crash/people.ts";
import { RELAY_VIEW_POINTS } from "./crash/points.ts";
import { Reader } from "./crash/reader.ts";
import { until } from "./test/until.ts";

const NOTES = "org.example.note";
const SEED = 20_261_121;
const KILLS = 4;
/** What is lost with a process is tried again within this, in ms: a job that died in the middle waits 30 s. */
const RETRIED_WITHIN = 60_000;

let folder: string;
let plc: Awaited<ReturnType<typeof startPlc>>;
let colony: Colony;
let reader: Reader;
const agents: Agent[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rookery-relay-crash-"));
  plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
  const relayPort = await anyFreePort();
  colony = await Colony.at(join(folder, "colony"), plc.url, ["--relay-port", String(relayPort)]);
  await colony.start();
  for (const name of ["nora", "odo"]) agents.push(await provision(colony.origin, name));
  reader = new Reader(`http://localhost:${relayPort}`, (did) => signingKeyOf(plc.url, did));
});

afterAll(async () => {
  await reader.close();
  await colony.kill();
  await plc.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const write = async ({ did, token }: Agent, text: string): Promise<void> => {
  await insist(colony.origin, "com.atproto.repo.createRecord", { token, body: { repo: did, collection: NOTES, record: { $type: NOTES, text } } });
};

/** Every account's newest commit has come, through a complete chain, and nothing came twice or out of place. */
const settled = async (): Promise<void> => {
  for (const { did } of agents) {
    const { json } = await insist<{ cid: string }>(colony.origin, "com.atproto.sync.getLatestCommit", { params: { did } });
    const streamed = () => {
      const state = reader.stateOf(did);
      return state === undefined ? undefined : cidToString(state.commit);
    };
    await until(() => streamed() === json.cid, `the relay view has the head of ${did}`, RETRIED_WITHIN);
  }
  expect(reader.faults).toEqual([]);
};

test.each(RELAY_VIEW_POINTS)("a crash at %s loses and repeats nothing", { timeout: 120_000 }, async (point) => {
  await settled();
  await colony.kill();
  await colony.start(point);
  const writing = write(agents[0] as Agent, `while the colony dies at ${point}`);
  await colony.stoodAt(point);
  await colony.kill();
  await colony.start();
  await writing;
  await settled();
});

test("deaths at any moment of writing lose and repeat nothing", { timeout: 180_000 }, async () => {
  const random = new Random(SEED);
  const dying = new AbortController();
  const writers = agents.map(async (agent) => {
    for (let i = 0; !dying.signal.aborted; i++) await write(agent, `note ${i}`);
  });
  for (let i = 0; i < KILLS; i++) {
    await sleep(random.int(800));
    await colony.kill();
    await colony.start();
  }
  dying.abort();
  await Promise.all(writers);
  await settled();
  expect(reader.commits).toBeGreaterThan(KILLS);
});
