import { describe, expect, it } from "vitest";
import { carBytes, cidToString, readCar, tidOf } from "@rookery/repo";
import { encodeInfoFrame } from "@rookery/sync";
import { sha256, TestAgent } from "../../../sync/test/agent.ts";
import { PEER_LIMITS } from "./settings.ts";
import { accountOf, commitOf, fetches, followed, identityOf, inSync, message, post, syncOf } from "../../test/peer.ts";
import { until } from "../../test/relay.ts";

describe("a broken chain", () => {
  it("is mended by the repository: what was missed is told by #sync, what the fetch holds is dropped, what comes after goes on", async () => {
    const { peer, agent } = await followed("mended");
    agent.commit([message("missed")]);
    const [third, fourth] = [agent.commit([message("third")]), agent.commit([message("fourth")])];
    await peer.publish(agent);
    const fifth = agent.commit([message("fifth")]);
    await peer.send(commitOf(third), commitOf(fourth), commitOf(fifth));
    await peer.refused("SinceMismatch");
    await until("the last", () => peer.rows.at(-1)?.rev === fifth.rev);
    await inSync(peer);
    expect(peer.told.slice(1)).toEqual([`sync 2 ${fourth.rev}`, `commit 2 ${fifth.rev}`]);
    expect(peer.rows.map(({ n }) => n)).toEqual([2, 5, 8]);
    expect(peer.rows[1]).toMatchObject({ head: cidToString(fourth.commit), collections: ["agent.comms.message"] });
    expect((await peer.status()).refused).toEqual({ SinceMismatch: 1, RevOrder: 1 });
  });

  it("delivers what was written meanwhile, each record with its proof, before the account counts as mended", async () => {
    const { peer, agent } = await followed("missed-mail");
    peer.controls.deliveriesOf = ({ ops }) => ops.flatMap(({ path, cid }) => (cid === null || path.endsWith("x") ? [] : [{ path, cid: cidToString(cid), action: "create" as const, to: ["did:plc:x"] }]));
    agent.wait(1e9);
    const rkeys = [tidOf(1_700_000_900_000_000, 1), tidOf(1_700_000_900_000_001, 1), tidOf(1_600_000_000_000_000, 1)];
    agent.commit([...rkeys.map(message), message("notatid"), post(rkeys[0] ?? "")]);
    const shown = agent.commit([message("shown")]);
    await peer.publish(agent);
    const ask = (path: string) => `getRecord?${new URLSearchParams({ did: agent.did, collection: "agent.comms.message", rkey: path }).toString()}`;
    const [first = "", second = ""] = rkeys;
    await peer.server.answer(ask(first), { status: 200, body: agent.proof(`agent.comms.message/${first}`) });
    await peer.send(commitOf(shown));
    await until("the second is asked for", async () => (await peer.status()).lastError?.includes("getRecord answered 400") === true);
    expect(peer.rows.length).toBe(1);
    // It was deleted meanwhile, which its absence proves.
    const later = new TestAgent(agent.did, agent);
    later.wait(2e9);
    later.commit([message("y")]);
    await peer.server.answer(ask(second), { status: 200, body: later.proof(`agent.comms.message/${second}`) });
    await until("told", () => peer.rows.length === 2);
    expect(peer.controls.proven.map(({ author, hint }) => [author, hint.path, hint.to])).toEqual([[agent.did, `agent.comms.message/${first}`, ["did:plc:x"]]]);
  });

  it("tells of what its owner took back meanwhile, each absence proven", async () => {
    const { peer, agent } = await followed("missed-retraction");
    const [taken, kept] = ["agent.comms.message/taken", "agent.comms.message/a"];
    peer.controls.delivered = [taken, kept];
    agent.commit([message("missed")]);
    const last = agent.commit([message("shown")]);
    await peer.publish(agent);
    await peer.server.answer(`getRecord?${new URLSearchParams({ did: agent.did, collection: "agent.comms.message", rkey: "taken" }).toString()}`, { status: 200, body: agent.proof(taken) });
    await peer.send(commitOf(last));
    await until("told", () => peer.rows.length === 2);
    expect(peer.controls.proven.map(({ author, hint, rev }) => [author, hint, rev])).toEqual([[agent.did, { path: taken, action: "delete", to: [] }, last.rev]]);
  });

  it("is mended in the end without a message that the host does not prove, and with those that it does", async () => {
    const { peer, agent } = await followed("missed-for-good");
    peer.controls.limits.resync = { ...PEER_LIMITS.resync, ...peer.controls.limits.resync, missedTries: 2 };
    await peer.stub.abort().catch(() => undefined);
    await peer.stub.check();
    peer.controls.deliveriesOf = ({ ops }) => ops.flatMap(({ path, cid }) => (cid === null ? [] : [{ path, cid: cidToString(cid), action: "create" as const, to: ["did:plc:x"] }]));
    agent.wait(1e9);
    const rkeys = [tidOf(1_700_000_900_000_000, 1), tidOf(1_700_000_900_000_001, 1)];
    agent.commit(rkeys.map(message));
    const shown = agent.commit([message("shown")]);
    await peer.publish(agent);
    const proven = `agent.comms.message/${rkeys[1] ?? ""}`;
    await peer.server.answer(`getRecord?${new URLSearchParams({ did: agent.did, collection: "agent.comms.message", rkey: rkeys[1] ?? "" }).toString()}`, { status: 200, body: agent.proof(proven) });
    await peer.send(commitOf(shown));
    await until("told", () => peer.rows.length === 2);
    expect(await fetches(peer)).toBe(3);
    expect(peer.controls.proven.map(({ hint }) => hint.path)).toEqual([proven]);
  });

  it("is found once more when what was held of the account got lost", async () => {
    const { peer, agent } = await followed("held-lost");
    const good = peer.agent(3);
    agent.commit([message("missed")]);
    const third = agent.commit([message("third")]);
    await peer.send(commitOf(third));
    await until("tried", async () => (await fetches(peer)) >= 1);
    const [archive, before] = [agent.archive(), agent.latest];
    const fourth = agent.commit([message("fourth")]);
    await peer.send(commitOf(fourth));
    await peer.dealt();
    // A turn that fails forgets what memory holds.
    peer.controls.networkFails = true;
    await peer.send(commitOf(good.commit([message("a")])));
    await until("a turn failed", async () => (await peer.status()).lastError?.includes("not now") === true);
    peer.controls.networkFails = false;
    await peer.dealt();
    await peer.publish(agent, archive);
    await until("mended as it was before", () => peer.rows.some(({ kind, rev }) => kind === "sync" && rev === before.rev));
    await peer.publish(agent);
    await until("mended as it is", () => peer.rows.some(({ kind, rev }) => kind === "sync" && rev === fourth.rev));
    await inSync(peer);
  });

  it("a second time, while a comparison was still to come, is mended at once as well", async () => {
    const { peer, agent } = await followed("twice");
    peer.controls.limits.resync = { ...PEER_LIMITS.resync, ...peer.controls.limits.resync, suspicionMs: 3_600_000 };
    await peer.stub.abort().catch(() => undefined);
    await peer.stub.check();
    for (const round of ["one", "two"]) {
      agent.commit([message(`missed-${round}`)]);
      const shown = agent.commit([message(`shown-${round}`)]);
      await peer.publish(agent);
      await peer.send(commitOf(shown));
      await until(`mended, ${round}`, () => peer.rows.some(({ kind, rev }) => kind === "sync" && rev === shown.rev));
      await inSync(peer);
    }
  });

  it("of an account of which the host says one thing and gives another is not mended without end", async () => {
    const { peer, agent } = await followed("two-tongues");
    peer.controls.limits.resync = { ...PEER_LIMITS.resync, ...peer.controls.limits.resync, retry: { firstMs: 3_600_000, maxMs: 3_600_000 } };
    await peer.stub.abort().catch(() => undefined);
    await peer.stub.check();
    agent.commit([message("missed")]);
    const third = agent.commit([message("third")]);
    const archive = agent.archive();
    agent.commit([message("fourth")]);
    await peer.publish(agent, archive);
    await peer.send(commitOf(third));
    await until("compared twice", async () => (await peer.server.asked()).filter((path) => path.startsWith("getLatestCommit")).length === 2);
    await until("waiting", async () => (await peer.status()).desynchronized === 1);
    expect(await fetches(peer)).toBe(2);
  });

  it("of an account that wrote nothing that is kept is mended in silence, until the repository shows that it did", async () => {
    const { peer, agent } = await followed("silent", [post("a")]);
    agent.commit([post("missed")]);
    await peer.publish(agent);
    await peer.send(syncOf(agent.sync()));
    await until("fetched", async () => (await fetches(peer)) === 1);
    await inSync(peer);
    expect(peer.rows).toEqual([]);
    agent.commit([message("kept")]);
    await peer.publish(agent);
    await peer.send(syncOf(agent.sync()));
    await until("told", () => peer.rows.length === 1);
    expect(peer.rows[0]?.collections).toEqual(["agent.comms.message", "app.bsky.feed.post"]);
  });

  it("waits while the host cannot give the repository, and holds what comes", async () => {
    const { peer, agent } = await followed("patient");
    agent.commit([message("missed")]);
    const third = agent.commit([message("third")]);
    await peer.send(commitOf(third), identityOf(agent));
    await until("tried", async () => (await fetches(peer)) >= 3);
    expect(await peer.status()).toMatchObject({ desynchronized: 1, state: "live" });
    expect((await peer.status()).lastError).toContain("getRepo answered 400");
    expect(peer.rows.length).toBe(1);
    await peer.publish(agent);
    await until("told", () => peer.rows.length === 3);
    expect(peer.told.slice(1)).toEqual([`sync 2 ${third.rev}`, "identity 2"]);
  });

  const bad: [string, (agent: TestAgent) => Uint8Array, string][] = [
    ["is cut off in the middle", (agent) => agent.archive().slice(0, -10), "truncated"],
    ["has a block that is not what it says", (agent) => Uint8Array.from(agent.archive(), (byte, at) => (at === 400 ? byte ^ 1 : byte)), "CID"],
    ["is signed by somebody else", (agent) => {
      const forger = new TestAgent(agent.did);
      forger.wait(1e9);
      forger.commit([message("forged")]);
      return forger.archive();
    }, "BadSignature"],
    ["is another account's", () => {
      const other = new TestAgent("did:plc:bbbbbbbbbbbbbbbbbbbbbbbb");
      other.commit([message("a")]);
      return other.archive();
    }, "got the repository of"],
    ["went back", (agent) => {
      const older = new TestAgent(agent.did, agent);
      older.wait(-10_000);
      older.commit([message("a")]);
      return older.archive();
    }, "went back"],
    ["is a fork of the same rev", (agent) => {
      const fork = new TestAgent(agent.did, agent);
      fork.commit([message("b")]);
      return fork.archive();
    }, "two commits"],
    ["lacks a record", (agent) => withoutLast(agent), "is missing"],
    ["never ends", () => new Uint8Array(6_000_000), "CAR"],
    ["is of nothing", () => new Uint8Array(), "truncated"],
  ];
  it.each(bad)("is not mended by a repository that %s", async (name, archive, error) => {
    const { peer, agent } = await followed(`bad-${name.replaceAll(/[^a-z]+/g, "-")}`);
    await peer.publish(agent, archive(agent));
    agent.commit([message("missed")]);
    const good = peer.agent(3);
    await peer.send(commitOf(agent.commit([message("third")])));
    await until("refused", async () => (await peer.status()).lastError?.includes(error) === true);
    await peer.send(commitOf(good.commit([message("good")])));
    await peer.dealt();
    expect(peer.told.length).toBe(2);
    expect(await peer.status()).toMatchObject({ desynchronized: 1, state: "live" });
    await peer.publish(agent);
    await until("mended", () => peer.rows.some(({ kind }) => kind === "sync"));
  });

  it("that is being fetched does not keep the peer from being forgotten", async () => {
    const { peer, agent } = await followed("forgotten-meanwhile");
    agent.commit([message("missed")]);
    await peer.server.answer(`getRepo?did=${encodeURIComponent(agent.did)}`, { status: 200, body: new Uint8Array(), piece: 1, stalls: true });
    await peer.send(commitOf(agent.commit([message("third")])));
    await until("fetching", async () => (await fetches(peer)) === 1);
    await peer.stub.forget();
    expect(await peer.stub.status()).toBeUndefined();
  });

  it("again and again makes the account wait", async () => {
    const { peer, agent } = await followed("again");
    for (let i = 0; i < 8; i++) {
      agent.commit([message(`missed${i}`)]);
      const shown = agent.commit([message(`shown${i}`)]);
      await peer.publish(agent);
      await peer.send(commitOf(shown));
      await peer.dealt();
      if (i < 5) await inSync(peer);
    }
    await until("told to wait", async () => (await peer.status()).lastError?.includes("again and again") === true);
    expect(await fetches(peer)).toBe(5);
  });

  it("of an account that is switched off waits until it is on again", async () => {
    const { peer, agent } = await followed("off");
    agent.commit([message("missed")]);
    await peer.send(commitOf(agent.commit([message("third")])), accountOf(agent, "takendown"));
    await peer.dealt();
    await peer.publish(agent);
    expect(peer.told.at(-1)).toBe("account 2 takendown");
    expect(await peer.status()).toMatchObject({ desynchronized: 0 });
    await peer.send(accountOf(agent));
    await until("told", () => peer.rows.at(-1)?.kind === "sync");
    expect(peer.told.slice(-2)).toEqual(["account 2 active", `sync 2 ${agent.latest.rev}`]);
  });
});

describe("a hole in the host's stream", () => {
  it("is not forgotten by a peer that stops right after it has read of it", async () => {
    const { peer, agent } = await followed("hole-crash");
    peer.controls.limits.reconnect = { firstMs: 400, maxMs: 400 };
    await peer.stub.abort().catch(() => undefined);
    await peer.server.greet([encodeInfoFrame({ name: "OutdatedCursor" })]);
    await peer.send(commitOf(agent.commit([message("b")])));
    peer.controls.faultAt = "peer.committed";
    await peer.stub.check();
    await until("stopped", () => peer.controls.faultAt === undefined);
    await peer.server.greet([]);
    await peer.stub.abort().catch(() => undefined);
    await peer.stub.check();
    await until("asked", async () => (await peer.server.asked()).some((path) => path.startsWith("listRepos")));
  });

  it("is one whose host does not list its accounts: those whose chain breaks are mended all the same, and it is not asked without end", async () => {
    const { peer, agent } = await followed("no-list");
    peer.controls.limits.resync = { ...PEER_LIMITS.resync, ...peer.controls.limits.resync, retry: { firstMs: 3_600_000, maxMs: 3_600_000 } };
    await peer.stub.abort().catch(() => undefined);
    await peer.server.greet([encodeInfoFrame({ name: "OutdatedCursor" })]);
    await peer.stub.check();
    await until("asked", async () => (await peer.server.asked()).some((path) => path.startsWith("listRepos")));
    agent.commit([message("missed")]);
    const third = agent.commit([message("third")]);
    await peer.publish(agent);
    await peer.send(commitOf(third));
    await until("told", () => peer.rows.some(({ kind, rev }) => kind === "sync" && rev === third.rev));
    for (let i = 0; i < 5; i++) {
      await peer.send(commitOf(agent.commit([message(`m${i}`)])));
      await peer.dealt();
    }
    expect((await peer.server.asked()).filter((path) => path.startsWith("listRepos")).length).toBe(1);
  });

  it("has every account compared with what the host lists, and those that missed something mended", async () => {
    const { peer, agent } = await followed("hole");
    const [same, late] = [peer.agent(3), peer.agent(4)];
    await peer.send(commitOf(same.commit([message("a")])), commitOf(late.commit([message("a")])));
    await peer.dealt();
    agent.commit([message("missed")]);
    const entries = [agent, same, late].map((one) => ({ did: one.did, head: cidToString(one.latest.cid), rev: one.latest.rev, active: true }));
    // The last one has moved on since, and its next commit shows that nothing is missing.
    const next = late.commit([message("b")]);
    for (const one of [agent, same, late]) await peer.publish(one);
    await peer.server.answer("listRepos?limit=1000", { status: 200, body: JSON.stringify({ repos: entries.slice(0, 1), cursor: "x" }) });
    await peer.server.answer("listRepos?limit=1000&cursor=x", { status: 200, body: JSON.stringify({ repos: [...entries.slice(1), { did: 7 }, null] }) });
    await peer.server.greet([encodeInfoFrame({ name: "OutdatedCursor" })]);
    await peer.send(commitOf(next));
    await peer.server.hangUp();
    await until("told", () => peer.rows.some(({ kind }) => kind === "sync"));
    await inSync(peer);
    expect(peer.rows.filter(({ kind }) => kind === "sync").map((row) => row.did)).toEqual([agent.did]);
    expect(await fetches(peer)).toBe(1);
  });

  it("hides an account that began meanwhile: it is found in the list, and what it wrote is delivered; one that nobody has is forgotten", async () => {
    const { peer, agent } = await followed("hole-new");
    peer.controls.limits.resync = { ...PEER_LIMITS.resync, ...peer.controls.limits.resync, missedTries: 3 };
    peer.controls.deliveriesOf = ({ ops }) => ops.flatMap(({ path, cid }) => (cid === null ? [] : [{ path, cid: cidToString(cid), action: "create" as const, to: ["did:plc:x"] }]));
    await peer.stub.abort().catch(() => undefined);
    const [fresh, quiet] = [peer.agent(5), peer.agent(6)];
    const micros = Date.now() * 1_000;
    const [written, before] = [tidOf(micros + 5e6, 1), tidOf(micros - 90 * 86_400e6, 1)];
    fresh.wait(micros + 6e6 - 1_700_000_000_000_000);
    fresh.commit([message(written), message(before)]);
    quiet.commit([message("longago")]);
    for (const one of [agent, fresh, quiet]) await peer.publish(one);
    const path = `agent.comms.message/${written}`;
    await peer.server.answer(`getRecord?${new URLSearchParams({ did: fresh.did, collection: "agent.comms.message", rkey: written }).toString()}`, { status: 200, body: fresh.proof(path) });
    const entries = [agent, fresh, quiet].map((one) => ({ did: one.did, head: cidToString(one.latest.cid), rev: one.latest.rev, active: true }));
    const madeUp = { ...entries[1], did: peer.agent(7).did };
    await peer.server.answer("listRepos?limit=1000", { status: 200, body: JSON.stringify({ repos: [...entries, madeUp, { ...madeUp, did: "no did" }] }) });
    await peer.server.greet([encodeInfoFrame({ name: "OutdatedCursor" })]);
    await peer.stub.check();
    await until("delivered", () => peer.controls.proven.length === 1);
    expect(peer.controls.proven.map(({ author, hint }) => [author, hint.path])).toEqual([[fresh.did, path]]);
    await until("forgotten", async () => (await peer.status()).accounts === 2);
    await inSync(peer);
  });
});

/** The archive without its last block, which is a record. */
function withoutLast(agent: TestAgent): Uint8Array {
  const { roots, blocks } = readCar(agent.archive(), sha256);
  const kept = [...blocks].slice(0, -1).map(([key, bytes]) => ({ cid: Uint8Array.from(key, (char) => char.charCodeAt(0)), bytes }));
  return carBytes(roots[0] ?? new Uint8Array(), kept);
}
