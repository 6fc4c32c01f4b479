import { beforeEach, describe, expect, it } from "vitest";
import { type Neighbour, type Wire, makeColonies } from "../../test/colonies.ts";
import { CHALLENGE_LIFE, MAX_INTRODUCTIONS, MAX_CHALLENGES_PER_COLONY } from "./limits.ts";
import { addPeer, removePeer } from "./manage-peers.ts";
import { confirmPeering, requestPeering } from "./respond.ts";
import { stateOf } from "./settle.ts";
import { challengeBytes, confirmationBytes, freshNonce, signStatement } from "./statement.ts";
import { upkeep } from "./upkeep.ts";
import { until } from "../../test/until.ts";

let a: Neighbour;
let b: Neighbour;
let c: Neighbour;
let wire: Wire;
let clock: { now: number };

beforeEach(async () => {
  const made = await makeColonies(["verified", "verified", "verified"]);
  [a, b, c] = made.colonies as [Neighbour, Neighbour, Neighbour];
  ({ wire, clock } = made);
});

const stateAt = async (colony: Neighbour, peer: Neighbour): Promise<string> => {
  const row = await colony.peers.find(peer.did);
  return row === undefined ? "unknown" : stateOf(await colony.policy.get(), row).state;
};

/** A handshake up to and with the challenge, spoken by hand. */
const challenged = async (by: Neighbour = a) => {
  const requesterNonce = freshNonce();
  const asked = await requestPeering(b, { did: by.did, peer: b.did, nonce: requesterNonce });
  if (!asked.ok) throw new Error(asked.error.message);
  const handshake = { requester: by.did, responder: b.did, requesterNonce, responderNonce: asked.value.nonce, expiresAt: asked.value.expiresAt };
  const confirmation = {
    did: by.did, peer: b.did, nonce: requesterNonce, challenge: asked.value.nonce, expiresAt: asked.value.expiresAt,
    signature: await signStatement(await by.key(), confirmationBytes(handshake)),
  };
  return { challenge: asked.value, handshake, confirmation };
};

describe("the handshake", () => {
  it("makes both colonies peers, by one call of one admin, and both listen", async () => {
    const added = await addPeer(a, { url: b.origin });
    expect(added).toMatchObject({ ok: true, value: { did: b.did, name: "b.example.org", direction: "out", approved: true, theirs: "active" } });
    expect(await stateAt(a, b)).toBe("active");
    expect(await stateAt(b, a)).toBe("active");
    expect(await b.peers.find(a.did)).toMatchObject({ direction: "in", approved: false, handleDomains: [".a.example.org"], publicKey: (await a.key()).didKey });
    expect(a.heard.get("b.example.org")).toEqual({ host: "b.example.org", origin: b.origin, collections: ["agent.*"], carry: true, deliver: true });
    expect(b.heard.get("a.example.org")).toMatchObject({ host: "a.example.org", origin: a.origin, broadcasts: false });
    expect(wire.calls).toEqual(["b requestPeering", "b confirmPeering"]);
    expect(await b.nonces.size()).toBe(0);
  });

  it("can be repeated, from either side, and leaves one row each", async () => {
    await addPeer(a, { url: b.origin });
    expect(await addPeer(a, { url: b.origin })).toMatchObject({ ok: false, error: { status: 409, name: "AlreadyPeered" } });
    await addPeer(b, { url: a.origin });
    expect(await a.peers.all()).toHaveLength(1);
    expect(await b.peers.all()).toHaveLength(1);
    expect([await stateAt(a, b), await stateAt(b, a)]).toEqual(["active", "active"]);
  });

  it.each(["requestPeering", "confirmPeering"])("goes on after the answer to %s was lost", async (lost) => {
    wire.onResponse = (method, body) => {
      if (method === lost) throw new Error("cut");
      return body;
    };
    expect(await addPeer(a, { url: b.origin })).toMatchObject({ ok: false, error: { status: 502, name: "PeerUnreachable" } });
    expect(await stateAt(a, b)).toBe("pending");
    delete wire.onResponse;
    clock.now += 60_000;
    await upkeep(a);
    expect([await stateAt(a, b), await stateAt(b, a)]).toEqual(["active", "active"]);
  });

  it("takes up by itself what was written down and never begun", async () => {
    wire.down.add(b.origin);
    expect(await addPeer(a, { url: b.origin })).toMatchObject({ ok: false, error: { name: "PeerUnreachable", message: expect.stringMatching(/[.?] It stays on the list as pending/) as string } });
    wire.down.clear();
    await upkeep(a);
    expect(await stateAt(a, b)).toBe("pending");
    clock.now += 3_600_000;
    await upkeep(a);
    expect(await stateAt(a, b)).toBe("active");
  });

  it("sees a rotated key at the next handshake", async () => {
    await addPeer(a, { url: b.origin });
    const before = (await a.peers.find(b.did))?.publicKey;
    b.rotateKey();
    await a.peers.change((await a.peers.find(b.did)) ?? never(), { verifiedAt: null }, clock.now);
    expect(await addPeer(a, { url: b.origin })).toMatchObject({ ok: true });
    expect((await a.peers.find(b.did))?.publicKey).not.toBe(before);
  });
});

const never = (): never => {
  throw new Error("no row");
};

describe("a confirmation is refused", () => {
  const refusedWith = async (given: object, name: string) => {
    expect(await confirmPeering(b, given as Parameters<typeof confirmPeering>[1])).toMatchObject({ ok: false, error: { name } });
    expect(await stateAt(b, a)).toBe("unknown");
    expect(b.heard.size).toBe(0);
  };

  it("when replayed", async () => {
    const { confirmation } = await challenged();
    expect(await confirmPeering(b, confirmation)).toMatchObject({ ok: true, value: { state: "active" } });
    const row = (await b.peers.find("a.example.org")) ?? never();
    await b.peers.change(row, { listening: false }, clock.now);
    await b.peers.remove(row);
    b.heard.clear();
    await refusedWith(confirmation, "ChallengeUnknown");
  });

  it("when nobody was challenged", async () => {
    const { confirmation } = await challenged();
    await refusedWith({ ...confirmation, challenge: freshNonce() }, "ChallengeUnknown");
  });

  it("when it answers another colony's challenge", async () => {
    const { challenge } = await challenged(c);
    const { confirmation, handshake } = await challenged(a);
    const signature = await signStatement(await a.key(), confirmationBytes({ ...handshake, responderNonce: challenge.nonce, expiresAt: challenge.expiresAt }));
    await refusedWith({ ...confirmation, challenge: challenge.nonce, expiresAt: challenge.expiresAt, signature }, "ChallengeUnknown");
  });

  it("when it answers another colony's challenge with that one's nonce, which does not use it up", async () => {
    const theirs = await challenged(c);
    const { handshake } = await challenged(a);
    const signature = await signStatement(await a.key(), confirmationBytes({ ...handshake, requesterNonce: theirs.handshake.requesterNonce, responderNonce: theirs.challenge.nonce }));
    await refusedWith({ ...theirs.confirmation, did: a.did, signature }, "ChallengeUnknown");
    expect(await confirmPeering(b, theirs.confirmation)).toMatchObject({ ok: true });
  });

  it("when nonces are swapped between two handshakes of one colony", async () => {
    const first = await challenged();
    const second = await challenged();
    await refusedWith({ ...first.confirmation, challenge: second.confirmation.challenge }, "ChallengeUnknown");
  });

  it("when the two nonces change places", async () => {
    const { confirmation, handshake } = await challenged();
    const swapped = { ...handshake, requesterNonce: handshake.responderNonce, responderNonce: handshake.requesterNonce };
    await refusedWith({ ...confirmation, signature: await signStatement(await a.key(), confirmationBytes(swapped)) }, "BadSignature");
  });

  it("when the responder's own signature is sent back", async () => {
    const { confirmation, challenge } = await challenged();
    await refusedWith({ ...confirmation, signature: challenge.signature }, "BadSignature");
  });

  it("when signed by another key", async () => {
    const { confirmation, handshake } = await challenged();
    await refusedWith({ ...confirmation, signature: await signStatement(await c.key(), confirmationBytes(handshake)) }, "BadSignature");
  });

  it("when signed for another purpose", async () => {
    const { confirmation, handshake } = await challenged();
    await refusedWith({ ...confirmation, signature: await signStatement(await a.key(), challengeBytes(handshake)) }, "BadSignature");
  });

  it("when signed for another pair", async () => {
    for (const other of [{ responder: c.did }, { requester: c.did }]) {
      const { confirmation, handshake } = await challenged();
      await refusedWith({ ...confirmation, signature: await signStatement(await a.key(), confirmationBytes({ ...handshake, ...other })) }, "BadSignature");
      // The try used the challenge up.
      await refusedWith(confirmation, "ChallengeUnknown");
    }
  });

  it("when the challenge has expired, or is said to expire later", async () => {
    const late = await challenged();
    clock.now += CHALLENGE_LIFE;
    await refusedWith(late.confirmation, "ChallengeUnknown");
    const { confirmation, handshake } = await challenged();
    const expiresAt = new Date(clock.now + 2 * CHALLENGE_LIFE).toISOString();
    await refusedWith({ ...confirmation, expiresAt, signature: await signStatement(await a.key(), confirmationBytes({ ...handshake, expiresAt })) }, "ChallengeUnknown");
  });

  it("when it is for another colony", async () => {
    const { confirmation } = await challenged();
    await refusedWith({ ...confirmation, peer: c.did }, "NotThisColony");
  });

  it("when it is no signature", async () => {
    for (const signature of ["", "A".repeat(86), "!".repeat(86)]) {
      const { confirmation } = await challenged();
      await refusedWith({ ...confirmation, signature }, "BadSignature");
    }
  });
});

describe("a challenge is refused by the colony that asked", () => {
  const refusedWith = async (tamper: NonNullable<Wire["onResponse"]>, words: string) => {
    wire.onResponse = (method, body) => (method === "requestPeering" ? tamper(method, body) : body);
    const added = await addPeer(a, { url: b.origin });
    expect(added).toMatchObject({ ok: false, error: { status: 502, name: "PeerInvalid" } });
    expect(added.ok ? "" : added.error.message).toContain(words);
    expect(wire.calls).toEqual(["b requestPeering"]);
    expect(a.heard.size).toBe(0);
    expect(await stateAt(b, a)).toBe("unknown");
  };

  it("when the signature is of somebody else, or none", async () => {
    await refusedWith((_method, body) => ({ ...body, signature: "A".repeat(86) }), "not signed by did:web:b.example.org");
  });

  it("when the nonce was changed on its way", async () => {
    await refusedWith((_method, body) => ({ ...body, nonce: freshNonce() }), "not signed");
  });

  it("when it is a replay of an earlier one", async () => {
    const { challenge } = await challenged();
    wire.calls.length = 0;
    await refusedWith(() => ({ ...challenge }), "not signed");
  });

  it("when it has expired or lives too long", async () => {
    await refusedWith((_method, body) => ({ ...body, expiresAt: "2026-11-21T11:00:00.000Z" }), "clocks differ");
    wire.calls.length = 0;
    await refusedWith((_method, body) => ({ ...body, expiresAt: "2036-11-21T11:00:00.000Z" }), "clocks differ");
  });

  it("when it is none", async () => {
    await refusedWith(() => ({ hello: 1 }), "no challenge");
  });

  it("when its nonce would put lines of its own into what is signed", async () => {
    await refusedWith((_method, body) => ({ ...body, nonce: `${freshNonce()}\n2036-11-21T11:00:00.000Z` }), "no challenge");
  });
});

describe("who asks is looked up where its DID says, and nowhere else", () => {
  const ask = (did: string) => requestPeering(b, { did, peer: b.did, nonce: freshNonce() });

  it.each(["did:web:localhost%3A3000", "did:web:127.0.0.1", "did:web:10.0.0.1", "did:web:metadata.google.internal", "did:web:a.example.org%3A8443", "did:web:a.example.org:x", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"])(
    "%s is not asked at all",
    async (did) => {
      let asked = 0;
      const watched = { ...b, fetch: (async () => (asked++, new Response())) satisfies typeof fetch };
      expect(await requestPeering(watched, { did, peer: b.did, nonce: freshNonce() })).toMatchObject({ ok: false, error: { name: "CannotVerify" } });
      expect(asked).toBe(0);
    },
  );

  it("a card that disagrees with the DID document is refused", async () => {
    const card = { protocolVersion: 1, did: a.did, origin: a.origin, publicKey: (await c.key()).didKey, handleDomains: [], policy: { peering: "open" }, software: { name: "x", version: "1" } };
    wire.pages.set(`${a.origin}/.well-known/agent-network.json`, () => Response.json(card));
    const answer = await ask(a.did);
    expect(answer).toMatchObject({ ok: false, error: { name: "CannotVerify" } });
    expect(answer.ok ? "" : answer.error.message).toContain("another #agent_network key");
    wire.pages.set(`${a.origin}/.well-known/agent-network.json`, () => Response.json({ ...card, did: c.did }));
    expect(await ask(a.did)).toMatchObject({ ok: false, error: { name: "CannotVerify" } });
    wire.pages.set(`${a.origin}/.well-known/agent-network.json`, () => Response.redirect("http://10.0.0.1/"));
    expect(await ask(a.did)).toMatchObject({ ok: false, error: { name: "CannotVerify" } });
    wire.pages.set(`${a.origin}/.well-known/agent-network.json`, () => new Response("x".repeat(100_000)));
    expect(await ask(a.did)).toMatchObject({ ok: false, error: { name: "CannotVerify" } });
  });

  it("open challenges are bounded, for one colony and in time", async () => {
    for (let i = 0; i < MAX_CHALLENGES_PER_COLONY + 3; i++) expect(await ask(a.did)).toMatchObject({ ok: true });
    expect(await b.nonces.size()).toBe(MAX_CHALLENGES_PER_COLONY);
    expect(await ask(c.did)).toMatchObject({ ok: true });
    expect(await b.nonces.size()).toBe(MAX_CHALLENGES_PER_COLONY + 1);
    clock.now += CHALLENGE_LIFE;
    expect(await ask(a.did)).toMatchObject({ ok: true });
    expect(await b.nonces.size()).toBe(1);
  });

  it("a third party that asks in a colony's name keeps it neither from peering nor from ending it", async () => {
    for (let i = 0; i < 2 * MAX_CHALLENGES_PER_COLONY; i++) await ask(a.did);
    expect(await addPeer(a, { url: b.origin })).toMatchObject({ ok: true, value: { theirs: "active" } });
    for (let i = 0; i < 2 * MAX_CHALLENGES_PER_COLONY; i++) await ask(a.did);
    expect(await removePeer(a, b.did, false)).toEqual({ ok: true, value: { removed: true, told: true } });
  });

  it("another spelling of a DID is no other colony, and gets round no bound", async () => {
    for (const did of ["did:web:A.example.org", "did:web:a.EXAMPLE.org"]) expect(await ask(did)).toMatchObject({ ok: false, error: { name: "CannotVerify" } });
    expect(wire.calls).toEqual([]);
    expect(await b.nonces.size()).toBe(0);
  });

  it("hosts of strangers that never answer do not keep peers from being heard", async () => {
    await addPeer(a, { url: b.origin });
    let release = (): void => undefined;
    const stuck = new Promise<void>((resolve) => (release = resolve));
    const plain = b.fetch;
    b.fetch = async (input, init) => {
      if (typeof input === "string" && input.includes("slow")) return stuck.then(() => new Response("", { status: 500 }));
      return plain(input, init);
    };
    const slow = Array.from({ length: MAX_INTRODUCTIONS }, (_, i) => ask(`did:web:slow${i}.example.org`));
    await until("all look-ups are under way", async () => (await ask(c.did).then((answer) => !answer.ok && answer.error.status === 429)));
    expect(await removePeer(a, b.did, false)).toEqual({ ok: true, value: { removed: true, told: true } });
    release();
    await Promise.all(slow);
    expect(await ask(c.did)).toMatchObject({ ok: true });
  });

  it("a colony does not peer with itself, nor as another", async () => {
    expect(await ask(b.did)).toMatchObject({ ok: false, error: { name: "NotThisColony" } });
    expect(await requestPeering(b, { did: a.did, peer: c.did, nonce: freshNonce() })).toMatchObject({ ok: false, error: { name: "NotThisColony" } });
    expect(await addPeer(b, { url: b.origin })).toMatchObject({ ok: false, error: { name: "InvalidRequest" } });
  });
});
