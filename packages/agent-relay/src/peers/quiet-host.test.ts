/** A host of which nothing comes between the holes in its stream: what is found out by asking it has no seq of its own. */
import { env as anyEnv } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { cidToString } from "@rookery/repo";
import { encodeErrorFrame, encodeInfoFrame } from "@rookery/sync";
import type { TestAgent } from "../../../sync/test/agent.ts";
import { accountOf, commitOf, identityOf, inSync, message, PeerUnderTest } from "../../test/peer.ts";
import { until } from "../../test/relay.ts";
import type { Env } from "../../test/worker.ts";

/** A named boundary: the bindings of test/wrangler.jsonc. */
const env = anyEnv as unknown as Env;

/** A host with one account, and the relay view that it is carried in. */
async function carried(test: string, seq = 0) {
  const peer = new PeerUnderTest(test);
  peer.seq = seq;
  peer.controls.network = JSON.stringify({ test: peer.host });
  const agent = peer.agent(2);
  await peer.send(commitOf(agent.commit([message("a")])));
  await peer.listen();
  await peer.dealt();
  const network = env.NETWORK.get(env.NETWORK.idFromName(peer.controls.network));
  return { peer, agent, view: async () => (await network.repo(agent.did)) };
}

/** The host's window has passed us by, and this is what it says when it is asked. */
async function hole(peer: PeerUnderTest, agent: TestAgent, active: boolean): Promise<void> {
  const { did, latest } = agent;
  await peer.server.answer("listRepos?limit=1000", { status: 200, body: JSON.stringify({ repos: [{ did, head: cidToString(latest.cid), rev: latest.rev, active }] }) });
  await peer.server.answer(`getRepoStatus?did=${encodeURIComponent(did)}`, { status: 200, body: JSON.stringify({ did, active, ...(active ? {} : { status: "deactivated" }) }) });
  if (active) await peer.publish(agent);
  else for (const method of ["getRepo", "getLatestCommit"]) await peer.server.answer(`${method}?did=${encodeURIComponent(did)}`, undefined);
  await peer.server.greet([encodeInfoFrame({ name: "OutdatedCursor" })]);
  await peer.server.hangUp();
}

/** The host has lost its seqs and begins at the first again; the admin is to configure it anew. */
async function beginAnew(peer: PeerUnderTest): Promise<void> {
  await peer.server.greet([encodeErrorFrame({ error: "FutureCursor" })]);
  await peer.server.hangUp();
  await until("stopped", async () => (await peer.status()).state === "stopped");
  await peer.server.greet([]);
  await peer.server.rewrite([]);
  peer.seq = 0;
}

describe("an account of a host that is quiet", () => {
  it.each(["#account", "#identity"])("that was off at the last event that came (%s) is on again in the relay view when it came on in a hole", async (last) => {
    const { peer, agent, view } = await carried(`quiet-off-${last.slice(1)}`);
    await peer.send(accountOf(agent, "deactivated"), ...(last === "#identity" ? [identityOf(agent)] : []));
    await peer.dealt();
    expect(await view()).toMatchObject({ active: false, status: "deactivated" });
    await hole(peer, agent, true);
    await until("on", async () => (await view())?.active === true);
    await inSync(peer);
    const next = agent.commit([message("b")]);
    await peer.server.greet([]);
    peer.seq += 1;
    await peer.send(commitOf(next));
    await until("goes on", async () => (await view())?.rev === next.rev);
  });

  it("is in the relay view what it was found to be each time, though nothing came between", async () => {
    const { peer, agent, view } = await carried("quiet-again");
    for (const active of [false, true, false, true]) {
      if (active) agent.commit([message(`while-${peer.rows.length}`)]);
      await hole(peer, agent, active);
      await until(active ? "on" : "off", async () => (await view())?.active === active);
      await inSync(peer);
      expect(await view()).toMatchObject({ rev: agent.latest.rev });
    }
    const next = agent.commit([message("b")]);
    await peer.server.greet([]);
    peer.seq += 4;
    await peer.send(commitOf(next));
    await until("goes on", async () => (await view())?.rev === next.rev);
  });

  it.each(["#commit", "#account"])("that came on in a hole is heard from the host's very next event on (%s), though others wrote behind the hole first", async (what) => {
    const { peer, agent, view } = await carried(`quiet-behind-${what.slice(1)}`);
    const other = peer.agent(3);
    await peer.send(commitOf(other.commit([message("o")])), accountOf(agent, "deactivated"));
    await peer.dealt();
    expect(await view()).toMatchObject({ active: false });
    peer.seq += 10;
    const listed = { status: 200, body: JSON.stringify({ repos: [{ did: agent.did, head: cidToString(agent.latest.cid), rev: agent.latest.rev, active: true }] }) };
    await peer.server.answer("listRepos?limit=1000", { ...listed, isLate: true });
    await peer.publish(agent);
    const behind = peer.sequenced([commitOf(other.commit([message("p")]))]);
    await peer.server.greet([encodeInfoFrame({ name: "OutdatedCursor" }), ...behind.flatMap(({ data }) => (data instanceof Uint8Array ? [data] : []))]);
    await peer.server.hangUp();
    await peer.dealt();
    await peer.server.answer("listRepos?limit=1000", listed);
    await until("on", async () => (await view())?.active === true);
    await inSync(peer);
    await peer.server.greet([]);
    if (what === "#account") {
      await peer.send(accountOf(agent, "deleted"));
      await until("off", async () => (await view())?.active === false);
    } else {
      const next = agent.commit([message("b")]);
      await peer.send(commitOf(next));
      await until("goes on", async () => (await view())?.rev === next.rev);
    }
  });

  it("whose seqs begin anew while its chain is broken is heard from the first of them on", async () => {
    const { peer, agent, view } = await carried("quiet-anew-broken", 100);
    agent.commit([message("missed")]);
    const last = agent.commit([message("c")]);
    await peer.send(commitOf(last));
    await until("broken", async () => (await peer.status()).desynchronized === 1);
    await beginAnew(peer);
    await peer.publish(agent);
    await peer.listen({ collections: ["*"] });
    await inSync(peer);
    await until("mended", async () => (await view())?.rev === last.rev);
    const next = agent.commit([message("d")]);
    await peer.send(commitOf(next));
    await until("goes on", async () => (await view())?.rev === next.rev);
  });

  it("whose seqs begin anew is heard from the first of them on, though something was told of it before", async () => {
    const { peer, agent, view } = await carried("quiet-anew", 100);
    await hole(peer, agent, false);
    await until("off", async () => (await view())?.active === false);
    await beginAnew(peer);
    await peer.listen({ collections: ["*"] });
    await peer.send(accountOf(agent));
    await until("on", async () => (await view())?.active === true);
    await hole(peer, agent, false);
    await until("off", async () => (await view())?.active === false);
    await peer.publish(agent);
    await peer.server.greet([]);
    peer.seq += 1;
    await peer.send(accountOf(agent));
    await until("on", async () => (await view())?.active === true);
  });
});
