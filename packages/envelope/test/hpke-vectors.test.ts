import { CipherSuite as OtherSuite, Aes256Gcm, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { XWing as OtherXWing } from "@hpke/hybridkem-x-wing";
import { AEAD_ChaCha20Poly1305, KDF_SHAKE256, KDF_TurboSHAKE128, KDF_TurboSHAKE256, KDF_SHAKE128, KEM_DHKEM_X25519_HKDF_SHA256 as NobleX25519, KEM_MLKEM768_X25519 } from "@panva/hpke-noble";
import { AEAD_AES_128_GCM, AEAD_AES_256_GCM, type AEADFactory, CipherSuite, KDF_HKDF_SHA256, type KDFFactory, KEM_DHKEM_X25519_HKDF_SHA256 } from "hpke";
import { XWing } from "@noble/post-quantum/hybrid.js";
import { describe, expect, it } from "vitest";
import { makeKeyPair, SUITES } from "../src/index.ts";
import { suiteOf } from "../src/suites.ts";
import { unwrapKey, wrapKey } from "../src/wrap.ts";
import { hex, toHex, vectorsOf } from "./fixture.ts";

interface HpkeVector {
  kdf_id: number | string;
  aead_id: number | string;
  info: string;
  ikmR: string;
  skRm: string;
  pkRm: string;
  enc: string;
  shared_secret: string;
  encryptions: { aad: string; ct: string; pt: string }[];
}

const aeads: Record<string, AEADFactory> = { 1: AEAD_AES_128_GCM, 2: AEAD_AES_256_GCM, 3: AEAD_ChaCha20Poly1305 };
const kdfs: Record<string, KDFFactory> = { 1: KDF_HKDF_SHA256, 16: KDF_SHAKE128, 17: KDF_SHAKE256, 18: KDF_TurboSHAKE128, 19: KDF_TurboSHAKE256 };

const groups = [
  ["RFC 9180, X25519 of the platform", "rfc9180", KEM_DHKEM_X25519_HKDF_SHA256],
  ["RFC 9180, X25519 in JavaScript", "rfc9180", NobleX25519],
  ["draft-ietf-hpke-pq, MLKEM768-X25519", "hpke-pq", KEM_MLKEM768_X25519],
] as const;

describe.each(groups)("%s", (_name, file, kem) => {
  const vectors = vectorsOf<HpkeVector>(file);
  it("has vectors", () => expect(vectors).toHaveLength(2));

  it.each(vectors)("KDF $kdf_id, AEAD $aead_id", async ({ kdf_id, aead_id, info, ikmR, skRm, pkRm, enc, shared_secret, encryptions }) => {
    const aead = aeads[String(aead_id)];
    const kdf = kdfs[String(kdf_id)];
    if (aead === undefined || kdf === undefined) throw new Error("no such algorithm here");
    const suite = new CipherSuite(kem, kdf, aead);
    const derived = await suite.DeriveKeyPair(hex(ikmR), true);
    expect(toHex(await suite.SerializePublicKey(derived.publicKey))).toBe(pkRm);
    const privateKey = await suite.DeserializePrivateKey(hex(skRm), true);
    expect(toHex(await kem().Decap(hex(enc), await kem().DeserializePrivateKey(hex(skRm), true), await kem().DeserializePublicKey(hex(pkRm))))).toBe(shared_secret);
    const recipient = await suite.SetupRecipient(privateKey, hex(enc), { info: hex(info) });
    expect(encryptions.length).toBeGreaterThan(1);
    // The RFC prints messages 0, 1, 2, 4, 255 and 256; only those in a row can be opened without the ones between.
    for (const { aad, ct, pt } of encryptions.slice(0, 3)) expect(toHex(await recipient.Open(hex(ct), hex(aad)))).toBe(pt);
    const [first] = encryptions;
    await expect(suite.Open(privateKey, hex(enc), hex(first?.ct ?? ""), { info: hex(info), aad: hex("00") })).rejects.toThrow();
  });
});

describe("X-Wing, draft-connolly-cfrg-xwing-kem", () => {
  const vectors = vectorsOf<{ seed: string; eseed: string; sk: string; pk: string; ct: string; ss: string }>("xwing");
  it("has vectors", () => expect(vectors).toHaveLength(3));

  it.each(vectors)("$seed", async ({ eseed, sk, pk, ct, ss }) => {
    const kem = KEM_MLKEM768_X25519();
    expect(toHex(await kem.Decap(hex(ct), await kem.DeserializePrivateKey(hex(sk), true), undefined))).toBe(ss);
    // The one that hpke-noble is made of, where randomness can be given.
    const { secretKey, publicKey } = XWing.keygen(hex(sk));
    expect(toHex(publicKey)).toBe(pk);
    const encapsulated = XWing.encapsulate(publicKey, hex(eseed));
    expect([toHex(encapsulated.cipherText), toHex(encapsulated.sharedSecret)]).toEqual([ct, ss]);
    expect(toHex(XWing.decapsulate(hex(ct), secretKey))).toBe(ss);
  });
});

describe.each(SUITES)("%s and a second implementation of HPKE", (name) => {
  const other = new OtherSuite({ kem: name.includes("xwing") ? new OtherXWing() : new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const dataKey = crypto.getRandomValues(new Uint8Array(32));
  const purpose = { label: "test", associated: hex("0102") };
  const infoFor = (keyId: Uint8Array) => Uint8Array.from([...new TextEncoder().encode("test"), 0, ...keyId]);

  it("reads what we wrap", async () => {
    const pair = await makeKeyPair(name);
    const { encapsulation, wrappedKey } = await wrapKey(name, pair, dataKey, purpose);
    const recipientKey = await other.kem.importKey("raw", pair.privateKey.buffer, false);
    const opened = await other.open({ recipientKey, enc: encapsulation.buffer, info: infoFor(pair.keyId).buffer }, wrappedKey.buffer, purpose.associated.buffer);
    expect(new Uint8Array(opened)).toEqual(dataKey);
  });

  it("wraps what we read", async () => {
    const pair = await makeKeyPair(name);
    const recipientPublicKey = await other.kem.importKey("raw", pair.publicKey.buffer, true);
    const { enc, ct } = await other.seal({ recipientPublicKey, info: infoFor(pair.keyId).buffer }, dataKey.buffer, purpose.associated.buffer);
    const wrapped = { keyId: pair.keyId, encapsulation: new Uint8Array(enc), wrappedKey: new Uint8Array(ct) };
    expect(await unwrapKey(pair, wrapped, purpose)).toEqual(dataKey);
    await expect(unwrapKey(pair, wrapped, { ...purpose, label: "Test" })).rejects.toThrow();
  });

  it("has the sizes that the table says", async () => {
    const { publicKey, encapsulation, hpke } = suiteOf(name);
    expect([hpke().KEM.Npk, hpke().KEM.Nenc, hpke().KEM.Nsk]).toEqual([publicKey, encapsulation, 32]);
    expect(name).toBe(`hpke-${hpke().KEM.id === 0x647a ? "xwing" : "x25519"}-hkdfsha256-aes256gcm`);
    expect([hpke().KDF.id, hpke().AEAD.id]).toEqual([1, 2]);
  });
});
