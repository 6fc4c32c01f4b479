import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type CheckedKey, checkKeyRecord, exportSecret, open, OpenError, openFile, openRecord, type PlacedRecord, type PrivateKey, type SealContext, type SealedContent, type SuiteName, toBase64 } from "../src/index.ts";
import { hex, toHex } from "./fixture.ts";
import { makeVectors } from "./vectors.ts";

interface Vectors {
  epoch: { key: string };
  keys: Record<string, { suite: SuiteName; privateKey: string; keyId: string }>;
  cases: { name: string; context: SealContext; plaintext: string; sealed: SealedContent }[];
  refused: { name: string; context: SealContext; sealed: unknown }[];
  grant: { subjectCase: string; repo: string; rkey: string; opensWith: string; record: unknown };
  records: (PlacedRecord & { opensWith: string; sealed: Record<string, unknown> })[];
  refusedRecords: (PlacedRecord & { name: string })[];
  exports: { collection: string; label: string; secret: string }[];
  disclosure: { collection: string; repo: string; rkey: string; record: unknown };
  keyRecord: { did: string; record: { continuity: { publicKey: { $bytes: string } }[] } };
  handedOver: { did: string; record: { continuity: { publicKey: { $bytes: string } }[] } };
  file: { repo: string; plaintext: string; key: string; sha256: string; size: number; ciphertext: string };
}

const vectors = JSON.parse(readFileSync(new URL("../fixtures/envelope.json", import.meta.url), "utf8")) as Vectors;
const keyOf = (name: string): PrivateKey => {
  const key = vectors.keys[name];
  if (key === undefined) throw new Error(`no key ${name}`);
  return { suite: key.suite, keyId: hex(key.keyId), privateKey: hex(key.privateKey) };
};
const keys = Object.keys(vectors.keys).map(keyOf);

describe("the vectors of docs/envelope.md", () => {
  it("are what is made today", async () => expect(JSON.parse(JSON.stringify(await makeVectors()))).toEqual(vectors));

  it.each(vectors.cases)("$name: opens with each key it is for", async ({ context, sealed, plaintext }) => {
    const rings = [
      ...(sealed.epoch === undefined ? [] : [{ epochKeys: [hex(vectors.epoch.key)] }]),
      ...sealed.recipients.map(({ keyId }) => ({ keys: keys.filter((key) => Buffer.from(key.keyId).equals(Buffer.from(keyId.$bytes, "base64"))) })),
    ];
    expect(rings.length).toBeGreaterThan(0);
    for (const ring of rings) expect(toHex((await open({ sealed, context, ring })).plaintext)).toBe(plaintext);
  });

  it.each(vectors.refused)("$name: does not open with any", async ({ context, sealed }) => {
    const rings = [{ epochKeys: [hex(vectors.epoch.key)] }, ...keys.map((key) => ({ keys: [key] })), { keys, epochKeys: [hex(vectors.epoch.key)] }];
    for (const ring of rings) await expect(open({ sealed, context, ring })).rejects.toBeInstanceOf(OpenError);
  });

  it("a grant opens the record it is for", async () => {
    const { subjectCase, repo, rkey, opensWith, record } = vectors.grant;
    const subject = vectors.cases.find(({ name }) => name === subjectCase);
    if (subject === undefined) throw new Error("no subject");
    const opened = await open({ ...subject, ring: { keys: [keyOf(opensWith)] }, grant: { repo, rkey, record } });
    expect(toHex(opened.plaintext)).toBe(subject.plaintext);
  });

  const all = { keys, epochKeys: [hex(vectors.epoch.key)] };
  const ringOf = (opensWith: string) => (opensWith === "epoch" ? { epochKeys: [hex(vectors.epoch.key)] } : { keys: [keyOf(opensWith)] });

  it.each(vectors.records)("a whole record of $collection: opens as it was written", async ({ sealed, opensWith, ...plain }) => {
    expect(await openRecord({ ...plain, record: sealed }, ringOf(opensWith))).toEqual({ record: plain.record, sealed: true });
    expect(await openRecord({ ...plain, record: sealed }, all)).toEqual({ record: plain.record, sealed: true });
    await expect(openRecord({ ...plain, record: sealed }, {})).rejects.toBeInstanceOf(OpenError);
  });

  it.each(vectors.refusedRecords)("a whole record does not open: $name", async (placed) => {
    await expect(openRecord(placed, all)).rejects.toBeInstanceOf(OpenError);
  });

  it.each(vectors.exports)("a secret of $collection for $label", async ({ collection, label, secret }) => {
    const one = vectors.records.find((record) => record.collection === collection);
    if (one === undefined) throw new Error("no record");
    expect(toHex(await exportSecret({ ...one, record: one.sealed }, ringOf(one.opensWith), label))).toBe(secret);
  });

  it("a disclosure opens its record for everybody", async () => {
    const { collection, ...given } = vectors.disclosure;
    const one = vectors.records.find((record) => record.collection === collection);
    if (one === undefined) throw new Error("no record");
    expect((await openRecord({ ...one, record: one.sealed }, {}, given)).record).toEqual(one.record);
  });

  it("a key record is right and signed", async () => {
    const { did, record } = vectors.keyRecord;
    const verdict = await checkKeyRecord(did, { uri: `at://${did}/agent.comms.key/3kznmn7xqxl22`, cid: "bafyx", value: record });
    expect(verdict).toMatchObject({ ok: true, key: { owners: [{ algorithm: "Ed25519" }] } satisfies Partial<Record<keyof CheckedKey, unknown>> });
  });

  it("a key record that was handed over is the new owner's, by the word of the one before", async () => {
    const { did, record } = vectors.handedOver;
    const found = (value: unknown) => ({ uri: `at://${did}/agent.comms.key/3kznmn7xqxl22`, cid: "bafyx", value });
    const verdict = await checkKeyRecord(did, found(record));
    const [owner, before] = [vectors.handedOver, vectors.keyRecord].map((one) => one.record.continuity[0]?.publicKey.$bytes);
    expect(verdict.ok && verdict.key.owners.map(({ publicKey }) => toBase64(publicKey))).toEqual([owner, before]);
    expect(await checkKeyRecord(did, found({ ...record, continuity: record.continuity.toReversed() }))).toMatchObject({ ok: false });
    expect(await checkKeyRecord(did, found({ ...record, continuity: [...vectors.keyRecord.record.continuity, record.continuity[0]] }))).toMatchObject({ ok: false });
  });

  it("a file opens", async () => {
    const { repo, ciphertext, key, sha256, size, plaintext } = vectors.file;
    const parts: string[] = [];
    for await (const part of openFile([hex(ciphertext)], { key: hex(key), sha256: hex(sha256), size }, repo)) parts.push(toHex(part));
    expect(parts.join("")).toBe(plaintext);
  });
});
