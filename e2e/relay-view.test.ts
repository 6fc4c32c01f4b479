import { AtpAgent } from "@atproto/api";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { Random } from "../packages/repo/src/testing/random.ts";
import { atcute, type Consumer, official, skyware } from "./test/consumers.ts";
import { headOf, NOTES, type Person, signUp } from "./test/people.ts";
import { StrictReader } from "./test/reader.ts";
import { openStream } from "./test/stream.ts";
import { until } from "./test/until.ts";
import { Writer } from "./test/writer.ts";
import { ask } from "./test/xrpc.ts";

const relay = () => inject("relayOrigin");
const people: Person[] = [];
const readers = { live: new StrictReader(40, inject("relayOrigin")), past: new StrictReader(Infinity, inject("relayOrigin")) };

interface HostView {
  hostname: string;
  accountCount: number;
  status: string;
}

const reached = async (reader: StrictReader, did: string): Promise<void> => {
  const { rev } = await headOf(did);
  await until(() => reader.checker.stateOf(did)?.rev === rev, `the chain of ${did} reaches ${rev}`).catch((error: unknown) => {
    throw new Error(reader.describe(did), { cause: error });
  });
};

beforeAll(async () => {
  await readers.live.start(undefined);
  for (let i = 0; i < 3; i++) people.push(await signUp(`relayed-${i}`));
  await Promise.all(people.map((person, i) => new Writer(person, "lane", new Random(7 + i)).run(60)));
  await readers.past.start(0);
}, 120_000);

afterAll(async () => {
  for (const reader of Object.values(readers)) await reader.stop();
});

describe("the relay view's firehose", () => {
  test.each(["live", "past"] as const)("%s has every account's complete chain, each event once, and every commit verifies", async (which) => {
    const reader = readers[which];
    for (const { did } of people) await reached(reader, did);
    expect(reader.faults).toEqual([]);
    for (const { did } of people) expect(new Set(reader.revs.get(did)).size).toBe(reader.revs.get(did)?.length);
    if (which === "live") expect(reader.connections).toBeGreaterThan(1);
  });

  test("tells live readers within a moment, however long nobody had read before", async () => {
    const { agent, did } = await signUp("relayed-quick");
    const stream = await openStream(undefined, undefined, relay());
    const notes = () => stream.frames.filter((frame) => frame.kind === "message" && frame.t === "#commit" && frame.body.repo === did).length;
    for (let i = 0; i < 5; i++) {
      await agent.com.atproto.repo.createRecord({ repo: did, collection: NOTES, record: { text: `${i}` } });
      await until(() => notes() === i + 1, `note ${i}`, 5_000);
    }
    stream.close();
  });

  test.each([
    ["@atproto/sync", official],
    ["@atcute/firehose", atcute],
    ["@skyware/firehose", skyware],
  ] as const)("is read by %s without complaint", async (name, make) => {
    const consumer: Consumer = make(0, relay());
    const writer = await signUp(`relayed-${name.slice(1, 4)}`);
    const { data } = await writer.agent.com.atproto.repo.createRecord({ repo: writer.did, collection: NOTES, record: { text: "hello" } });
    await until(() => consumer.changes.get(writer.did)?.at(-1)?.endsWith(data.cid) === true, "the note");
    await consumer.close();
    expect(consumer.errors).toEqual([]);
  });
});

describe("the relay view's methods", () => {
  test("list accounts and say where each stands", async () => {
    const [{ agent, did }] = people as [Person];
    await agent.com.atproto.repo.createRecord({ repo: did, collection: NOTES, record: { text: "for the list" } });
    // The answer comes before the event has gone its way.
    const head = await headOf(did);
    const client = new AtpAgent({ service: relay() });
    await until(async () => (await client.com.atproto.sync.getLatestCommit({ did })).data.rev === head.rev, "the newest commit");
    const dids: string[] = [];
    let cursor: string | undefined;
    do {
      const { data } = await client.com.atproto.sync.listRepos({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      dids.push(...data.repos.map((repo) => repo.did));
      ({ cursor } = data);
    } while (cursor !== undefined);
    expect(dids).toEqual(expect.arrayContaining(people.map((person) => person.did)));
    expect(new Set(dids).size).toBe(dids.length);
    expect((await client.com.atproto.sync.getLatestCommit({ did })).data).toEqual(head);
    expect((await client.com.atproto.sync.getRepoStatus({ did })).data).toMatchObject({ did, active: true, rev: head.rev });
    const { data } = await client.com.atproto.sync.listReposByCollection({ collection: NOTES, limit: 2000 });
    expect(data.repos.map((repo) => repo.did)).toContain(did);
  });

  test("send who wants a repository to its own host", async () => {
    const [{ did }] = people as [Person];
    const redirect = await fetch(`${relay()}/xrpc/com.atproto.sync.getRepo?did=${did}`, { redirect: "manual" });
    expect([redirect.status, redirect.headers.get("location")]).toEqual([302, `${inject("origin")}/xrpc/com.atproto.sync.getRepo?did=${did}`]);
    const client = new AtpAgent({ service: relay() });
    expect((await client.com.atproto.sync.getRepo({ did })).data.length).toBeGreaterThan(1000);
  });

  test("list the hosts, this colony among them", async () => {
    const { json } = await ask<{ hosts: HostView[] }>("com.atproto.sync.listHosts", { origin: relay() });
    const hostname = new URL(inject("origin")).host;
    expect(json.hosts[0]).toMatchObject({ hostname, status: "active" });
    expect(json.hosts[0]?.accountCount).toBeGreaterThanOrEqual(people.length);
    expect((await ask<HostView>("com.atproto.sync.getHostStatus", { origin: relay(), params: { hostname } })).json).toMatchObject({ hostname, status: "active" });
    expect(await ask("com.atproto.sync.getHostStatus", { origin: relay(), params: { hostname: "nobody.example.com" } })).toMatchObject({ status: 400, json: { error: "HostNotFound" } });
    expect(await ask("com.atproto.sync.requestCrawl", { origin: relay(), body: { hostname: "pds.example.com" } })).toMatchObject({ status: 403, json: { error: "PeeringClosed" } });
  });

  test("are the relay's alone, and the origin's are the origin's", async () => {
    expect(await ask("com.atproto.sync.listHosts")).toMatchObject({ status: 400, json: { message: "No service configured for com.atproto.sync.listHosts" } });
    expect((await ask("com.atproto.server.describeServer", { origin: relay() })).status).toBe(501);
    expect((await ask("/", { origin: relay().replace("localhost", "127.0.0.1") })).status).toBe(200);
  });
});
