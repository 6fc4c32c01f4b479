import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { x25519 } from "@noble/curves/ed25519.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { describe, expect, it } from "vitest";
import { decryptChunks, encryptChunks } from "../src/chunked.ts";
import { hkdf } from "../src/hkdf.ts";
import { publicKeyFault } from "../src/public-key.ts";
import { hex, toHex, vectorsOf } from "./fixture.ts";

interface Judged {
  tcId: number;
  result: "valid" | "invalid" | "acceptable";
  flags: string[];
}

describe("AES-256-GCM of the platform", () => {
  const vectors = vectorsOf<Judged & { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }>("wycheproof-aes-gcm");
  it("has vectors", () => expect(vectors.length).toBe(66));

  it.each(vectors)("$tcId", async ({ key, iv, aad, msg, ct, tag, result }) => {
    const imported = await crypto.subtle.importKey("raw", hex(key), "AES-GCM", false, ["encrypt", "decrypt"]);
    const parameters = { name: "AES-GCM", iv: hex(iv), additionalData: hex(aad) };
    const opened = crypto.subtle.decrypt(parameters, imported, hex(ct + tag));
    if (result !== "valid") return expect(opened).rejects.toThrow();
    expect(toHex(new Uint8Array(await opened))).toBe(msg);
    expect(toHex(new Uint8Array(await crypto.subtle.encrypt(parameters, imported, hex(msg))))).toBe(ct + tag);
  });
});

describe("HKDF-SHA256 as we call it", () => {
  const vectors = vectorsOf<Judged & { ikm: string; salt: string; info: string; size: number; okm: string }>("wycheproof-hkdf-sha256");
  it("has vectors", () => expect(vectors.length).toBe(83));

  it.each(vectors)("$tcId", async ({ ikm, salt, info, size, okm, result }) => {
    const derived = hkdf(hex(ikm), hex(salt), hex(info), size);
    if (result !== "valid") return expect(derived).rejects.toThrow();
    expect(toHex(await derived)).toBe(okm);
  });
});

describe("X25519", () => {
  const vectors = vectorsOf<Judged & { public: string; private: string; shared: string }>("wycheproof-x25519");
  it("has vectors", () => expect(vectors.length).toBe(123));

  it.each(vectors)("$tcId $flags", async ({ public: theirs, private: ours, shared, flags }) => {
    const inJavaScript = () => toHex(x25519.getSharedSecret(hex(ours), hex(theirs)));
    const pkcs8 = hex(`302e020100300506032b656e04220420${ours}`);
    const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"]);
    const publicKey = await crypto.subtle.importKey("raw", hex(theirs), "X25519", false, []);
    const onPlatform = crypto.subtle.deriveBits({ name: "X25519", public: publicKey }, privateKey, 256).then((bits) => toHex(new Uint8Array(bits)));
    // RFC 7748 leaves it open; HPKE (RFC 9180 7.1.4) demands that both refuse.
    if (flags.includes("ZeroSharedSecret")) {
      expect(inJavaScript).toThrow();
      return expect(onPlatform).rejects.toThrow();
    }
    expect([inJavaScript(), await onPlatform]).toEqual([shared, shared]);
  });
});

describe("ML-KEM-768", () => {
  const decapsulations = vectorsOf<Judged & { seed: string; ek: string; c: string; K: string }>("wycheproof-mlkem-768");
  const encapsulations = vectorsOf<Judged & { m: string; ek: string; c: string; K: string }>("wycheproof-mlkem-768-encaps");
  it("has vectors", () => expect([decapsulations.length, encapsulations.length]).toEqual([9, 9]));

  it.each(decapsulations)("decapsulation $tcId, $result", ({ seed, ek, c, K, result }) => {
    const decapsulate = () => {
      const { secretKey, publicKey } = ml_kem768.keygen(hex(seed));
      return { publicKey: toHex(publicKey), secret: toHex(ml_kem768.decapsulate(hex(c), secretKey)) };
    };
    if (result !== "valid") return expect(decapsulate).toThrow();
    expect(decapsulate()).toEqual({ publicKey: ek, secret: K });
  });

  it.each(encapsulations)("encapsulation $tcId, $result $flags", ({ m, ek, c, K, result }) => {
    const xwingKey = hex(ek + "09".padEnd(64, "0"));
    if (result !== "valid") return expect(publicKeyFault("hpke-xwing-hkdfsha256-aes256gcm", xwingKey)).toMatch(/coefficient/);
    expect(publicKeyFault("hpke-xwing-hkdfsha256-aes256gcm", xwingKey)).toBeUndefined();
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(hex(ek), hex(m));
    expect([toHex(cipherText), toHex(sharedSecret)]).toEqual([c, K]);
  });
});

describe("chunked encryption", () => {
  const vectors = vectorsOf<Judged & { key: string; ctx: string; ct: string; msgLength?: number; msgSha512?: string; comment: string }>("wycheproof-chunked-encryption");
  it("has vectors", () => expect(vectors.length).toBe(35));

  /** Everything that came before the end or the failure. */
  const read = async (source: AsyncIterable<Uint8Array>): Promise<{ bytes: Buffer; failed: boolean }> => {
    const parts: Uint8Array[] = [];
    try {
      for await (const part of source) parts.push(part);
      return { bytes: Buffer.concat(parts), failed: false };
    } catch {
      return { bytes: Buffer.concat(parts), failed: true };
    }
  };
  const sha512 = (bytes: Uint8Array): string => createHash("sha512").update(bytes).digest("hex");

  it.each(vectors)("$tcId $comment", async ({ key, ctx, ct, msgLength, msgSha512, result, flags }) => {
    const ciphertext = inflateSync(hex(ct));
    // Pieces of an odd length, so that no chunk begins where a piece does.
    const pieces = function* () {
      for (let at = 0; at < ciphertext.length; at += 9973) yield ciphertext.subarray(at, at + 9973);
    };
    const { bytes, failed } = await read(decryptChunks(pieces(), hex(key), hex(ctx)));
    expect(failed).toBe(result !== "valid");
    if (result === "valid" || flags.includes("PartialPlaintext")) {
      expect(bytes.length).toBeLessThanOrEqual(msgLength ?? 0);
      if (result === "valid") expect([bytes.length, sha512(bytes)]).toEqual([msgLength, msgSha512]);
    } else expect(bytes.length).toBe(0);
    if (result !== "valid") return;
    const again = await read(encryptChunks([bytes], hex(key), hex(ctx), ciphertext.subarray(0, 24)));
    expect(again.bytes.equals(ciphertext)).toBe(true);
  });
});
