import { P256Keypair, verifySignature } from "@atproto/crypto";
import { describe, expect, it } from "vitest";
import fixtures from "../fixtures/crypto/signature-fixtures.json";
import { base64Decode } from "./base64.ts";
import { derToCompact, isHighS, lowS, SignatureError } from "./p256.ts";
import { Random } from "./testing/random.ts";

/** DER of a compact signature, as OpenSSL writes it. */
function toDer(compact: Uint8Array): Uint8Array {
  const integers = [compact.subarray(0, 32), compact.subarray(32)].map((part) => {
    let start = 0;
    while (start < 31 && part[start] === 0) start++;
    const digits = Array.from(part.subarray(start));
    if ((digits[0] ?? 0) > 0x7f) digits.unshift(0);
    digits.unshift(2, digits.length);
    return digits;
  });
  const body = integers.flat();
  return Uint8Array.from([0x30, body.length, ...body]);
}

const p256 = fixtures.filter((fixture) => fixture.algorithm === "ES256");
const decoded = (text: string) => base64Decode(text) ?? new Uint8Array();

describe("p256", () => {
  it("tells high S from low S in the interop fixtures, and makes it low", async () => {
    const high = p256.filter((fixture) => fixture.tags.includes("high-s"));
    expect(high.length).toBeGreaterThan(0);
    for (const fixture of high) {
      const signature = decoded(fixture.signatureBase64);
      expect(isHighS(signature)).toBe(true);
      expect(await verifySignature(fixture.publicKeyDid, decoded(fixture.messageBase64), lowS(signature))).toBe(true);
      expect(isHighS(signature)).toBe(false);
    }
    for (const fixture of p256) if (fixture.validSignature) expect(isHighS(decoded(fixture.signatureBase64))).toBe(false);
  });

  it("turns the DER of the interop fixtures into a valid compact signature", async () => {
    const der = p256.filter((fixture) => fixture.tags.includes("der-encoded"));
    expect(der.length).toBeGreaterThan(0);
    for (const fixture of der) {
      expect(await verifySignature(fixture.publicKeyDid, decoded(fixture.messageBase64), derToCompact(decoded(fixture.signatureBase64)))).toBe(true);
    }
  });

  it("takes every length of DER integer", () => {
    const random = new Random(4);
    for (let i = 0; i < 500; i++) {
      const compact = random.bytes(64);
      compact.fill(0, 0, random.int(5));
      compact.fill(0, 32, 33 + random.int(5));
      expect(derToCompact(toDer(compact))).toEqual(compact);
    }
  });

  it("lowers half of what signers return, to signatures that still verify", async () => {
    const keypair = await P256Keypair.create();
    const message = Uint8Array.of(1, 2, 3);
    const signature = await keypair.sign(message);
    const other = lowS(signature.slice());
    expect(other).toEqual(signature);
    expect(await verifySignature(keypair.did(), message, derToCompact(toDer(signature)))).toBe(true);
  });

  it("refuses malformed DER", () => {
    const good = toDer(new Random(5).bytes(64).fill(1, 0, 1).fill(1, 32, 33));
    const edit = (at: number, value: number) => Uint8Array.from(good, (byte, i) => (i === at ? value : byte));
    for (const bad of [new Uint8Array(), good.slice(0, -1), Uint8Array.from([...good, 0]), edit(0, 0x31), edit(1, 9), edit(2, 3), edit(3, 0), edit(3, 99), edit(4, 0x80), Uint8Array.of(0x30, 8, 2, 2, 0, 1, 2, 2, 0, 1)]) {
      expect(() => derToCompact(bad)).toThrow(SignatureError);
    }
    expect(() => lowS(new Uint8Array(63))).toThrow("63");
  });
});
