import { secp256k1 } from "@noble/curves/secp256k1.js";
import { describe, expect, it } from "vitest";
import vectors from "../../repo/fixtures/crypto/signature-fixtures.json";
import { secp256k1Verifier, TABLE_AFTER } from "./secp256k1-verifier.ts";
import { verifySignature } from "./signature.ts";
import { seeded, sha256 } from "../test/agent.ts";

const base64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
const { ORDER } = secp256k1.Point.Fn;
const bytesOf = (value: bigint) => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
const signature = (r: bigint, s: bigint) => Uint8Array.from([...bytesOf(r), ...bytesOf(s)]);

describe("verifying with a key that is used often", () => {
  it("says what the library says, of good signatures and of bad ones", async () => {
    const random = seeded(20261121);
    for (const name of ["a", "b"]) {
      const { secretKey, publicKey } = secp256k1.keygen(Uint8Array.from({ length: 48 }, () => random(256)));
      const verify = secp256k1Verifier(publicKey, name);
      for (let i = 0; i < 3 * TABLE_AFTER; i++) {
        const bytes = Uint8Array.from({ length: random(200) }, () => random(256));
        const good = secp256k1.sign(bytes, secretKey);
        const bad = good.slice();
        bad[random(64)] = random(256);
        for (const sig of [good, bad]) {
          const expected = secp256k1.verify(sig, bytes, publicKey, { lowS: true });
          expect(await verify(sig, bytes), `signature ${i}`).toBe(expected);
        }
        expect(await verify(good, Uint8Array.from([...bytes, 1]))).toBe(false);
      }
    }
  });

  it("refuses numbers out of range, high S, and another length", async () => {
    const { secretKey, publicKey } = secp256k1.keygen();
    const verify = secp256k1Verifier(publicKey, "range");
    const bytes = new Uint8Array(10);
    const good = secp256k1.sign(bytes, secretKey);
    for (let i = 0; i < TABLE_AFTER; i++) expect(await verify(good, bytes)).toBe(true);
    const { r, s } = secp256k1.Signature.fromBytes(good);
    const bad = [signature(0n, s), signature(r, 0n), signature(ORDER, s), signature(r, ORDER - s), signature(r, ORDER), good.subarray(0, 63), signature(2n ** 256n - 1n, s)];
    for (const sig of bad) expect(await verify(sig, bytes)).toBe(false);
  });

  it("says what the interoperability vectors say, however often they come", async () => {
    for (let i = 0; i < 2 * TABLE_AFTER; i++) {
      for (const { messageBase64, signatureBase64, publicKeyDid, validSignature } of vectors) expect(await verifySignature(base64(messageBase64), base64(signatureBase64), publicKeyDid)).toBe(validSignature);
    }
  });

  it("needs a point of the curve", () => {
    expect(() => secp256k1Verifier(Uint8Array.from([2, ...sha256(new Uint8Array([5]))]).fill(0xff, 1), "none")).toThrow();
  });
});
