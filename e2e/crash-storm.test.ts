import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cidToString } from "@rookery/repo";
import { afterAll, beforeAll, expect, onTestFailed, test } from "vitest";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { verifyArchive } from "./crash/archive.ts";
import { insist } from "./crash/client.ts";
import { Colony } from "./crash/colony.ts";
import { bySender, readInbox } from "./crash/inbox.ts";
import { killAgainAndAgain } from "./crash/kills.ts";
import { provision, signingKeyOf, type Agent } from "./crash/people.ts";
import { MESSAGES, Reader } from "./crash/reader.ts";
import { talkOf } from "./crash/talk.ts";
import { batchesOf, notesOf, Writer, type Tally } from "./crash/writer.ts";
import { Random } from "../packages/repo/src/testing/random.ts";
import { until } from "./test/until.ts";

const SEED = 20_261_121;
const NAMES = ["ada", "bert", "cleo", "dora", "emil", "fred"];
const KILLS = 24;
const NOTES = "org.example.note";
const BATCHES = "org.example.batch";

/** Longest pause between a sign of life and the next kill, in ms. */
const LONGEST_LIFE = 2000;
/** Some kills hit a workerd that is only just starting: at most so long after the one before, in ms. */
const EARLY = 300;
/** Everything that is retried comes within this, in ms: a job whose object died in it waits 30 s. */
const QUIET_WITHIN = 90_000;

let folder: string;
let plc: Awaited<ReturnType<typeof startPlc>>;
let colony: Colony;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rookery-storm-"));
  plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
  colony = await Colony.at(join(folder, "colony"), plc.url);
  await colony.start();
});

afterAll(async () => {
  await colony.kill();
  await plc.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const stormOf = (agents: Agent[], tally: Tally): Map<Agent, Writer[]> => {
  const random = new Random(SEED);
  const { origin } = colony;
  return new Map(
    agents.map((agent): [Agent, Writer[]] => {
      const others = agents.filter(({ did }) => did !== agent.did).map(({ did }) => did);
      const choices = [notesOf(agent.did, NOTES), batchesOf(agent.did, BATCHES), talkOf(agent.did, others)];
      return [agent, choices.map((choose) => new Writer({ origin, token: agent.token, choose, seed: random.int(2 ** 31), tally }))];
    }),
  );
};

test("a storm of writes through many kills loses nothing, halves nothing and doubles nothing", { timeout: 600_000 }, async () => {
  onTestFailed(() => console.error(`The colony's last words:\n${colony.said.slice(-4000)}`));
  const { origin } = colony;
  const agents: Agent[] = [];
  for (const name of NAMES) agents.push(await provision(origin, name));
  const keys = new Map<string, string>();
  for (const { did } of agents) keys.set(did, await signingKeyOf(plc.url, did));
  const reader = new Reader(origin, async (did) => keys.get(did));

  const tally: Tally = { answered: 0, lost: 0 };
  const storm = stormOf(agents, tally);
  const end = new AbortController();
  const writing = Promise.all([...storm.values()].flat().map((writer) => writer.run(end.signal)));
  const kills = await Promise.race([killAgainAndAgain(colony, new Random(SEED + 1), tally, { count: KILLS, longestLife: LONGEST_LIFE, early: EARLY }), writing.then(() => 0)]);
  await until(async () => (await fetch(`${origin}/xrpc/_health`).catch(() => undefined))?.ok === true, "the colony is healthy", 60_000);
  end.abort();
  await writing;
  expect(kills).toBeGreaterThanOrEqual(20);
  expect(tally.lost).toBeGreaterThan(0);

  // Without another write: what is in the outboxes reaches the stream, and what is in the stream reaches the inboxes.
  for (const { did } of agents) {
    const { json } = await insist<{ cid: string }>(origin, "com.atproto.sync.getLatestCommit", { params: { did } });
    await until(() => cidToString(reader.stateOf(did)?.commit ?? new Uint8Array()) === json.cid, `the stream has the newest commit of ${did}`, QUIET_WITHIN);
  }
  const toldTo = (did: string) => reader.told.filter(({ to }) => to.includes(did));
  for (const { did, token } of agents)
    await until(async () => (await readInbox(origin, token)).length >= toldTo(did).length, `all messages are in the inbox of ${did}`, QUIET_WITHIN);
  await reader.close();
  expect(reader.faults).toEqual([]);
  expect(reader.connections).toBeGreaterThan(1);

  let landed = 0;
  let absent = 0;
  for (const [{ did, token }, writers] of storm) {
    const { bytes } = await insist(origin, "com.atproto.sync.getRepo", { params: { did } });
    const { head, records } = await verifyArchive(bytes, did, keys.get(did) ?? "");
    expect(head).toBe(cidToString(reader.stateOf(did)?.commit ?? new Uint8Array()));
    const collections = [NOTES, BATCHES, MESSAGES];
    writers.forEach(({ ledger }, i) => {
      const own = new Map([...records].filter(([path]) => path.startsWith(`${collections[i]}/`)));
      expect(ledger.faults(own), `${collections[i]} of ${did}`).toEqual([]);
      const outcomes = ledger.outcomes(own);
      landed += outcomes.landed;
      absent += outcomes.absent;
    });
    expect([...records.keys()].filter((path) => !collections.some((collection) => path.startsWith(`${collection}/`)))).toEqual([]);
    expect(bySender(await readInbox(origin, token))).toEqual(bySender(toldTo(did)));
    const inRepo = [...records].filter(([path]) => path.startsWith(`${MESSAGES}/`)).map(([path, cid]) => `at://${did}/${path} ${cid}`);
    const told = reader.told.filter(({ author, action }) => author === did && action === "create").map(({ uri, cid }) => `${uri} ${cid}`);
    expect(inRepo.filter((message) => !told.includes(message))).toEqual([]);
  }
  expect(colony.said.split("\n").filter((line) => line.includes('"unexpected"'))).toEqual([]);
  console.log(`${kills} kills, ${tally.answered} writes answered, ${tally.lost} requests cut off; of those never repeated ${landed} had landed, ${absent} not; ${reader.commits} commits, ${reader.told.length} messages, ${reader.connections} connections`);
});
