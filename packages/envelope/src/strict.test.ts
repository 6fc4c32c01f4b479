import { beforeAll, describe, expect, it } from "vitest";
import { collect } from "../test/collect.ts";
import { alice, bob, carol, context, createdAt, filled } from "../test/people.ts";
import { fileOfPart, type KeyPair, makeGrant, makeKeyPair, MAX_BLOB, open, OpenError, openFile, openRecord, type OpenInput, seal, type SealedContent, SealError, sealFile, sealRecord } from "./index.ts";

// What no bit flipped and no field taken away shows: more than there should be, and more than there can be.

const suite = "hpke-x25519-hkdfsha256-aes256gcm";
const cid = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const text = { $type: "agent.comms.defs#text", text: "the plan" };
const message = { repo: alice, collection: "agent.comms.message", rkey: "3kznmn7xqxl22", record: { $type: "agent.comms.message", to: [bob], content: [text], createdAt } };

let bobs: KeyPair;
let sealed: SealedContent;
beforeAll(async () => {
  bobs = await makeKeyPair(suite);
  sealed = await seal({ plaintext: filled(9, 40), type: "agent.comms.message", context, suite, recipients: [bobs], epochKey: filled(1) });
});

const refused = (value: unknown, over: Partial<OpenInput> = {}) => expect(open({ sealed: value, context, ring: { keys: [bobs] }, ...over })).rejects.toBeInstanceOf(OpenError);

describe("nothing can be added to sealed content", () => {
  it.each<[string, (value: SealedContent) => Record<string, unknown>]>([
    ["a recipient", (value) => ({ ...value, recipients: value.recipients.map((one) => ({ ...one, note: "hi" })) })],
    ["the bytes of the commitment", (value) => ({ ...value, commitment: { ...value.commitment, note: "hi" } })],
    ["the bytes of the ciphertext", (value) => ({ ...value, ciphertext: { ...value.ciphertext, note: "hi" } })],
    ["the bytes of a wrapped key", (value) => ({ ...value, recipients: value.recipients.map((one) => ({ ...one, wrappedKey: { ...one.wrappedKey, note: "hi" } })) })],
  ])("beside %s", async (_name, change) => refused(change(sealed)));

  it("beside it, where it stands alone and in no list", async () => {
    const handoff = { ...message, collection: "agent.comms.handoff", record: { $type: "agent.comms.handoff", to: bob, request: { uri: `at://${bob}/agent.comms.request/3kznmn7xqxl22`, cid }, createdAt } };
    const record = await sealRecord(handoff, { suite, recipients: [bobs] });
    const { sealed: held } = record;
    await expect(openRecord({ ...handoff, record }, { keys: [bobs] })).resolves.toMatchObject({ sealed: true });
    for (const list of [[held], [held, text]]) await expect(openRecord({ ...handoff, record: { ...record, sealed: list } }, { keys: [bobs] })).rejects.toBeInstanceOf(OpenError);
  });
});

describe("lengths are bounded", () => {
  it("of a file, by what a blob may be", () => {
    const part = { $type: "agent.comms.defs#sealedFile", blob: { $link: cid }, key: { $bytes: "A".repeat(43) }, sha256: { $bytes: "A".repeat(43) } };
    expect(fileOfPart({ ...part, size: 1000 })).toMatchObject({ size: 1000 });
    for (const size of [MAX_BLOB + 1, 2 ** 40, Number.MAX_SAFE_INTEGER, -1, 1.5]) expect(fileOfPart({ ...part, size }), String(size)).toBeUndefined();
  });

  it("of what is decrypted for a file: zeros without end are not waited for", async () => {
    const size = 4 * 2 ** 20;
    const file = sealFile([new Uint8Array(size)], size, alice);
    const whole = await collect(file.ciphertext);
    let read = 0;
    const counted = function* () {
      for (let at = 0; at < whole.length; at += 16_384, read++) yield whole.subarray(at, at + 16_384);
    };
    // A sender who means harm calls it ten bytes.
    await expect(collect(openFile(counted(), { ...file.key(), size: 10 }, alice))).rejects.toBeInstanceOf(OpenError);
    expect(read).toBeLessThan(5);
  });

  it("of the ciphertext, by what a record may hold", async () => {
    await refused({ ...sealed, ciphertext: { $bytes: "A".repeat(1_400_000) } });
  });
});

describe("what is sealed can be read by who gets it", () => {
  it("so what its lexicon does not allow is not sealed", async () => {
    for (const wrong of [{ priority: 99 }, { content: [{ ...text, text: 3 }] }, { to: "bob" }, { $type: "agent.comms.request" }, { createdAt: undefined }, { deep: nested(100) }])
      await expect(sealRecord({ ...message, record: { ...message.record, ...wrong } }, { suite, recipients: [bobs] }), JSON.stringify(wrong).slice(0, 60)).rejects.toBeInstanceOf(SealError);
  });

  it("and why it was not says nothing of what it was", async () => {
    const error = await seal({ plaintext: { secret: 271.828 }, type: "a.b.c", context, epochKey: filled(1) }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SealError);
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain("271");
  });
});

/** A map in a map in a map. */
const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

describe("a grant is of the repository of its subject", () => {
  const subject = { uri: `at://${alice}/agent.comms.message/${context.rkey}`, cid };
  const ring = { epochKeys: [filled(1)] };
  const make = async (over: Partial<Parameters<typeof makeGrant>[0]>, carols: KeyPair) => makeGrant({ sealed, context, ring, subject, place: { repo: alice, rkey: "3kznmn7xqxl24" }, to: carol, recipient: carols, suite, createdAt, ...over });

  it("and names what it opens", async () => {
    const carols = await makeKeyPair(suite);
    await expect(make({}, carols)).resolves.toMatchObject({ subject });
    await expect(make({ place: { repo: bob, rkey: "3kznmn7xqxl24" } }, carols)).rejects.toBeInstanceOf(SealError);
    await expect(make({ subject: { ...subject, uri: `${subject.uri}x` } }, carols)).rejects.toBeInstanceOf(SealError);
  });

  it("and has nothing beside its key", async () => {
    const carols = await makeKeyPair(suite);
    const record = await make({}, carols);
    const grant = { repo: alice, rkey: "3kznmn7xqxl24" };
    await expect(open({ sealed, context, ring: { keys: [carols] }, grant: { ...grant, record } })).resolves.toMatchObject({ level: "shared" });
    await refused(sealed, { ring: { keys: [carols] }, grant: { ...grant, record: { ...record, key: { ...record.key, note: "hi" } } } });
  });
});
