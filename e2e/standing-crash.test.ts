import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StreamMessage } from "@rookery/sync";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { ask, insist, type Reply } from "./crash/client.ts";
import { ADMIN_KEY, Colony } from "./crash/colony.ts";
import { type Agent, provision } from "./crash/people.ts";
import { HANDLE_POINTS, STANDING_POINTS } from "./crash/points.ts";
import { openStream, type Stream } from "./test/stream.ts";
import { until } from "./test/until.ts";

let folder: string;
let plc: Awaited<ReturnType<typeof startPlc>>;
let colony: Colony;
let stream: Stream | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rookery-standing-"));
  plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
  colony = await Colony.at(join(folder, "colony"), plc.url);
});

afterAll(async () => {
  await colony.kill();
  await plc.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

afterEach(({ task }) => {
  stream?.close();
  stream = undefined;
  if (task.result?.state === "fail") console.error(`the colony's last words:\n${colony.said.slice(-4000)}`);
});

/** An event that was lost on its way is sent again after 5 s, one whose job died in the middle after 30 s. */
const HEALED_WITHIN = 60_000;

const dieAt = async (point: string, request: () => Promise<Reply>): Promise<Reply> => {
  await colony.kill();
  await colony.start(point);
  const reply = request();
  await colony.stoodAt(point);
  await colony.kill();
  await colony.start();
  return reply;
};

/** What the whole firehose says of an account, after its birth. */
const heard = async ({ did }: Agent): Promise<StreamMessage[]> => {
  stream ??= await openStream(0, undefined, colony.origin);
  const messages = stream.frames.flatMap((frame) => (frame.kind === "message" && frame.t !== "#info" ? [frame] : []));
  return messages.filter((message) => (message.t === "#commit" ? message.body.repo : message.body.did) === did).slice(4);
};

const restart = async (): Promise<void> => {
  if (!colony.runs) await colony.start();
};

/** The registry's word, which nobody reminds it of: the account's object is not asked. */
const registryHas = async ({ did }: Agent): Promise<{ handle: string; deactivatedAt?: string }> =>
  (await insist<{ accounts: { did: string; handle: string; deactivatedAt?: string }[] }>(colony.origin, "com.atproto.admin.searchAccounts", { token: ADMIN_KEY, params: { limit: "100" } })).json.accounts.find(
    (account) => account.did === did,
  ) ?? { handle: "" };

describe("a crash while an account is deactivated", () => {
  test.each(STANDING_POINTS)("$point", { timeout: 180_000 }, async ({ point, lands }) => {
    await restart();
    const agent = await provision(colony.origin, `off-${STANDING_POINTS.findIndex((one) => one.point === point)}`);
    // Its birth has to be over, or a fault on the way of that is met first.
    await until(async () => (await insist<{ repos: { did: string }[] }>(colony.origin, "com.atproto.sync.listRepos")).json.repos.some(({ did }) => did === agent.did), "the relay knows the agent");
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    await dieAt(point, () => ask(colony.origin, "com.atproto.server.deactivateAccount", { token: agent.token, body: {} }));
    if (lands) await until(async () => (await heard(agent)).length > 0, "the stream tells of it, by alarm alone", HEALED_WITHIN);
    const status = await insist<{ active: boolean }>(colony.origin, "com.atproto.sync.getRepoStatus", { params: { did: agent.did } });
    expect(status.json.active).toBe(!lands);
    if (lands) await until(async () => (await registryHas(agent)).deactivatedAt !== undefined, "the registry knows", HEALED_WITHIN);
    expect((await heard(agent)).map(({ t, body }) => [t, "status" in body ? body.status : undefined])).toEqual(lands ? [["#account", "deactivated"]] : []);
    // And it goes on from there.
    await insist(colony.origin, "com.atproto.server.activateAccount", { token: agent.token, method: "POST" });
    await insist(colony.origin, "com.atproto.repo.createRecord", { token: agent.token, body: { repo: agent.did, collection: "org.example.note", record: { text: "back" } } });
    await until(async () => (await heard(agent)).at(-1)?.t === "#commit", "the stream has the commit");
  });
});

describe("a crash while a handle changes", () => {
  test.each(HANDLE_POINTS)("%s, and it is asked for again", { timeout: 180_000 }, async (point) => {
    await restart();
    const n = HANDLE_POINTS.indexOf(point);
    const agent = await provision(colony.origin, `name-${n}`);
    const handle = `other-${n}.test`;
    const change = () => ask(colony.origin, "com.atproto.identity.updateHandle", { token: agent.token, body: { handle } });
    await dieAt(point, change);
    await insist(colony.origin, "com.atproto.identity.updateHandle", { token: agent.token, body: { handle } });
    expect((await registryHas(agent)).handle).toBe(handle);
    expect((await insist<{ handle: string }>(colony.origin, "com.atproto.server.getSession", { token: agent.token })).json.handle).toBe(handle);
    const log = await insist<{ alsoKnownAs: string[] }[]>(plc.url, `/${agent.did}/log`);
    expect(log.json.map(({ alsoKnownAs }) => alsoKnownAs)).toEqual([[`at://name-${n}.test`], [`at://${handle}`]]);
    await until(async () => (await heard(agent)).length > 0, "the stream tells of it", HEALED_WITHIN);
    for (const { t, body } of await heard(agent)) expect([t, "handle" in body && body.handle]).toEqual(["#identity", handle]);
    // The old one is free.
    await insist(colony.origin, "/agents/create", { token: ADMIN_KEY, body: { name: `name-${n}` } });
  });
});
