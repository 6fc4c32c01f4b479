import { describe, expect, it } from "vitest";
import { env as anyEnv } from "cloudflare:workers";
import { ChainChecker } from "@rookery/sync";
import { randomChanges, seeded, sha256, type TestAgent } from "../../../sync/test/agent.ts";
import { commitOf, identityOf, message, PeerUnderTest } from "../../test/peer.ts";
import { subscribe, until } from "../../test/relay.ts";
import type { Env } from "../../test/worker.ts";
import type { PeerFaultPoint } from "./intake.ts";

/** A named boundary: the bindings of test/wrangler.jsonc. */
const env = anyEnv as unknown as Env;

/** What a strict reader of the network's log makes of it: revs per account, and that nothing was refused. */
async function logOf(network: string, agents: TestAgent[]): Promise<Map<string, string[]>> {
  const stub = env.NETWORK.get(env.NETWORK.idFromName(network));
  const { rows } = await stub.stats();
  const reader = await subscribe(stub, 0);
  await until("the whole log", () => reader.seqs.length >= rows);
  reader.ws.close();
  const checker = new ChainChecker({ sha256, keyOf: async (did) => agents.find((agent) => agent.did === did)?.didKey });
  const revs = new Map<string, string[]>();
  for (const frame of reader.frames) {
    if (frame.kind !== "message") throw new Error(frame.kind);
    const checked = await checker.accept(frame);
    expect(checked).toMatchObject({ ok: true });
    if (frame.t === "#commit") revs.set(frame.body.repo, [...(revs.get(frame.body.repo) ?? []), frame.body.rev]);
  }
  return revs;
}

const points: PeerFaultPoint[] = ["peer.ingest", "peer.ingested", "peer.transaction", "peer.committed"];

describe("a peer that stops", () => {
  it.each(points)("at %s loses nothing and repeats nothing in the network's log", async (point) => {
    const peer = new PeerUnderTest(`crash-${point.replace(".", "-")}`);
    const network = JSON.stringify({ test: peer.host });
    peer.controls.network = network;
    const agents = [peer.agent(2), peer.agent(3)];
    const revs = new Map<string, string[]>();
    const write = async (agent: TestAgent, rkey: string) => {
      const body = agent.commit([message(rkey)]);
      revs.set(agent.did, [...(revs.get(agent.did) ?? []), body.rev]);
      await peer.send(commitOf(body));
    };
    for (let i = 0; i < 5; i++) for (const agent of agents) await write(agent, `a${i}`);
    await peer.listen();
    await peer.dealt();
    for (let round = 0; round < 4; round++) {
      peer.controls.faultAt = point;
      for (const agent of agents) await write(agent, `b${round}`);
      await until("the fault", () => peer.controls.faultAt === undefined);
      await peer.dealt();
    }
    expect(await logOf(network, agents)).toEqual(revs);
    expect(await peer.status()).toMatchObject({ refused: {}, desynchronized: 0, accepted: 18 });
  });

  it("by an abort, again and again while a mixed history comes in, loses nothing and repeats nothing", async () => {
    const peer = new PeerUnderTest("crash-storm");
    const network = JSON.stringify({ test: peer.host });
    peer.controls.network = network;
    const random = seeded(20261121);
    const agents = [2, 3, 4, 5].map((i) => peer.agent(i));
    const paths = new Map(agents.map((agent) => [agent, new Set<string>()]));
    const revs = new Map<string, string[]>();
    await peer.listen({ collections: ["*"] });
    for (let step = 0; step < 200; step++) {
      const agent = agents[random(agents.length)] as TestAgent;
      const body = agent.commit(randomChanges(random, paths.get(agent) ?? new Set()));
      revs.set(agent.did, [...(revs.get(agent.did) ?? []), body.rev]);
      await peer.server.rewrite([...(await peer.server.sent()), ...peer.sequenced(random(10) === 0 ? [commitOf(body), identityOf(agent)] : [commitOf(body)])]);
      if (step % 20 !== 7) continue;
      await peer.server.hangUp();
      if (step % 40 === 7) await peer.stub.abort().catch(() => undefined);
      await until("listening", async () => (await peer.stub.check().catch(() => undefined), (await peer.stub.status().catch(() => undefined))?.state === "live"));
    }
    await peer.server.hangUp();
    await peer.dealt();
    expect(await logOf(network, agents)).toEqual(revs);
    expect((await peer.status()).refused).toEqual({});
  });

  it("when the network relay refuses waits for it, and tells nothing twice", async () => {
    const peer = new PeerUnderTest("network-down");
    const agent = peer.agent(2);
    peer.controls.networkFails = true;
    await peer.listen();
    await peer.send(commitOf(agent.commit([message("a")])));
    await until("noticed", async () => (await peer.status()).lastError?.includes("not now") === true);
    expect(await peer.status()).toMatchObject({ cursor: 0, accounts: 0, accepted: 0 });
    peer.controls.networkFails = false;
    await peer.dealt();
    expect(peer.rows.length).toBe(1);
  });

  it("between deciding a resync and telling of it tells the same again", async () => {
    const peer = new PeerUnderTest("crash-resync");
    const network = JSON.stringify({ test: peer.host });
    peer.controls.network = network;
    const agent = peer.agent(2);
    await peer.send(commitOf(agent.commit([message("a")])));
    await peer.listen();
    await peer.dealt();
    agent.commit([message("missed")]);
    const third = agent.commit([message("third")]);
    await peer.publish(agent);
    peer.controls.networkFails = true;
    await peer.send(commitOf(third));
    await until("decided", async () => (await peer.stub.outgoing()) === 1);
    await peer.stub.abort().catch(() => undefined);
    peer.controls.networkFails = false;
    const fourth = agent.commit([message("fourth")]);
    await until("listening", async () => (await peer.stub.check().catch(() => undefined), (await peer.stub.status().catch(() => undefined))?.state === "live"));
    await peer.send(commitOf(fourth));
    await peer.stub.pass(3_600_000);
    await until("told", () => peer.rows.at(-1)?.rev === fourth.rev);
    expect(peer.told.slice(1)).toEqual([`sync 2 ${third.rev}`, `commit 2 ${fourth.rev}`]);
    await logOf(network, [agent]);
  });
});
