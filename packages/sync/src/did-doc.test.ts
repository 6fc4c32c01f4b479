import { createECDH } from "node:crypto";
import { toBase58Btc } from "@atcute/multibase";
import { describe, expect, it } from "vitest";
import { atprotoKeyOf, handleOf, pdsOf } from "./did-doc.ts";

const DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";
const P256 = "zDnaembgSGUhZULN2Caob4HLJPaxBh92N7rtH21TErzqf8HQo";
const K256 = "zQ3shqwJEJyMBsBXCWyCBpUBMqxcon9oHB7mCvx4sSpMdLJwc";
const key = (fields: object) => ({ id: DID, verificationMethod: [{ id: `${DID}#atproto`, type: "Multikey", controller: DID, publicKeyMultibase: P256, ...fields }] });
const pds = (fields: object) => ({ id: DID, service: [{ id: "#atproto_pds", type: "AtprotoPersonalDataServer", serviceEndpoint: "https://pds.example.com", ...fields }] });

describe("atprotoKeyOf", () => {
  it.each([
    ["absolute id", {}, P256],
    ["relative id", { id: "#atproto" }, P256],
    ["secp256k1", { publicKeyMultibase: K256 }, K256],
  ])("%s", (_, fields, multibase) => expect(atprotoKeyOf(key(fields))).toBe(`did:key:${multibase}`));

  it("takes the first of several", () => {
    const doc = { id: DID, verificationMethod: [{ id: "#other", type: "Multikey", publicKeyMultibase: P256 }, { id: "#atproto", type: "Multikey", publicKeyMultibase: K256 }, { id: "#atproto", type: "Multikey", publicKeyMultibase: P256 }] };
    expect(atprotoKeyOf(doc)).toBe(`did:key:${K256}`);
  });

  it.each([
    ["another account's id", { id: "did:plc:other#atproto" }],
    ["another type", { type: "JsonWebKey2020" }],
    ["an Ed25519 key", { publicKeyMultibase: "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp" }],
    ["no base58", { publicKeyMultibase: "z0OIl" }],
    ["no multibase", { publicKeyMultibase: "abc" }],
    ["a short key", { publicKeyMultibase: "zDna" }],
    ["no key", { publicKeyMultibase: 7 }],
    ["a legacy key that is no point", { type: "EcdsaSecp256k1VerificationKey2019", publicKeyMultibase: "z25z9" }],
  ])("is undefined for %s", (_, fields) => expect(atprotoKeyOf(key(fields))).toBeUndefined());
});

describe("keys of the legacy suites as older directories write them, with the point whole", () => {
  it.each([
    ["EcdsaSecp256r1VerificationKey2019", "prime256v1", [0x80, 0x24]],
    ["EcdsaSecp256k1VerificationKey2019", "secp256k1", [0xe7, 0x01]],
  ])("%s", (type, namedCurve, prefix) => {
    const parities = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const ecdh = createECDH(namedCurve);
      ecdh.generateKeys();
      const compressed = ecdh.getPublicKey(null, "compressed");
      parities.add(compressed[0] ?? 0);
      const doc = key({ type, publicKeyMultibase: `z${toBase58Btc(Uint8Array.from(ecdh.getPublicKey()))}` });
      expect(atprotoKeyOf(doc)).toBe(`did:key:z${toBase58Btc(Uint8Array.from([...prefix, ...compressed]))}`);
    }
    expect(parities.size).toBe(2);
  });
});

describe("pdsOf", () => {
  it.each([
    ["https://pds.example.com", "https://pds.example.com"],
    ["https://pds.example.com/", "https://pds.example.com"],
    ["http://localhost:3000", "http://localhost:3000"],
  ])("%s", (serviceEndpoint, origin) => expect(pdsOf(pds({ serviceEndpoint }))).toBe(origin));

  it.each([{ type: "Other" }, { id: "#other" }, { serviceEndpoint: "ftp://x" }, { serviceEndpoint: "no url" }, { serviceEndpoint: { uri: "https://x" } }])("is undefined for %j", (fields) =>
    expect(pdsOf(pds(fields))).toBeUndefined());
});

describe("handleOf", () => {
  it.each([
    [["at://Alice.Example.com"], "alice.example.com"],
    [["https://x", "at://bob.test", "at://other.test"], "bob.test"],
    [["at://-bad.test"], undefined],
    [["at://localhost"], undefined],
    [[7, null], undefined],
    [[], undefined],
  ])("%j", (alsoKnownAs, handle) => expect(handleOf({ id: DID, alsoKnownAs })).toBe(handle));
});

it.each([undefined, null, "text", 7, [], {}, { verificationMethod: 7, service: "x", alsoKnownAs: {} }, { verificationMethod: [null], service: [[]] }])("nothing is read from %j", (doc) =>
  expect([atprotoKeyOf(doc), pdsOf(doc), handleOf(doc)]).toEqual([undefined, undefined, undefined]));
