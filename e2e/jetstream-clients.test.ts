import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, inject, test } from "vitest";
import type { Change } from "./test/consumers.ts";
import { atcuteJetstream, type JetstreamConsumer, skywareJetstream, type Wanted } from "./test/jetstream.ts";
import { NOTES, type Person, signUp } from "./test/people.ts";
import { until } from "./test/until.ts";

const LIKES = "org.example.like";
/** Written to see whether it is told of. */
const MARKS = "org.example.mark";

/** Creates, updates, deletes and a batch. @returns what a consumer of everything must tell of it, in order. */
const writeSome = async ({ agent, did }: Person, prefix = "n"): Promise<Change[]> => {
  const { repo } = agent.com.atproto;
  const expected: Change[] = [];
  for (let i = 0; i < 6; i++) {
    const collection = i % 2 === 0 ? NOTES : LIKES;
    const rkey = `${prefix}${i}`;
    const created = await repo.createRecord({ repo: did, collection, rkey, record: { text: `note ${i} é` } });
    expected.push(`create ${collection}/${rkey} ${created.data.cid}`);
    if (i % 3 === 1) {
      const updated = await repo.putRecord({ repo: did, collection, rkey, record: { text: "another" } });
      expected.push(`update ${collection}/${rkey} ${updated.data.cid}`);
    }
    if (i % 3 === 2) {
      await repo.deleteRecord({ repo: did, collection, rkey });
      expected.push(`delete ${collection}/${rkey}`);
    }
  }
  const writes = Array.from({ length: 15 }, (_, i) => ({ $type: "com.atproto.repo.applyWrites#create" as const, collection: "org.example.batch", rkey: `${prefix}${String(i).padStart(2, "0")}`, value: { i } }));
  const { data } = await repo.applyWrites({ repo: did, writes });
  for (const result of data.results ?? []) if ("cid" in result) expected.push(`create ${result.uri.split("/").slice(3).join("/")} ${result.cid}`);
  return expected;
};

let open: JetstreamConsumer[] = [];

afterEach(async () => {
  for (const consumer of open.splice(0)) await consumer.close();
});

describe.each([
  ["@skyware/jetstream", "sky", skywareJetstream],
  ["@atcute/jetstream", "atc", atcuteJetstream],
] as const)("%s", (_, name, make) => {
  const connect = (wanted: Wanted): JetstreamConsumer => {
    const consumer = make(wanted);
    open = [...open, consumer];
    return consumer;
  };
  const changesOf = ({ told }: JetstreamConsumer, did: string) => told.filter((one) => one.did === did && !/^(?:identity|account)/.test(one.change)).map(({ change }) => change);

  test("from the beginning into live: every record once, in order, accounts and identities too, no complaints", async () => {
    const writer = await signUp(`${name}-past`);
    const past = await writeSome(writer);
    const consumer = connect({ cursor: 1 });
    await until(() => changesOf(consumer, writer.did).length >= past.length, "the past");
    const live = await writeSome(writer, "later");
    await until(() => changesOf(consumer, writer.did).length >= past.length + live.length, "live");
    await sleep(100);
    expect(changesOf(consumer, writer.did)).toEqual([...past, ...live]);
    const told = consumer.told.filter(({ did }) => did === writer.did).map(({ change }) => change);
    expect(told).toContain("account true");
    expect(told.find((change) => change.startsWith("identity"))).toMatch(/^identity (?:handle\.invalid|.+\.test)$/);
    expect(consumer.told.every(({ timeUs }, i) => i === 0 || timeUs > (consumer.told[i - 1]?.timeUs ?? Infinity))).toBe(true);
    expect(consumer.errors).toEqual([]);
  });

  test("the relay view has the same", async () => {
    const writer = await signUp(`${name}-view`);
    const past = await writeSome(writer);
    const consumer = connect({ cursor: 1, dids: [writer.did], origin: inject("relayOrigin") });
    await until(() => changesOf(consumer, writer.did).length >= past.length, "the past");
    const live = await writeSome(writer, "later");
    await until(() => changesOf(consumer, writer.did).length >= past.length + live.length, "live");
    expect(changesOf(consumer, writer.did)).toEqual([...past, ...live]);
    expect(consumer.errors).toEqual([]);
  });

  test("filters, then another filter on the same connection", async () => {
    const writer = await signUp(`${name}-filter`);
    const consumer = connect({ collections: [LIKES], dids: [writer.did], cursor: 1 });
    const first = await writeSome(writer);
    const likes = first.filter((change) => change.includes(LIKES));
    await until(() => changesOf(consumer, writer.did).length >= likes.length, "likes");
    consumer.refilter(["org.example.batch", `${NOTES.split(".").slice(0, 2).join(".")}.*`]);
    // It holds once something is told of that the first one left out.
    const others = () => changesOf(consumer, writer.did).filter((change) => !change.includes(MARKS));
    await until(async () => {
      await writer.agent.com.atproto.repo.createRecord({ repo: writer.did, collection: MARKS, record: { text: "is the filter there?" } });
      return others().length < changesOf(consumer, writer.did).length;
    }, "the second filter holds");
    const second = await writeSome(writer, "second");
    const rest = second.filter((change) => change.includes("org.example.batch") || change.includes(NOTES) || (NOTES.startsWith("org.example.") && change.includes(LIKES)));
    await until(() => others().length >= likes.length + rest.length, "the second filter's");
    await sleep(100);
    expect(others()).toEqual([...likes, ...rest]);
    expect(consumer.errors).toEqual([]);
  });

  test("goes on from its own cursor without loss, wherever it stopped; only what stood at the cursor comes again", async () => {
    const writer = await signUp(`${name}-resume`);
    const expected: Change[] = await writeSome(writer, "a");
    const got: { timeUs: number; change: Change }[] = [];
    let cursor = 1;
    for (const stop of [3, 11, 17]) {
      const consumer = connect({ dids: [writer.did], cursor });
      await until(() => changesOf(consumer, writer.did).length >= stop, "some");
      // As after a crash: what was told up to here is known, and its cursor.
      const kept = consumer.told.filter(({ change }) => !/^(?:identity|account)/.test(change)).slice(0, stop);
      await consumer.close();
      for (const one of kept) if (one.timeUs > (got.at(-1)?.timeUs ?? 0)) got.push(one);
      cursor = kept.at(-1)?.timeUs ?? cursor;
      expected.push(...(await writeSome(writer, `after${stop}`)));
    }
    const last = connect({ dids: [writer.did], cursor });
    await until(() => last.told.at(-1)?.change === expected.at(-1), "the end");
    expect(last.told[0]?.timeUs).toBe(cursor);
    for (const one of last.told) if (one.timeUs > (got.at(-1)?.timeUs ?? 0)) got.push(one);
    expect(got.map(({ change }) => change)).toEqual(expected);
  });
});

/** A raw socket and the texts it got. */
const socket = async (path: string, protocol?: string): Promise<{ ws: WebSocket; messages: Record<string, unknown>[] }> => {
  const ws = new WebSocket(inject("origin").replace(/^http/, "ws") + path, protocol);
  const messages: Record<string, unknown>[] = [];
  ws.addEventListener("message", ({ data }) => void messages.push(JSON.parse(String(data)) as Record<string, unknown>));
  await new Promise((resolve, reject) => {
    ws.addEventListener("open", resolve);
    ws.addEventListener("error", reject);
  });
  return { ws, messages };
};

test("prevRev=chain proves that nothing is missing, whatever the filter", async () => {
  const writer = await signUp("jet-chain");
  await writeSome(writer);
  const { ws, messages } = await socket(`/subscribe?cursor=1&prevRev=chain&wantedCollections=${LIKES}&wantedDids=${writer.did}`);
  const { data } = await writer.agent.com.atproto.sync.getLatestCommit({ did: writer.did });
  const revs = () => messages.filter(({ kind }) => kind === "commit").map(({ commit }) => commit as { rev: string; prevRev: string | null });
  await until(() => revs().at(-1)?.rev === data.rev, "the newest rev");
  ws.close();
  let last: string | null = null;
  for (const { rev, prevRev } of revs()) {
    if (rev !== last) expect(prevRev).toBe(last);
    last = rev;
  }
});

test("subscribeEvents and the firehose as JSON, agreed on by subprotocol", async () => {
  const writer = await signUp("jet-json");
  const events = await socket(`/xrpc/network.bsky.jetstream.subscribeEvents?kinds=commit&dids=${writer.did}&cursor=0`, "xrpc.v1.json");
  const firehose = await socket("/xrpc/com.atproto.sync.subscribeRepos?cursor=0", "xrpc.v1.json");
  expect([events.ws.protocol, firehose.ws.protocol]).toEqual(["xrpc.v1.json", "xrpc.v1.json"]);
  const expected = await writeSome(writer);
  const payloads = () => events.messages.map(({ payload }) => payload as { operation: string; collection: string; rkey: string; cid?: string });
  await until(() => payloads().length >= expected.length, "all events");
  expect(payloads().map(({ operation, collection, rkey, cid }) => `${operation} ${collection}/${rkey}${cid === undefined ? "" : ` ${cid}`}`)).toEqual(expected);
  const ops = () => firehose.messages.map(({ payload }) => payload as { repo?: string; ops?: { action: string; path: string; cid: { $link: string } | null }[] }).filter(({ repo }) => repo === writer.did).flatMap((one) => one.ops ?? []);
  await until(() => ops().length >= expected.length, "all of the firehose");
  expect(ops().map(({ action, path, cid }) => `${action} ${path}${cid === null ? "" : ` ${cid.$link}`}`)).toEqual(expected);
  events.ws.close();
  firehose.ws.close();
});
