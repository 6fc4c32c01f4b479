import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeFrame } from "@rookery/sync";
import { followFirehose } from "@rookery/sdk";
import { afterAll, beforeAll, expect, onTestFailed, test } from "vitest";
import { Random } from "../packages/repo/src/testing/random.ts";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { chainFaults, CursorConsumer } from "./crash/chains.ts";
import { insist } from "./crash/client.ts";
import { Colony } from "./crash/colony.ts";
import { killAgainAndAgain } from "./crash/kills.ts";
import { provision, signingKeyOf, type Agent } from "./crash/people.ts";
import { Reader } from "./crash/reader.ts";
import { batchesOf, notesOf, Writer, type Tally } from "./crash/writer.ts";
import { until } from "./test/until.ts";

const SEED = 20_261_122;
const NAMES = ["gina", "hugo", "ines"];
const NOTES = "org.example.note";
const BATCHES = "org.example.batch";
const KILLS = { count: 50, longestLife: 600, early: 300 };
/** So small that events leave the window all the time; a reader may stay away for some seconds all the same. */
const WINDOW_MB = "3";
/** Everything that is retried comes within this, in ms: a job whose object died in it waits 30 s. */
const QUIET_WITHIN = 90_000;

let folder: string;
let plc: Awaited<ReturnType<typeof startPlc>>;
let colony: Colony;
const agents: Agent[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rookery-cursor-"));
  plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
  colony = await Colony.at(join(folder, "colony"), plc.url, ["--log-max-mb", WINDOW_MB]);
  await colony.start();
  for (const name of NAMES) agents.push(await provision(colony.origin, name));
});

afterAll(async () => {
  await colony.kill();
  await plc.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const headOf = async (did: string): Promise<string> => {
  const { json } = await insist<{ cid: string }>(colony.origin, "com.atproto.sync.getLatestCommit", { params: { did } });
  return json.cid;
};

const note = async ({ did, token }: Agent, text: string): Promise<void> => {
  await insist(colony.origin, "com.atproto.repo.createRecord", { token, body: { repo: did, collection: NOTES, record: { $type: NOTES, text } } });
};

/** What the window holds up to a seq and beyond: seq to rev, for commits; and whether its beginning has left. */
const readWindow = async (newest: number): Promise<{ revs: Map<number, string>; pruned: boolean }> => {
  const revs = new Map<number, string>();
  let pruned = false;
  const socket = new WebSocket(`${colony.origin.replace("http", "ws")}/xrpc/com.atproto.sync.subscribeRepos?cursor=1`);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    const frame = decodeFrame(new Uint8Array(data as ArrayBuffer));
    if (frame.kind === "message" && frame.t === "#commit") revs.set(frame.body.seq, frame.body.rev);
    if (frame.kind === "message" && frame.t === "#info") pruned ||= frame.body.name === "OutdatedCursor";
  });
  await until(() => [...revs.keys()].some((seq) => seq >= newest), "the window was read");
  socket.close();
  return { revs, pruned };
};

test("through 50 kills, reconnects and prunes a consumer with nothing but a cursor gets every account's chain whole, nothing twice, no seq reused", { timeout: 600_000 }, async () => {
  onTestFailed(() => console.error(`The colony's last words:\n${colony.said.slice(-4000)}`));
  const keys = new Map<string, string>();
  for (const { did } of agents) keys.set(did, await signingKeyOf(plc.url, did));
  const strict = new Reader(colony.origin, async (did) => keys.get(did));
  const consumer = new CursorConsumer(colony.origin, plc.url);
  const random = new Random(SEED);
  const tally: Tally = { answered: 0, lost: 0 };
  const writers = agents.flatMap(({ did, token }) =>
    [notesOf(did, NOTES), batchesOf(did, BATCHES)].map((choose) => new Writer({ origin: colony.origin, token, choose, seed: random.int(2 ** 31), tally })),
  );
  const end = new AbortController();
  const writing = Promise.all(writers.map((writer) => writer.run(end.signal)));
  const reconnecting = (async () => {
    for (; !end.signal.aborted; await sleep(200 + random.int(800))) consumer.die();
  })();
  const kills = await Promise.race([killAgainAndAgain(colony, new Random(SEED + 1), tally, KILLS), writing.then(() => 0)]);
  await until(async () => (await fetch(`${colony.origin}/xrpc/_health`).catch(() => undefined))?.ok === true, "the colony is healthy", 60_000);
  end.abort();
  await Promise.all([writing, reconnecting]);
  expect(kills).toBeGreaterThanOrEqual(50);
  expect(tally.lost).toBeGreaterThan(0);

  for (const { did } of agents) {
    const head = await headOf(did);
    await until(() => consumer.headOf(did) === head, `the consumer has the newest commit of ${did}`, QUIET_WITHIN);
  }
  const { revs, pruned } = await readWindow(Math.max(...[...consumer.chains.values()].flatMap((chain) => chain.at(-1)?.seq ?? [])));
  await Promise.all([strict.close(), consumer.close()]);
  expect(pruned).toBe(true);
  expect(strict.faults).toEqual([]);
  expect(consumer.faults).toEqual([]);
  expect(consumer.lives).toBeGreaterThan(20);
  const seen = new Map<number, string>();
  for (const [did, chain] of consumer.chains) {
    expect(chainFaults(did, chain)).toEqual([]);
    for (const { seq, rev } of chain) {
      expect(seen.has(seq), `seq ${seq} once`).toBe(false);
      seen.set(seq, rev);
    }
  }
  for (const [seq, rev] of revs) expect(seen.get(seq), `event ${seq}`).toBe(rev);
  console.log(`${kills} kills, ${tally.answered} writes answered, ${tally.lost} cut off; ${seen.size} commits, ${consumer.lives} lives of the consumer, ${strict.connections} connections of the strict reader, ${revs.size} commits left in the window`);
});

test("a restored backup gives out no seq again, and who read further than the backup learns of everything new", { timeout: 120_000 }, async () => {
  onTestFailed(() => console.error(`The colony's last words:\n${colony.said.slice(-4000)}`));
  const [agent] = agents;
  if (agent === undefined) throw new Error("nobody is here");
  await note(agent, "before the backup");
  await colony.kill();
  const backup = join(folder, "backup");
  cpSync(colony.folder, backup, { recursive: true });
  await colony.start();
  const lost: number[] = [];
  const end = new AbortController();
  const told: string[] = [];
  let cursor = 0;
  const following = (async () => {
    const options = { url: colony.origin, plcUrl: plc.url, cursor: 0, signal: end.signal, dids: [agent.did], reconnect: { firstMs: 50, maxMs: 200 } };
    for await (const event of followFirehose(options)) {
      if (event.kind === "commit" && event.ops.some(({ value }) => value?.["text"] === "lost")) lost.push(event.seq);
      if ("seq" in event && event.seq !== undefined) cursor = Math.max(cursor, event.seq);
      if (event.kind === "resync") told.push(`resync ${event.reason.code} with ${[...event.records].filter(({ value }) => value?.["text"] === "new").length} new and ${[...event.records].filter(({ value }) => value?.["text"] === "lost").length} lost`);
      if (event.kind === "commit" && event.ops.some(({ value }) => value?.["text"] === "new")) told.push("new");
    }
  })();
  for (let i = 0; i < 5; i++) await note(agent, "lost");
  await until(() => lost.length === 5, "what will be lost was read");
  await colony.kill();
  rmSync(colony.folder, { recursive: true });
  renameSync(backup, colony.folder);
  await colony.start();
  const before = cursor;
  await note(agent, "new");
  await until(() => told.length > 0, "the follower learns of what is new", QUIET_WITHIN);
  await note(agent, "new");
  await until(() => told.length > 1, "and of what comes then");
  end.abort();
  await following;
  expect(told).toEqual(["resync SinceMismatch with 1 new and 0 lost", "new"]);
  const { revs } = await readWindow(cursor);
  const fresh = [...revs.keys()].filter((seq) => seq > before);
  expect(fresh).toHaveLength(2);
  for (const seq of lost) expect(revs.has(seq)).toBe(false);
});
