import { describe, expect, it } from "vitest";
import { cidOf, encode } from "@rookery/repo";
import { encodeCommitFrame, type CommitBody, type CommitOp, type FrameTemplate } from "@rookery/sync";
import { sha256, TestAgent } from "../../../sync/test/agent.ts";
import { did } from "../../test/dids.ts";
import type { Sent } from "../../test/fake-host.ts";
import { accountOf, commitOf, identityOf, message, PeerUnderTest, post, syncOf } from "../../test/peer.ts";
import { until } from "../../test/relay.ts";
import { PEER_LIMITS } from "./settings.ts";

/** A host with a good account (2) and one about which it lies (3), both known already. */
async function scene(test: string) {
  const peer = new PeerUnderTest(test);
  const [good, victim] = [peer.agent(2), peer.agent(3)];
  await peer.send(commitOf(good.commit([message("a")])), commitOf(victim.commit([message("a")])));
  await peer.listen();
  await peer.dealt();
  return { peer, good, victim };
}

type Scene = Awaited<ReturnType<typeof scene>>;

const raw = (peer: PeerUnderTest, ...data: (Uint8Array | string)[]): Sent[] => data.map((piece) => ({ seq: peer.seq, data: piece }));
const framed = (peer: PeerUnderTest, ...templates: FrameTemplate[]) => peer.sequenced(templates);
const changed = (body: CommitBody, change: Partial<CommitBody>) => encodeCommitFrame({ ...body, ...change });
const other = cidOf(sha256, encode("other"));
const ops = Array.from({ length: 201 }, (_, i): CommitOp => ({ action: "create", path: `agent.comms.message/x${i}`, cid: other }));
/** A field nobody knows, nested so deep that it cannot be passed on. */
const deepFrame = (frame: Uint8Array): Uint8Array => {
  const headLength = frame.findIndex((byte, at) => at > 8 && (byte & 0xe0) === 0xa0);
  const extra = [0x61, 0x78, ...new Uint8Array(20).fill(0x81), 0xf6];
  return Uint8Array.from([...frame.subarray(0, headLength), (frame[headLength] ?? 0) + 1, ...extra, ...frame.subarray(headLength + 1)]);
};

const lies: [string, string, (scene: Scene) => Sent[]][] = [
  ["a commit signed by another key", "BadSignature", ({ peer, victim }) => {
    const forger = new TestAgent(victim.did);
    forger.wait(1e6);
    return framed(peer, commitOf(forger.commit([message("forged")])));
  }],
  ["a repeated seq", "SeqOrder", ({ peer, victim }) => [{ ...framed(peer, commitOf(victim.commit([message("b")])))[0] as Sent }].flatMap((sent) => [sent, sent])],
  ["a seq that goes back", "SeqOrder", ({ peer, victim }) => {
    const sent = framed(peer, commitOf(victim.commit([message("b")])), commitOf(victim.commit([message("c")])));
    return [...sent, ...sent.slice(0, 1)];
  }],
  ["a replayed commit under a new seq", "RevOrder", ({ peer, victim }) => {
    const body = victim.commit([message("b")]);
    return framed(peer, commitOf(body), commitOf(body));
  }],
  ["a fork signed by the account", "SinceMismatch", ({ peer, victim }) => {
    const fork = new TestAgent(victim.did, victim);
    fork.commit([message("z")]);
    fork.wait(10_000);
    fork.commit([message("y")]);
    return framed(peer, commitOf(fork.commit([message("x")])));
  }],
  ["a #sync that goes back", "RevOrder", ({ peer, victim }) => {
    const before = victim.sync();
    return framed(peer, commitOf(victim.commit([message("b")])), syncOf(before));
  }],
  ["a #sync that names another commit for the same rev", "ChainBroken", ({ peer, victim }) => {
    const fork = new TestAgent(victim.did, victim);
    fork.commit([message("z")]);
    return framed(peer, syncOf(fork.sync()));
  }],
  ["a #sync signed by another key", "BadSignature", ({ peer, victim }) => {
    const forger = new TestAgent(victim.did);
    forger.wait(1e6);
    forger.commit([]);
    return framed(peer, syncOf(forger.sync()));
  }],
  ["a wrong prevData", "PrevDataMismatch", ({ peer, victim }) => framed(peer, changed(victim.commit([message("b")]), { prevData: other }))],
  ["a wrong since", "SinceMismatch", ({ peer, victim }) => framed(peer, changed(victim.commit([message("b")]), { since: "3aaaaaaaaaaaa" }))],
  ["a rev from the future", "FutureRev", ({ peer, victim }) => {
    victim.wait((Date.now() + 3_600_000) * 1000 - 1_700_000_000_000_000);
    return framed(peer, commitOf(victim.commit([message("b")])));
  }],
  ["more ops than there may be", "TooManyOps", ({ peer, victim }) => framed(peer, changed(victim.commit([message("b")]), { ops }))],
  ["ops that are not what the tree says", "InversionFailed", ({ peer, victim }) => {
    const body = victim.commit([message("b")]);
    return framed(peer, changed(body, { ops: body.ops.map((op) => ({ ...op, path: "agent.comms.message/elsewhere" })) }));
  }],
  ["fewer ops than the tree shows", "PrevDataMismatch", ({ peer, victim }) => framed(peer, changed(victim.commit([message("b")]), { ops: [] }))],
  ["a commit without its record", "MissingRecord", ({ peer, victim }) => framed(peer, changed(victim.commit([message("b")]), { ops: [{ action: "create", path: "agent.comms.message/b", cid: other }] }))],
  ["blocks above 2 MB", "TooLarge", ({ peer, victim }) => framed(peer, changed(victim.commit([message("b")]), { blocks: new Uint8Array(2_000_001) }))],
  ["a frame above 5 MB", "TooLarge", ({ peer }) => raw(peer, new Uint8Array(5_000_001))],
  ["a text frame", "TextFrame", ({ peer }) => raw(peer, "{}")],
  ["garbage", "Malformed", ({ peer }) => raw(peer, Uint8Array.from([0xff, 0, 1, 2]))],
  ["half a frame", "Malformed", ({ peer, victim }) => framed(peer, commitOf(victim.commit([]))).map(({ seq, data }) => ({ seq, data: data.slice(0, 50) }))],
  ["fields too deep to be passed on", "Malformed", ({ peer, victim }) => framed(peer, commitOf(victim.commit([message("b")]))).map(({ seq, data }) => ({ seq, data: deepFrame(data as Uint8Array) }))],
  ["a time that is none", "BadTime", ({ peer, victim }) => framed(peer, changed(victim.commit([message("b")]), { time: "now" }))],
  ["an account of another host", "WrongHost", ({ peer }) => framed(peer, commitOf(peer.agent(4, { host: "elsewhere.org" }).commit([message("a")])))],
  ["an account that nobody knows", "NoDocument", ({ peer }) => framed(peer, commitOf(new TestAgent(did(5)).commit([message("a")])))],
  ["an account by a method that is none", "BadDid", ({ peer }) => framed(peer, commitOf(new TestAgent("did:key:zabc").commit([message("a")])))],
  ["an account whose directory is down", "Unresolvable", ({ peer }) => {
    peer.controls.unresolvable.add(did(6));
    return framed(peer, commitOf(peer.agent(6).commit([message("a")])));
  }],
  ["an account without a key", "UnknownKey", ({ peer }) => framed(peer, commitOf(peer.agent(7, { key: "did:key:zzz" }).commit([message("a")])))],
  ["a commit after the account was switched off", "Inactive", ({ peer, victim }) => framed(peer, accountOf(victim, "deactivated"), commitOf(victim.commit([message("b")])))],
  ["identity events without end", "TooMany", ({ peer, victim }) => framed(peer, ...Array.from({ length: 11 }, () => identityOf(victim)))],
];

describe("a host that sends", () => {
  it.each(lies)("%s is refused (%s), and its good account goes on", async (name, code, lie) => {
    const { peer, good, victim } = await scene(`lie-${name.replaceAll(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}`);
    const before = peer.rows.length;
    await peer.server.send(lie({ peer, good, victim }));
    const refused = await peer.refused(code);
    expect(refused).toEqual({ [code]: 1 });
    const commit = good.commit([message("next")]);
    await peer.send(commitOf(commit));
    await peer.dealt();
    expect(peer.rows.slice(before).filter((row) => row.did === good.did).map(({ rev }) => rev)).toEqual([commit.rev]);
    expect((await peer.status()).state).toBe("live");
  });

  it("a message of a kind nobody knows loses nothing", async () => {
    const { peer, good } = await scene("unknown-kind");
    const [first, second] = framed(peer, commitOf(good.commit([message("b")])), commitOf(good.commit([message("c")])));
    // `#commit` becomes `#zommit`.
    const strange = Uint8Array.from(first?.data as Uint8Array);
    strange[strange.indexOf(0x23) + 1] = 0x7a;
    await peer.server.send([{ seq: 3, data: strange }]);
    await peer.dealt(3);
    expect((await peer.status()).refused).toEqual({});
    await peer.publish(good);
    await peer.server.send([second as Sent]);
    await peer.refused("SinceMismatch");
    await until("mended", async () => (await peer.status()).desynchronized === 0 && peer.rows.at(-1)?.kind === "sync");
  });

  it("no whole message is connected to anew, and nothing is lost by it", async () => {
    const peer = new PeerUnderTest("loris", { connection: { ...PEER_LIMITS.connection, idleMs: 30 } });
    const agent = peer.agent(2);
    await peer.listen();
    await until("a second connection", async () => (await peer.server.asked()).length >= 2);
    await peer.send(commitOf(agent.commit([message("a")])));
    await peer.dealt();
    expect(peer.told.length).toBe(1);
    expect((await peer.status()).lastError).toBeUndefined();
  });

  it("more than can be taken is asked for again from the cursor", async () => {
    const peer = new PeerUnderTest("flood", { connection: { ...PEER_LIMITS.connection, maxQueuedMessages: 30 } });
    peer.controls.networkDelayMs = 30;
    const agent = peer.agent(2);
    await peer.send(...Array.from({ length: 120 }, (_, i) => commitOf(agent.commit([message(`r${i}`)]))));
    await peer.listen();
    await peer.dealt();
    expect(peer.rows.map(({ n }) => n)).toEqual(Array.from({ length: 120 }, (_, i) => 2 * i + 2));
    expect((await peer.server.asked()).length).toBeGreaterThan(2);
  });
});

describe("a good host", () => {
  it("is heard without a gap while another one sends everything it can", async () => {
    const [good, bad] = [new PeerUnderTest("good-neighbour"), new PeerUnderTest("bad-neighbour")];
    const agent = good.agent(2);
    const liar = bad.agent(3);
    await bad.listen();
    await good.listen();
    await until("listening", async () => (await bad.server.listeners()) === 1);
    const forged = Array.from({ length: 20 }, () => commitOf(new TestAgent(liar.did).commit([message("x")])));
    for (let round = 0; round < 20; round++) {
      await bad.server.send(bad.sequenced(forged));
      await bad.server.say(["text", new Uint8Array(100_000).fill(0x81), new Uint8Array(5_000_001)]);
      await good.send(commitOf(agent.commit([message(`m${round}`)])));
    }
    await good.dealt();
    expect(good.rows.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i + 2));
    expect(await good.status()).toMatchObject({ state: "live", refused: {} });
    await until("all of them", async () => {
      const { BadSignature = 0, TooMany = 0 } = (await bad.status()).refused;
      return BadSignature + TooMany === 400;
    });
    expect((await bad.status()).refused["TooMany"]).toBeGreaterThan(0);
    expect(bad.rows).toEqual([]);
  });
});

describe("a host's standing", () => {
  const standing = { ...PEER_LIMITS.standing, offences: 20, perAccount: 5, throttleMs: 3_600_000, strikes: 2 };

  it("falls with what it sends: it is throttled, then cut off until the admin changes its settings", async () => {
    const peer = new PeerUnderTest("standing", { standing });
    await peer.listen();
    await until("listening", async () => (await peer.server.listeners()) === 1);
    await peer.server.say(Array.from({ length: 20 }, () => "text"));
    await until("throttled", async () => (await peer.status()).state === "throttled");
    expect((await peer.status()).lastError).toContain("TextFrame");
    await peer.stub.check();
    expect((await peer.status()).state).toBe("throttled");
    await peer.stub.pass(3_600_001);
    await until("listening again", async () => (await peer.status()).state === "live" && (await peer.server.listeners()) === 1);
    await peer.server.say(Array.from({ length: 20 }, () => "text"));
    await until("cut off", async () => (await peer.status()).state === "cut-off");
    const asked = (await peer.server.asked()).length;
    await peer.stub.check();
    await peer.listen();
    expect((await peer.server.asked()).length).toBe(asked);
    await peer.listen({ collections: ["*"] });
    await until("forgiven", async () => (await peer.status()).state === "live");
  });

  it("does not fall by one bad account", async () => {
    const peer = new PeerUnderTest("one-bad", { standing });
    const [good, bad] = [peer.agent(2), peer.agent(3)];
    await peer.listen();
    for (let i = 0; i < 100; i++) await peer.send(commitOf(new TestAgent(bad.did).commit([post(`p${i}`)])));
    await peer.send(commitOf(good.commit([message("a")])));
    const { state, refused } = await peer.dealt();
    expect(state).toBe("live");
    expect((refused["BadSignature"] ?? 0) + (refused["TooMany"] ?? 0)).toBe(100);
    expect(peer.rows.length).toBe(1);
  });

  it("does not fall by an account that is not looked into any more, which goes on afterwards", async () => {
    const peer = new PeerUnderTest("spent", { standing });
    const agent = peer.agent(2);
    await peer.send(commitOf(agent.commit([message("a")])));
    await peer.listen();
    await peer.dealt();
    const forger = new TestAgent(agent.did);
    forger.wait(1e6);
    for (let i = 0; i < 5; i++) await peer.send(commitOf(forger.commit([message(`forged${i}`)])));
    await peer.refused("BadSignature", 5);
    const lookups = peer.controls.lookups.length;
    const unseen = agent.commit([message("b")]);
    await peer.send(commitOf(unseen));
    expect(await peer.refused("TooMany")).toEqual({ BadSignature: 5, TooMany: 1 });
    expect(peer.controls.lookups.length).toBe(lookups);
    await peer.publish(agent);
    await peer.stub.pass(standing.windowMs);
    await until("compared and mended", async () => {
      // Pauses between tries are by the clock that is ahead now; the runtime's own alarms are not.
      await peer.stub.pass(5);
      return peer.rows.at(-1)?.kind === "sync" && peer.rows.at(-1)?.rev === unseen.rev;
    });
    const next = agent.commit([message("c")]);
    await peer.send(commitOf(next));
    await until("goes on", () => peer.rows.at(-1)?.rev === next.rev);
  });

  it("does not fall by what is known already", async () => {
    const peer = new PeerUnderTest("known", { standing });
    const agents = [2, 3, 4, 5, 6, 7].map((i) => peer.agent(i));
    const frames = agents.flatMap((agent) => Array.from({ length: 5 }, (_, i) => commitOf(agent.commit([message(`m${i}`)]))));
    await peer.send(...frames);
    await peer.listen();
    await peer.dealt();
    await peer.send(...frames);
    expect(await peer.dealt()).toMatchObject({ state: "live", refused: { RevOrder: frames.length } });
  });

  it("leaves room for a bounded number of accounts", async () => {
    const peer = new PeerUnderTest("full", { maxAccounts: 2 });
    await peer.send(...[2, 3, 4, 5].map((i) => commitOf(peer.agent(i).commit([message("a")]))));
    await peer.listen();
    expect(await peer.dealt()).toMatchObject({ accounts: 2, refused: { AccountLimit: 2 } });
  });
});
