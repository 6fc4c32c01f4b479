import { describe, expect, it } from "vitest";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { changes, listen, note, refused, revOf, syncRow, type Json, type JsonReader } from "../../test/jetstream.ts";
import { accountRow, did, fill, identityRow, relayFor, until } from "../../test/relay.ts";
import type { TestRelay } from "../../test/worker.ts";

/** Say something on a socket, and wait until the relay has another filter for one: what is written from then on is judged by it. */
async function refilter(relay: DurableObjectStub<TestRelay>, { ws }: JsonReader, payload: Json): Promise<void> {
  const filters = () => runInDurableObject(relay, (_, state) => JSON.stringify([state.getWebSockets().map((socket) => (socket.deserializeAttachment() as Json)["filter"]), state.storage.sql.exec("SELECT id, body FROM filter").toArray()]));
  const before = await filters();
  ws.send(JSON.stringify({ type: "options_update", payload }));
  await until("the filter", async () => (await filters()) !== before);
}

const pathsOf = ({ events }: JsonReader) => events.map(({ commit }) => (commit as Json | undefined)?.["rkey"]);
const timesOf = ({ events }: JsonReader) => events.map(({ time_us: us }) => Number(us));

describe("/subscribe", () => {
  it("sends one message per record, and accounts and identities, with the fields of the reference in its order", async () => {
    const { stub } = relayFor({ test: "v1" });
    const reader = await listen(stub, "/subscribe");
    await stub.ingest([
      changes(1, 1, [
        { path: "com.example.note/a", record: { $type: "com.example.note", text: "é", blob: new Uint8Array([1]) } },
        { path: "com.example.note/b", record: { $type: "com.example.note" }, update: true },
        { path: "com.example.note/c" },
      ]),
      identityRow(1, 2),
      accountRow(1, 3, "deactivated"),
      accountRow(1, 4),
      syncRow(1, 5),
      note(1, 6),
    ]);
    await until("all", () => reader.events.length === 7);
    const [a, b, c, identity, inactive, active, last] = reader.texts;
    const [us] = timesOf(reader);
    const cid = (reader.events[0]?.["commit"] as Json | undefined)?.["cid"];
    expect(a).toBe(`{"did":"${did(1)}","time_us":${us},"kind":"commit","commit":{"rev":"${revOf(1)}","operation":"create","collection":"com.example.note","rkey":"a","record":{"blob":{"$bytes":"AQ"},"text":"é","$type":"com.example.note"},"cid":"${String(cid)}"}}`);
    expect(JSON.parse(b ?? "")).toMatchObject({ commit: { operation: "update", rkey: "b", record: { $type: "com.example.note" } } });
    expect(c).toBe(`{"did":"${did(1)}","time_us":${Number(us) + 2},"kind":"commit","commit":{"rev":"${revOf(1)}","operation":"delete","collection":"com.example.note","rkey":"c"}}`);
    expect(identity).toBe(`{"did":"${did(1)}","time_us":${timesOf(reader)[3]},"kind":"identity","identity":{"did":"${did(1)}","handle":"a.test","seq":2,"time":"2026-11-21T10:00:00.000Z"}}`);
    expect(inactive).toBe(`{"did":"${did(1)}","time_us":${timesOf(reader)[4]},"kind":"account","account":{"active":false,"did":"${did(1)}","seq":3,"status":"deactivated","time":"2026-11-21T10:00:00.000Z"}}`);
    expect(JSON.parse(active ?? "")).toMatchObject({ account: { active: true } });
    expect(JSON.parse(last ?? "")).toMatchObject({ kind: "commit", commit: { rkey: "6" } });
    const times = timesOf(reader);
    expect(times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0))).toBe(true);
  });

  it("goes on from any message's time, inclusive, also within a commit", async () => {
    const { stub } = relayFor({ test: "cursor" });
    for (let n = 1; n <= 5; n++) {
      await stub.ingest([changes(1, n, ["a", "b", "c"].map((key) => ({ path: `com.example.note/${n}${key}`, record: { n } })))]);
    }
    const whole = await listen(stub, "/subscribe?cursor=0");
    await until("all", () => whole.events.length === 15);
    for (const [i, us] of timesOf(whole).entries()) {
      const rest = await listen(stub, `/subscribe?cursor=${us}`);
      const later = await listen(stub, `/subscribe?cursor=${us + 1}`);
      await until("the rest", () => rest.events.length >= 15 - i && later.events.length >= 14 - i);
      expect(rest.texts).toEqual(whole.texts.slice(i));
      expect(later.texts).toEqual(whole.texts.slice(i + 1));
      rest.ws.close();
      later.ws.close();
    }
  });

  it("clamps old cursors to the window, and starts live from one in the future", async () => {
    const { stub, controls } = relayFor({ test: "window", limits: { maxAgeMs: 60_000 } });
    await stub.ingest([note(1, 1)]);
    const first = await listen(stub, "/subscribe?cursor=0");
    await until("it", () => first.events.length === 1);
    controls.clockAhead = 3_600_000;
    await runInDurableObject(stub, (relay) => relay.alarm());
    await stub.ingest([note(1, 2)]);
    const old = await listen(stub, `/subscribe?cursor=${timesOf(first)[0]}`);
    const future = await listen(stub, "/subscribe?cursor=9000000000000000");
    const live = await listen(stub, "/subscribe?cursor=");
    await until("what is left", () => old.events.length === 1);
    await stub.ingest([note(1, 3)]);
    await until("the new one", () => [old, future, live].every(({ events }) => events.length > 0 && pathsOf({ ...old, events }).at(-1) === "3"));
    expect([pathsOf(old), pathsOf(future), pathsOf(live)]).toEqual([["2", "3"], ["3"], ["3"]]);
  });

  it("takes the first of several cursors, as the reference does: some clients append one whenever they reconnect", async () => {
    const { stub } = relayFor({ test: "cursors" });
    await stub.ingest([note(1, 1)]);
    const reader = await listen(stub, "/subscribe?cursor=0&cursor=abc");
    await until("it", () => reader.events.length === 1);
  });

  it.each([
    ["?cursor=abc", "cursor"],
    ["?cursor=-1", "cursor"],
    ["?wantedCollections=notansid", "collection"],
    ["?wantedCollections=app.bsky.fo*", "collection"],
    [`?${Array.from({ length: 101 }, (_, i) => `wantedCollections=com.example.c${i}`).join("&")}`, "101"],
    ["?wantedDids=nobody", "DID"],
    ["?kinds=everything", "kind"],
    ["?prevRev=perhaps", "prevRev"],
  ])("refuses %s", async (query, told) => {
    const { stub } = relayFor({ test: "refuse" });
    expect(await refused(stub, `/subscribe${query}`)).toMatchObject({ status: 400, error: "InvalidRequest", message: expect.stringContaining(told) });
  });

  it("filters commits by collection and prefix, and everything by DID", async () => {
    const { stub } = relayFor({ test: "filter" });
    const all = await listen(stub, "/subscribe");
    const notes = await listen(stub, "/subscribe?wantedCollections=com.example.note&wantedCollections=com.example.note");
    const prefix = await listen(stub, "/subscribe?wantedCollections=com.example.*");
    const second = await listen(stub, `/subscribe?wantedDids=${did(2)}&wantedCollections=com.example.*`);
    const sized = await listen(stub, "/subscribe?maxMessageSizeBytes=400");
    const lax = await listen(stub, "/subscribe?maxMessageSizeBytes=lots");
    await stub.ingest([note(1, 1), note(1, 2, "like", "com.example.like"), note(1, 3, "other", "org.example.note"), accountRow(1, 4)]);
    await stub.ingest([note(2, 1, "long ".repeat(100)), accountRow(2, 2)]);
    await until("all", () => all.events.length === 6);
    const kinds = ({ events }: JsonReader) => events.map(({ kind, did: whose, commit }) => `${String(kind)[0]}${String(whose).at(-1)}${(commit as { rkey?: string } | undefined)?.rkey ?? ""}`);
    expect(kinds(notes)).toEqual(["c11", "a1", "c21", "a2"]);
    expect(kinds(prefix)).toEqual(["c11", "c12", "a1", "c21", "a2"]);
    expect(kinds(second)).toEqual(["c21", "a2"]);
    expect(kinds(sized)).toEqual(["c11", "c12", "c13", "a1", "a2"]);
    expect(lax.texts).toEqual(all.texts);
  });

  it("waits for an options_update when asked to, and each replaces the whole filter", async () => {
    const { stub, again } = relayFor({ test: "hello" });
    await stub.ingest([note(1, 1)]);
    const reader = await listen(stub, `/subscribe?requireHello=true&cursor=0&wantedCollections=com.example.other`);
    await stub.ingest([note(1, 2)]);
    await stub.ingest([note(2, 1)]);
    await scheduler.wait(50);
    expect(reader.events).toEqual([]);
    reader.ws.send(JSON.stringify({ type: "options_update", payload: { wantedDids: [did(1)] } }));
    await until("its own", () => reader.events.length === 2);
    reader.ws.send(JSON.stringify({ type: "something_else", payload: 1 }));
    await refilter(again(), reader, { wantedCollections: ["com.example.like"] });
    await evictDurableObject(again());
    await again().ingest([note(1, 3)]);
    await again().ingest([note(2, 2, "x", "com.example.like")]);
    await until("the like", () => reader.events.length === 3);
    await refilter(again(), reader, {});
    await again().ingest([note(3, 1)]);
    await until("all", () => reader.events.length === 4);
    expect(pathsOf(reader)).toEqual(["1", "2", "2", "1"]);
    expect(reader.events.map(({ did: whose }) => whose)).toEqual([did(1), did(1), did(2), did(3)]);
  });

  it("keeps what is to be sent after the hello from the moment of the request, when a cursor was given", async () => {
    const { stub, again } = relayFor({ test: "hello-future" });
    await stub.ingest([note(1, 1)]);
    const reader = await listen(stub, "/subscribe?requireHello=true&cursor=9000000000000000");
    await stub.ingest([note(1, 2)]);
    await evictDurableObject(stub);
    await again().ingest([note(1, 3)]);
    reader.ws.send(JSON.stringify({ type: "options_update", payload: {} }));
    await until("both", () => reader.events.length === 2);
    expect(pathsOf(reader)).toEqual(["2", "3"]);
  });

  it.each([
    ["not json", 1007],
    ["[]", 1007],
    [JSON.stringify({ type: "options_update", payload: { wantedDids: "x" } }), 1007],
    [JSON.stringify({ type: "options_update", payload: { maxMessageSizeBytes: 1.5 } }), 1007],
    [JSON.stringify({ type: "options_update", payload: { wantedDids: ["nobodé"] } }), 1008],
    [JSON.stringify({ type: "options_update", payload: { wantedCollections: ["nothing"] } }), 1008],
  ])("closes on %s", async (message, code) => {
    const { stub } = relayFor({ test: "bad-options" });
    const reader = await listen(stub, "/subscribe");
    reader.ws.send(message);
    await until("close", () => reader.closed !== undefined);
    expect(reader.closed?.code).toBe(code);
  });

  it("keeps 10,000 DIDs through hibernation, and forgets them with the socket", async () => {
    const { stub, again } = relayFor({ test: "long-filter" });
    const reader = await listen(stub, "/subscribe");
    const wantedDids = Array.from({ length: 10_000 }, (_, i) => did(i + 1));
    const rows = () => runInDurableObject(again(), (_, { storage }) => storage.sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM filter").one().n);
    reader.ws.send(JSON.stringify({ type: "options_update", payload: { wantedDids } }));
    await until("the row", async () => (await rows()) === 1);
    await evictDurableObject(stub);
    await again().ingest([note(20_000, 1)]);
    await again().ingest([note(10_000, 2)]);
    await until("one", () => reader.events.length === 1);
    expect(reader.events[0]?.["did"]).toBe(did(10_000));
    await refilter(again(), reader, { wantedDids: wantedDids.slice(1) });
    expect(await rows()).toBe(1);
    reader.ws.close(1000);
    await until("nothing left", async () => (await rows()) === 0);
  });

  it("starts although the filter of a reader is lost, which is closed", async () => {
    const { stub, again } = relayFor({ test: "lost-filter" });
    const [lost, other] = [await listen(stub, "/subscribe"), await listen(stub, "/subscribe")];
    lost.ws.send(JSON.stringify({ type: "options_update", payload: { wantedDids: Array.from({ length: 1_000 }, (_, i) => did(i + 1)) } }));
    await until("the row", () => runInDurableObject(again(), (_, { storage }) => storage.sql.exec("DELETE FROM filter RETURNING id").toArray().length === 1));
    await evictDurableObject(stub);
    await again().ingest([note(1, 1)]);
    await until("both", () => lost.closed !== undefined && other.events.length === 1);
    expect(lost.closed?.code).toBe(1011);
    expect(await again().stats()).toMatchObject({ subscribers: 1 });
  });

  it("closes on a message that no filter needs, and on too many of those that one may need", async () => {
    const { stub } = relayFor({ test: "long-messages" });
    const [long, often] = [await listen(stub, "/subscribe"), await listen(stub, "/subscribe")];
    long.ws.send(JSON.stringify({ type: "options_update", payload: { wantedDids: [], padding: "x".repeat(2_000_000) } }));
    for (let i = 0; i < 6; i++) often.ws.send(JSON.stringify({ type: "other", padding: "x".repeat(1_900_000) }));
    await until("both", () => long.closed !== undefined && often.closed !== undefined);
    expect([long.closed?.code, often.closed?.code]).toEqual([1009, 1008]);
  });

  it("keeps filters of every length through hibernation", async () => {
    const { stub, again } = relayFor({ test: "lengths" });
    const readers: JsonReader[] = [];
    for (const count of [100, 105, 107, 108, 109, 110, 115, 120, 400]) {
      const reader = await listen(stub, "/subscribe", { "user-agent": "u".repeat(300), "cf-connecting-ip": "2001:db8::".padEnd(64, "1") });
      await refilter(stub, reader, { wantedDids: Array.from({ length: count }, (_, i) => did(i + 1)) });
      readers.push(reader);
    }
    await evictDurableObject(stub);
    await again().ingest([note(99, 1)]);
    await again().ingest([note(2_000, 1)]);
    await until("all of them", () => readers.every(({ events, closed }) => events.length === 1 && closed === undefined));
  });

  it("tells the rev before each commit when asked, so that a hole shows", async () => {
    const { stub } = relayFor({ test: "prev-rev" });
    const each = await listen(stub, "/subscribe?prevRev=each&wantedCollections=com.example.note");
    const chain = await listen(stub, "/subscribe?prevRev=chain&wantedCollections=com.example.note");
    await stub.ingest([note(1, 1), note(1, 2, "x", "com.example.like"), changes(1, 3, []), note(1, 4)]);
    await until("the chain", () => chain.events.length === 4);
    const revs = (reader: JsonReader) => reader.events.map(({ commit }) => [(commit as Json)["rev"], (commit as Json)["prevRev"], (commit as Json)["rkey"]]);
    expect(revs(each)).toEqual([[revOf(1), null, "1"], [revOf(3), revOf(2), undefined], [revOf(4), revOf(3), "4"]]);
    expect(revs(chain)).toEqual([[revOf(1), null, "1"], [revOf(2), revOf(1), undefined], [revOf(3), revOf(2), undefined], [revOf(4), revOf(3), "4"]]);
    expect(new Set(timesOf(chain)).size).toBe(4);
  });

  it("sends #sync to those who ask by kinds, and nothing they did not ask for", async () => {
    const { stub } = relayFor({ test: "kinds" });
    const some = await listen(stub, "/subscribe?kinds=sync&kinds=account");
    const stock = await listen(stub, "/subscribe");
    await stub.ingest([note(1, 1), identityRow(1, 2), syncRow(1, 3), accountRow(1, 4)]);
    await until("both", () => some.events.length === 2 && stock.events.length === 3);
    expect(some.events.map(({ kind }) => kind)).toEqual(["sync", "account"]);
    expect(some.events[0]).toMatchObject({ sync: { did: did(1), seq: 3, rev: revOf(3), blocks: { $bytes: "AQID" } } });
    expect(stock.events.map(({ kind }) => kind)).toEqual(["commit", "identity", "account"]);
  });

  it("joins a backfill to live through hibernation without a hole or a repeat", async () => {
    const { stub, again } = relayFor({ test: "join" });
    for (let n = 1; n <= 1_000; n += 100) await stub.ingest(Array.from({ length: 100 }, (_, i) => note(1, n + i)));
    const reader = await listen(stub, "/subscribe?cursor=0");
    const narrow = await listen(stub, `/subscribe?cursor=0&wantedDids=${did(2)}`);
    await until("some", () => reader.events.length > 100);
    for (let n = 1_001; n <= 1_050; n++) {
      await again().ingest([note(1, n)]);
      if (n % 10 === 0) await evictDurableObject(again());
    }
    await again().ingest([note(2, 1)]);
    await until("everything", () => reader.events.length >= 1_051 && narrow.events.length === 1);
    expect(pathsOf(reader)).toEqual([...Array.from({ length: 1_050 }, (_, i) => String(i + 1)), "1"]);
    const times = timesOf(reader);
    expect(times.every((time, i) => i === 0 || time > (times[i - 1] ?? 0))).toBe(true);
  });

  it("leaves out a record that it cannot say in JSON, and says so of the rev when the chain was asked for", async () => {
    const { stub } = relayFor({ test: "no-block" });
    await fill(stub, 1, 1, 1);
    const reader = await listen(stub, "/subscribe?cursor=0&prevRev=chain");
    const row = note(1, 2);
    await stub.ingest([row]);
    await until("both", () => reader.events.length === 2);
    expect(pathsOf(reader)).toEqual([undefined, "2"]);
  });
});

describe("network.bsky.jetstream.subscribeEvents", () => {
  const path = "/xrpc/network.bsky.jetstream.subscribeEvents";

  it("sends the frames of its lexicon, each with a seq of its own", async () => {
    const { stub } = relayFor({ test: "events" });
    const reader = await listen(stub, path, { "sec-websocket-protocol": "xrpc.v1.cbor, xrpc.v1.json" });
    expect(reader.protocol).toBe("xrpc.v1.json");
    await stub.ingest([changes(1, 1, [{ path: "com.example.note/a", record: { text: "a" } }, { path: "com.example.note/b" }]), identityRow(1, 2), syncRow(1, 3), accountRow(1, 4)]);
    await until("all", () => reader.events.length === 5);
    const payloads = reader.events.map(({ payload }) => payload as Json);
    const seqs = payloads.map(({ seq }) => Number(seq));
    expect(new Set(seqs).size).toBe(5);
    const time = `${new Date(Math.floor((seqs[0] ?? 0) / 1_000)).toISOString().slice(0, -1)}${String((seqs[0] ?? 0) % 1_000).padStart(3, "0")}Z`;
    const cid = payloads[0]?.["cid"];
    expect(reader.texts[0]).toBe(`{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#commit","seq":${seqs[0]},"did":"${did(1)}","time":"${time}","rev":"${revOf(1)}","operation":"create","collection":"com.example.note","rkey":"a","record":{"text":"a"},"cid":"${String(cid)}"}}`);
    expect(payloads[1]).toMatchObject({ operation: "delete", rkey: "b" });
    expect(payloads[2]).toMatchObject({ $type: "network.bsky.jetstream.subscribeEvents#identity", did: did(1), identity: { did: did(1), handle: "a.test", seq: 2 } });
    expect(payloads[3]).toMatchObject({ $type: "network.bsky.jetstream.subscribeEvents#sync", sync: { rev: revOf(3) } });
    expect(payloads[4]).toMatchObject({ $type: "network.bsky.jetstream.subscribeEvents#account", account: { active: true, seq: 4 } });
    for (const [i, seq] of seqs.entries()) {
      const rest = await listen(stub, `${path}?cursor=${seq}`);
      await until("the rest", () => rest.events.length === 5 - i);
      expect(rest.texts).toEqual(reader.texts.slice(i));
    }
  });

  it("filters by kind, DID and collection", async () => {
    const { stub } = relayFor({ test: "events-filter" });
    const reader = await listen(stub, `${path}?kinds=commit&collections=com.example.*&dids=${did(1)}&dids=${did(2)}`);
    await stub.ingest([note(1, 1), note(1, 2, "x", "org.example.note"), accountRow(1, 3)]);
    await stub.ingest([note(3, 1)]);
    await stub.ingest([note(2, 9)]);
    await until("both", () => reader.events.length === 2);
    expect(reader.events.map(({ payload }) => (payload as Json)["rkey"])).toEqual(["1", "9"]);
  });

  it.each(["wantedDids=did:plc:a", "wantedCollections=com.example.note", "requireHello=true", "compress=true", "kinds=all", "maxMessageSizeBytes=-1", "maxMessageSizeBytes=4294967296",
    "collections=nothing", "collections=not_an_nsid.*", "kinds=account&collections=com.example.note", "dids=x", "cursor=abc"])("refuses %s", async (query) => {
    const { stub } = relayFor({ test: "events-refuse" });
    expect(await refused(stub, `${path}?${query}`)).toMatchObject({ status: 400, error: "InvalidRequest" });
  });

  it("has no dictionary, and refuses cursors of others that are below the window", async () => {
    const { stub, controls } = relayFor({ test: "events-old", limits: { maxAgeMs: 60_000 } });
    expect(await refused(stub, `${path}?zstdDictionary=5`)).toMatchObject({ status: 400, error: "UnknownZstdDictionary" });
    await stub.ingest([note(1, 1)]);
    const past = Date.now() * 1_000 - 1_000_000;
    controls.clockAhead = 3_600_000;
    await runInDurableObject(stub, (relay) => relay.alarm());
    await stub.ingest([note(1, 2)]);
    expect(await refused(stub, `${path}?cursor=77`)).toMatchObject({ status: 400, error: "CursorTooOld" });
    const outdated = await listen(stub, `${path}?cursor=${past}`);
    const whole = await listen(stub, `${path}?cursor=0`);
    await until("both", () => outdated.events.length === 2 && whole.events.length === 1);
    expect(outdated.events[0]).toMatchObject({ $type: "message", payload: { $type: "network.bsky.jetstream.subscribeEvents#info", name: "OutdatedCursor" } });
  });

  it("takes no messages", async () => {
    const { stub } = relayFor({ test: "events-talk" });
    const reader = await listen(stub, path);
    reader.ws.send(JSON.stringify({ type: "options_update", payload: { wantedDids: Array.from({ length: 500 }, (_, i) => did(i)) } }));
    await until("close", () => reader.closed !== undefined);
    expect(reader.closed?.code).toBe(1008);
    expect(await runInDurableObject(stub, (_, { storage }) => storage.sql.exec("SELECT COUNT(*) AS n FROM filter").one())).toEqual({ n: 0 });
  });
});
