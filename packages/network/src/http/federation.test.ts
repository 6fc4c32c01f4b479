import { env } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { ADMIN, ask, xrpc } from "../../test/client.ts";
import { upkeep } from "../federation/upkeep.ts";
import { newPeer } from "../federation/peer-row.ts";
import { freshNonce } from "../federation/statement.ts";
import { colonyOf } from "../host/federation.ts";

const PEERS = "/admin/federation/peers";
const POLICY = "/admin/federation/policy";
/** Nothing listens on port 1. */
const AWAY = "http://127.0.0.1:1";

interface Listed {
  policy: { peering: string };
  peers: { name: string; state: string; reason?: string; live?: { state: string; cursor: number } }[];
}

const list = async (): Promise<Listed> => (await ask<Listed>(PEERS, { auth: ADMIN })).body;

afterEach(async () => {
  for (const { name } of (await list()).peers) await ask(`${PEERS}?peer=${encodeURIComponent(name)}`, { method: "DELETE", auth: ADMIN });
  await ask(POLICY, { auth: ADMIN, json: { peering: "allowlist", allowlist: [], allowAgents: [] } });
});

describe("what the colony says of itself", () => {
  it("is the same in its card and its DID document", async () => {
    const card = await ask<{ did: string; publicKey: string }>("/.well-known/agent-network.json");
    const document = await ask<{ id: string; verificationMethod: { publicKeyMultibase: string }[] }>("/.well-known/did.json");
    expect(card.body).toMatchObject({ protocolVersion: 1, did: "did:web:localhost%3A3000", origin: "http://localhost:3000", handleDomains: [".test"], policy: { peering: "allowlist", collections: ["agent.*"] } });
    expect(card.headers.get("access-control-allow-origin")).toBe("*");
    expect(document.body.id).toBe(card.body.did);
    expect(`did:key:${document.body.verificationMethod[0]?.publicKeyMultibase}`).toBe(card.body.publicKey);
  });

  it("tells the level of the day", async () => {
    await ask(POLICY, { auth: ADMIN, json: { peering: "open" } });
    expect((await ask<{ policy: object }>("/.well-known/agent-network.json")).body.policy).toMatchObject({ peering: "open" });
  });
});

describe("the admin's routes", () => {
  it.each<[unknown, string]>([
    [{}, "url is missing"],
    [[], "url is missing"],
    [{ url: "" }, "url is missing"],
    [{ url: AWAY, kind: "friend" }, "kind must be one of colony, host, relay, jetstream"],
    [{ url: AWAY, trust: "full" }, "trust must be one of open, verified, allowlist, private"],
    [{ url: AWAY, allowAgents: "did:plc:a" }, "allowAgents must be a list"],
    [{ url: AWAY, allowAgents: ["bob.test"] }, 'allowAgents has "bob.test"'],
    [{ url: AWAY, allowAgent: [] }, "allowAgent is no field here"],
    [{ url: "http://192.168.0.1" }, "no public host name"],
    [{ url: "http://localhost:3000" }, "this colony itself"],
  ])("refuse the peer %j with a sentence", async (json, words) => {
    const answer = await ask(PEERS, { auth: ADMIN, json });
    expect(answer).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    expect(answer.body.message).toContain(words);
    expect((await list()).peers).toEqual([]);
  });

  it.each<[unknown, string]>([
    [[], "must be an object"],
    [{ peering: "friendly" }, "peering must be one of"],
    [{ allowlist: "x" }, "allowlist must be a list"],
    [{ allowlist: ["x"] }, 'allowlist has "x"'],
    [{ allowlist: ["did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"] }, "no colony's DID"],
    [{ allowlist: ["did:web:B.example.org"] }, "in lower case"],
    [{ allowAgents: Array(1001).fill("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa") }, "at most 1000"],
    [{ level: "open" }, "level is no field here"],
  ])("refuse the policy %j with a sentence", async (json, words) => {
    const answer = await ask(POLICY, { auth: ADMIN, json });
    expect(answer).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    expect(answer.body.message).toContain(words);
    expect((await ask(POLICY, { auth: ADMIN })).body).toEqual({ peering: "allowlist", allowlist: [], allowAgents: [] });
  });

  it("change the policy in part", async () => {
    await ask(POLICY, { auth: ADMIN, json: { peering: "verified" } });
    const changed = await ask(POLICY, { auth: ADMIN, json: { allowlist: ["did:web:b.example.org", "did:web:b.example.org"] } });
    expect(changed.body).toEqual({ peering: "verified", allowlist: ["did:web:b.example.org"], allowAgents: [] });
    expect((await ask(POLICY, { auth: ADMIN })).body).toEqual(changed.body);
  });

  it("say what to give when nobody is named for removal", async () => {
    expect(await ask(PEERS, { method: "DELETE", auth: ADMIN })).toMatchObject({ status: 400 });
    expect(await ask(`${PEERS}?peer=x&block=maybe`, { method: "DELETE", auth: ADMIN })).toMatchObject({ status: 400 });
    expect(await ask(`${PEERS}?peer=x`, { method: "DELETE", auth: ADMIN })).toMatchObject({ status: 200, body: { removed: false } });
  });

  it("keep a colony that is away as pending, with the reason, and let it go at once", async () => {
    const answer = await ask(PEERS, { auth: ADMIN, json: { url: AWAY } });
    expect(answer).toMatchObject({ status: 502, body: { error: "PeerUnreachable" } });
    expect(answer.body.message).toContain(`${AWAY}/.well-known/agent-network.json`);
    // The answer is the reason, and what becomes of the peer.
    const [reason, stays] = answer.body.message.split(" It stays on the list as pending");
    expect(stays).toContain("DELETE it to forget it");
    const [listed] = (await list()).peers;
    expect(listed).toMatchObject({ name: "127.0.0.1:1", state: "pending", reason, nextAttemptAt: expect.any(String) });
    expect((await ask(`${PEERS}?peer=${AWAY}`, { method: "DELETE", auth: ADMIN })).body).toMatchObject({ removed: true });
    expect((await list()).peers).toEqual([]);
  });
});

describe("an active peer, in its own object", () => {
  it("listens, is listed with what its object says, follows the policy, and is gone when it is removed", async () => {
    const colony = colonyOf(env);
    await colony.peers.add(newPeer({ name: "127.0.0.1:1", kind: "host", origin: AWAY, direction: "out", approved: true }, Date.now()), false);
    await upkeep(colony);
    const shown = async () => (await list()).peers[0];
    expect(await shown()).toMatchObject({ state: "active", live: { cursor: 0 } });
    await ask(POLICY, { auth: ADMIN, json: { peering: "private" } });
    expect(await shown()).toMatchObject({ state: "refused" });
    expect(await shown()).not.toHaveProperty("live");
    await ask(POLICY, { auth: ADMIN, json: { peering: "verified" } });
    expect(await shown()).toMatchObject({ state: "active", live: { cursor: 0 } });
    // Nobody is told: a host is no colony.
    expect((await ask(`${PEERS}?peer=127.0.0.1:1&block=true`, { method: "DELETE", auth: ADMIN })).body).toEqual({ removed: true });
    expect(await shown()).toMatchObject({ state: "blocked" });
    expect(await shown()).not.toHaveProperty("live");
    expect(await colony.listening.peer("127.0.0.1:1").status()).toBeUndefined();
    await ask(`${PEERS}?peer=127.0.0.1:1`, { method: "DELETE", auth: ADMIN });
    expect((await list()).peers).toEqual([]);
  });

  it("a Jetstream likewise", async () => {
    expect((await ask(PEERS, { auth: ADMIN, json: { url: "ws://127.0.0.1:1", kind: "jetstream" } })).status).toBe(200);
    expect((await list()).peers[0]).toMatchObject({ name: "ws://127.0.0.1:1/subscribe", kind: "jetstream", state: "active", live: { cursor: 0 } });
    expect((await ask(`${PEERS}?peer=${encodeURIComponent("ws://127.0.0.1:1/subscribe")}`, { method: "DELETE", auth: ADMIN })).body).toEqual({ removed: true });
  });
});

describe("calls of other colonies", () => {
  const call = (method: string, body: object) => xrpc(`agent.network.${method}`, { json: body });
  const did = "did:web:localhost%3A1";
  const peer = "did:web:localhost%3A3000";
  const signed = { nonce: freshNonce(), expiresAt: "2026-11-21T12:00:00.000Z", signature: "A".repeat(86) };

  it("are checked by their lexicons", async () => {
    for (const method of ["requestPeering", "confirmPeering", "endPeering"]) {
      expect(await call(method, {})).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
      expect(await call(method, { did: "nobody", peer, ...signed, challenge: freshNonce() })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
      expect(await call(method, { did, peer, ...signed, challenge: freshNonce(), nonce: "short" })).toMatchObject({ status: 400, body: { error: "InvalidRequest" } });
    }
  });

  it("of a colony that cannot be looked up are refused with the reason", async () => {
    const answer = await call("requestPeering", { did, peer, nonce: freshNonce() });
    expect(answer).toMatchObject({ status: 400, body: { error: "CannotVerify" } });
    expect(answer.body.message).toContain("http://localhost:1/.well-known/agent-network.json");
  });

  it("that nothing preceded come to nothing", async () => {
    expect(await call("confirmPeering", { did, peer, ...signed, challenge: freshNonce() })).toMatchObject({ status: 400, body: { error: "ChallengeUnknown" } });
    expect(await call("endPeering", { did, peer, ...signed })).toMatchObject({ status: 400, body: { error: "StatementExpired" } });
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect((await call("endPeering", { did, peer, ...signed, expiresAt: soon })).status).toBe(200);
    expect((await list()).peers).toEqual([]);
  });

  it("are refused by a private colony before anybody is asked", async () => {
    await ask(POLICY, { auth: ADMIN, json: { peering: "private" } });
    expect(await call("requestPeering", { did, peer, nonce: freshNonce() })).toMatchObject({ status: 403, body: { error: "PeeringClosed" } });
  });
});
