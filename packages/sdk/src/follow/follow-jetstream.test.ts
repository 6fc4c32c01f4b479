import { afterEach, describe, expect, it } from "vitest";
import { FakeJetstream } from "../../test/fake-jetstream.ts";
import { create, NOTES } from "../../test/fake-net.ts";
import { Place } from "../../test/following.ts";
import { take } from "../../test/take.ts";
import { MemoryChainStore } from "./chain-store.ts";
import type { JetstreamFollowEvent } from "./events.ts";
import { followJetstream, type JetstreamOptions } from "./follow-jetstream.ts";

const told = (event: JetstreamFollowEvent): string => {
  switch (event.kind) {
    case "record":
      return `${event.action} ${event.rkey}`;
    case "superseded":
      return `superseded ${event.uri.split("/").at(-1)}`;
    case "resync":
      return `resync ${event.reason.code}: ${[...event.records].map(({ rkey }) => rkey).join(", ")}`;
    case "gone":
    case "desynchronized":
    case "refused":
      return `${event.kind} ${event.reason.code}`;
    case "identity":
      return `identity ${event.handle}`;
    case "account":
      return `account ${event.active}`;
  }
};

const ends: AbortController[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end.abort();
});

const follow = (net: FakeJetstream, options: Partial<JetstreamOptions> = {}) => {
  const end = new AbortController();
  ends.push(end);
  return followJetstream({ ...net.options, cursor: 0, signal: end.signal, ...options });
};

const story = async (events: AsyncIterator<JetstreamFollowEvent>, count: number) => (await take(events, count)).map(told);

describe("a faithful Jetstream", () => {
  it("is asked for what is wanted, with its chain of revs, and told in order", async () => {
    const net = new FakeJetstream();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.identity(ada.did, "ada.test");
    net.write(ada, [create("b"), create("c")]);
    net.account(ada.did, "deactivated");
    const events = await take(follow(net, { collections: [NOTES, "agent.*"], dids: [ada.did] }), 5);
    expect(events.map(told)).toEqual(["create a", "identity ada.test", "create b", "create c", "account false"]);
    expect(events[0]).toMatchObject({ uri: `at://${ada.did}/${NOTES}/a`, value: { $type: NOTES, text: "a" } });
    const { searchParams, pathname, protocol } = new URL(net.sockets[0]?.url ?? "");
    expect([protocol, pathname, searchParams.getAll("wantedCollections"), searchParams.getAll("wantedDids"), searchParams.getAll("kinds"), searchParams.get("prevRev"), searchParams.get("cursor")]).toEqual(
      ["wss:", "/subscribe", [NOTES, "agent.*"], [ada.did], ["commit", "identity", "account", "sync"], "chain", "0"],
    );
    expect(net.asked.filter((method) => method === "getRecord")).toHaveLength(3);
  });

  it("records that changed meanwhile are superseded, and deletes proven", async () => {
    const net = new FakeJetstream();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.write(ada, [{ action: "update", path: `${NOTES}/a`, record: { $type: NOTES, text: "later" } }]);
    net.write(ada, "b");
    net.write(ada, [{ action: "delete", path: `${NOTES}/b` }]);
    expect(await story(follow(net), 4)).toEqual(["superseded a", "update a", "superseded b", "delete b"]);
  });

  it("without proofs asks nobody", async () => {
    const net = new FakeJetstream();
    net.write(net.agent("ada"), "a");
    expect(await story(follow(net, { verify: "none" }), 1)).toEqual(["create a"]);
    expect(net.asked).toEqual([]);
  });

  it("goes on from its place over broken connections, and nothing comes twice", async () => {
    const net = new FakeJetstream();
    const ada = net.agent("ada");
    const place = new Place(0);
    const chains = new MemoryChainStore();
    const events = follow(net, { cursor: place, chains });
    const seen: string[] = [];
    for (let i = 0; i < 10; i++) {
      net.write(ada, [create(`n${i}`), create(`m${i}`)]);
      if (i % 3 === 0) net.drop();
      seen.push(...(await story(events, 2)));
    }
    const all = Array.from({ length: 10 }, (_, i) => [`create m${i}`, `create n${i}`]).flat();
    expect(seen.toSorted()).toEqual(all.toSorted());
    await events.return();
    net.write(ada, "last");
    expect(await story(follow(net, { cursor: place, chains }), 2)).toEqual([seen.at(-1), "create last"]);
  });

  it("of a stock server has no chain, and its records are proven all the same", async () => {
    const net = new FakeJetstream();
    net.stock = true;
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.write(ada, "b", { lost: true });
    net.write(ada, "c");
    expect(await story(follow(net), 2)).toEqual(["create a", "create c"]);
  });
});

describe("an unfaithful Jetstream", () => {
  it("that loses a commit is noticed, and the repository fetched", async () => {
    const net = new FakeJetstream();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.write(ada, "b", { lost: true });
    net.write(ada, "c");
    const events = follow(net);
    expect(await story(events, 2)).toEqual(["create a", "resync SinceMismatch: a, b, c"]);
    net.write(ada, "d");
    expect(await story(events, 1)).toEqual(["create d"]);
  });

  it("commits of which the filter leaves nothing are links of the chain", async () => {
    const net = new FakeJetstream();
    net.collections = [NOTES];
    const ada = net.agent("ada");
    const other = (rkey: string) => [{ action: "create" as const, path: `other.thing/${rkey}`, record: { $type: "other.thing" } }];
    net.write(ada, "a");
    net.write(ada, other("x"));
    net.write(ada, "b");
    net.write(ada, other("y"), { lost: true });
    net.write(ada, "c");
    expect(await story(follow(net, { collections: [NOTES] }), 3)).toEqual(["create a", "create b", "resync SinceMismatch: a, b, c"]);
  });

  it("that makes a record up, or another of it, is refused", async () => {
    const net = new FakeJetstream();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.write(net.agent("bert"), "x");
    net.wire = (message) => [typeof message === "string" ? message.replace('"rkey":"a"', '"rkey":"b"') : message];
    expect(await story(follow(net), 3)).toEqual(["refused FieldMismatch", "resync FieldMismatch: a", "create x"]);
    net.wire = (message) => [typeof message === "string" ? message.replace('"text":"x"', '"text":"lie"') : message];
    const events = await take(follow(net), 2);
    expect(events[1]).toMatchObject({ rkey: "x", value: { text: "x" } });
  });

  it("messages that are none are passed over", async () => {
    const net = new FakeJetstream();
    const ada = net.agent("ada");
    for (const text of ["", "[]", "{}", '{"did":"did:plc:a","time_us":1.5,"kind":"commit"}', '{"did":"did:plc:a","time_us":1,"kind":"commit","commit":{"rev":"r","operation":"create"}}'])
      net.logMessage(text, ++net.seq);
    net.tell(ada.did, { kind: "later" });
    net.write(ada, "a");
    expect(await story(follow(net), 6)).toEqual([...Array.from({ length: 5 }, () => "refused Malformed"), "create a"]);
  });
});

describe("what cannot be proven", () => {
  it("now is fetched later", async () => {
    const net = new FakeJetstream();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.hostStatus = 503;
    const events = follow(net);
    expect(await story(events, 1)).toEqual(["desynchronized Unresolvable"]);
    net.hostStatus = 200;
    expect(await story(events, 1)).toEqual(["resync Unresolvable: a"]);
    net.write(ada, "b");
    expect(await story(events, 1)).toEqual(["create b"]);
  });

  it("#sync fetches the repository when it is elsewhere", async () => {
    const net = new FakeJetstream();
    const ada = net.agent("ada");
    net.write(ada, "a");
    net.sync(ada);
    const events = follow(net);
    expect(await story(events, 1)).toEqual(["create a"]);
    const next = story(events, 1);
    net.write(ada, "b", { lost: true });
    net.sync(ada);
    expect(await next).toEqual(["resync Sync: a, b"]);
    expect(net.asked.filter((method) => method === "getRepo")).toHaveLength(1);
  });
});
