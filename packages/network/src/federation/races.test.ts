import { beforeEach, describe, expect, it } from "vitest";
import { type Neighbour, type Wire, makeColonies } from "../../test/colonies.ts";
import { admitHost } from "./admit.ts";
import { CLOCK_SKEW } from "./limits.ts";
import { listPeers } from "./list-peers.ts";
import { addPeer, removePeer } from "./manage-peers.ts";
import { endPeering } from "./respond.ts";
import { farewellBytes, freshNonce, signStatement } from "./statement.ts";
import { settleAll, upkeep } from "./upkeep.ts";

/** What happens while something else is under way, and after it was cut short. */

const HOST_B = "b.example.org";
const PDS = "pds.example.net";

let a: Neighbour;
let b: Neighbour;
let wire: Wire;
let clock: { now: number };

beforeEach(async () => {
  const made = await makeColonies(["open", "open"]);
  [a, b] = made.colonies as [Neighbour, Neighbour];
  ({ wire, clock } = made);
  wire.pages.set(`https://${PDS}/xrpc/com.atproto.server.describeServer`, () => Response.json({ did: "did:web:pds.example.net" }));
});

const states = async (colony: Neighbour): Promise<Record<string, string>> => Object.fromEntries((await listPeers(colony)).map(({ name, state }) => [name, state]));

/** Have `what` happen once, within the next call of a listening object's method. */
const within = (colony: Neighbour, method: "configure" | "forget", what: () => Promise<unknown>): void => {
  const working = colony.listening;
  let left = 1;
  const once = async (): Promise<void> => {
    if (left-- > 0) await what();
  };
  const peer: typeof working.peer = (host) => {
    const listener = working.peer(host);
    return {
      ...listener,
      configure: async (config) => (method === "configure" ? await once() : undefined, listener.configure(config)),
      forget: async () => (method === "forget" ? await once() : undefined, listener.forget()),
    };
  };
  colony.listening = { ...working, peer };
};

describe("nothing listens that no row stands for", () => {
  it("when the level becomes private while a peer's object is told to listen", async () => {
    within(a, "configure", async () => {
      await a.policy.change({ peering: "private" }, clock.now);
      await settleAll(a);
    });
    await addPeer(a, { url: b.origin });
    expect(a.heard.size).toBe(0);
    await upkeep(a);
    expect(a.heard.size).toBe(0);
  });

  it("when the peer is removed while its object is told to listen", async () => {
    within(a, "configure", () => removePeer(a, HOST_B, false));
    await addPeer(a, { url: b.origin });
    expect([await states(a), a.heard.size]).toEqual([{}, 0]);
  });

  it("when upkeep goes on with the policy of a moment ago", async () => {
    await addPeer(a, { url: b.origin });
    const { policy } = a;
    const before = await policy.get();
    await policy.change({ peering: "private" }, clock.now);
    await settleAll(a);
    let asked = 0;
    a.policy = Object.assign(Object.create(policy) as typeof policy, { get: async () => (asked++ === 0 ? before : policy.get()) });
    await upkeep(a);
    expect(asked).toBeGreaterThan(0);
    expect(a.heard.size).toBe(0);
  });

  it("when its settings change while it is told: the newer ones hold", async () => {
    within(a, "configure", () => addPeer(a, { url: PDS, kind: "host", allowAgents: [] }));
    await addPeer(a, { url: PDS, kind: "host" });
    expect(a.heard.get(PDS)).toMatchObject({ allowAgents: [] });
  });
});

describe("a removal", () => {
  it("that was cut short is finished, and does not come back to life at level open", async () => {
    await admitHost(a, PDS);
    const working = a.listening;
    a.listening = { ...working, forgetHost: () => Promise.reject(new Error("killed")) };
    await expect(removePeer(a, PDS, false)).rejects.toThrow("killed");
    a.listening = working;
    expect(await states(a)).toEqual({ [PDS]: "ending" });
    await upkeep(a);
    expect([await states(a), a.heard.size, a.forgotten]).toEqual([{}, 0, [PDS]]);
  });

  it("does not take away the peer that its admin adds again meanwhile", async () => {
    await addPeer(a, { url: PDS, kind: "host" });
    within(a, "forget", () => addPeer(a, { url: PDS, kind: "host" }));
    await removePeer(a, PDS, false);
    await upkeep(a);
    expect([await states(a), a.heard.has(PDS)]).toEqual([{ [PDS]: "active" }, true]);
  });

  it("of a colony that is added again while it is told ends with both as peers", async () => {
    await addPeer(a, { url: b.origin });
    const plain = a.fetch;
    a.fetch = async (input, init) => {
      if (input === `${b.origin}/xrpc/agent.network.endPeering`) {
        a.fetch = plain;
        await addPeer(a, { url: b.origin });
      }
      return plain(input, init);
    };
    await removePeer(a, b.did, false);
    expect([await states(a), await states(b)]).toEqual([{ [HOST_B]: "active" }, { "a.example.org": "active" }]);
    expect([a.heard.has(HOST_B), b.heard.has("a.example.org")]).toEqual([true, true]);
  });
});

describe("two changes of the policy at once", () => {
  it("both hold", async () => {
    await a.policy.change({ allowlist: [b.did] }, clock.now);
    await Promise.all([a.policy.change({ peering: "private" }, clock.now), removePeer(a, b.did, false)]);
    expect(await a.policy.get()).toEqual({ peering: "private", allowlist: [], allowAgents: [] });
  });
});

describe("handshakes both ways at once", () => {
  it("make one row each, and both listen", async () => {
    const done = await Promise.all([addPeer(a, { url: b.origin }), addPeer(b, { url: a.origin })]);
    expect(done).toMatchObject([{ ok: true }, { ok: true }]);
    expect([await states(a), await states(b)]).toEqual([{ [HOST_B]: "active" }, { "a.example.org": "active" }]);
    expect([a.heard.size, b.heard.size]).toEqual([1, 1]);
  });
});

describe("a statement of the end", () => {
  it("is used up as long as a clock that is behind would believe it", async () => {
    await addPeer(a, { url: b.origin });
    const expiresAt = new Date(clock.now + 60_000).toISOString();
    const nonce = freshNonce();
    const signature = await signStatement(await a.key(), farewellBytes({ from: a.did, to: b.did, nonce, expiresAt }));
    const statement = { did: a.did, peer: b.did, nonce, expiresAt, signature };
    expect(await endPeering(b, statement)).toEqual({ ok: true, value: null });
    await addPeer(b, { url: a.origin });
    clock.now += 60_000 + CLOCK_SKEW / 2;
    await upkeep(b);
    expect(await endPeering(b, statement)).toMatchObject({ ok: false, error: { name: "StatementUsed" } });
    expect(await states(b)).toEqual({ "a.example.org": "active" });
  });
});
