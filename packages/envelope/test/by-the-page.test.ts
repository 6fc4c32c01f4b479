import { createDecipheriv, createHash, createPublicKey, hkdfSync, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import { decode, encode } from "@ipld/dag-cbor";
import { describe, expect, it } from "vitest";

// A reader written from docs/envelope.md alone, over other libraries (node:crypto, @hpke/core): whether the page is enough.

interface Case {
  name: string;
  context: { repo: string; collection: string; rkey: string; routing: Record<string, unknown> };
  plaintext: string;
  sealed: Record<string, unknown> & {
    suite: string;
    salt: { $bytes: string };
    commitment: { $bytes: string };
    ciphertext: { $bytes: string };
    recipients: { keyId: { $bytes: string }; encapsulation: { $bytes: string }; wrappedKey: { $bytes: string } }[];
  };
}
interface Found {
  repo: string;
  collection: string;
  rkey: string;
  record: Record<string, unknown>;
}
interface KeyVector {
  did: string;
  record: Record<string, unknown> & { continuity: { algorithm: string; publicKey: { $bytes: string }; signature: { $bytes: string } }[] };
}
interface Page {
  epoch: { key: string };
  keys: Record<string, { privateKey: string; keyId: string }>;
  cases: Case[];
  records: (Found & { opensWith: string; sealed: Record<string, unknown> })[];
  exports: { collection: string; label: string; secret: string }[];
  disclosure: { collection: string; record: { dataKey: { $bytes: string } } };
  keyRecord: KeyVector;
  handedOver: KeyVector;
  grant: { subjectCase: string; repo: string; rkey: string; record: Record<string, unknown> & { suite: string; key: Case["sealed"]["recipients"][0] } };
}

const page = JSON.parse(readFileSync(new URL("../fixtures/envelope.json", import.meta.url), "utf8")) as Page;
const bytes = ({ $bytes }: { $bytes: string }): Buffer => Buffer.from($bytes, "base64");
const sha256 = (data: Uint8Array): Buffer => createHash("sha256").update(data).digest();
const zero = Buffer.alloc(1);
const hkdf = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Buffer => Buffer.from(hkdfSync("sha256", secret, salt, info, length));

/** `cbor(x)` for data without links. */
const cbor = (value: unknown): Uint8Array => encode(JSON.parse(JSON.stringify(value), (_, inner: unknown) => (typeof inner === "object" && inner !== null && "$bytes" in inner && typeof inner.$bytes === "string" ? new Uint8Array(Buffer.from(inner.$bytes, "base64")) : inner)));

const unwrap = async ({ suite, recipients }: Pick<Case["sealed"], "suite" | "recipients">, at: number, aad: Buffer, label = "agent.comms.sealed/v1 wrap"): Promise<Buffer> => {
  const wrapped = recipients[at];
  if (wrapped === undefined) throw new Error("no such recipient");
  const key = Object.values(page.keys).find(({ keyId }) => keyId === bytes(wrapped.keyId).toString("hex"));
  if (key === undefined) throw new Error("no such key");
  const hpke = new CipherSuite({ kem: suite.includes("xwing") ? new XWing() : new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const recipientKey = await hpke.kem.importKey("raw", new Uint8Array(Buffer.from(key.privateKey, "hex")).buffer, false);
  const info = Buffer.concat([Buffer.from(label), zero, bytes(wrapped.keyId)]);
  const opened = await hpke.open({ recipientKey, enc: new Uint8Array(bytes(wrapped.encapsulation)), info: new Uint8Array(info) }, new Uint8Array(bytes(wrapped.wrappedKey)), new Uint8Array(aad));
  return Buffer.from(opened);
};

/** How a data key is come by: the recipient at a place in the list, the epoch key, or something else. */
type Way = number | "epoch" | ((binding: Buffer) => Promise<Buffer>);

/** All that follows from sealed content and a way to its data key. */
const unlock = async ({ context: { repo, collection, rkey, routing }, sealed }: Pick<Case, "context" | "sealed">, by: Way) => {
  const { commitment, ciphertext, recipients, ...clear } = sealed;
  const header = { ...clear, recipients: recipients.map(({ keyId }) => keyId) };
  const binding = sha256(cbor(["agent.comms.sealed/v1", repo, collection, rkey, routing, header]));
  const salt = bytes(sealed.salt);
  const dataKey =
    typeof by === "function" ? await by(binding)
    : by === "epoch"
      ? hkdf(Buffer.from(page.epoch.key, "hex"), salt, Buffer.concat([Buffer.from("agent.comms.sealed/v1 epoch"), zero, cbor([repo, collection, rkey])]), 32)
      : await unwrap(sealed, by, Buffer.concat([binding, bytes(commitment)]));
  const derived = hkdf(dataKey, salt, Buffer.concat([Buffer.from("agent.comms.sealed/v1 content"), zero, binding]), 76);
  expect(derived.subarray(44).equals(bytes(commitment))).toBe(true);
  return { dataKey, salt, binding, derived, commitment, ciphertext, recipients };
};

const read = async (one: Pick<Case, "context" | "sealed">, by: Way): Promise<string> => {
  const { binding, derived, commitment, ciphertext, recipients } = await unlock(one, by);
  const body = bytes(ciphertext);
  const cipher = createDecipheriv("aes-256-gcm", derived.subarray(0, 32), derived.subarray(32, 44));
  cipher.setAAD(sha256(Buffer.concat([Buffer.from("agent.comms.sealed/v1 body"), zero, binding, bytes(commitment), cbor(recipients)])));
  cipher.setAuthTag(body.subarray(-16));
  const padded = Buffer.concat([cipher.update(body.subarray(0, -16)), cipher.final()]);
  return padded.subarray(4, 4 + padded.readUInt32BE(0)).toString("hex");
};

describe.each(page.cases)("by the page: $name", (one) => {
  const ways: (number | "epoch")[] = [...one.sealed.recipients.keys(), ...(one.sealed["epoch"] === undefined ? [] : ["epoch" as const])];
  it.each(ways)("opens by %s", async (way) => expect(await read(one, way)).toBe(one.plaintext));
});

describe("by the page", () => {
  const { grant, disclosure, records, exports } = page;

  /** Sealed content of a whole record, and what is beside it. */
  const partsOf = ({ repo, collection, rkey, sealed: whole }: Page["records"][0]): Pick<Case, "context" | "sealed"> => {
    const slot = ["output", "sealed"].find((field) => field in whole) ?? "";
    const { [slot]: held, ...routing } = whole;
    // As it stands in the vectors (named boundary).
    return { context: { repo, collection, rkey, routing }, sealed: (Array.isArray(held) ? held[0] : held) as Case["sealed"] };
  };
  const joined = (one: Page["records"][0], plaintext: string): unknown => {
    const { routing } = partsOf(one).context;
    return { ...routing, ...decode<Record<string, unknown>>(Buffer.from(plaintext, "hex")) };
  };
  const wayTo = (one: Page["records"][0]): Way => (one.opensWith === "epoch" ? "epoch" : 0);
  const named = (collection: string): Page["records"][0] => {
    const one = records.find((record) => record.collection === collection);
    if (one === undefined) throw new Error("no record");
    return one;
  };

  it.each(records)("a whole record: $collection", async (one) => expect(joined(one, await read(partsOf(one), wayTo(one)))).toEqual(one.record));

  it("a grant", async () => {
    const subject = page.cases.find(({ name }) => name === grant.subjectCase);
    if (subject === undefined) throw new Error("no subject");
    const { key, ...clear } = grant.record;
    const place = cbor([grant.repo, "agent.comms.grant", grant.rkey, clear]);
    const way = (binding: Buffer) => unwrap({ suite: grant.record.suite, recipients: [key] }, 0, Buffer.concat([binding, bytes(subject.sealed.commitment), place]), "agent.comms.grant/v1 wrap");
    expect(await read(subject, way)).toBe(subject.plaintext);
  });

  it("a disclosure", async () => {
    const one = named(disclosure.collection);
    expect(joined(one, await read(partsOf(one), async () => bytes(disclosure.record.dataKey)))).toEqual(one.record);
  });

  it.each(["keyRecord", "handedOver"] as const)("the signatures of a key record: %s", (name) => {
    const { did, record: { continuity, suite, publicKey, keyId, createdAt, expiresAt, prev } } = page[name];
    const [owner, ...others] = continuity;
    const claims = ["agent.comms.key/v1 continuity", did, suite, publicKey, keyId, createdAt, expiresAt, prev ?? null];
    const messages = continuity.map((one) => cbor([...claims, one.algorithm, one.publicKey, ...(one === owner ? [] : [owner?.algorithm, owner?.publicKey])]));
    for (const [at, one] of continuity.entries()) {
      const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: one.algorithm, x: bytes(one.publicKey).toString("base64url") } });
      expect(messages.map((message) => verify(null, message, key, bytes(one.signature)))).toEqual(messages.map((_, i) => i === at));
    }
    expect(others).toHaveLength(name === "handedOver" ? 1 : 0);
  });

  it.each(exports)("a secret of $collection for $label", async ({ collection, label, secret }) => {
    const one = named(collection);
    const { dataKey, salt, binding } = await unlock(partsOf(one), wayTo(one));
    expect(hkdf(dataKey, salt, Buffer.concat([Buffer.from("agent.comms.sealed/v1 export"), zero, binding, Buffer.from(label)]), 32).toString("hex")).toBe(secret);
  });
});
