import { createDecipheriv, createHash, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import { encode } from "@ipld/dag-cbor";
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
interface Page {
  epoch: { key: string };
  keys: Record<string, { privateKey: string; keyId: string }>;
  cases: Case[];
}

const page = JSON.parse(readFileSync(new URL("../fixtures/envelope.json", import.meta.url), "utf8")) as Page;
const bytes = ({ $bytes }: { $bytes: string }): Buffer => Buffer.from($bytes, "base64");
const sha256 = (data: Uint8Array): Buffer => createHash("sha256").update(data).digest();
const zero = Buffer.alloc(1);
const hkdf = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Buffer => Buffer.from(hkdfSync("sha256", secret, salt, info, length));

/** `cbor(x)` for data without links. */
const cbor = (value: unknown): Uint8Array => encode(JSON.parse(JSON.stringify(value), (_, inner: unknown) => (typeof inner === "object" && inner !== null && "$bytes" in inner && typeof inner.$bytes === "string" ? new Uint8Array(Buffer.from(inner.$bytes, "base64")) : inner)));

const unwrap = async ({ suite, recipients }: Case["sealed"], at: number, aad: Buffer): Promise<Buffer> => {
  const wrapped = recipients[at];
  if (wrapped === undefined) throw new Error("no such recipient");
  const key = Object.values(page.keys).find(({ keyId }) => keyId === bytes(wrapped.keyId).toString("hex"));
  if (key === undefined) throw new Error("no such key");
  const hpke = new CipherSuite({ kem: suite.includes("xwing") ? new XWing() : new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
  const recipientKey = await hpke.kem.importKey("raw", new Uint8Array(Buffer.from(key.privateKey, "hex")).buffer, false);
  const info = Buffer.concat([Buffer.from("agent.comms.sealed/v1 wrap"), zero, bytes(wrapped.keyId)]);
  const opened = await hpke.open({ recipientKey, enc: new Uint8Array(bytes(wrapped.encapsulation)), info: new Uint8Array(info) }, new Uint8Array(bytes(wrapped.wrappedKey)), new Uint8Array(aad));
  return Buffer.from(opened);
};

/** Opens by the recipient at a place in the list, or by the epoch key. */
const read = async ({ context: { repo, collection, rkey, routing }, sealed }: Case, by: number | "epoch"): Promise<string> => {
  const { commitment, ciphertext, recipients, ...clear } = sealed;
  const header = { ...clear, recipients: recipients.map(({ keyId }) => keyId) };
  const binding = sha256(cbor(["agent.comms.sealed/v1", repo, collection, rkey, routing, header]));
  const salt = bytes(sealed.salt);
  const dataKey =
    by === "epoch"
      ? hkdf(Buffer.from(page.epoch.key, "hex"), salt, Buffer.concat([Buffer.from("agent.comms.sealed/v1 epoch"), zero, cbor([repo, collection, rkey])]), 32)
      : await unwrap(sealed, by, Buffer.concat([binding, bytes(commitment)]));
  const derived = hkdf(dataKey, salt, Buffer.concat([Buffer.from("agent.comms.sealed/v1 content"), zero, binding]), 76);
  expect(derived.subarray(44).equals(bytes(commitment))).toBe(true);
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
