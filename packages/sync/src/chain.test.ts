import { describe, expect, it } from "vitest";
import { encode } from "@rookery/repo";
import { ChainChecker } from "./chain.ts";
import { decodeFrame } from "./frame-decode.ts";
import { encodeAccountFrame, encodeCommitFrame, encodeIdentityFrame, encodeSyncFrame, sequenceFrame, type FrameTemplate } from "./frame-encode.ts";
import type { CommitBody, StreamMessage, SyncBody } from "./frame.ts";
import { randomChanges, seeded, sha256, TestAgent, TIME, type Change } from "../test/agent.ts";

const didOf = (i: number) => `did:plc:${String(i).padStart(24, "a")}`;
const create = (rkey: string): Change => ({ action: "create", path: `app.bsky.feed.post/${rkey}`, record: { text: rkey } });

/** A stream as it goes over the wire: encoded, sequenced, decoded. */
class Stream {
  #seq = 0;
  message({ frame, seqAt }: FrameTemplate, seq = ++this.#seq): StreamMessage {
    const decoded = decodeFrame(sequenceFrame(frame, seqAt, seq));
    if (decoded.kind !== "message") throw new Error(`not a message: ${JSON.stringify(decoded)}`);
    return decoded;
  }
  commit = (body: CommitBody) => this.message(encodeCommitFrame(body));
  sync = (body: SyncBody) => this.message(encodeSyncFrame(body));
  identity = (did: string) => this.message(encodeIdentityFrame({ did, time: TIME }));
  account = (did: string, status?: "deleted" | "deactivated") => this.message(encodeAccountFrame({ did, time: TIME, active: status === undefined, ...(status === undefined ? {} : { status }) }));
}

function checkerOf(agents: TestAgent[], fromGenesis = true): ChainChecker {
  return new ChainChecker({ sha256, fromGenesis, keyOf: async (did) => agents.find((agent) => agent.did === did)?.didKey });
}

async function codeOf(checker: ChainChecker, message: StreamMessage): Promise<string> {
  const result = await checker.accept(message);
  return result.ok ? "ok" : result.failure.code;
}

/** A checker that has accepted two commits of one agent. */
async function begun() {
  const agent = new TestAgent(didOf(1));
  const checker = checkerOf([agent]);
  const stream = new Stream();
  for (const changes of [[], [create("a"), create("b")]]) expect(await codeOf(checker, stream.commit(agent.commit(changes)))).toBe("ok");
  return { agent, checker, stream };
}

describe("the strict reader", () => {
  it("remembers a bounded number of accounts: one not seen for longest begins anew", async () => {
    const agents = [1, 2, 3].map((i) => new TestAgent(didOf(i)));
    const checker = new ChainChecker({ sha256, maxAccounts: 2, keyOf: async (did) => agents.find((agent) => agent.did === did)?.didKey });
    const stream = new Stream();
    for (const agent of agents) expect(await codeOf(checker, stream.commit(agent.commit([])))).toBe("ok");
    expect(agents.map(({ did }) => checker.stateOf(did) === undefined)).toEqual([true, false, false]);
    for (const agent of agents) agent.commit([create("missed")]);
    expect(await codeOf(checker, stream.commit((agents[2] as TestAgent).commit([create("b")])))).toBe("SinceMismatch");
    expect(await codeOf(checker, stream.commit((agents[0] as TestAgent).commit([create("b")])))).toBe("ok");
  });

  it("accepts a mixed history of several accounts", async () => {
    const random = seeded(20261121);
    const agents = [1, 2, 3, 4].map((i) => new TestAgent(didOf(i)));
    const paths = new Map(agents.map((agent) => [agent, new Set<string>()]));
    const checker = checkerOf(agents);
    const stream = new Stream();
    for (const agent of agents) {
      const opening = [stream.identity(agent.did), stream.account(agent.did), stream.commit(agent.commit([])), stream.sync(agent.sync())];
      for (const message of opening) expect(await codeOf(checker, message)).toBe("ok");
    }
    for (let step = 0; step < 1_000; step++) {
      const agent = agents[random(agents.length)] ?? new TestAgent("did:plc:none");
      const body = agent.commit(randomChanges(random, paths.get(agent) ?? new Set()));
      const result = await checker.accept(stream.commit(body));
      expect(result, `step ${step}`).toMatchObject({ ok: true });
      if (random(50) === 0) expect(await codeOf(checker, stream.identity(agent.did))).toBe("ok");
    }
    for (const agent of agents) expect(checker.stateOf(agent.did)?.data).toEqual(agent.root);
  });

  it("refuses a seq that does not rise", async () => {
    const { agent, checker, stream } = await begun();
    const body = agent.commit([create("c")]);
    for (const seq of [2, 1]) expect(await codeOf(checker, stream.message(encodeCommitFrame(body), seq))).toBe("SeqOrder");
    expect(await codeOf(checker, stream.message(encodeCommitFrame(body), 9))).toBe("ok");
    expect(checker.seq).toBe(9);
  });

  it("notices a commit left out, and one that comes twice or late", async () => {
    const { agent, checker, stream } = await begun();
    const [c, d] = [agent.commit([create("c")]), agent.commit([create("d")])];
    expect(await codeOf(checker, stream.commit(d))).toBe("SinceMismatch");
    expect(await codeOf(checker, stream.commit(c))).toBe("ok");
    expect(await codeOf(checker, stream.commit(c))).toBe("RevOrder");
    expect(await codeOf(checker, stream.commit(d))).toBe("ok");
    expect(await codeOf(checker, stream.commit(c))).toBe("RevOrder");
  });

  it("notices a fork: the right since over another tree", async () => {
    const { agent, checker, stream } = await begun();
    const last = checker.stateOf(agent.did)?.rev ?? "";
    agent.commit([create("hidden")]);
    const forked = { ...agent.commit([create("c")]), since: last };
    expect(await codeOf(checker, stream.commit(forked))).toBe("ChainBroken");
  });

  it("wants the first commit of an account, unless told that the log was cut", async () => {
    const agent = new TestAgent(didOf(1));
    agent.commit([]);
    const second = agent.commit([create("a")]);
    expect(await codeOf(checkerOf([agent]), new Stream().commit(second))).toBe("NoGenesis");
    expect(await codeOf(checkerOf([agent], false), new Stream().commit(second))).toBe("ok");
  });

  it("refuses a second genesis", async () => {
    const { agent, checker, stream } = await begun();
    const { since, prevData, ...rest } = agent.commit([create("c")]);
    expect([since === null, prevData === undefined]).toEqual([false, false]);
    expect(await codeOf(checker, stream.commit({ ...rest, since: null }))).toBe("PrevDataMismatch");
  });

  it("asks for the key again after #identity, and refuses an account without one", async () => {
    const agent = new TestAgent(didOf(1));
    let key: string | undefined = agent.didKey;
    let asked = 0;
    const checker = new ChainChecker({ sha256, keyOf: async () => (asked++, key) });
    const stream = new Stream();
    await checker.accept(stream.commit(agent.commit([])));
    await checker.accept(stream.commit(agent.commit([create("a")])));
    expect(asked).toBe(1);
    key = new TestAgent(didOf(1)).didKey;
    await checker.accept(stream.identity(agent.did));
    expect(await codeOf(checker, stream.commit(agent.commit([create("b")])))).toBe("BadSignature");
    key = undefined;
    await checker.accept(stream.identity(agent.did));
    expect(await codeOf(checker, stream.commit(agent.commit([create("c")])))).toBe("UnknownKey");
  });

  it.each(["deactivated", "deleted"] as const)("refuses commits of an account that is %s, until it is active again", async (status) => {
    const { agent, checker, stream } = await begun();
    await checker.accept(stream.account(agent.did, status));
    const body = agent.commit([create("c")]);
    expect(await codeOf(checker, stream.commit(body))).toBe("Inactive");
    expect(await codeOf(checker, stream.sync(agent.sync()))).toBe("Inactive");
    await checker.accept(stream.account(agent.did));
    expect(await codeOf(checker, stream.commit(body))).toBe("ok");
  });

  it("refuses a bad time in any message", async () => {
    const { agent, checker, stream } = await begun();
    expect(await codeOf(checker, stream.message(encodeIdentityFrame({ did: agent.did, time: "now" })))).toBe("BadTime");
  });

  it("lets #info pass", async () => expect(await checkerOf([]).accept({ t: "#info", body: { name: "OutdatedCursor" } })).toEqual({ ok: true, value: null }));
});

describe("#sync", () => {
  it("of the state that is known changes nothing", async () => {
    const { agent, checker, stream } = await begun();
    expect(await codeOf(checker, stream.sync(agent.sync()))).toBe("ok");
    expect(await codeOf(checker, stream.commit(agent.commit([create("c")])))).toBe("ok");
  });

  it("mends a chain: what follows builds on what it declares", async () => {
    const { agent, checker, stream } = await begun();
    agent.commit([create("lost")]);
    expect(await codeOf(checker, stream.sync(agent.sync()))).toBe("ok");
    expect(await codeOf(checker, stream.commit(agent.commit([create("c")])))).toBe("ok");
  });

  it("may not go back, nor name another commit for a rev", async () => {
    const { agent, checker, stream } = await begun();
    const old = agent.sync();
    expect(await codeOf(checker, stream.commit(agent.commit([create("c")])))).toBe("ok");
    expect(await codeOf(checker, stream.sync(old))).toBe("RevOrder");
    const fork = new TestAgent(agent.did, agent);
    for (const changes of [[], [create("a"), create("b")], [create("other")]]) fork.commit(changes);
    expect(fork.sync().rev).toBe(agent.sync().rev);
    expect(await codeOf(checker, stream.sync(agent.sync()))).toBe("ok");
    expect(await codeOf(checker, stream.sync(fork.sync()))).toBe("ChainBroken");
  });

  it("signed by another key is refused", async () => {
    const { agent, checker, stream } = await begun();
    const stranger = new TestAgent(agent.did);
    for (let i = 0; i < 3; i++) stranger.commit([create(`s${i}`)]);
    expect(await codeOf(checker, stream.sync(stranger.sync()))).toBe("BadSignature");
  });

  it.each([
    ["more than 10,000 bytes", { blocks: new Uint8Array(10_001) }, "TooLarge"],
    ["no CAR", { blocks: encode({}) }, "BadBlocks"],
    ["another rev", { rev: "3zzzzzzzzzzzz" }, "FieldMismatch"],
    ["a rev that is no TID", { rev: "x" }, "BadRev"],
  ])("with %s is refused", async (_, changed, code) => {
    const { agent, checker, stream } = await begun();
    expect(await codeOf(checker, stream.sync({ ...agent.sync(), ...changed }))).toBe(code);
  });
});
