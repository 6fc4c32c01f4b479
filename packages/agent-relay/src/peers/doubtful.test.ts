import { describe, expect, it } from "vitest";
import { cidToString, tidOf } from "@rookery/repo";
import { encodeInfoFrame, type CheckedCommit, type DeliveryHint } from "@rookery/sync";
import { TestAgent } from "../../../sync/test/agent.ts";
import { PEER_LIMITS } from "./settings.ts";
import { accountOf, commitOf, fetches, followed, identityOf, inSync, message, syncOf, type PeerUnderTest } from "../../test/peer.ts";
import { until } from "../../test/relay.ts";

describe("what is refused for a reason that passes", () => {
  const toX = ({ ops }: CheckedCommit): DeliveryHint[] => ops.flatMap(({ path, cid }) => (cid === null ? [] : [{ path, cid: cidToString(cid), action: "create" as const, to: ["did:plc:x"] }]));
  const proofAt = (peer: PeerUnderTest, agent: TestAgent, rkey: string) =>
    peer.server.answer(`getRecord?${new URLSearchParams({ did: agent.did, collection: "agent.comms.message", rkey }).toString()}`, { status: 200, body: agent.proof(`agent.comms.message/${rkey}`) });

  /** An account that is heard of for the first time by a commit that cannot be verified, and which is all that it writes. */
  const firsts: [string, string, (peer: PeerUnderTest, agent: TestAgent) => () => void][] = [
    ["the directory is down", "Unresolvable", (peer, agent) => (peer.controls.unresolvable.add(agent.did), () => peer.controls.unresolvable.clear())],
    ["the directory does not know it yet", "NoDocument", (peer, agent) => (peer.controls.documents.delete(agent.did), () => peer.documented(agent))],
    ["the directory has another host for it still", "WrongHost", (peer, agent) => (peer.documented(agent, { host: "before.org" }), () => peer.documented(agent))],
    ["the directory has another key for it still", "BadSignature", (peer, agent) => (peer.documented(agent, { key: new TestAgent(agent.did).didKey }), () => peer.documented(agent))],
  ];
  it.each(firsts)("is delivered when it has passed, of an account that was never heard of: %s", async (_, code, begin) => {
    const { peer } = await followed(`first-${code.toLowerCase()}`);
    peer.controls.deliveriesOf = toX;
    const fresh = peer.agent(5);
    const pass = begin(peer, fresh);
    const rkey = tidOf(1_700_000_900_000_000, 1);
    const body = fresh.commit([message(rkey)]);
    await peer.publish(fresh);
    await proofAt(peer, fresh, rkey);
    await peer.send(commitOf(body));
    await peer.refused(code);
    await peer.dealt();
    pass();
    await until("delivered", () => peer.controls.proven.length === 1);
    expect(peer.controls.proven.map(({ author, hint }) => [author, hint.path])).toEqual([[fresh.did, `agent.comms.message/${rkey}`]]);
    await until("told", () => peer.rows.at(-1)?.kind === "sync" && peer.rows.at(-1)?.did === fresh.did);
    await inSync(peer);
    const next = fresh.commit([message("next")]);
    await peer.send(commitOf(next));
    await until("goes on", () => peer.rows.at(-1)?.rev === next.rev);
  });

  it("is forgotten in the end, of an account that was never heard of and does not live there", async () => {
    const { peer } = await followed("never-here");
    peer.controls.limits.resync = { ...PEER_LIMITS.resync, ...peer.controls.limits.resync, missedTries: 3 };
    await peer.stub.abort().catch(() => undefined);
    await peer.stub.check();
    const [elsewhere, silent] = [peer.agent(5, { host: "elsewhere.org" }), peer.agent(6, { host: "elsewhere.org" })];
    await peer.send(commitOf(elsewhere.commit([message("a")])), commitOf(silent.commit([message("a")])));
    await peer.publish(elsewhere);
    await peer.refused("WrongHost", 2);
    await until("looked for", async () => (await peer.server.asked()).includes(`getRepo?did=${encodeURIComponent(elsewhere.did)}`));
    await until("forgotten", async () => (await peer.status()).accounts === 1);
    await inSync(peer);
  });

  it("makes a known account be compared: its host was not told of, or its clock is ahead", async () => {
    const { peer, agent } = await followed("late-host");
    const ahead = peer.agent(5);
    await peer.send(commitOf(ahead.commit([message("a")])));
    await peer.dealt();
    peer.documented(agent, { host: "before.org" });
    const next = agent.commit([message("b")]);
    ahead.wait((Date.now() + 3_600_000) * 1000 - 1_700_000_000_000_000);
    const later = ahead.commit([message("b")]);
    await peer.send(identityOf(agent), commitOf(next), commitOf(later));
    await peer.refused("WrongHost");
    await peer.refused("FutureRev");
    peer.documented(agent);
    await peer.publish(agent);
    await until("told", () => peer.rows.some(({ kind, rev }) => kind === "sync" && rev === next.rev));
    await peer.publish(ahead);
    await peer.stub.pass(3_700_000);
    await until("told later", async () => {
      // Pauses between tries are by the clock that is ahead now; the runtime's own alarms are not.
      await peer.stub.pass(5);
      return peer.rows.some(({ kind, rev }) => kind === "sync" && rev === later.rev);
    });
  });

  it("does not keep an account that moved away waiting for ever", async () => {
    const { peer, agent } = await followed("moved-away");
    peer.controls.limits.resync = { ...PEER_LIMITS.resync, ...peer.controls.limits.resync, missedTries: 3 };
    await peer.stub.abort().catch(() => undefined);
    await peer.stub.check();
    peer.documented(agent, { host: "elsewhere.org" });
    const next = agent.commit([message("b")]);
    await peer.publish(agent);
    await peer.send(identityOf(agent), commitOf(next));
    await peer.refused("WrongHost");
    await until("tried", async () => (await fetches(peer)) >= 1);
    await inSync(peer);
    expect(await fetches(peer)).toBeLessThanOrEqual(3);
    peer.documented(agent);
    await peer.send(identityOf(agent), commitOf(agent.commit([message("c")])));
    await peer.publish(agent);
    await until("back", () => peer.rows.at(-1)?.kind === "sync" && peer.rows.at(-1)?.rev === agent.latest.rev);
  });

  it("is asked for after an account came on again: what it wrote while it was off here was refused", async () => {
    const { peer, agent } = await followed("wrote-while-off");
    await peer.send(accountOf(agent, "deactivated"));
    const next = agent.commit([message("b")]);
    await peer.send(commitOf(next), accountOf(agent));
    await peer.refused("Inactive");
    await peer.publish(agent);
    await until("told", () => peer.rows.at(-1)?.kind === "sync" && peer.rows.at(-1)?.rev === next.rev);
  });
});

describe("a commit by a key that the directory does not tell of yet", () => {
  it("is refused, and its repository fetched a while later, though the account says nothing more", async () => {
    const { peer, agent } = await followed("key-too-new");
    const renewed = new TestAgent(agent.did);
    renewed.wait(1e6);
    const next = renewed.commit([message("a"), message("b")]);
    await peer.send(identityOf(agent), commitOf(next), syncOf(renewed.sync()));
    expect(await peer.refused("BadSignature", 2)).toEqual({ BadSignature: 2 });
    peer.documented(renewed);
    await peer.publish(renewed);
    await until("told", () => peer.rows.at(-1)?.kind === "sync" && peer.rows.at(-1)?.rev === next.rev);
    await inSync(peer);
  });
});

describe("an account that is switched off or on while its document cannot be had", () => {
  it("is off at once, and on when its repository has shown that it lives there", async () => {
    const { peer, agent } = await followed("directory-down");
    peer.controls.unresolvable.add(agent.did);
    await peer.send(accountOf(agent, "takendown"));
    await until("off", () => peer.told.at(-1) === "account 2 takendown");
    const next = agent.commit([message("b")]);
    await peer.publish(agent);
    await peer.send(accountOf(agent), commitOf(next));
    await until("tried", async () => (await peer.status()).lastError?.includes("Unresolvable") === true);
    expect(peer.rows.length).toBe(2);
    expect(await peer.status()).toMatchObject({ desynchronized: 1 });
    peer.controls.unresolvable.clear();
    await until("on", () => peer.rows.length === 4);
    expect(peer.told.slice(2)).toEqual(["account 2 active", `sync 2 ${next.rev}`]);
    expect(peer.rows.map(({ n }) => n)).toEqual([2, 4, 6, 7]);
    await inSync(peer);
    const after = agent.commit([message("c")]);
    await peer.send(commitOf(after));
    await until("the next", () => peer.rows.at(-1)?.rev === after.rev);
  });

  it.each([["WrongHost", "before.org"], ["NoDocument", undefined]])("is on when its document says so, later than its host (%s)", async (code, host) => {
    const { peer, agent } = await followed(`document-late-${code.toLowerCase()}`);
    await peer.send(accountOf(agent, "deactivated"));
    await peer.dealt();
    if (host === undefined) peer.controls.documents.delete(agent.did);
    else peer.documented(agent, { host });
    await peer.publish(agent);
    await peer.send(identityOf(agent), accountOf(agent));
    await peer.refused(code);
    peer.documented(agent);
    await until("on", () => peer.told.at(-2) === "account 2 active");
    await inSync(peer);
  });

  it("is off as before when its document never says so", async () => {
    const { peer, agent } = await followed("document-never");
    peer.controls.limits.resync = { ...PEER_LIMITS.resync, ...peer.controls.limits.resync, missedTries: 3 };
    await peer.stub.abort().catch(() => undefined);
    await peer.stub.check();
    await peer.send(accountOf(agent, "deactivated"));
    await peer.dealt();
    const before = peer.rows.length;
    peer.documented(agent, { host: "elsewhere.org" });
    await peer.publish(agent);
    await peer.send(identityOf(agent), accountOf(agent));
    await peer.refused("WrongHost");
    await until("tried", async () => (await fetches(peer)) >= 2);
    await inSync(peer);
    await peer.send(commitOf(agent.commit([message("b")])));
    await peer.refused("Inactive");
    expect(peer.told.slice(before).filter((told) => told.startsWith("account"))).toEqual([]);
  });

  it("is on again also when its repository is what it was", async () => {
    const { peer, agent } = await followed("directory-down-same");
    await peer.send(accountOf(agent, "deactivated"));
    await peer.dealt();
    peer.controls.unresolvable.add(agent.did);
    await peer.publish(agent);
    await peer.send(accountOf(agent));
    await until("tried", async () => (await peer.status()).lastError?.includes("Unresolvable") === true);
    peer.controls.unresolvable.clear();
    await until("on", () => peer.told.at(-2) === "account 2 active");
  });
});

describe("an account that went off or came on in a hole of its host's stream", () => {
  const listed = (peer: PeerUnderTest, agents: TestAgent[], active: boolean) =>
    peer.server.answer("listRepos?limit=1000", { status: 200, body: JSON.stringify({ repos: agents.map(({ did, latest }) => ({ did, head: cidToString(latest.cid), rev: latest.rev, active })) }) });
  const says = (peer: PeerUnderTest, { did }: TestAgent, active: boolean, status?: string) =>
    peer.server.answer(`getRepoStatus?did=${encodeURIComponent(did)}`, { status: 200, body: JSON.stringify({ did, active, ...(status === undefined ? {} : { status }) }) });

  it("is off, as its host says when it does not give the repository, and on again as the host lists it", async () => {
    const { peer, agent } = await followed("hole-standing");
    await listed(peer, [agent], false);
    await says(peer, agent, false, "takendown");
    await peer.server.greet([encodeInfoFrame({ name: "OutdatedCursor" })]);
    await peer.server.hangUp();
    await until("off", () => peer.told.at(-1) === "account 2 takendown");
    await peer.server.greet([]);
    await peer.send(identityOf(agent));
    await until("heard", () => peer.told.at(-1) === "identity 2");
    const next = agent.commit([message("b")]);
    await peer.publish(agent);
    await listed(peer, [agent], true);
    await peer.server.greet([encodeInfoFrame({ name: "OutdatedCursor" })]);
    await peer.server.hangUp();
    await until("on", () => peer.rows.at(-1)?.rev === next.rev);
    expect(peer.told.slice(1)).toEqual(["account 2 takendown", "identity 2", "account 2 active", `sync 2 ${next.rev}`]);
    await inSync(peer);
  });

  it("is not asked for without end when it is gone: also one whose chain broke", async () => {
    const { peer, agent } = await followed("gone-since");
    agent.commit([message("missed")]);
    await says(peer, agent, false, "deleted");
    await peer.send(commitOf(agent.commit([message("third")])));
    await until("off", () => peer.told.at(-1) === "account 2 deleted");
    await inSync(peer);
    expect(await fetches(peer)).toBe(1);
  });

  it("stays on when the stream has switched it on while its host's older word was on its way", async () => {
    const { peer, agent } = await followed("switched-on-meanwhile");
    const place = `getRepoStatus?did=${encodeURIComponent(agent.did)}`;
    agent.commit([message("missed")]);
    await peer.server.answer(place, { status: 200, body: JSON.stringify({ did: agent.did, active: false, status: "deactivated" }), isLate: true });
    await peer.send(commitOf(agent.commit([message("third")])));
    await until("asked", async () => (await peer.server.asked()).includes(place));
    peer.controls.clockAhead += 1_000;
    await peer.send(accountOf(agent, "deactivated"), accountOf(agent));
    await peer.dealt();
    await peer.publish(agent);
    await peer.server.answer(place, undefined);
    await until("mended", () => peer.rows.at(-1)?.kind === "sync");
    expect(peer.told.slice(1)).toEqual(["account 2 deactivated", "account 2 active", `sync 2 ${agent.latest.rev}`]);
  });

  it("is off only by the word of the host where it lives", async () => {
    const { peer, agent } = await followed("not-its-host");
    peer.documented(agent, { host: "elsewhere.org" });
    agent.commit([message("missed")]);
    const third = agent.commit([message("third")]);
    await says(peer, agent, false, "deleted");
    await peer.send(identityOf(agent), commitOf(third));
    await until("asked", async () => (await peer.server.asked()).filter((path) => path.startsWith("getRepoStatus")).length >= 2);
    expect(peer.told.filter((told) => told.startsWith("account"))).toEqual([]);
  });
});
