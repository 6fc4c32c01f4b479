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
import { isAtRest } from "./crash/rest.ts";
import { openStream, type Stream } from "./test/stream.ts";
import { until } from "./test/until.ts";

let folder: string;
let plc: Awaited<ReturnType<typeof startPlc>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rookery-standing-"));
  plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
});

afterAll(async () => {
  await plc.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** An event that was lost on its way is sent again after 5 s, one whose job died in the middle after 30 s. */
const HEALED_WITHIN = 60_000;

/** A colony of its own for each lane, with agents that were born long ago. */
class Lane {
  readonly colony: Colony;
  readonly agents = new Map<string, Agent>();
  #stream: Stream | undefined;

  private constructor(colony: Colony) {
    this.colony = colony;
  }

  static async open(name: string, points: readonly string[]): Promise<Lane> {
    const lane = new Lane(await Colony.at(join(folder, name), plc.url));
    await lane.colony.start();
    for (const [i, point] of points.entries()) lane.agents.set(point, await provision(lane.origin, `${name}-${i}`));
    await lane.#rest();
    return lane;
  }

  /** Otherwise an alarm could come to a fault before what is meant to. */
  #rest(): Promise<void> {
    return until(() => isAtRest(this.colony.folder), "nothing is due any more", HEALED_WITHIN);
  }

  get origin(): string {
    return this.colony.origin;
  }

  agent(point: string): Agent {
    const agent = this.agents.get(point);
    if (agent === undefined) throw new Error(`no agent for ${point}`);
    return agent;
  }

  /** Start with a fault, do something that comes to it, kill everything there, and start again. */
  async dieAt(point: string, request: () => Promise<Reply>): Promise<void> {
    // What the case before wrote has had its alarm.
    if (this.colony.runs) await this.#rest();
    await this.colony.kill();
    this.#stream = undefined;
    await this.colony.start(point);
    const reply = request();
    await this.colony.stoodAt(point);
    await this.colony.kill();
    await reply;
    await this.colony.start();
  }

  /** What the whole firehose says of an account, after its birth. */
  async heard({ did }: Agent): Promise<StreamMessage[]> {
    this.#stream ??= await openStream(0, undefined, this.origin);
    const messages = this.#stream.frames.flatMap((frame) => (frame.kind === "message" && frame.t !== "#info" ? [frame] : []));
    return messages.filter((message) => (message.t === "#commit" ? message.body.repo : message.body.did) === did).slice(4);
  }

  /** The registry's word, of which nobody reminds it: the account's object is not asked for this. */
  async registryHas({ did }: Agent): Promise<{ handle: string; deactivatedAt?: string }> {
    const { json } = await insist<{ accounts: { did: string; handle: string; deactivatedAt?: string }[] }>(this.origin, "com.atproto.admin.searchAccounts", { token: ADMIN_KEY, params: { limit: "100" } });
    return json.accounts.find((account) => account.did === did) ?? { handle: "" };
  }

  async close(): Promise<void> {
    this.#stream?.close();
    await this.colony.kill();
  }
}

const openLane = (name: string, points: readonly string[]): (() => Lane) => {
  let lane: Lane;
  beforeAll(async () => {
    lane = await Lane.open(name, points);
  });
  afterAll(() => lane.close());
  afterEach(({ task }) => {
    if (task.result?.state === "fail") console.error(`${name}, the colony's last words:\n${lane.colony.said.slice(-4000)}`);
  });
  return () => lane;
};

/** Lanes run side by side; within one, a point comes after the other. */
const inTurn = { timeout: 180_000, concurrent: false };

describe.concurrent("a crash while an account is deactivated", () => {
  const open = openLane("off", STANDING_POINTS.map(({ point }) => point));
  test.each(STANDING_POINTS)("$point", inTurn, async ({ point, lands }) => {
    const lane = open();
    const agent = lane.agent(point);
    await lane.dieAt(point, () => ask(lane.origin, "com.atproto.server.deactivateAccount", { token: agent.token, body: {} }));
    if (lands) await until(async () => (await lane.heard(agent)).length > 0, "the stream tells of it, by alarm alone", HEALED_WITHIN);
    const status = await insist<{ active: boolean }>(lane.origin, "com.atproto.sync.getRepoStatus", { params: { did: agent.did } });
    expect(status.json.active).toBe(!lands);
    if (lands) await until(async () => (await lane.registryHas(agent)).deactivatedAt !== undefined, "the registry knows", HEALED_WITHIN);
    expect((await lane.heard(agent)).map(({ t, body }) => [t, "status" in body ? body.status : undefined])).toEqual(lands ? [["#account", "deactivated"]] : []);
    // And it goes on from there.
    await insist(lane.origin, "com.atproto.server.activateAccount", { token: agent.token, method: "POST" });
    await insist(lane.origin, "com.atproto.repo.createRecord", { token: agent.token, body: { repo: agent.did, collection: "org.example.note", record: { text: "back" } } });
    await until(async () => (await lane.heard(agent)).at(-1)?.t === "#commit", "the stream has the commit");
  });
});

describe.concurrent("a crash while a handle changes", () => {
  const open = openLane("name", HANDLE_POINTS);
  test.each(HANDLE_POINTS)("%s, and it is asked for again", inTurn, async (point) => {
    const lane = open();
    const agent = lane.agent(point);
    const handle = agent.handle.replace("name", "other");
    const change = { token: agent.token, body: { handle } };
    await lane.dieAt(point, () => ask(lane.origin, "com.atproto.identity.updateHandle", change));
    await insist(lane.origin, "com.atproto.identity.updateHandle", change);
    expect((await lane.registryHas(agent)).handle).toBe(handle);
    expect((await insist<{ handle: string }>(lane.origin, "com.atproto.server.getSession", { token: agent.token })).json.handle).toBe(handle);
    const log = await insist<{ alsoKnownAs: string[] }[]>(plc.url, `/${agent.did}/log`);
    expect(log.json.map(({ alsoKnownAs }) => alsoKnownAs)).toEqual([[`at://${agent.handle}`], [`at://${handle}`]]);
    await until(async () => (await lane.heard(agent)).length > 0, "the stream tells of it", HEALED_WITHIN);
    for (const { t, body } of await lane.heard(agent)) expect([t, "handle" in body && body.handle]).toEqual(["#identity", handle]);
    // The old one is free.
    await insist(lane.origin, "/agents/create", { token: ADMIN_KEY, body: { name: agent.name } });
  });
});
