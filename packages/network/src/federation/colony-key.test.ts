import { verifySignature } from "@rookery/sync";
import { describe, expect, it } from "vitest";
import { colonyScalar, deriveColonyKey } from "./colony-key.ts";

const MASTER = new Uint8Array(32).fill(7);
const DID = "did:web:colony.example.org";
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("the colony's key", () => {
  it("is the same for the same master key and DID, ever", async () => {
    // Fixed: a change here would give every colony another identity.
    expect(hex(colonyScalar(MASTER, DID))).toBe("a923f64cf945704f1e6b4e1d7da8c1660e04c2c4fe1d0df83ae482cc21d6a177");
    expect((await deriveColonyKey(MASTER, DID)).didKey).toBe((await deriveColonyKey(MASTER, DID)).didKey);
  });

  it("is another for another colony or master key", () => {
    expect(hex(colonyScalar(MASTER, "did:web:b.example.org"))).not.toBe(hex(colonyScalar(MASTER, DID)));
    expect(hex(colonyScalar(new Uint8Array(32).fill(8), DID))).not.toBe(hex(colonyScalar(MASTER, DID)));
  });

  it("is always a scalar of the curve", () => {
    for (let i = 0; i < 200; i++) {
      const scalar = BigInt(`0x${hex(colonyScalar(new Uint8Array(32).fill(i), DID))}`);
      expect(scalar > 0n && scalar < 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n).toBe(true);
    }
  });

  it("signs what its did:key verifies", async () => {
    const key = await deriveColonyKey(MASTER, DID);
    const bytes = new TextEncoder().encode("hello");
    const signature = await key.sign(bytes);
    expect(key.didKey).toBe(`did:key:${key.multibase}`);
    expect(await verifySignature(bytes, signature, key.didKey)).toBe(true);
    expect(await verifySignature(new TextEncoder().encode("hellp"), signature, key.didKey)).toBe(false);
  });
});
