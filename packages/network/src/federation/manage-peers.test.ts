import { beforeEach, describe, expect, it } from "vitest";
import { type Neighbour, type Wire, makeColonies } from "../../test/colonies.ts";
import { admitHost, mayDeliver } from "./admit.ts";
import { FAREWELL_LIFE, MAX_UNINVITED, UNINVITED_LIFE } from "./limits.ts";
import { listPeers } from "./list-peers.ts";
import { addPeer, removePeer } from "./manage-peers.ts";
import { newPeer } from "./peer-row.ts";
import { TRUST_LEVELS, type Policy, type TrustLevel } from "./policy.ts";
import { endPeering, requestPeering } from "./respond.ts";
import { farewellBytes, freshNonce, signStatement } from "./statement.ts";
import { settleAll, upkeep } from "./upkeep.ts";

const ALICE = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const HOST_B = "b.example.org";
const HOST_A = "a.example.org";
const PDS = "https://pds.example.net";

let a: Neighbour;
let b: Neighbour;
let wire: Wire;
let clock: { now: number };

const start = async (levelA: TrustLevel, levelB: TrustLevel) => {
  const made = await makeColonies([levelA, levelB]);
  [a, b] = made.colonies as [Neighbour, Neighbour];
  ({ wire, clock } = made);
  wire.pages.set(`${PDS}/xrpc/com.atproto.server.describeServer`, () => Response.json({ did: "did:web:pds.example.net", availableUserDomains: [] }));
};

beforeEach(() => start("verified", "verified"));

const states = async (colony: Neighbour): Promise<Record<string, string>> => Object.fromEntries((await listPeers(colony)).map(({ name, state }) => [name, state]));

const setPolicy = async (colony: Neighbour, change: Partial<Policy>) => {
  await colony.policy.change(change, clock.now);
  await settleAll(colony);
};

describe("what one admin's call makes of two colonies", () => {
  it.each<[TrustLevel, TrustLevel, string, string]>([
    ["verified", "open", "active", "active"],
    ["verified", "verified", "active", "active"],
    ["open", "verified", "active", "active"],
    ["allowlist", "verified", "active", "active"],
    ["verified", "allowlist", "pending", "pending"],
    ["allowlist", "allowlist", "pending", "pending"],
  ])("%s asks %s", async (levelA, levelB, atA, atB) => {
    await start(levelA, levelB);
    expect(await addPeer(a, { url: b.origin })).toMatchObject({ ok: true });
    expect(await states(a)).toEqual({ [HOST_B]: atA });
    expect(await states(b)).toEqual({ [HOST_A]: atB });
    expect(a.heard.has(HOST_B)).toBe(atA === "active");
    expect(b.heard.has(HOST_A)).toBe(atB === "active");
  });

  it("private refuses, in the other's words, and is asked nothing more", async () => {
    await start("verified", "private");
    const added = await addPeer(a, { url: b.origin });
    expect(added).toMatchObject({ ok: false, error: { status: 409, name: "PeerRefused" } });
    expect(added.ok ? "" : added.error.message).toContain("PeeringClosed");
    expect(await states(a)).toEqual({ [HOST_B]: "refused" });
    expect(await states(b)).toEqual({});
    clock.now += 10 * 3_600_000;
    wire.calls.length = 0;
    await upkeep(a);
    expect(wire.calls).toEqual([]);
  });

  it("a private colony asks nobody", async () => {
    await start("private", "verified");
    expect(await addPeer(a, { url: b.origin })).toMatchObject({ ok: false, error: { name: "PeeringClosed" } });
    expect(wire.calls).toEqual([]);
  });

  it("the allowlist lets a colony in that is on it", async () => {
    await start("verified", "allowlist");
    await setPolicy(b, { allowlist: [a.did] });
    await addPeer(a, { url: b.origin });
    expect([await states(a), await states(b)]).toEqual([{ [HOST_B]: "active" }, { [HOST_A]: "active" }]);
  });

  it("the other admin approves by adding the same peer; then both listen", async () => {
    await start("allowlist", "allowlist");
    await addPeer(a, { url: b.origin });
    expect((await listPeers(b))[0]?.reason).toContain("add it as a peer to approve");
    expect(await addPeer(b, { url: a.origin })).toMatchObject({ ok: true, value: { approved: true } });
    expect([await states(a), await states(b)]).toEqual([{ [HOST_B]: "active" }, { [HOST_A]: "active" }]);
    expect([a.heard.has(HOST_B), b.heard.has(HOST_A)]).toEqual([true, true]);
  });

  it("approval by the list is found at the next try", async () => {
    await start("allowlist", "allowlist");
    await addPeer(a, { url: b.origin });
    await setPolicy(b, { allowlist: [a.did] });
    expect(await states(b)).toEqual({ [HOST_A]: "active" });
    clock.now += 3_600_000;
    await upkeep(a);
    expect(await states(a)).toEqual({ [HOST_B]: "active" });
  });
});

describe("settings of a peer", () => {
  it("reach its listener at once", async () => {
    await addPeer(a, { url: b.origin });
    expect(await addPeer(a, { url: b.origin, allowAgents: [ALICE] })).toMatchObject({ ok: true });
    expect(a.heard.get(HOST_B)).toMatchObject({ allowAgents: [ALICE] });
    await addPeer(a, { url: b.origin, trust: "private" });
    expect(a.heard.has(HOST_B)).toBe(false);
    expect(a.forgotten).toEqual([`${HOST_B} but ${ALICE}`, HOST_B]);
    await addPeer(a, { url: b.origin, trust: null, allowAgents: null });
    expect(a.heard.get(HOST_B)).not.toHaveProperty("allowAgents");
    expect(wire.calls).toEqual(["b requestPeering", "b confirmPeering"]);
  });

  it.each([
    ["colony", "https://10.0.0.1", "no public host"],
    ["colony", "http://c.example.org", "use https"],
    ["colony", "http://localhost:3000", "loopback"],
    ["colony", "https://c.example.org/path", "no path"],
    ["colony", "https://c.example.org:8443", "no port"],
    ["colony", "https://user:pw@c.example.org", "no user"],
    ["host", "https://metadata.google.internal", "no public host"],
    ["relay", "wss://10.0.0.1/xrpc/com.atproto.sync.subscribeRepos", "no public host"],
    ["jetstream", "ws://jet.example.org/subscribe", "use https"],
    ["jetstream", "ftp://jet.example.org", "must begin with https"],
    ["colony", "not a url", "no URL"],
  ] as const)("a %s at %s is refused", async (kind, url, words) => {
    const added = await addPeer(a, { url, kind });
    expect(added).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest" } });
    expect(added.ok ? "" : added.error.message).toContain(words);
    expect(await a.peers.all()).toEqual([]);
  });
});

describe("hosts and upstreams of the admin", () => {
  it("a PDS is listened to without a handshake", async () => {
    expect(await addPeer(a, { url: PDS, kind: "host" })).toMatchObject({ ok: true });
    expect(a.heard.get("pds.example.net")).toEqual({ host: "pds.example.net", origin: PDS, collections: ["agent.*"], carry: true, deliver: true });
    expect(await addPeer(a, { url: PDS, kind: "host" })).toMatchObject({ ok: false, error: { name: "AlreadyPeered" } });
  });

  it("stay what they are when only their settings are given", async () => {
    await addPeer(a, { url: PDS, kind: "host" });
    expect(await addPeer(a, { url: PDS, allowAgents: [ALICE] })).toMatchObject({ ok: true, value: { kind: "host" } });
    expect(a.heard.get("pds.example.net")).toMatchObject({ allowAgents: [ALICE] });
    await addPeer(a, { url: "wss://jet.example.net/subscribe", kind: "jetstream" });
    expect(await addPeer(a, { url: "wss://jet.example.net/subscribe", trust: "private" })).toMatchObject({ ok: true, value: { kind: "jetstream" } });
    expect(a.heard.has("wss://jet.example.net/subscribe")).toBe(false);
  });

  it("what is no PDS is none", async () => {
    const added = await addPeer(a, { url: "https://nobody.example.net", kind: "host" });
    expect(added).toMatchObject({ ok: false, error: { status: 502, name: "PeerUnreachable" } });
    expect(await a.peers.all()).toEqual([]);
  });

  it("relay and Jetstream get their usual path, and every level but private", async () => {
    await addPeer(a, { url: "relay.example.net", kind: "relay" });
    await addPeer(a, { url: "wss://jet.example.net/v2", kind: "jetstream", allowAgents: [ALICE] });
    expect(a.heard.get("wss://relay.example.net/xrpc/com.atproto.sync.subscribeRepos")).toEqual({ kind: "relay", url: "wss://relay.example.net/xrpc/com.atproto.sync.subscribeRepos" });
    expect(a.heard.get("wss://jet.example.net/v2")).toMatchObject({ kind: "jetstream", allowAgents: [ALICE] });
    await setPolicy(a, { peering: "private" });
    expect(a.heard.size).toBe(0);
  });

  it("cannot be verified, so their trust is open, private or the colony's", async () => {
    expect(await addPeer(a, { url: PDS, kind: "host", trust: "verified" })).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
  });
});

describe("the end of a peering", () => {
  beforeEach(async () => void (await addPeer(a, { url: b.origin })));

  it("ends listening on both sides, and is told in the list of the other", async () => {
    expect(await removePeer(a, b.did, false)).toEqual({ ok: true, value: { removed: true, told: true } });
    expect(await states(a)).toEqual({});
    expect(await states(b)).toEqual({ [HOST_A]: "refused" });
    expect((await listPeers(b))[0]?.reason).toBe("The other colony ended the peering.");
    expect([a.heard.size, b.heard.size]).toEqual([0, 0]);
    expect([a.forgotten, b.forgotten]).toEqual([[HOST_B], [HOST_A]]);
  });

  it("can be repeated, by whatever name", async () => {
    await removePeer(a, HOST_B, false);
    expect(await removePeer(a, HOST_B, false)).toEqual({ ok: true, value: { removed: false } });
    expect(await removePeer(a, "did:web:nobody.example.org", false)).toEqual({ ok: true, value: { removed: false } });
  });

  it("can begin anew", async () => {
    await removePeer(a, b.did, false);
    await addPeer(a, { url: b.origin });
    expect([await states(a), await states(b)]).toEqual([{ [HOST_B]: "active" }, { [HOST_A]: "active" }]);
  });

  it("is told later when the other is away, and not for ever", async () => {
    wire.down.add(b.origin);
    expect(await removePeer(a, b.did, false)).toMatchObject({ ok: true, value: { removed: true, told: false } });
    expect(await states(a)).toEqual({ [HOST_B]: "ending" });
    await settleAll(a);
    await upkeep(a);
    expect(a.heard.size).toBe(0);
    wire.down.clear();
    clock.now += 120_000;
    await upkeep(a);
    expect(await states(a)).toEqual({});
    expect(await states(b)).toEqual({ [HOST_A]: "refused" });
    await addPeer(a, { url: b.origin });
    wire.down.add(b.origin);
    await removePeer(a, b.did, false);
    clock.now += FAREWELL_LIFE + 1;
    await upkeep(a);
    expect(await states(a)).toEqual({});
  });

  it("for good: a blocked colony cannot come back by itself, its admin lets it in again", async () => {
    await removePeer(a, b.did, true);
    expect(await states(a)).toEqual({ [HOST_B]: "blocked" });
    expect(await addPeer(b, { url: a.origin })).toMatchObject({ ok: false, error: { name: "PeerRefused" } });
    expect(await requestPeering(a, { did: b.did, peer: a.did, nonce: freshNonce() })).toMatchObject({ ok: false, error: { name: "PeeringClosed" } });
    expect(await admitHost(a, HOST_B)).toMatchObject({ ok: false, error: { name: "HostBanned" } });
    await addPeer(a, { url: b.origin });
    expect([await states(a), await states(b)]).toEqual([{ [HOST_B]: "active" }, { [HOST_A]: "active" }]);
  });

  it.each([["c.example.org"], ["https://c.example.org"], ["did:web:c.example.org"]])("keeps out beforehand whom nobody knows yet: %s", async (name) => {
    expect(await removePeer(a, name, true)).toEqual({ ok: true, value: { removed: false, blocked: true } });
    expect((await states(a))["c.example.org"]).toBe("blocked");
    await setPolicy(a, { peering: "open", allowAgents: [ALICE] });
    expect(await mayDeliver(a, ALICE, "c.example.org")).toBe(false);
    expect(await admitHost(a, "c.example.org")).toMatchObject({ ok: false, error: { name: "HostBanned" } });
    expect(await requestPeering(a, { did: "did:web:c.example.org", peer: a.did, nonce: freshNonce() })).toMatchObject({ ok: false, error: { name: "PeeringClosed" } });
    expect(await removePeer(a, name.replace("https://", ""), false)).toMatchObject({ ok: true, value: { removed: true } });
    expect((await states(a))["c.example.org"]).toBeUndefined();
  });

  it.each(["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "10.0.0.1", "not a name"])("says so when %s cannot be kept out", async (name) => {
    expect(await removePeer(a, name, true)).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest" } });
  });

  it("as a colony keeps out who was blocked as a host", async () => {
    await addPeer(a, { url: PDS, kind: "host" });
    await removePeer(a, "pds.example.net", true);
    expect(await requestPeering(a, { did: "did:web:pds.example.net", peer: a.did, nonce: freshNonce() })).toMatchObject({ ok: false, error: { name: "PeeringClosed" } });
  });

  it("takes the colony off the list", async () => {
    await setPolicy(a, { peering: "allowlist", allowlist: [b.did] });
    await removePeer(a, b.did, false);
    expect((await a.policy.get()).allowlist).toEqual([]);
  });

  it("is believed only of the colony itself, once, in time", async () => {
    const statement = async (signer: Neighbour, more: object = {}) => {
      const farewell = { from: a.did, to: b.did, nonce: freshNonce(), expiresAt: new Date(clock.now + 60_000).toISOString(), ...more };
      return { did: a.did, peer: b.did, nonce: farewell.nonce, expiresAt: farewell.expiresAt, signature: await signStatement(await signer.key(), farewellBytes(farewell)) };
    };
    expect(await endPeering(b, await statement(b))).toMatchObject({ ok: false, error: { name: "BadSignature" } });
    expect(await endPeering(b, await statement(a, { to: "did:web:c.example.org" }))).toMatchObject({ ok: false, error: { name: "BadSignature" } });
    expect(await endPeering(b, await statement(a, { expiresAt: "2026-11-21T11:00:00Z" }))).toMatchObject({ ok: false, error: { name: "StatementExpired" } });
    expect(await endPeering(b, await statement(a, { expiresAt: "2027-11-21T11:00:00Z" }))).toMatchObject({ ok: false, error: { name: "StatementExpired" } });
    expect(await states(b)).toEqual({ [HOST_A]: "active" });
    const good = await statement(a);
    expect(await endPeering(b, good)).toEqual({ ok: true, value: null });
    expect(await states(b)).toEqual({ [HOST_A]: "refused" });
    await addPeer(a, { url: b.origin, allowAgents: [ALICE] });
    await addPeer(b, { url: a.origin });
    expect(await states(b)).toEqual({ [HOST_A]: "active" });
    expect(await endPeering(b, good)).toMatchObject({ ok: false, error: { name: "StatementUsed" } });
    expect(await states(b)).toEqual({ [HOST_A]: "active" });
  });
});

describe("a change of policy", () => {
  it("reaches every peer at once, and back", async () => {
    await addPeer(a, { url: b.origin });
    expect(b.heard.has(HOST_A)).toBe(true);
    const seen = [];
    for (const peering of [...TRUST_LEVELS, "verified"] as const) {
      await setPolicy(b, { peering });
      seen.push([peering, (await states(b))[HOST_A], b.heard.has(HOST_A)]);
    }
    expect(seen).toEqual([
      ["open", "active", true],
      ["verified", "active", true],
      ["allowlist", "pending", false],
      ["private", "refused", false],
      ["verified", "active", true],
    ]);
    // A's own admin had named B, so the list would keep it.
    await setPolicy(a, { peering: "allowlist" });
    expect(a.heard.has(HOST_B)).toBe(true);
  });

  it("is taken up by the upkeep when it was cut short", async () => {
    await addPeer(a, { url: b.origin });
    await b.policy.change({ peering: "private", allowlist: [], allowAgents: [] }, clock.now);
    await upkeep(b);
    expect(b.heard.size).toBe(0);
    await b.policy.change({ peering: "open", allowlist: [], allowAgents: [] }, clock.now);
    await upkeep(b);
    expect(b.heard.has(HOST_A)).toBe(true);
  });
});

describe("who came by itself and was not wanted", () => {
  it("makes room after a month; the admin's own and blocked ones stay", async () => {
    await start("allowlist", "allowlist");
    await addPeer(a, { url: b.origin });
    await b.peers.add(newPeer({ name: "bad.example.net", kind: "host", origin: "https://bad.example.net", direction: "in", blocked: true }, clock.now), false);
    clock.now += UNINVITED_LIFE;
    await upkeep(b);
    expect(await states(b)).toEqual({ [HOST_A]: "pending", "bad.example.net": "blocked" });
    clock.now += 1;
    await upkeep(b);
    expect(await states(b)).toEqual({ "bad.example.net": "blocked" });
    wire.down.add(b.origin);
    await upkeep(a);
    expect(await states(a)).toEqual({ [HOST_B]: "pending" });
  });
});

describe("requestCrawl", () => {
  it.each<[TrustLevel, boolean]>([["open", true], ["verified", false], ["allowlist", false], ["private", false]])("by a stranger at %s", async (level, admitted) => {
    await start(level, "open");
    const answer = await admitHost(a, "pds.example.net");
    expect(answer.ok).toBe(admitted);
    if (!answer.ok) expect(answer.error).toMatchObject({ status: 403, name: "PeeringClosed" });
    expect(a.heard.has("pds.example.net")).toBe(admitted);
    expect(await a.peers.all()).toHaveLength(admitted ? 1 : 0);
  });

  it("a host that came by itself leaves when the level closes", async () => {
    await start("open", "open");
    await admitHost(a, "pds.example.net");
    await setPolicy(a, { peering: "verified" });
    expect(a.heard.size).toBe(0);
    await addPeer(a, { url: PDS, kind: "host" });
    expect(a.heard.has("pds.example.net")).toBe(true);
  });

  it.each(["10.0.0.1", "localhost:3000", "nobody.example.net", "pds.example.net:2583", "", "https://pds.example.net/x"])("of %j is refused", async (hostname) => {
    await start("open", "open");
    expect(await admitHost(a, hostname)).toMatchObject({ ok: false, error: { status: 400, name: "InvalidRequest" } });
    expect(await a.peers.all()).toEqual([]);
  });

  it("of this colony itself changes nothing", async () => {
    await start("open", "open");
    expect(await admitHost(a, HOST_A)).toEqual({ ok: true, value: null });
    expect(await a.peers.all()).toEqual([]);
  });

  it("guests are bounded, and leave room for the admin's own", async () => {
    await start("open", "open");
    for (let i = 0; i < MAX_UNINVITED; i++) {
      const name = `h${i}.example.net`;
      expect(await a.peers.add(newPeer({ name, kind: "host", origin: `https://${name}`, direction: "in" }, clock.now), true)).toBe(true);
    }
    expect(await admitHost(a, "pds.example.net")).toMatchObject({ ok: false, error: { name: "TooManyPeers" } });
    expect(await addPeer(a, { url: PDS, kind: "host" })).toMatchObject({ ok: true });
  });

  it("a crowd of guests does not keep a colony out that is on the list", async () => {
    await start("allowlist", "verified");
    await setPolicy(a, { allowlist: [b.did] });
    for (let i = 0; i < MAX_UNINVITED; i++) await a.peers.add(newPeer({ name: `h${i}.example.net`, kind: "colony", origin: `https://h${i}.example.net`, direction: "in" }, clock.now), true);
    expect(await addPeer(b, { url: a.origin })).toMatchObject({ ok: true, value: { theirs: "active" } });
  });

  it("makes a colony out of a host once it shakes hands", async () => {
    await start("open", "open");
    wire.pages.set(`${b.origin}/xrpc/com.atproto.server.describeServer`, () => Response.json({ did: b.did }));
    await admitHost(a, HOST_B);
    expect((await a.peers.find(HOST_B))?.kind).toBe("host");
    await addPeer(b, { url: a.origin });
    expect(await a.peers.find(HOST_B)).toMatchObject({ kind: "colony", did: b.did });
  });
});

describe("what comes through a common relay", () => {
  it("follows the level, and never repeats what a peer's own stream brings", async () => {
    await start("open", "open");
    expect(await mayDeliver(a, ALICE, "pds.example.net")).toBe(true);
    expect(await mayDeliver(a, ALICE, HOST_A)).toBe(false);
    await addPeer(a, { url: PDS, kind: "host" });
    expect(await mayDeliver(a, ALICE, "pds.example.net")).toBe(false);
    await setPolicy(a, { peering: "verified" });
    expect(await mayDeliver(a, ALICE, "other.example.net")).toBe(false);
    await setPolicy(a, { allowAgents: [ALICE] });
    expect(await mayDeliver(a, ALICE, "other.example.net")).toBe(true);
    await setPolicy(a, { peering: "private" });
    expect(await mayDeliver(a, ALICE, "other.example.net")).toBe(false);
  });
});
