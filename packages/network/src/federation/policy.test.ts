import { describe, expect, it } from "vitest";
import { type Policy, type Standing, TRUST_LEVELS, type TrustLevel, admitsCrawl, admitsDelivery, admitsStrangers, isTrustLevel, judge, termsOf } from "./policy.ts";

const COLONY = "did:web:b.example.org";
const ALICE = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
const BOB = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb";

const policy = (peering: TrustLevel, more: Partial<Policy> = {}): Policy => ({ peering, allowlist: [], allowAgents: [], ...more });

const colony = (more: Partial<Standing> = {}): Standing => ({
  kind: "colony", did: COLONY, approved: false, verified: true, theirs: "active", blocked: false, trust: null, allowAgents: null, ...more,
});
const host = (more: Partial<Standing> = {}): Standing => colony({ kind: "host", did: null, verified: false, theirs: null, ...more });

/** State by level, in the order open, verified, allowlist, private. */
const states = (peer: Standing, more: Partial<Policy> = {}) => TRUST_LEVELS.map((level) => judge(policy(level, more), peer).state);

describe("what becomes of a peer, at open, verified, allowlist, private", () => {
  it.each<[string, Standing, string[]]>([
    ["a colony that asked and proved itself", colony(), ["active", "active", "pending", "refused"]],
    ["the same, added by the admin", colony({ approved: true }), ["active", "active", "active", "refused"]],
    ["a colony that has not proved itself", colony({ verified: false, approved: true }), ["pending", "pending", "pending", "refused"]],
    ["a colony whose own admin must approve", colony({ approved: true, theirs: "pending" }), ["pending", "pending", "pending", "refused"]],
    ["a colony that has not answered yet", colony({ approved: true, theirs: null }), ["pending", "pending", "pending", "refused"]],
    ["a colony that refused or ended it", colony({ approved: true, theirs: "refused" }), ["refused", "refused", "refused", "refused"]],
    ["a blocked colony", colony({ approved: true, blocked: true }), ["blocked", "blocked", "blocked", "blocked"]],
    ["a host added by the admin", host({ approved: true }), ["active", "active", "active", "refused"]],
    ["a host that asked to be crawled", host(), ["active", "refused", "refused", "refused"]],
    ["a blocked host", host({ approved: true, blocked: true }), ["blocked", "blocked", "blocked", "blocked"]],
  ])("%s", (_what, peer, expected) => {
    expect(states(peer)).toEqual(expected);
  });

  it("a colony on the allowlist needs no admin", () => {
    expect(states(colony(), { allowlist: [COLONY] })).toEqual(["active", "active", "active", "refused"]);
    expect(states(colony(), { allowlist: ["did:web:c.example.org"] })).toEqual(["active", "active", "pending", "refused"]);
    expect(states(colony({ verified: false }), { allowlist: [COLONY] })).toEqual(["pending", "pending", "pending", "refused"]);
  });

  it("a peer's own level goes before the colony's, except before private", () => {
    expect(states(colony({ trust: "private", approved: true }))).toEqual(["refused", "refused", "refused", "refused"]);
    expect(states(colony({ trust: "verified" }))).toEqual(["active", "active", "active", "refused"]);
    expect(states(colony({ trust: "allowlist" }))).toEqual(["pending", "pending", "pending", "refused"]);
    expect(states(host({ trust: "open" }))).toEqual(["active", "active", "active", "refused"]);
  });

  it("says why whatever is not active is not", () => {
    for (const peer of [colony(), colony({ verified: false }), colony({ theirs: "pending" }), host(), colony({ blocked: true })]) {
      for (const level of TRUST_LEVELS) {
        const { state, reason } = judge(policy(level), peer);
        expect(reason === undefined).toBe(state === "active");
      }
    }
  });
});

describe("terms", () => {
  it("everything of an active peer, nothing of another", () => {
    for (const peer of [colony(), colony({ approved: true }), host(), host({ approved: true }), colony({ blocked: true })]) {
      for (const level of TRUST_LEVELS) {
        const active = judge(policy(level), peer).state === "active";
        expect(termsOf(policy(level), peer)).toEqual({ listen: active, carry: active, deliver: active, broadcasts: active && peer.approved });
      }
    }
  });

  it("allowAgents narrows a peer, an empty list to nobody; it opens nothing", () => {
    expect(termsOf(policy("open"), colony({ allowAgents: [ALICE] }))).toEqual({ listen: true, carry: true, deliver: true, broadcasts: true, allowAgents: [ALICE] });
    expect(termsOf(policy("open"), host({ allowAgents: [] })).allowAgents).toEqual([]);
    expect(termsOf(policy("allowlist"), colony({ allowAgents: [ALICE] }))).toEqual({ listen: false, carry: false, deliver: false, broadcasts: false });
  });

  it("the colony's allowAgents does not narrow peers", () => {
    expect(termsOf(policy("open", { allowAgents: [BOB] }), colony())).toEqual({ listen: true, carry: true, deliver: true, broadcasts: false });
  });

  it("broadcasts need the admin's word: of the peer, by the list, or of its agents", () => {
    const broadcasts = (peer: Standing, more: Partial<Policy> = {}) => TRUST_LEVELS.map((level) => termsOf(policy(level, more), peer).broadcasts);
    expect(broadcasts(colony())).toEqual([false, false, false, false]);
    expect(broadcasts(host())).toEqual([false, false, false, false]);
    expect(broadcasts(colony({ approved: true }))).toEqual([true, true, true, false]);
    expect(broadcasts(host({ approved: true }))).toEqual([true, true, true, false]);
    expect(broadcasts(colony(), { allowlist: [COLONY] })).toEqual([true, true, true, false]);
    expect(broadcasts(colony({ allowAgents: [ALICE] }))).toEqual([true, true, false, false]);
    expect(broadcasts(colony({ approved: true, blocked: true }))).toEqual([false, false, false, false]);
  });
});

describe("requestCrawl, at open, verified, allowlist, private", () => {
  const crawls = (known?: Standing) => TRUST_LEVELS.map((level) => admitsCrawl(policy(level), known).state);

  it.each<[string, Standing | undefined, string[]]>([
    ["a stranger", undefined, ["active", "refused", "refused", "refused"]],
    ["a host of the admin's", host({ approved: true }), ["active", "active", "active", "refused"]],
    ["a colony of the admin's", colony({ approved: true }), ["active", "active", "active", "refused"]],
    ["a colony still in its handshake", colony({ verified: false }), ["active", "refused", "refused", "refused"]],
    ["a colony that waits for approval", colony(), ["active", "active", "pending", "refused"]],
    ["a blocked host", host({ blocked: true }), ["blocked", "blocked", "blocked", "blocked"]],
    ["a blocked colony", colony({ blocked: true, verified: false }), ["blocked", "blocked", "blocked", "blocked"]],
  ])("%s", (_what, known, expected) => {
    expect(crawls(known)).toEqual(expected);
  });
});

describe("delivery through a common relay or Jetstream, at open, verified, allowlist, private", () => {
  const delivers = (known: Standing | undefined, more: Partial<Policy> = {}) => TRUST_LEVELS.map((level) => admitsDelivery(policy(level, more), ALICE, known));

  it.each<[string, Standing | undefined, Partial<Policy>, boolean[]]>([
    ["an author on a host nobody knows", undefined, {}, [true, false, false, false]],
    ["an allowed agent there", undefined, { allowAgents: [ALICE] }, [true, true, true, false]],
    ["another agent there", undefined, { allowAgents: [BOB] }, [true, false, false, false]],
    ["an author on a host that is listened to", host({ approved: true }), {}, [false, false, false, false]],
    ["an allowed agent on a host that is listened to", host({ approved: true }), { allowAgents: [ALICE] }, [false, false, false, false]],
    ["an author on a colony that waits for approval", colony({ theirs: "pending" }), {}, [true, false, false, false]],
    ["an author on a blocked host", host({ blocked: true }), { allowAgents: [ALICE] }, [false, false, false, false]],
    ["an author on a host set to private", host({ trust: "private" }), { allowAgents: [ALICE] }, [false, false, false, false]],
    ["an author whom the host's own list leaves out", colony({ verified: false, allowAgents: [BOB] }), {}, [false, false, false, false]],
  ])("%s", (_what, known, more, expected) => {
    expect(delivers(known, more)).toEqual(expected);
  });
});

describe("levels", () => {
  it("private hears no strangers", () => {
    expect(TRUST_LEVELS.map((level) => admitsStrangers(policy(level)))).toEqual([true, true, true, false]);
  });

  it("are told from other words", () => {
    expect(TRUST_LEVELS.every(isTrustLevel)).toBe(true);
    for (const other of ["", "Open", "none", undefined, null, 1]) expect(isTrustLevel(other)).toBe(false);
  });
});
