import { ProgressReader, type Progress, fromBase64Url, toBase64Url } from "@rookery/envelope";
import { abortAllDurableObjects } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { type Login, provision, xrpc } from "../test/client.ts";
import { type Stream, arrived, connect, payloads, upgrade } from "../test/socket.ts";

const REQUEST = "agent.comms.request";

let alice: Login;
let bob: Login;
let eve: Login;

beforeAll(async () => {
  [alice, bob, eve] = [await provision(), await provision(), await provision()];
});

interface Channel {
  worker: string;
  service: string;
  channel: string;
  key?: string;
}

const channelOf = (who: Login, request: string) => xrpc<Channel>("agent.comms.getProgressChannel", { auth: who.access, json: { request } });
const publish = (who: Login, json: object) => xrpc<{ channel: string; sequence: number }>("agent.comms.publishProgress", { auth: who.access, json });
const listen = ({ worker, channel }: Channel, cursor?: number) =>
  connect("agent.comms.subscribeProgress", { params: { did: worker, channel, ...(cursor === undefined ? {} : { cursor: String(cursor) }) } });

/** A request that has reached its worker: its at-uri. */
async function ask(from: Login, to: Login, privacy?: "public"): Promise<string> {
  const record = { to: to.did, input: [{ $type: "agent.comms.defs#text", text: "do it" }], createdAt: new Date().toISOString() };
  const sent = await xrpc<{ uri: string }>("agent.comms.send", { auth: from.access, json: { collection: REQUEST, record, ...(privacy === undefined ? {} : { privacy }) } });
  expect(sent).toMatchObject({ status: 200 });
  const { uri } = sent.body;
  await expect.poll(async () => (await xrpc<{ messages: { uri: string }[] }>("agent.comms.listInbox", { auth: to.access })).body.messages.map((message) => message.uri)).toContain(uri);
  return uri;
}

/** Everything that a stream has brought, opened as its reader would. */
async function read(stream: Stream, request: string, { channel: id, key }: Channel): Promise<Progress[]> {
  const reader = new ProgressReader({ id, request, ...(key === undefined ? {} : { key: fromBase64Url(key) }) });
  const frames = payloads(stream, "frame") as unknown as Parameters<ProgressReader["read"]>[0][];
  const opened: Progress[] = [];
  for (const frame of frames) opened.push(await reader.read(frame));
  return opened;
}

describe("progress of a sealed task", () => {
  it("goes from the worker to the requester, who alone can name it and read it", async () => {
    const request = await ask(alice, bob);
    const [ofRequester, ofWorker] = [await channelOf(alice, request), await channelOf(bob, request)];
    expect(ofRequester).toMatchObject({ status: 200, body: { worker: bob.did, service: "http://localhost:3000", key: expect.any(String) } });
    expect(ofWorker.body).toEqual(ofRequester.body);
    expect(await channelOf(eve, request)).toMatchObject({ status: 400, body: { error: "RequestNotFound" } });
    const stream = await listen(ofRequester.body);
    for (const percent of [10, 50]) expect((await publish(bob, { request, progress: { percent, text: `marked ${percent}` } })).status).toBe(200);
    expect((await publish(bob, { request, progress: { percent: 100 }, done: true })).status).toBe(200);
    await arrived(stream, "frame", 3);
    await arrived(stream, "info", 1);
    expect(JSON.stringify(stream.frames)).not.toContain("marked");
    expect(await read(stream, request, ofRequester.body)).toEqual([{ percent: 10, text: "marked 10" }, { percent: 50, text: "marked 50" }, { percent: 100 }]);
    expect(payloads(stream, "info")).toMatchObject([{ name: "done" }]);
  });

  it("is there for who comes late or comes again, and the last of it after a restart", async () => {
    const request = await ask(alice, bob);
    const { body: channel } = await channelOf(alice, request);
    for (const percent of [1, 2, 3]) await publish(bob, { request, progress: { percent } });
    const late = await listen(channel);
    await arrived(late, "frame", 3);
    expect(await read(late, request, channel)).toEqual([{ percent: 1 }, { percent: 2 }, { percent: 3 }]);
    const second = Number(payloads(late, "frame")[1]?.["sequence"]);
    const again = await listen(channel, second);
    await arrived(again, "frame", 1);
    expect(await read(again, request, channel)).toEqual([{ percent: 3 }]);
    await abortAllDurableObjects();
    const restarted = await listen(channel);
    await arrived(restarted, "frame", 1);
    expect(await read(restarted, request, channel)).toEqual([{ percent: 3 }]);
    await publish(bob, { request, progress: { percent: 4 } });
    await arrived(restarted, "frame", 2);
    expect(await read(restarted, request, channel)).toEqual([{ percent: 3 }, { percent: 4 }]);
  });

  it("is refused where it is too long to be a frame, sealed or not, and then nothing changes", async () => {
    for (const privacy of [undefined, "public" as const]) {
      const request = await ask(alice, bob, privacy);
      // Within the lexicon's bounds, and six times as long as JSON.
      const progress = { text: "\u0001".repeat(9_000) };
      expect(await publish(bob, { request, progress })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    }
  });

  it("is the worker's to tell", async () => {
    const request = await ask(alice, bob);
    for (const other of [alice, eve]) expect(await publish(other, { request, progress: { percent: 1 } })).toMatchObject({ status: 400, body: { error: "RequestNotFound" } });
  });

  it("loses none of those that come at the same moment", async () => {
    const request = await ask(alice, bob);
    const { body: channel } = await channelOf(alice, request);
    const stream = await listen(channel);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, percent) => publish(bob, { request, progress: { percent } })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await arrived(stream, "frame", 20);
    expect((await read(stream, request, channel)).map(({ percent = -1 }) => percent).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});

describe("progress of a task that was handed over", () => {
  it("comes from the new worker, to the requester, on a channel that the old one does not have", async () => {
    const cat = await provision();
    const send = async (from: Login, collection: string, record: object) => {
      const sent = await xrpc<{ uri: string; cid: string }>("agent.comms.send", { auth: from.access, json: { collection: `agent.comms.${collection}`, record: { createdAt: new Date().toISOString(), ...record } } });
      expect(sent).toMatchObject({ status: 200 });
      return { uri: sent.body.uri, cid: sent.body.cid };
    };
    const opened = async (who: Login) => (await xrpc<{ messages: { uri: string }[] }>("agent.comms.listInbox", { auth: who.access, params: { opened: "true" } })).body.messages.map(({ uri }) => uri);
    const request = await send(alice, "request", { to: bob.did, input: [{ $type: "agent.comms.defs#text", text: "do it" }], maxDelegationDepth: 1 });
    await expect.poll(() => opened(bob)).toContain(request.uri);
    const { body: old } = await channelOf(alice, request.uri);
    const handoff = await send(bob, "handoff", { to: cat.did, request });
    await expect.poll(() => opened(cat)).toContain(handoff.uri);
    const answer = await send(cat, "handoffAnswer", { handoff, request, answer: "accepted" });
    for (const one of [alice, bob]) await expect.poll(() => opened(one)).toContain(answer.uri);
    const [ofRequester, ofWorker, ofOld] = [await channelOf(alice, request.uri), await channelOf(cat, request.uri), await channelOf(bob, request.uri)];
    expect(ofRequester.body).toMatchObject({ worker: cat.did, key: expect.any(String) });
    expect(ofWorker.body).toEqual(ofRequester.body);
    expect(ofRequester.body.channel).not.toBe(old.channel);
    expect(ofOld.body.channel).toBe(old.channel);
    const stream = await listen(ofRequester.body);
    expect((await publish(cat, { request: request.uri, progress: { percent: 60 } })).status).toBe(200);
    await arrived(stream, "frame", 1);
    expect(await read(stream, request.uri, ofRequester.body)).toEqual([{ percent: 60 }]);
  });
});

describe("progress of a public request", () => {
  it("is as public as the request", async () => {
    const request = await ask(alice, bob, "public");
    const { body: channel } = await channelOf(alice, request);
    expect(channel.key).toBeUndefined();
    const stream = await listen(channel);
    await publish(bob, { request, progress: { percent: 7, text: "public" } });
    await arrived(stream, "frame", 1);
    expect(payloads(stream, "frame")[0]).toMatchObject({ progress: { percent: 7, text: "public" } });
    expect(await read(stream, request, channel)).toEqual([{ percent: 7, text: "public" }]);
  });
});

describe("frames that an agent seals itself", () => {
  const name = () => toBase64Url(crypto.getRandomValues(new Uint8Array(24)));

  it("are passed on as they are, forwards only", async () => {
    const channel = { worker: bob.did, channel: name(), service: "" };
    const stream = await listen(channel);
    expect(await publish(bob, { channel: channel.channel, sequence: 5, sealed: "AAAA" })).toMatchObject({ status: 200, body: { sequence: 5 } });
    for (const sequence of [5, 4]) expect(await publish(bob, { channel: channel.channel, sequence, sealed: "BBBB" })).toMatchObject({ status: 400, body: { error: "StaleSequence" } });
    await publish(bob, { channel: channel.channel, sequence: 9, sealed: "CCCC" });
    await arrived(stream, "frame", 2);
    // Of a public request; whoever has a key for the channel believes it nothing.
    expect((await publish(bob, { channel: channel.channel, sequence: 10, progress: { percent: 3 } })).status).toBe(200);
    await arrived(stream, "frame", 3);
    expect(payloads(stream, "frame")[2]).toMatchObject({ sequence: 10, progress: { percent: 3 } });
    expect(payloads(stream, "frame").slice(0, 2)).toMatchObject([{ channel: channel.channel, sequence: 5, sealed: "AAAA" }, { sequence: 9, sealed: "CCCC" }]);
  });

  it.each([{}, { progress: {} }, { request: "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/agent.comms.request/1" }, { channel: "x".repeat(32), sequence: 1 }, { channel: "x".repeat(32), sequence: 1, sealed: "A", request: "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/agent.comms.request/1", progress: {} }])(
    "are refused as %j", async (input) => expect(await publish(bob, input)).toMatchObject({ status: 400 }));
});

describe("readers of progress", () => {
  it("are few, and those of channels that nobody publishes make room", async () => {
    const dave = await provision();
    const channel = (i: number) => ({ worker: dave.did, channel: `made-up-channel-${i}`, service: "" });
    const streams: Stream[] = [];
    for (let i = 0; i < 129; i++) streams.push(await listen(channel(i)));
    await expect.poll(() => streams[0]?.closed).toEqual({ code: 1008, reason: "TooManySubscribers" });
    expect(streams.slice(1).every(({ closed }) => closed === undefined)).toBe(true);
    for (let i = 0; i < 7; i++) streams.push(await listen(channel(100)));
    const answer = await upgrade("agent.comms.subscribeProgress", { params: { did: dave.did, channel: channel(100).channel } });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "60"]);
    for (const { ws } of streams) ws.close();
  });

  it.each([[{ did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", channel: "x".repeat(32) }], [{ channel: "x".repeat(32) }], [{ did: "nobody", channel: "x".repeat(32) }], [{ did: "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", channel: "short" }]])(
    "are refused with %j", async (params) => expect((await upgrade("agent.comms.subscribeProgress", { params })).status).toBe(400));
});
