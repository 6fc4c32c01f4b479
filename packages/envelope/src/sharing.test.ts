import { ids, validateRecord } from "@rookery/lexicon-agent-comms";
import { beforeAll, describe, expect, it } from "vitest";
import { alice, bob, carol, createdAt, filled } from "../test/people.ts";
import {
  blobsOfSealed, discloseRecord, exportSecret, type GivenGrant, grantRecord, type KeyPair, makeKeyPair, OpenError, openRecord, type PlacedRecord, resealRecord, SealError, sealRecord,
} from "./index.ts";

const suite = "hpke-x25519-hkdfsha256-aes256gcm";
const epochKey = filled(7);
const author = { epochKeys: [epochKey] };
const rkey = "3kznmn7xqxl22";
const cid = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const message: PlacedRecord = { repo: alice, collection: "agent.comms.message", rkey, record: { $type: "agent.comms.message", to: [bob], content: [{ $type: "agent.comms.defs#text", text: "the plan" }], createdAt } };
const note: PlacedRecord = { repo: alice, collection: ids.AgentMemoryNote, rkey, record: { $type: ids.AgentMemoryNote, text: "the plan", createdAt } };

let bobs: KeyPair;
let carols: KeyPair;
let sent: PlacedRecord;
let kept: PlacedRecord;
beforeAll(async () => {
  [bobs, carols] = await Promise.all([makeKeyPair(suite), makeKeyPair(suite)]);
  sent = { ...message, record: await sealRecord(message, { suite, recipients: [bobs], epochKey }) };
  kept = { ...note, record: await sealRecord(note, { epochKey }) };
});

const grantFor = async (placed: PlacedRecord): Promise<GivenGrant> => {
  const place = { repo: alice, rkey: "3kznmn7xqxl24" };
  const subject = { uri: `at://${alice}/${placed.collection}/${placed.rkey}`, cid };
  return { ...place, record: await grantRecord(placed, author, { subject, place, to: carol, recipient: carols, suite, createdAt }) };
};
/** The one sealed field of a memory, changed. */
const sealedChanged = (placed: PlacedRecord, change: object): PlacedRecord => ({ ...placed, record: { ...placed.record, sealed: { ...Object(placed.record["sealed"]), ...change } } });
/** A memory of which the data key could still be had: the commitment is right, the content is not. */
const garbled = (): PlacedRecord => {
  const { $bytes } = Object(Object(kept.record["sealed"])["ciphertext"]) as { $bytes: string };
  return sealedChanged(kept, { ciphertext: { $bytes: `${$bytes.startsWith("A") ? "B" : "A"}${$bytes.slice(1)}` } });
};
const isRefused = (work: Promise<unknown>, why?: string) => expect(work, why).rejects.toEqual(new OpenError());

describe("a secret of a record", () => {
  it("is the same for all who can read it, and another for every purpose and record", async () => {
    const secret = await exportSecret(sent, author, "agent.comms.progress");
    expect(secret).toHaveLength(32);
    expect(await exportSecret(sent, { keys: [bobs] }, "agent.comms.progress")).toEqual(secret);
    expect(await exportSecret(sent, { keys: [carols] }, "agent.comms.progress", await grantFor(sent))).toEqual(secret);
    const again = { ...message, record: await sealRecord(message, { suite, recipients: [bobs], epochKey }) };
    const others = await Promise.all([
      exportSecret(sent, author, "agent.comms.progres"),
      exportSecret(sent, author, "agent.comms.progress "),
      exportSecret(again, author, "agent.comms.progress"),
      exportSecret(kept, author, "agent.comms.progress"),
    ]);
    const disclosure = await discloseRecord(sent, author, { cid, createdAt });
    const all = [secret, ...others].map((one) => Buffer.from(one).toString("base64").replace(/=+$/, ""));
    expect(new Set([...all, disclosure.dataKey.$bytes]).size).toBe(6);
  });

  it("is nobody else's, and no record's that does not open", async () => {
    for (const ring of [{}, { keys: [carols] }, { epochKeys: [filled(8)] }]) await isRefused(exportSecret(sent, ring, "x"));
    await isRefused(exportSecret(message, author, "x"));
    await isRefused(exportSecret({ ...sent, collection: "com.example.note" }, author, "x"));
    await isRefused(exportSecret({ ...sent, rkey: "3kznmn7xqxl23" }, author, "x"));
    await isRefused(exportSecret(garbled(), author, "x"));
    for (const label of ["", "x".repeat(257)]) await expect(exportSecret(sent, author, label)).rejects.toBeInstanceOf(SealError);
  });
});

describe("a disclosure", () => {
  it("opens its record for everybody, and no other", async () => {
    for (const placed of [sent, kept]) {
      const record = await discloseRecord(placed, author, { cid, createdAt });
      expect(validateRecord(ids.AgentCommsDisclosure, record)).toEqual({ known: true, ok: true });
      const given = { repo: alice, rkey: cid, record };
      const plain = placed === sent ? message.record : note.record;
      expect(await openRecord(placed, {}, given)).toEqual({ record: plain, sealed: true });
      const refused = (over: Partial<GivenGrant>, at = placed) => isRefused(openRecord(at, author, { ...given, ...over }), JSON.stringify(over));
      const other = placed === sent ? kept : sent;
      await refused({}, other);
      await refused({}, { ...placed, record: (placed === sent ? await sealRecord(message, { suite, recipients: [bobs], epochKey }) : await sealRecord(note, { epochKey })) });
      await refused({}, { ...placed, repo: bob });
      await refused({ repo: bob });
      await refused({ rkey: "3kznmn7xqxl24" });
      for (const change of [{ subject: { ...record.subject, uri: `${record.subject.uri}x` } }, { subject: { ...record.subject, cid: "x" } }, { subject: undefined }, { dataKey: { $bytes: "A".repeat(43) } }, { dataKey: { $bytes: "AAAA" } }, { dataKey: { ...record.dataKey, note: 1 } }, { dataKey: undefined }, { $type: "agent.comms.grant" }, { $type: undefined }])
        await refused({ record: { ...record, ...change } });
    }
  });

  it("is made only by who can open, of what is sealed", async () => {
    await isRefused(discloseRecord(sent, { keys: [carols] }, { cid, createdAt }));
    await isRefused(discloseRecord(message, author, { cid, createdAt }));
    await isRefused(discloseRecord(garbled(), author, { cid, createdAt }));
    await isRefused(discloseRecord(sealedChanged(kept, { salt: { $bytes: "A".repeat(22) } }), author, { cid, createdAt }));
  });
});

describe("sealing again", () => {
  it("gives the same record under another key, which no older grant or disclosure opens", async () => {
    const [grant, disclosure] = [await grantFor(kept), { repo: alice, rkey: cid, record: await discloseRecord(kept, author, { cid, createdAt }) }];
    const now = { ...kept, record: await resealRecord(kept, author, { epochKey }) };
    expect((await openRecord(now, author)).record).toEqual(note.record);
    for (const field of ["salt", "commitment", "ciphertext"]) expect(Object(now.record["sealed"])[field]).not.toEqual(Object(kept.record["sealed"])[field]);
    for (const given of [grant, disclosure]) {
      expect((await openRecord(kept, { keys: [carols] }, given)).record).toEqual(note.record);
      await isRefused(openRecord(now, { keys: [carols] }, given));
    }
    // Parts of the older one do not fit the newer.
    for (const field of ["salt", "commitment", "ciphertext"]) await isRefused(openRecord(sealedChanged(now, { [field]: Object(kept.record["sealed"])[field] }), author), field);
  });

  it("may be under a newer epoch key, with older ones still at hand", async () => {
    const now = { ...kept, record: await resealRecord(kept, { epochKeys: [filled(8), epochKey] }, { epochKey: filled(8) }) };
    expect((await openRecord(now, { epochKeys: [filled(8)] })).record).toEqual(note.record);
    await isRefused(openRecord(now, author));
  });

  it("keeps files, and never loses readers unasked", async () => {
    const blob = { $type: "blob", ref: { $link: "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" }, mimeType: "application/octet-stream", size: 10 } as const;
    const withFile = { ...note, record: await sealRecord(note, { epochKey, blobs: [blob] }) };
    expect(await blobsOfSealed({ ...note, record: await resealRecord(withFile, author, { epochKey }) })).toEqual([blob]);
    const forBob = { ...note, record: await sealRecord(note, { epochKey, recipients: [bobs], suite }) };
    await expect(resealRecord(forBob, author, { epochKey })).rejects.toThrow("nobody is given");
    expect((await openRecord({ ...note, record: await resealRecord(forBob, author, { epochKey, recipients: [bobs], suite }) }, { keys: [bobs] })).sealed).toBe(true);
    await isRefused(resealRecord(note, author, { epochKey }));
    await isRefused(resealRecord(kept, { keys: [carols] }, { epochKey }));
  });

  it("never uses a key and a nonce twice, though the place is the same", async () => {
    const salts = new Set<string>();
    let { record } = kept;
    for (let i = 0; i < 50; i++) {
      record = await resealRecord({ ...note, record }, author, { epochKey });
      salts.add(JSON.stringify(Object(record["sealed"])["salt"]));
    }
    expect(salts.size).toBe(50);
  });
});
