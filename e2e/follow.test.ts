import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { followFirehose, followJetstream, MemoryChainStore, type CurrentRecord, type FirehoseEvent, type JetstreamFollowEvent } from "@rookery/sdk";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startPlc } from "../scripts/lib/plc.mjs";
import { anyFreePort } from "../scripts/lib/ports.mjs";
import { insist } from "./crash/client.ts";
import { Colony } from "./crash/colony.ts";
import { provision, type Agent } from "./crash/people.ts";
import { startProxy, type Proxy } from "./test/proxy.ts";
import { until } from "./test/until.ts";

const NOTES = "org.example.note";

let folder: string;
let plc: Awaited<ReturnType<typeof startPlc>>;
let colony: Colony;
let proxy: Proxy;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "rookery-follow-"));
  plc = await startPlc({ port: await anyFreePort(), host: "127.0.0.1", data: join(folder, "plc") });
  colony = await Colony.at(join(folder, "colony"), plc.url);
  await colony.start();
  proxy = await startProxy(colony.origin);
});

afterAll(async () => {
  await proxy.stop();
  await colony.kill();
  await plc.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Follow until the test ends; what was told by the name of each record. */
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  proxy.wire = (payload) => [payload];
  for (const end of ends.splice(0)) await end();
});

type Event = FirehoseEvent | JetstreamFollowEvent;

/** A consumer that mirrors one agent's notes from whatever it is told. */
class Mirror {
  readonly notes = new Map<string, unknown>();
  readonly kinds: string[] = [];
  /** Why what a faithful stream does not tell was told. */
  readonly reasons: string[] = [];
  readonly #done: Promise<void>;

  constructor(open: (signal: AbortSignal) => AsyncIterable<Event>) {
    const end = new AbortController();
    this.#done = this.#run(open(end.signal));
    ends.push(async () => {
      end.abort();
      await this.#done;
    });
  }

  #put({ rkey, value }: CurrentRecord | { rkey: string; value?: unknown }): void {
    this.notes.set(rkey, (value as { text?: unknown } | undefined)?.text);
  }

  async #run(events: AsyncIterable<Event>): Promise<void> {
    for await (const event of events) {
      this.kinds.push(event.kind);
      if ("reason" in event) this.reasons.push(`${event.kind}: ${event.reason.code} ${event.reason.message}`);
      for (const { action, ...change } of event.kind === "commit" ? event.ops : event.kind === "record" ? [event] : []) {
        if (action === "delete") this.notes.delete(change.rkey);
        else this.#put(change);
      }
      if (event.kind === "resync") {
        this.notes.clear();
        for (const record of event.records) this.#put(record);
      }
    }
  }
}

const write = async ({ did, token }: Agent, text: string, rkey = text): Promise<void> => {
  await insist(colony.origin, "com.atproto.repo.putRecord", { token, body: { repo: did, collection: NOTES, rkey, record: { $type: NOTES, text } } });
};

const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

const settings = (agent: Agent, url: string) => ({ url, plcUrl: plc.url, dids: [agent.did], collections: [NOTES], cursor: 0, retry: { firstMs: 200, maxMs: 500 }, reconnect: { firstMs: 50, maxMs: 200 } });

describe("followFirehose", () => {
  test("goes on over kill -9 of the whole colony: everything once, in order", async () => {
    const agent = await provision(colony.origin, "kit");
    const seen: string[] = [];
    const revs: (string | null)[] = [];
    let saved = 0;
    const end = new AbortController();
    const following = (async () => {
      const cursor = { load: () => saved, save: (at: number) => void (saved = at) };
      for await (const event of followFirehose({ ...settings(agent, colony.origin), cursor, signal: end.signal })) {
        if (event.kind !== "commit") continue;
        seen.push(...event.ops.map(({ rkey }) => rkey));
        revs.push(event.since, event.rev);
      }
    })();
    for (const text of numbered("a", 10)) await write(agent, text);
    await until(() => seen.length >= 5, "half of it");
    await colony.kill();
    await colony.start();
    for (const text of numbered("b", 10)) await write(agent, text);
    await until(() => seen.length >= 20, "all of it");
    await sleep(200);
    end.abort();
    await following;
    expect(seen).toEqual([...numbered("a", 10), ...numbered("b", 10)]);
    for (let i = 2; i < revs.length; i += 2) expect(revs[i]).toBe(revs[i - 1]);
    expect(saved).toBeGreaterThan(0);
  });

  test.each(["a flipped byte", "a dropped event", "two in the wrong order"])("%s on the way is noticed, and made good", async (what) => {
    const agent = await provision(colony.origin, `t${what.length}`);
    let count = 0;
    let held: Buffer | undefined;
    proxy.wire = (payload) => {
      // Commits of this agent; each fourth meets its fate, once.
      if (!payload.includes(agent.did) || !payload.includes("#commit") || ++count % 4 !== 0) {
        const late = held;
        held = undefined;
        return late === undefined ? [payload] : [payload, late];
      }
      if (what === "a dropped event") return [];
      if (what === "two in the wrong order") {
        held = payload;
        return [];
      }
      const at = Math.floor(payload.length * 0.7);
      payload[at] = (payload[at] ?? 0) ^ 0x20;
      return [payload];
    };
    const chains = new MemoryChainStore();
    const mirror = new Mirror((signal) => followFirehose({ ...settings(agent, proxy.origin), chains, signal }));
    const texts = numbered("n", 20);
    for (const text of texts) await write(agent, text);
    await write(agent, "changed", "n3");
    await until(() => mirror.notes.size === 20 && mirror.notes.get("n3") === "changed", "the mirror is whole");
    expect([...mirror.notes.keys()].toSorted()).toEqual(texts.toSorted());
    expect(mirror.kinds).toContain("resync");
    expect(mirror.kinds.filter((kind) => kind === "refused").length > 0).toBe(what === "a flipped byte");
  });

  test("connections that are cut again and again make no difference", async () => {
    const agent = await provision(colony.origin, "cutter");
    const mirror = new Mirror((signal) => followFirehose({ ...settings(agent, proxy.origin), signal }));
    for (const [i, text] of numbered("c", 30).entries()) {
      await write(agent, text);
      if (i % 5 === 0) proxy.cut();
    }
    await until(() => mirror.notes.size === 30, "all of it");
    expect(mirror.reasons).toEqual([]);
  });
});

describe("followJetstream", () => {
  test("records come proven, over a kill -9", async () => {
    const agent = await provision(colony.origin, "jet");
    const mirror = new Mirror((signal) => followJetstream({ ...settings(agent, colony.origin), signal }));
    for (const text of numbered("a", 5)) await write(agent, text);
    await until(() => mirror.notes.size === 5, "the first five");
    await colony.kill();
    await colony.start();
    for (const text of numbered("b", 5)) await write(agent, text);
    await until(() => mirror.notes.size === 10, "all of them");
    expect(mirror.reasons).toEqual([]);
  });

  test("a lost message and a made-up record are noticed, and made good", async () => {
    const agent = await provision(colony.origin, "liar");
    let count = 0;
    proxy.wire = (payload) => {
      if (!payload.includes(agent.did) || !payload.includes('"kind":"commit"')) return [payload];
      count++;
      if (count === 3) return [];
      return [count === 6 ? Buffer.from(payload.toString().replace('"text":"n', '"text":"lie ').replace(/"cid":"bafyrei./, '"cid":"bafyreix')) : payload];
    };
    const mirror = new Mirror((signal) => followJetstream({ ...settings(agent, proxy.origin), signal }));
    for (const text of numbered("n", 8)) {
      await write(agent, text);
      await sleep(30);
    }
    await until(() => mirror.notes.size === 8, "the mirror is whole");
    expect(mirror.kinds).toContain("resync");
    expect([...mirror.notes.values()].filter((text) => String(text).startsWith("lie"))).toEqual([]);
  });
});
