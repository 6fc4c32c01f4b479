import { describe, expect, it } from "vitest";
import { TestAgent } from "../../../sync/test/agent.ts";
import { create, FakeNet } from "../../test/fake-net.ts";
import { follow, Place, stop, story } from "../../test/following.ts";
import { take } from "../../test/take.ts";
import { MemoryChainStore } from "./chain-store.ts";

describe("what cannot be had from the stream", () => {
  it("#sync fetches the repository, once", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.write(ada, "b", { lost: true });
    net.sync(ada);
    net.sync(ada);
    net.write(ada, "c");
    const events = follow(net);
    const first = await story(events, 2);
    expect(first[0]).toBe("commit create a");
    expect(first[1]).toMatch(/^resync Sync: /);
  });

  it("after a hole every known account that changed is fetched, and no other", async () => {
    const net = new FakeNet();
    const [ada, bert] = [net.agent("ada"), net.agent("bert")];
    net.write(ada, "a");
    net.write(bert, "b");
    const chains = new MemoryChainStore();
    const place = new Place(0);
    const first = follow(net, { chains, cursor: place });
    await take(first, 2);
    const waiting = first.next();
    await expect.poll(() => place.at).toBe(2);
    await stop(first);
    expect(await waiting).toEqual({ done: true, value: undefined });
    net.write(ada, "a2");
    net.account(bert.did);
    net.prunedThrough = 4;
    net.identity(bert.did, "bert.test");
    const events = follow(net, { chains, cursor: place });
    expect(await story(events, 3)).toEqual(["gap 2", "resync Gap: a, a2", "identity bert.test"]);
    expect(net.asked.filter((method) => method === "getRepo")).toHaveLength(1);
  });

  it("after a hole an account that was off is heard again if it came on in it, and stays off if it did not", async () => {
    for (const isOn of [true, false]) {
      const net = new FakeNet();
      const ada = net.agent("ada");
      net.write(ada, "a");
      net.account(ada.did, "deactivated");
      const chains = new MemoryChainStore();
      const place = new Place(0);
      const first = follow(net, { chains, cursor: place });
      await take(first, 2);
      const waiting = first.next();
      await expect.poll(() => place.at).toBe(2);
      await stop(first);
      expect(await waiting).toEqual({ done: true, value: undefined });
      net.account(ada.did);
      net.prunedThrough = 3;
      net.gone = !isOn;
      net.identity(ada.did, "ada.test");
      const events = follow(net, { chains, cursor: place });
      expect(await story(events, 2)).toEqual(["gap 2", "identity ada.test"]);
      net.write(ada, "b");
      expect(await story(events, 1)).toEqual([isOn ? "commit create b" : "refused Inactive"]);
      await stop(events);
    }
  });

  it("a host that is down is tried again, and the account is told of when it is back", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.write(ada, "b", { lost: true });
    net.write(ada, "c");
    net.hostStatus = 500;
    const events = follow(net);
    expect(await story(events, 2)).toEqual(["commit create a", "desynchronized SinceMismatch"]);
    net.hostStatus = 200;
    expect(await story(events, 1)).toEqual(["resync SinceMismatch: a, b, c"]);
    net.write(ada, "d");
    expect(await story(events, 1)).toEqual(["commit create d"]);
  });

  it("an account that its host no longer has is gone, and fetched when it is back", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.write(ada, "b", { lost: true });
    net.write(ada, "c");
    net.gone = true;
    const events = follow(net);
    expect(await story(events, 2)).toEqual(["commit create a", "gone deleted"]);
    net.gone = false;
    net.write(ada, "d");
    expect(await story(events, 1)).toEqual(["resync FirstSeen: a, b, c, d"]);
    net.write(ada, "e");
    expect(await story(events, 1)).toEqual(["commit create e"]);
  });

  it("an account that was left behind in an earlier life is brought up to date in the next", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    const chains = new MemoryChainStore();
    net.write(ada, "a");
    net.write(ada, "b", { lost: true });
    net.write(ada, "c");
    net.hostStatus = 500;
    const place = new Place(0);
    const first = follow(net, { chains, cursor: place, retry: { firstMs: 100_000, maxMs: 100_000 } });
    await take(first, 2);
    const waiting = first.next();
    await expect.poll(() => place.at).toBe(3);
    await stop(first);
    expect(await waiting).toEqual({ done: true, value: undefined });
    net.hostStatus = 200;
    expect(await story(follow(net, { chains, cursor: place }), 1)).toEqual([expect.stringMatching(/^resync Gap: a, b, c$/)]);
  });

  it("a host that gives an older repository, another's, or half of one is not believed", async () => {
    const net = new FakeNet();
    const [ada, bert] = [net.agent("ada"), net.agent("bert")];
    net.write(ada, "a");
    const old = ada.archive();
    net.write(ada, "b", { lost: true });
    net.write(ada, "c");
    net.write(bert, "x");
    for (const lie of [old, bert.archive(), ada.archive().slice(0, -5), new TestAgent(ada.did).commit([create("f")]).blocks]) {
      net.lies.set("getRepo", lie);
      const events = follow(net, { dids: [ada.did] });
      expect(await story(events, 2)).toEqual(["commit create a", "desynchronized SinceMismatch"]);
      await stop(events);
    }
  });

  it("a directory that is down makes no difference in the end", async () => {
    const net = new FakeNet();
    const ada = net.agent("ada");
    net.unresolvable.add(ada.did);
    net.write(ada, "a");
    const events = follow(net);
    expect(await story(events, 2)).toEqual(["refused Unresolvable", "desynchronized Unresolvable"]);
    net.unresolvable.clear();
    expect(await story(events, 1)).toEqual(["resync Unresolvable: a"]);
  });
});
