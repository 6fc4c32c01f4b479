import { encodeCommitFrame, sequenceFrame } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { TestAgent } from "../../../sync/test/agent.ts";
import { create, FakeNet, NOTES } from "../../test/fake-net.ts";
import { follow, Place, stop, story, told } from "../../test/following.ts";
import { take } from "../../test/take.ts";
import { MemoryChainStore } from "./chain-store.ts";
import type { FirehoseEvent } from "./events.ts";
import { followFirehose } from "./follow-firehose.ts";

describe("a faithful stream", () => {
  it("is told in order, with verified records", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.write(ada, "one");
    net.identity(ada.did, "ada.test");
    net.write(ada, [{ action: "update", path: `${NOTES}/one`, record: { $type: NOTES, text: "again" } }, create("two")]);
    net.write(ada, [{ action: "delete", path: `${NOTES}/one` }]);
    net.account(ada.did, "deactivated");
    net.account(ada.did);
    const events = await take(follow(net), 6);
    expect(events.map(told)).toEqual(["commit create one", "identity ada.test", "commit update one, create two", "commit delete one", "account false deactivated", "account true"]);
    expect(events[0]).toMatchObject({ did: ada.did, seq: 1, since: null, ops: [{ uri: `at://${ada.did}/${NOTES}/one`, value: { $type: NOTES, text: "one" } }] });
    expect(events[3]).toMatchObject({ ops: [{ cid: null }] });
  });

  it("is filtered by collections and accounts, and verified all the same", async () => {
    const net = new FakeNet();
    const [ada, bert] = [net.agent("ada"), net.agent("bert")];
    net.write(ada, [{ action: "create", path: "other.thing/x", record: { $type: "other.thing" } }]);
    net.write(bert, "hidden");
    net.write(ada, "seen");
    net.write(ada, [{ action: "create", path: "other.thing/y", record: { $type: "other.thing" } }], { lost: true });
    net.write(ada, "after");
    const events = follow(net, { collections: ["org.example.*"], dids: [ada.did] });
    expect(await story(events, 2)).toEqual(["commit create seen", "resync SinceMismatch: after, seen"]);
  });

  it("begins with what comes from now on when there is no cursor", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.write(ada, "before");
    const events = followFirehose(net.options);
    const first = events.next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    net.write(ada, "now");
    expect(told((await first).value as FirehoseEvent)).toBe("commit create now");
    await events.return();
    expect(new URL(net.sockets[0]?.url ?? "").href).toBe("wss://host.example/xrpc/com.atproto.sync.subscribeRepos");
  });

  it("fetches accounts that it meets in the middle of their history, when told to", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.write(ada, "old", { lost: true });
    net.write(ada, "new");
    expect(await story(follow(net, { backfill: true }), 1)).toEqual(["resync FirstSeen: new, old"]);
    expect(await story(follow(net), 1)).toEqual(["commit create new"]);
  });
});

describe("the place", () => {
  it("is kept only when the next event is asked for, so what was being handled comes again", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    for (const rkey of ["a", "b", "c"]) net.write(ada, rkey);
    const place = new Place(0);
    const first = follow(net, { cursor: place });
    expect(await story(first, 2)).toEqual(["commit create a", "commit create b"]);
    await stop(first);
    expect(place.at).toBe(1);
    expect(await story(follow(net, { cursor: place }), 2)).toEqual(["commit create b", "commit create c"]);
  });

  it("may lag behind a durable chain store without anything coming twice", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    for (const rkey of ["a", "b", "c"]) net.write(ada, rkey);
    net.identity(ada.did, "ada.test");
    const chains = new MemoryChainStore();
    const first = follow(net, { chains });
    await take(first, 5 - 1);
    const waiting = first.next();
    net.write(ada, "d");
    expect(told((await waiting).value as FirehoseEvent)).toBe("commit create d");
    await stop(first);
    // From the beginning: only what was being handled is told again.
    expect(await story(follow(net, { chains }), 1)).toEqual(["commit create d"]);
  });

  it("survives connections that break, without a pause in the story", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    const seen: string[] = [];
    const errors: string[] = [];
    const events = follow(net, { onError: ({ message }) => errors.push(message) });
    for (let i = 0; i < 20; i++) {
      net.write(ada, `n${i}`);
      if (i % 3 === 1) net.drop(i % 2 === 0 ? "ConsumerTooSlow" : undefined);
      seen.push(...(await story(events, 1)));
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => `commit create n${i}`));
    expect(errors.length).toBeGreaterThan(5);
  });

  it("goes on from where the buffer was full", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    for (let i = 0; i < 50; i++) net.write(ada, `n${i}`);
    const events = follow(net, { limits: { maxWaitingMessages: 7 } });
    expect(await story(events, 50)).toEqual(Array.from({ length: 50 }, (_, i) => `commit create n${i}`));
    expect(net.sockets.length).toBeGreaterThan(5);
  });

  it("in the future is an error; on a silent connection it is tried again", async () => {
    const net = new FakeNet();
    await expect(follow(net, { cursor: 7 }).next()).rejects.toThrow("does not know cursor 7");
    const events = follow(net, { limits: { silenceMs: 5 } });
    const first = events.next();
    await expect.poll(() => net.sockets.length).toBeGreaterThan(3);
    net.write(net.agent("ada"), "at-last");
    expect(told((await first).value as FirehoseEvent)).toBe("commit create at-last");
  });
});

describe("a tampered stream", () => {
  it.each([
    ["dropped", (m: Uint8Array | string, seq: number) => (seq === 2 ? [] : [m]), ["commit create a", "resync SinceMismatch: a, b, c", "commit create d"]],
    ["repeated", (m: Uint8Array | string) => [m, m], ["commit create a", "commit create b", "commit create c"]],
  ])("an event that is %s", async (_, wire, expected) => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.wire = wire;
    for (const rkey of ["a", "b", "c"]) net.write(ada, rkey);
    const events = follow(net);
    const seen = await story(events, 2);
    net.write(ada, "d");
    seen.push(...(await story(events, expected.length - 2)));
    expect(seen).toEqual(expected);
  });

  it("two that change places: what came too early fetches, what came late is known by then", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    let held: Uint8Array | string = "";
    net.wire = (message, seq) => {
      if (seq === 2) held = message;
      return seq === 2 ? [] : seq === 3 ? [message, held] : [message];
    };
    for (const rkey of ["a", "b", "c"]) net.write(ada, rkey);
    const events = follow(net);
    expect(await story(events, 2)).toEqual(["commit create a", "resync SinceMismatch: a, b, c"]);
    net.write(ada, "d");
    expect(await story(events, 1)).toEqual(["commit create d"]);
  });

  it("every byte of a commit, flipped: nothing false is told, and in the end every record is known", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.write(ada, "b");
    net.write(ada, "c");
    let length = 0;
    net.wire = (message, seq) => ((length = seq === 2 ? message.length : length), [message]);
    await take(follow(net), 3);
    expect(length).toBeGreaterThan(500);
    for (let at = 0; at < length; at += 13) {
      net.wire = (message, seq) => (seq === 2 && typeof message !== "string" ? [message.map((byte, i) => (i === at ? byte ^ 0x11 : byte))] : [message]);
      const known = new Set<string>();
      const events = follow(net);
      while (!["a", "b", "c"].every((rkey) => known.has(rkey))) {
        const [event] = await take(events, 1);
        if (event?.kind === "commit") {
          expect(event.ops.every(({ action, value, rkey }) => action === "create" && value?.["text"] === rkey)).toBe(true);
          for (const { rkey } of event.ops) known.add(rkey);
        }
        if (event?.kind === "resync") for (const { rkey, value } of event.records) if (value?.["text"] === rkey) known.add(rkey);
      }
      await stop(events);
    }
  });

  it("a commit forged with another key is refused, asks the account's host, and moves neither cursor nor chain", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    const place = new Place(0);
    net.write(ada, "a");
    const events = follow(net, { cursor: place });
    expect(await story(events, 1)).toEqual(["commit create a"]);
    const { frame, seqAt } = encodeCommitFrame(new TestAgent(ada.did).commit([create("forged")]));
    net.logMessage(sequenceFrame(frame, seqAt, 999_999_999), 2);
    net.seq = 2;
    net.write(ada, "b");
    // Its rev is before what is known, so it is not even looked at; one that is later is.
    const forger = new TestAgent(ada.did);
    for (let i = 0; i < 9; i++) forger.commit([create(`x${i}`)]);
    const later = encodeCommitFrame(forger.commit([create("forged")]));
    net.logMessage(sequenceFrame(later.frame, later.seqAt, 888_888_888), 4);
    net.seq = 4;
    expect(await story(events, 2)).toEqual(["commit create b", "refused BadSignature"]);
    const next = story(events, 1);
    await expect.poll(() => net.asked).toContain("getLatestCommit");
    net.write(ada, "c");
    expect(await next).toEqual(["commit create c"]);
    expect(net.asked).not.toContain("getRepo");
    await stop(events);
    expect(place.at).toBeLessThan(888_888_888);
  });

  it("events that are not believed ask an account's host once in a while, and the last of them is not forgotten", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    let now = 1_800_000_000_000;
    net.write(ada, "a");
    const events = follow(net, { now: () => now, retry: { firstMs: 30_000, maxMs: 30_000 } });
    expect(await story(events, 1)).toEqual(["commit create a"]);
    const forger = new TestAgent(ada.did);
    forger.wait(1e6);
    for (let i = 0; i < 20; i++) net.log(encodeCommitFrame(forger.commit([create(`x${i}`)])));
    expect(await story(events, 20)).toEqual(Array.from({ length: 20 }, () => "refused BadSignature"));
    const asked = () => net.asked.filter((method) => method === "getLatestCommit").length;
    expect(asked()).toBe(1);
    const next = story(events, 1);
    now += 30_000;
    net.identity(ada.did, "ada.test");
    expect(await next).toEqual(["identity ada.test"]);
    expect(asked()).toBe(2);
  });

  it("of identities and accounts that never wrote pushes no chain out of a store", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.write(ada, "a");
    for (let i = 0; i < 5; i++) {
      net.identity(`did:web:x${i}.example.com`, `x${i}.test`);
      net.account(`did:web:x${i}.example.com`, "takendown");
    }
    net.write(ada, "lost", { lost: true });
    net.write(ada, "b");
    const seen = await story(follow(net, { chains: new MemoryChainStore(3) }), 12);
    expect(seen.at(-1)).toBe("resync SinceMismatch: a, b, lost");
  });

  it("an account that nobody has cannot be invented", async () => {
    const net = new FakeNet();
    const ghost = new TestAgent(`did:plc:${"ghost".padEnd(24, "a")}`);
    net.log(encodeCommitFrame(ghost.commit([create("boo")])));
    expect(await story(follow(net), 1)).toEqual(["refused UnknownKey"]);
    expect(net.asked).toEqual([]);
  });

  it("frames that are none are asked for once more, and then passed over", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.logMessage(new Uint8Array([1, 2, 3]), ++net.seq);
    net.write(ada, "b");
    expect(await story(follow(net), 3)).toEqual(["commit create a", "refused Malformed", "commit create b"]);
    expect(net.sockets.length).toBe(2);
  });

  it("commits of an account that is not active are refused", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.account(ada.did, "takendown");
    net.write(ada, "b");
    net.account(ada.did);
    net.write(ada, "c");
    expect(await story(follow(net), 5)).toEqual(["commit create a", "account false takendown", "refused Inactive", "account true", "resync SinceMismatch: a, b, c"]);
  });
});

describe("an end", () => {
  it("by aborting is quiet, also while nothing comes", async () => {
    const net = new FakeNet();
    const end = new AbortController();
    const events = follow(net, { signal: end.signal });
    const next = events.next();
    await expect.poll(() => net.sockets.length).toBe(1);
    end.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(net.sockets[0]?.closed).toBe(true);
  });

  it("by what a store throws goes to the consumer", async () => {
    const net = new FakeNet();
    net.write(net.agent("ada"), "a");
    const events = follow(net, { cursor: { load: () => 0, save: () => Promise.reject(new Error("disk full")) } });
    await take(events, 1);
    await expect(events.next()).rejects.toThrow("disk full");
  });

  it("URLs that are none are refused", async () => expect(followFirehose({ url: "ftp://x" }).next()).rejects.toThrow("not the address of a stream"));
});
