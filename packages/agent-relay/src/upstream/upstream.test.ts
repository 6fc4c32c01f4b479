import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { cidToString } from "@rookery/repo";
import { encodeCommitFrame, encodeErrorFrame, sequenceFrame, type CommitBody } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { TestAgent } from "../../../sync/test/agent.ts";
import { until } from "../../test/relay.ts";
import { CLOSE } from "../../test/test-upstream.ts";
import { BOB, CAROL, URL_OF, alphabet, author, delivered, env, fence, lastTick, letter, path, refused, scene, send, settled, tick, told } from "../../test/upstream-scene.ts";

describe("an upstream", () => {
  it("delivers what a Jetstream tells, proven by the author's own host, and what names nobody here costs nothing", async () => {
    const s = await scene();
    const alice = author(s);
    send(s, alice, "a", letter([BOB, CAROL]));
    send(s, alice, "b", letter([CAROL]));
    s.world.outbox.push(told(alice.commit([{ action: "create", path: "app.bsky.feed.post/c", record: letter([BOB]) }]), letter([BOB])));
    s.world.outbox.push(JSON.stringify({ did: alice.did, time_us: tick(), kind: "identity", identity: { did: alice.did } }));
    await until("the letter", () => s.world.delivered.length > 0);
    await fence(s);
    expect(s.world.asked.filter((asked) => asked.startsWith("pds0"))).toEqual(["pds0.example.org agent.comms.message/a"]);
    expect(s.world.delivered).toMatchObject([{ author: alice.did, hint: { path: path("a"), action: "create", to: [BOB] } }]);
    expect(s.world.connected[0]).toBe("https://stream.example.org/subscribe?wantedCollections=agent.comms.*");
    expect(await s.upstream().status()).toMatchObject({ state: "live", seen: 5, matched: 2, delivered: 2, refused: {}, waiting: 0, cursor: lastTick() });
  });

  it("believes a lying stream nothing", async () => {
    const s = await scene();
    const alice = author(s, 1);
    const mallory = author(s, 2);
    const other = alice.commit([{ action: "create", path: path("b"), record: letter([CAROL]) }]);
    // Another content, and its CID; somebody else's record; a recipient that it has not; an author who wrote nothing.
    send(s, alice, "a", letter([BOB]), { cid: cidToString(other.ops[0]?.cid ?? new Uint8Array()) });
    s.world.outbox.push(told(other, letter([BOB])));
    const real = mallory.commit([{ action: "create", path: path("c"), record: letter([BOB]) }]);
    s.world.outbox.push(told({ ...real, repo: alice.did }, letter([BOB])));
    s.world.outbox.push(told({ ...real, repo: "did:plc:zzzzzzzzzzzzzzzzzzzzzzzz" }, letter([BOB])));
    // A host that vouches for another's repository: its own signature, and another account's proof.
    const forger = new TestAgent(alice.did);
    forger.commit([{ action: "create", path: path("d"), record: letter([BOB]) }]);
    const victim = author(s, 3);
    s.world.answers.set("pds3.example.org", () => new Response(forger.proof(path("d"))));
    send(s, victim, "d", letter([BOB]));
    await settled(s, "all are judged");
    expect(s.world.delivered).toEqual([]);
    expect(await refused(s)).toEqual({ "other-record": 1, "not-for-us": 1, "not-there": 1, "no-identity": 1, "bad-proof": 1 });
  });

  it("refuses a proof signed by another key, one that is none, and one that is too large", async () => {
    const s = await scene();
    for (const [i, answer] of [
      undefined,
      () => new Response("garbage"),
      () => new Response(new Uint8Array(2_000_001)),
      () => Response.json({ error: "RepoDeactivated" }, { status: 400 }),
      () => new Response(null, { status: 302, headers: { location: "http://169.254.169.254/" } }),
    ].entries()) {
      const agent = author(s, 10 + i);
      const forger = new TestAgent(agent.did);
      forger.commit([{ action: "create", path: path("x"), record: letter([BOB]) }]);
      s.world.answers.set(`pds${10 + i}.example.org`, answer ?? (() => new Response(forger.proof(path("x")))));
      send(s, agent, "x", letter([BOB]));
    }
    await settled(s, "all are judged");
    expect(s.world.delivered).toEqual([]);
    expect(await refused(s)).toEqual({ "bad-signature": 1, "bad-proof": 1, "too-large": 1, "host-refuses": 2 });
  });

  it.each(["localhost:3000", "127.0.0.1", "[::1]", "169.254.169.254", "10.0.0.1", "printer.local", "metadata.internal", "2130706433"])("asks nobody at %s", async (host) => {
    const s = await scene();
    send(s, author(s, 20, host), "a", letter([BOB]));
    await settled(s, "it is judged");
    expect(s.world.asked).toEqual([]);
    expect(await refused(s)).toEqual({ "unsafe-host": 1 });
  });

  it("leaves out broadcasts of strangers, updates, unwelcome authors and our own", async () => {
    const s = await scene();
    const [alice, eve] = [author(s, 30), author(s, 31)];
    send(s, alice, "all", letter("all"));
    const first = alice.commit([{ action: "create", path: path("u"), record: letter([CAROL]) }]);
    expect(first.ops).toHaveLength(1);
    s.world.outbox.push(told(alice.commit([{ action: "update", path: path("u"), record: letter([BOB], "changed") }]), letter([BOB], "changed")));
    s.world.unwelcome.add(eve.did);
    send(s, eve, "e", letter([BOB]));
    const own = author(s, 32);
    s.world.local.add(own.did);
    send(s, own, "o", letter([BOB]));
    await fence(s);
    expect(s.world.delivered).toEqual([]);
    expect(await refused(s)).toEqual({ broadcast: 1, update: 1, policy: 1 });
  });

  it("hears only whom it is told to hear, and their broadcasts", async () => {
    const agents = [40, 41].map((i) => new TestAgent(`did:plc:${"a".repeat(22)}b${alphabet[i - 32]}`));
    const s = await scene({ allowAgents: [agents[0]?.did ?? ""] });
    const [alice, eve] = [author(s, 40), author(s, 41)];
    send(s, eve, "e", letter([BOB]));
    send(s, eve, "f", letter("all"));
    send(s, alice, "a", letter("all"));
    await until("the broadcast", () => s.world.delivered.length === 1);
    expect(s.world.delivered).toMatchObject([{ author: alice.did, hint: { to: "all" } }]);
    expect(await refused(s)).toEqual({ "not-allowed": 1, broadcast: 1 });
  });

  it("takes back what was deleted, when the author's host proves that it is gone", async () => {
    const s = await scene();
    const alice = author(s, 50);
    send(s, alice, "a", letter([BOB]));
    send(s, alice, "b", letter([BOB]));
    await until("both", () => s.world.delivered.length === 2);
    // The stream lies about one, and tells of one that never came through here.
    s.world.outbox.push(JSON.stringify({ did: alice.did, time_us: tick(), kind: "commit", commit: { rev: "x", operation: "delete", collection: "agent.comms.message", rkey: "b" } }));
    s.world.outbox.push(JSON.stringify({ did: alice.did, time_us: tick(), kind: "commit", commit: { rev: "x", operation: "delete", collection: "agent.comms.message", rkey: "never" } }));
    s.world.outbox.push(told(alice.commit([{ action: "delete", path: path("a") }]), undefined));
    await until("the retraction", () => s.world.delivered.length === 3);
    expect(s.world.delivered[2]).toMatchObject({ author: alice.did, hint: { path: path("a"), action: "delete", to: [BOB] } });
    expect(await refused(s)).toEqual({ "still-there": 1 });
    expect(s.world.asked.filter((asked) => asked.includes("never"))).toEqual([]);
  });

  it("delivers a record once, however often the stream repeats it", async () => {
    const s = await scene();
    const alice = author(s, 60);
    const record = letter([BOB]);
    const message = told(alice.commit([{ action: "create", path: path("a"), record }]), record);
    s.world.outbox.push(message, message, message);
    await until("it", () => s.world.delivered.length > 0);
    s.world.outbox.push(message);
    await fence(s);
    expect(delivered(s)).toHaveLength(1);
    expect(s.world.asked.filter((asked) => asked.startsWith("pds60"))).toHaveLength(1);
  });

  it("tries hosts again that cannot be reached, keeps the order of each author, and lets others pass", async () => {
    const s = await scene({}, { retry: { firstMs: 1_000, maxMs: 1_000 } });
    const [alice, dora] = [author(s, 70), author(s, 71)];
    s.world.answers.set("pds70.example.org", () => new Response("down", { status: 503 }));
    send(s, alice, "a1", letter([BOB]));
    send(s, alice, "a2", letter([BOB]));
    send(s, dora, "d1", letter([BOB]));
    await until("the other's", () => s.world.delivered.length === 1);
    expect(delivered(s)).toEqual([`${dora.did.slice(-1)} create d1`]);
    await until("the first was tried", () => s.world.asked.includes("pds70.example.org agent.comms.message/a1"));
    // The object dies with what waits, and the host comes back.
    await abortAllDurableObjects();
    s.world.answers.clear();
    await until("all", async () => {
      s.world.clockAhead += 10_000;
      await s.upstream().check();
      return s.world.delivered.length === 3;
    });
    expect(delivered(s).slice(1)).toEqual([`${alice.did.slice(-1)} create a1`, `${alice.did.slice(-1)} create a2`]);
  });

  it("gives up a host that never answers", async () => {
    const s = await scene({}, { retry: { firstMs: 10, maxMs: 10 }, maxTries: 3 });
    s.world.answers.set("pds72.example.org", () => Promise.reject(new Error("connection refused")));
    send(s, author(s, 72), "a", letter([BOB]));
    await until("it is given up", async () => (await refused(s))?.unreachable === 1);
    expect(s.world.asked).toHaveLength(3);
    expect(await s.upstream().status()).toMatchObject({ waiting: 0, lastError: expect.stringContaining("connection refused") });
  });

  it("waits for a directory and for the network's relay", async () => {
    const s = await scene({}, { retry: { firstMs: 10, maxMs: 10 } });
    s.world.directoryDown = true;
    s.world.networkDown = true;
    send(s, author(s, 73), "a", letter([BOB]));
    await until("it waits", async () => ((await s.upstream().status())?.lastError ?? "").includes("directory"));
    s.world.directoryDown = false;
    await until("it waits again", async () => ((await s.upstream().status())?.lastError ?? "").includes("network"));
    s.world.networkDown = false;
    await until("it is delivered", () => s.world.delivered.length === 1);
  });

  it("goes on from its cursor after a restart and after the stream has closed", async () => {
    const s = await scene({}, { reconnect: { firstMs: 10, maxMs: 10 } });
    send(s, author(s, 80), "a", letter([BOB]));
    await until("it", () => s.world.delivered.length === 1);
    const cursor = lastTick() - 5_000_000;
    s.world.outbox.push(CLOSE);
    await until("it is connected again", () => s.world.connected.length === 2);
    await abortAllDurableObjects();
    await s.upstream().check();
    await until("it is connected anew", () => s.world.connected.length >= 3);
    for (const url of s.world.connected.slice(1)) expect(new URL(url).searchParams.get("cursor")).toBe(String(cursor));
  });

  it("fetches few proofs at a time, and fewer from one domain", async () => {
    const s = await scene();
    for (let i = 0; i < 40; i++) send(s, author(s, 100 + i, i < 20 ? `one${i}.example.net` : `pds.example${i}.org`), "a", letter([BOB]));
    await until("all", () => s.world.delivered.length === 40);
    expect(s.world.mostPerDomain).toBe(2);
    expect(s.world.most).toBeLessThanOrEqual(8);
    expect(s.world.most).toBeGreaterThan(2);
  });

  it("keeps a bound: one author's flood is refused, and a full queue stops the stream without losing anything", async () => {
    const s = await scene({}, { maxWaiting: 6, maxPerAuthor: 3, retry: { firstMs: 60_000, maxMs: 60_000 } });
    s.world.directoryDown = true;
    const flood = author(s, 150);
    for (let i = 0; i < 5; i++) send(s, flood, `f${i}`, letter([BOB]));
    await until("the flood is refused", async () => (await refused(s))?.["too-many"] === 2);
    const others = Array.from({ length: 5 }, (_, i) => author(s, 151 + i));
    for (const agent of others) send(s, agent, "o", letter([BOB]));
    await until("the stream is left", async () => ((await s.upstream().status())?.lastError ?? "").includes("too many records wait"));
    expect(await s.upstream().status()).toMatchObject({ waiting: 6, state: "waiting" });
    s.world.directoryDown = false;
    await until("everything that was taken on, and what came after", async () => {
      s.world.clockAhead += 61_000;
      await s.upstream().check();
      return others.every(({ did }) => s.world.delivered.some((record) => record.author === did));
    });
    expect(delivered(s).filter((one) => one.endsWith("o")).toSorted()).toEqual(others.map(({ did }) => `${did.slice(-1)} create o`).toSorted());
    // What was refused may come again when the stream is read again from its cursor.
    expect(delivered(s).filter((one) => /f[012]$/.test(one))).toEqual([0, 1, 2].map((i) => `${flood.did.slice(-1)} create f${i}`));
  });

  it("gives up the most hopeless one when there is no room for a new one", async () => {
    const s = await scene({}, { maxWaiting: 2, maxPerAuthor: 2, triesForRoom: 2, retry: { firstMs: 10, maxMs: 10 } });
    s.world.answers.set("pds160.example.org", () => new Response("down", { status: 500 }));
    const lost = author(s, 160);
    send(s, lost, "l1", letter([BOB]));
    send(s, lost, "l2", letter([BOB]));
    await until("it was tried twice", () => s.world.asked.length >= 2);
    send(s, author(s, 161), "n", letter([BOB]));
    await until("the new one", () => s.world.delivered.length === 1);
    expect((await refused(s))?.unreachable).toBe(1);
  });

  it("counts what is no event, and goes on", async () => {
    const s = await scene();
    s.world.outbox.push("not json", "[]", "{}", JSON.stringify({ time_us: -1 }), new Uint8Array([1, 2, 3]));
    s.world.outbox.push(JSON.stringify({ did: "did:plc:x", time_us: tick(), kind: "commit", commit: { operation: "create", collection: "agent.comms.message", rkey: "../../x", cid: "c", record: letter([BOB]) } }));
    s.world.outbox.push(JSON.stringify({ did: "did:plc:x", time_us: tick(), kind: "commit", commit: { operation: "create", collection: "agent.comms.message", rkey: "x", cid: "c", record: { to: [1, { a: 2 }] } } }));
    await fence(s);
    expect(await refused(s)).toEqual({ malformed: 5 });
  });

  it("reads a relay's frames the same way", async () => {
    const s = await scene({ kind: "relay" });
    const [alice, eve] = [author(s, 170), author(s, 171)];
    let seq = 100;
    const frame = (body: CommitBody): Uint8Array => {
      const template = encodeCommitFrame(body);
      return sequenceFrame(template.frame, template.seqAt, ++seq);
    };
    s.world.outbox.push(frame(eve.commit([{ action: "create", path: "app.bsky.feed.post/x", record: { $type: "app.bsky.feed.post", text: "x".repeat(3_000) } }])));
    s.world.outbox.push(frame(alice.commit([{ action: "create", path: path("a"), record: letter([BOB]) }, { action: "create", path: path("b"), record: letter([CAROL]) }])));
    s.world.outbox.push(new Uint8Array([0xff, 0xff]));
    await until("the letter", () => s.world.delivered.length === 1);
    expect(s.world.delivered).toMatchObject([{ author: alice.did, hint: { path: path("a"), to: [BOB] } }]);
    s.world.outbox.push(frame(alice.commit([{ action: "delete", path: path("a") }])));
    await until("the retraction", () => s.world.delivered.length === 2);
    expect(await s.upstream().status()).toMatchObject({ cursor: seq, refused: { malformed: 1 } });
    s.world.outbox.push(encodeErrorFrame({ error: "FutureCursor", message: "who are you" }));
    await until("it begins anew", () => s.world.connected.length === 2);
    expect(s.world.connected).toEqual([URL_OF, URL_OF].map((url) => url.replace("wss", "https")));
  });

  it("takes only settings that can be", async () => {
    const name = "upstream that is none";
    const upstream = env.UPSTREAM.get(env.UPSTREAM.idFromName(name));
    for (const url of ["https://x.example.org/", "wss://localhost/subscribe", "wss://10.0.0.1/", "ws://stream.example.org/", "wss://stream.example.org/?a=b", "wss://u:p@stream.example.org/", "nonsense", ""])
      expect(await upstream.configure({ kind: "jetstream", url }), url).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
    expect(await upstream.status()).toBeUndefined();
    await upstream.check();
    expect(await runInDurableObject(upstream, (_, state) => state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'").toArray())).toEqual([]);
  });

  it("lets nothing through that was under way when it was told to forget", async () => {
    const s = await scene();
    const alice = author(s, 182);
    const release = new AbortController();
    s.world.answers.set("pds182.example.org", async () => {
      while (!release.signal.aborted) await scheduler.wait(3);
      return new Response(alice.proof(path("a")));
    });
    send(s, alice, "a", letter([BOB]));
    await until("the host is asked", () => s.world.asked.length > 0);
    await s.upstream().forget();
    release.abort();
    await scheduler.wait(60);
    expect(s.world.delivered).toEqual([]);
    expect(await s.upstream().status()).toBeUndefined();
    expect(await runInDurableObject(s.upstream(), (_, state) => state.storage.getAlarm())).toBeNull();
  });

  it("forgets everything when told to", async () => {
    const s = await scene();
    send(s, author(s, 180), "a", letter([BOB]));
    await until("it", () => s.world.delivered.length === 1);
    await s.upstream().forget();
    expect(await s.upstream().status()).toBeUndefined();
    send(s, author(s, 181), "b", letter([BOB]));
    await s.upstream().check();
    expect(s.world.delivered).toHaveLength(1);
    expect(s.world.connected).toHaveLength(1);
  });
});
