import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { deriveColonyKey } from "./colony-key.ts";
import { challengeBytes, confirmationBytes, expiryOf, farewellBytes, freshNonce, isNonce, signStatement, verifyStatement } from "./statement.ts";

const handshake = { requester: "did:web:a.example.org", responder: "did:web:b.example.org", requesterNonce: "A".repeat(43), responderNonce: "B".repeat(43), expiresAt: "2026-11-21T12:02:00.000Z" };
const farewell = { from: "did:web:a.example.org", to: "did:web:b.example.org", nonce: "A".repeat(43), expiresAt: "2026-11-21T12:05:00.000Z" };

describe("signed statements", () => {
  it("are the lines that docs/federation.md shows", () => {
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const tail = `did:web:a.example.org\ndid:web:b.example.org\n${"A".repeat(43)}\n${"B".repeat(43)}\n2026-11-21T12:02:00.000Z`;
    expect(text(challengeBytes(handshake))).toBe(`agent.network.peering/1\nchallenge\n${tail}`);
    expect(text(confirmationBytes(handshake))).toBe(`agent.network.peering/1\nconfirmation\n${tail}`);
    expect(text(farewellBytes(farewell))).toBe(`agent.network.peering/1\nend\ndid:web:a.example.org\ndid:web:b.example.org\n${"A".repeat(43)}\n2026-11-21T12:05:00.000Z`);
  });

  it("differ whenever a purpose or a field does", () => {
    const variants = Object.keys(handshake).map((field) => ({ ...handshake, [field]: "did:web:x.example.org" }));
    const swapped = { ...handshake, requester: handshake.responder, responder: handshake.requester };
    const all = [handshake, ...variants, swapped].flatMap((one) => [challengeBytes(one), confirmationBytes(one)]).concat(farewellBytes(farewell));
    expect(new Set(all.map((bytes) => createHash("sha256").update(bytes).digest("hex"))).size).toBe(all.length);
  });

  it("verify with the signer's key alone, and whatever is no signature does not", async () => {
    const key = await deriveColonyKey(new Uint8Array(32), handshake.requester);
    const other = await deriveColonyKey(new Uint8Array(32), handshake.responder);
    const bytes = confirmationBytes(handshake);
    const signature = await signStatement(key, bytes);
    expect(signature).toMatch(/^[A-Za-z0-9_-]{86}$/);
    expect(await verifyStatement(bytes, signature, key.didKey)).toBe(true);
    expect(await verifyStatement(bytes, signature, other.didKey)).toBe(false);
    expect(await verifyStatement(challengeBytes(handshake), signature, key.didKey)).toBe(false);
    for (const none of ["", signature.slice(1), `${signature}A`, `${signature}==`, signature.replace(/^./, "+"), "A".repeat(86)]) expect(await verifyStatement(bytes, none, key.didKey)).toBe(false);
    expect(await verifyStatement(bytes, signature, "did:key:zNonsense")).toBe(false);
  });
});

describe("nonces", () => {
  it("are fresh, and told from other texts", () => {
    const some = Array.from({ length: 100 }, freshNonce);
    expect(new Set(some).size).toBe(100);
    expect(some.every(isNonce)).toBe(true);
    for (const none of ["", "A".repeat(21), "A".repeat(87), `${"A".repeat(42)}\n`, `${"A".repeat(42)}=`, "Ä".repeat(43)]) expect(isNonce(none)).toBe(false);
  });
});

describe("expiry", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");

  it.each([["2026-11-21T12:02:00.000Z"], ["2026-11-21T12:02:00Z"], ["2026-11-21T11:59:30Z"], ["2026-11-21T12:10:30Z"]])("%s is one", (text) => {
    expect(expiryOf(text, now)).toBe(Date.parse(text));
  });

  it.each([["2026-11-21T11:58:59Z"], ["2026-11-21T12:11:01Z"], ["2026-11-21T12:02:00+00:00"], ["2026-11-21 12:02:00Z"], ["1795262520000"], ["2026-13-01T00:00:00Z"], [""], ["2026-11-21T12:02:00Z\n"]])("%j is none", (text) => {
    expect(expiryOf(text, now)).toBeUndefined();
  });
});
