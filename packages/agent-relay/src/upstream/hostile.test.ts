import { describe, expect, it } from "vitest";
import { TestAgent } from "../../../sync/test/agent.ts";
import { until } from "../../test/relay.ts";
import { CLOSE, documentOf } from "../../test/test-upstream.ts";
import { BOB, CAROL, author, delivered, fence, letter, path, refused, scene, send, settled, told } from "../../test/upstream-scene.ts";

describe("an upstream goes on", () => {
  it("when the registry was down: it pauses, and reads again what it could not judge", async () => {
    const s = await scene();
    await fence(s);
    s.world.registryDown = true;
    send(s, author(s, 300), "a", letter([BOB]));
    await until("it comes back a few times", () => s.world.connected.length > 4);
    expect((await s.upstream().status())?.lastError).toContain("the registry is down");
    expect(s.world.open).toBeLessThan(3);
    s.world.registryDown = false;
    await until("the letter", () => s.world.delivered.length > 0);
  });

  it("from now when the stream is ahead of time: what comes until then is not left out", async () => {
    const s = await scene();
    const alice = author(s, 301);
    s.world.outbox.push(JSON.stringify({ did: alice.did, time_us: Number.MAX_SAFE_INTEGER, kind: "identity", identity: { did: alice.did } }));
    send(s, alice, "a", letter([BOB]));
    await until("the letter", () => s.world.delivered.length === 1);
    s.world.outbox.push(CLOSE);
    await until("it is connected again", () => s.world.connected.length > 1);
    expect(Number(new URL(s.world.connected[1] ?? "").searchParams.get("cursor"))).toBeLessThan(Date.now() * 1_000);
  });

  it("from where it began when the connection breaks before the first event", async () => {
    const s = await scene();
    const before = Date.now() * 1_000;
    s.world.outbox.push(CLOSE);
    await until("it is connected again", () => s.world.connected.length > 1);
    const cursors = s.world.connected.map((url) => new URL(url).searchParams.get("cursor"));
    expect(cursors[0]).toBeNull();
    expect(Math.abs(Number(cursors[1]) - before)).toBeLessThan(120_000_000);
  });

  it("with others while a domain's did:web are slow: two at a time", async () => {
    const s = await scene();
    s.world.lookups.takesMs = 40;
    for (let i = 0; i < 12; i++) {
      const agent = new TestAgent(`did:web:agent${i}.slow.org`);
      s.world.agents.set(agent.did, { agent, host: "pds.example.org" });
      send(s, agent, "a", letter([BOB]));
    }
    await until("all of them", () => s.world.delivered.length === 12);
    expect(s.world.lookups.most).toBe(2);
    s.world.lookups.takesMs = 0;
    await fence(s);
  });
});

describe("a record that is refused for a reason that passes", () => {
  const outdated: [string, (agent: TestAgent) => unknown][] = [
    ["its author moved to another host", (agent) => documentOf(agent, "before.example.org")],
    ["its author has another key", (agent) => documentOf(new TestAgent(agent.did), "pds306.example.org")],
    ["its author was not there yet", () => undefined],
    ["its author's host was inside", (agent) => documentOf(agent, "10.0.0.1")],
  ];
  it.each(outdated)("is asked for at once by the author's document of now where the remembered one is older: %s", async (_, document) => {
    const s = await scene();
    const alice = author(s, 306);
    s.world.remembered.set(alice.did, document(alice));
    send(s, alice, "a", letter([BOB]));
    await until("it", () => s.world.delivered.length === 1);
    expect(await refused(s)).toEqual({});
  });

  it("is asked for a few times more, while its host says no or the directory is behind", async () => {
    const s = await scene({}, { doubtTries: 50, retry: { firstMs: 5, maxMs: 10 } });
    const [alice, carol] = [author(s, 306), author(s, 307)];
    s.world.answers.set("pds306.example.org", () => Response.json({ error: "RepoDeactivated" }, { status: 400 }));
    const before = new TestAgent(carol.did);
    s.world.agents.set(carol.did, { agent: before, host: "pds307.example.org" });
    s.world.answers.set("pds307.example.org", () => new Response(carol.proof(path("b"))));
    send(s, alice, "a", letter([BOB]));
    send(s, carol, "b", letter([BOB]));
    await until("asked more than once", () => s.world.asked.filter((asked) => asked.startsWith("pds306")).length > 1 && s.world.asked.filter((asked) => asked.startsWith("pds307")).length > 1);
    s.world.answers.delete("pds306.example.org");
    s.world.agents.set(carol.did, { agent: carol, host: "pds307.example.org" });
    await until("both", () => s.world.delivered.length === 2);
    expect(await refused(s)).toEqual({});
  });

  it("is refused in the end, and at once where the host knows the account and has no such record", async () => {
    const s = await scene({}, { doubtTries: 3, retry: { firstMs: 5, maxMs: 10 } });
    const [alice, carol] = [author(s, 306), author(s, 307)];
    s.world.answers.set("pds306.example.org", () => Response.json({ error: "RepoDeactivated" }, { status: 400 }));
    s.world.answers.set("pds307.example.org", () => Response.json({ error: "RecordNotFound", message: "gone" }, { status: 400 }));
    send(s, alice, "a", letter([BOB]));
    send(s, carol, "b", letter([BOB]));
    await settled(s, "all is judged");
    expect(await refused(s)).toEqual({ "host-refuses": 1, "not-there": 1 });
    expect(s.world.asked.map((asked) => asked.slice(0, 6)).toSorted()).toEqual(["pds306", "pds306", "pds306", "pds307"]);
  });
});

describe("a record", () => {
  it("written anew while its deletion is on the way is told of again", async () => {
    const s = await scene();
    const alice = author(s, 302);
    const create = () => alice.commit([{ action: "create", path: path("a"), record: letter([BOB]) }]);
    s.world.outbox.push(told(create(), letter([BOB])));
    await until("it", () => s.world.delivered.length === 1);
    const deleted = alice.commit([{ action: "delete", path: path("a") }]);
    const absence = alice.proof(path("a"));
    const release = new AbortController();
    s.world.answers.set("pds302.example.org", async () => {
      while (!release.signal.aborted) await scheduler.wait(3);
      s.world.answers.delete("pds302.example.org");
      return new Response(absence);
    });
    s.world.outbox.push(told(deleted, undefined));
    await until("the host is asked", () => s.world.asked.length === 2);
    s.world.outbox.push(told(create(), letter([BOB])));
    await fence(s, 901);
    release.abort();
    await settled(s, "all is judged");
    expect(delivered(s).map((line) => line.slice(2))).toEqual(["create a", "delete a", "create a"]);
  });

  it("for as many as the lexicon allows finds the last of them", async () => {
    const s = await scene();
    const others = Array.from({ length: 255 }, (_, i) => `did:web:agent${i}.example.org`);
    send(s, author(s, 303), "a", letter([...others, BOB]));
    await until("it", () => s.world.delivered.length === 1);
    expect(s.world.delivered[0]?.hint.to).toEqual([BOB]);
  });

  it("beyond the protocol's limit is refused here, before its recipient has to", async () => {
    const s = await scene();
    send(s, author(s, 304), "a", letter([BOB], "x".repeat(1_100_000)));
    send(s, author(s, 305), "b", letter([CAROL]));
    await settled(s, "all is judged");
    expect(await refused(s)).toEqual({ "too-large": 1 });
  });
});
