import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { cidToString, tidOf } from "@rookery/repo";
import { accountOf, commitOf, fetches, followed, identityOf, inSync, message, type PeerUnderTest } from "../../test/peer.ts";
import { until } from "../../test/relay.ts";
import type { TestAgent } from "../../../sync/test/agent.ts";
import { PEER_LIMITS } from "./settings.ts";

const HOUR = 3_600_000;
const TRIES = 4;
const WELL = `agent.comms.message/${tidOf(1_700_000_900_000_000, 1)}`;

/** A peer that tries again only when the test lets an hour pass. */
async function patient(test: string): Promise<{ peer: PeerUnderTest; agent: TestAgent }> {
  const { peer, agent } = await followed(test);
  peer.controls.limits.resync = { ...PEER_LIMITS.resync, ...peer.controls.limits.resync, retry: { firstMs: HOUR, maxMs: HOUR }, missedTries: TRIES };
  peer.controls.deliveriesOf = ({ ops }) => ops.flatMap(({ path, cid }) => (cid === null ? [] : [{ path, cid: cidToString(cid), action: "create" as const, to: ["did:plc:x"] }]));
  await peer.stub.abort().catch(() => undefined);
  await peer.stub.check();
  return { peer, agent };
}

/** Let hours pass until it is so; each lets at most one try begin. */
const hours = (peer: PeerUnderTest, what: string, isSo: () => Promise<boolean> | boolean) => until(what, async () => (await peer.stub.pass(HOUR), isSo()));
/** Try so often that everything that counts failures together would have had enough. */
const outage = async (peer: PeerUnderTest) => hours(peer, "an outage", async () => (await fetches(peer)) > 2 * TRIES + 1);
const failing = (peer: PeerUnderTest, words: string) => hours(peer, words, async () => (await peer.status()).lastError?.includes(words) === true);
const repoOf = ({ did }: TestAgent) => `getRepo?did=${encodeURIComponent(did)}`;
const recordOf = ({ did }: TestAgent, path: string) => `getRecord?${new URLSearchParams({ did, collection: "agent.comms.message", rkey: path.split("/")[1] ?? "" }).toString()}`;

const counted = (peer: PeerUnderTest) => runInDurableObject(peer.stub, (_, { storage }) => storage.sql.exec("SELECT doubts, unproven, unanswered FROM account").one());

describe("an outage does not use up the patience with", () => {
  it("a directory that then has another host for an account still", async () => {
    const { peer, agent } = await patient("outage-elsewhere");
    const next = agent.commit([message("b")]);
    await peer.publish(agent);
    peer.controls.unresolvable.add(agent.did);
    await peer.send(identityOf(agent), commitOf(next));
    await outage(peer);
    peer.documented(agent, { host: "before.org" });
    peer.controls.unresolvable.clear();
    await failing(peer, "WrongHost");
    expect(await peer.status()).toMatchObject({ desynchronized: 1 });
    peer.documented(agent);
    await hours(peer, "told", () => peer.rows.at(-1)?.kind === "sync" && peer.rows.at(-1)?.rev === next.rev);
  });

  it("a host that then does not have an account yet of which nothing was heard before", async () => {
    const { peer } = await patient("outage-unseen");
    const fresh = peer.agent(5);
    const body = fresh.commit([message("a")]);
    peer.controls.unresolvable.add(fresh.did);
    await peer.server.answer(repoOf(fresh), { status: 503, body: "" });
    await peer.send(commitOf(body));
    await outage(peer);
    await peer.server.answer(repoOf(fresh), undefined);
    await failing(peer, "getRepo answered 400");
    peer.controls.unresolvable.clear();
    await peer.publish(fresh);
    await peer.server.answer(recordOf(fresh, "x/a"), { status: 200, body: fresh.proof("agent.comms.message/a") });
    await hours(peer, "told", () => peer.rows.at(-1)?.kind === "sync" && peer.rows.at(-1)?.rev === body.rev);
  });

  it.each([["does not prove", 400], ["fails to answer for", 500]])("a host that then %s a message at first", async (_, status) => {
    const { peer, agent } = await patient(`outage-letter-${status}`);
    agent.wait(1e9);
    agent.commit([message(WELL.split("/")[1] ?? "")]);
    const shown = agent.commit([message("shown")]);
    await peer.publish(agent);
    await peer.server.answer(repoOf(agent), { status: 503, body: "" });
    await peer.send(commitOf(shown));
    await outage(peer);
    await peer.server.answer(recordOf(agent, WELL), { status, body: "" });
    await peer.publish(agent);
    await failing(peer, `no proof of ${WELL}`);
    expect(peer.controls.proven).toEqual([]);
    await peer.server.answer(recordOf(agent, WELL), { status: 200, body: agent.proof(WELL) });
    await hours(peer, "told", () => peer.rows.at(-1)?.kind === "sync");
    expect(peer.controls.proven.map(({ hint }) => hint.path)).toEqual([WELL]);
    await inSync(peer);
    expect(await counted(peer)).toEqual({ doubts: 0, unproven: 0, unanswered: 0 });
  });
});

it("patience begins anew once an account is off", async () => {
  const { peer, agent } = await patient("patience-anew");
  peer.documented(agent, { host: "before.org" });
  const next = agent.commit([message("b")]);
  await peer.publish(agent);
  await peer.send(identityOf(agent), commitOf(next));
  await failing(peer, "WrongHost");
  expect((await counted(peer))["doubts"]).toBeGreaterThan(0);
  peer.documented(agent);
  await peer.send(identityOf(agent), accountOf(agent, "deactivated"));
  await until("off", () => peer.told.at(-1) === "account 2 deactivated");
  await peer.dealt();
  expect(await counted(peer)).toEqual({ doubts: 0, unproven: 0, unanswered: 0 });
});

it("an object of the first version opens with its accounts, and goes on with what it had to mend", async () => {
  const { peer, agent } = await patient("first-version");
  agent.commit([message("missed")]);
  const third = agent.commit([message("third")]);
  await peer.server.answer(repoOf(agent), { status: 503, body: "" });
  await peer.send(commitOf(third));
  await outage(peer);
  await runInDurableObject(peer.stub, (_, { storage: { sql } }) => {
    for (const column of ["doubts", "unproven", "unanswered", "told"]) sql.exec(`ALTER TABLE account DROP COLUMN ${column}`);
    sql.exec("DELETE FROM migration WHERE version > 1");
  });
  await peer.stub.abort().catch(() => undefined);
  await peer.stub.check();
  expect(await peer.status()).toMatchObject({ accounts: 1, desynchronized: 1 });
  await peer.publish(agent);
  await hours(peer, "told", () => peer.rows.at(-1)?.kind === "sync" && peer.rows.at(-1)?.rev === third.rev);
});
