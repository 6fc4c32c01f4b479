import { KEM_MLKEM768_X25519 } from "@panva/hpke-noble";
import { describe, expect, it } from "vitest";
import { hex, toHex, vectorsOf } from "../test/fixture.ts";
import { own } from "./bytes.ts";
import { agreementKey, portableKey } from "./x25519.ts";
import { KEM_XWING } from "./xwing.ts";

const ours = KEM_XWING();
const noble = KEM_MLKEM768_X25519();

describe("X-Wing, draft-connolly-cfrg-xwing-kem", () => {
  it.each(vectorsOf<{ seed: string; sk: string; pk: string; ct: string; ss: string }>("xwing"))("$seed", async ({ sk, ct, ss }) => {
    expect(toHex(await ours.Decap(hex(ct), await ours.DeserializePrivateKey(hex(sk), true), undefined))).toBe(ss);
  });
});

describe("draft-ietf-hpke-pq, MLKEM768-X25519", () => {
  it.each(vectorsOf<{ kdf_id: number; skRm: string; enc: string; shared_secret: string }>("hpke-pq"))("KDF $kdf_id", async ({ skRm, enc, shared_secret }) => {
    expect(toHex(await ours.Decap(hex(enc), await ours.DeserializePrivateKey(hex(skRm), true), undefined))).toBe(shared_secret);
  });
});

describe("and the one of hpke-noble", () => {
  it("open what the other encapsulates", async () => {
    const pair = await ours.GenerateKeyPair(true);
    const [seed, publicKey] = await Promise.all([ours.SerializePrivateKey(pair.privateKey), ours.SerializePublicKey(pair.publicKey)]);
    const [mine, theirs] = await Promise.all([ours.Encap(await ours.DeserializePublicKey(publicKey)), noble.Encap(await noble.DeserializePublicKey(publicKey))]);
    expect(toHex(await noble.Decap(mine.enc, await noble.DeserializePrivateKey(seed, true), undefined))).toBe(toHex(mine.shared_secret));
    expect(toHex(await ours.Decap(theirs.enc, pair.privateKey, undefined))).toBe(toHex(theirs.shared_secret));
    expect(toHex(mine.shared_secret)).not.toBe(toHex(theirs.shared_secret));
  });

  it("no public key opens, and none is derived", async () => {
    const { publicKey } = await ours.GenerateKeyPair(true);
    const { enc } = await ours.Encap(publicKey);
    await expect(ours.Decap(enc, publicKey, undefined)).rejects.toThrow("opens nothing");
    await expect(ours.DeriveKeyPair(new Uint8Array(32), true)).rejects.toThrow("never derived");
  });
});

describe("X25519 of the platform and in JavaScript", () => {
  it("agree", async () => {
    const [a, b] = [own(crypto.getRandomValues(new Uint8Array(32))), own(crypto.getRandomValues(new Uint8Array(32)))];
    const [native, portable, other] = await Promise.all([agreementKey(a), portableKey(a), portableKey(b)]);
    expect(toHex(native.publicKey)).toBe(toHex(portable.publicKey));
    expect(toHex(await native.agree(other.publicKey))).toBe(toHex(await portable.agree(other.publicKey)));
    expect(toHex(await other.agree(native.publicKey))).toBe(toHex(await native.agree(other.publicKey)));
  });

  it("refuse a key that makes the secret zero", async () => {
    for (const make of [agreementKey, portableKey]) {
      const key = await make(own(new Uint8Array(32).fill(7)));
      await expect(key.agree(own(new Uint8Array(32)))).rejects.toThrow();
    }
  });
});
