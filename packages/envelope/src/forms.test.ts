import { collectionsOf, ids, recipientsOf, validateRecord } from "@rookery/lexicon-agent-comms";
import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { alice, bob, carol, createdAt, filled } from "../test/people.ts";
import { encodeData, decodeData, isSealedRecord, type KeyPair, type KeyRing, makeKeyPair, OpenError, openRecord, type PlacedRecord, type RecordSealing, SealError, sealedCollections, sealRecord } from "./index.ts";

const suite = "hpke-x25519-hkdfsha256-aes256gcm";
const cid = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq";
const text = { $type: "agent.comms.defs#text", text: "the plan" };
const request = { uri: `at://${carol}/agent.comms.request/3kznmn7xqxl22`, cid };
const handoff = { uri: `at://${bob}/agent.comms.handoff/3kznmn7xqxl22`, cid };
const own = { uri: `at://${alice}/agent.comms.request/3kznmn7xqxl21`, cid };
const rkey = "3kznmn7xqxl22";

/** One record of each form, with every word of it that is nobody's business beginning with "plan" or "secret". */
const samples: Record<string, Record<string, unknown>> = {
  [collectionsOf.message]: { to: [bob], content: [text], createdAt, conversation: "secret-project", priority: 5 },
  [collectionsOf.broadcast]: { audience: { $type: "agent.comms.defs#listed", dids: [bob] }, content: [text], createdAt },
  [collectionsOf.request]: { to: bob, input: [text], createdAt, capability: "com.example.plan", deadline: createdAt },
  [collectionsOf.response]: { request, state: "failed", output: [text], error: { code: "internal", message: "the plan failed" }, createdAt },
  [collectionsOf.question]: { to: bob, createdAt, text: "is there a plan?", guest: "secret-guest" },
  [collectionsOf.cancel]: { to: bob, request: own, createdAt, reason: "the plan is off" },
  [collectionsOf.receipt]: { to: bob, createdAt, subject: { uri: `at://${bob}/agent.comms.message/3kznmn7xqxl22`, cid }, status: "processed", keyId: { $bytes: "A".repeat(43) } },
  [collectionsOf.handoff]: { to: bob, request, input: [text], createdAt, reason: "the plan", deadline: createdAt },
  [collectionsOf.handoffAnswer]: { handoff, request, createdAt, answer: "declined", reason: "no plan" },
  [ids.AgentMemoryNote]: { text: "the plan", tags: ["secret-tag"], createdAt },
  [ids.AgentMemoryDecision]: { text: "the plan", reason: "secret reason", createdAt },
  [ids.AgentMemoryFact]: { subject: "secret subject", text: "the plan", createdAt },
  [ids.AgentMemorySummary]: { text: "the plan", sources: [{ uri: `at://${alice}/agent.memory.note/3kznmn7xqxl22`, cid }], createdAt },
  [ids.AgentMemoryPins]: { memories: [`at://${alice}/agent.memory.note/3kznmn7xqxl22`], updatedAt: createdAt },
};

const isKept = (collection: string): boolean => collection.startsWith("agent.memory.");
const epochKey = filled(7);
let bobs: KeyPair;
let carols: KeyPair;
beforeAll(async () => {
  [bobs, carols] = await Promise.all([makeKeyPair(suite), makeKeyPair(suite)]);
});
const sealingOf = (collection: string): RecordSealing => (isKept(collection) ? { epochKey } : { recipients: [bobs, carols], suite, epochKey });
const placedAt = (collection: string): PlacedRecord => ({ repo: alice, collection, rkey, record: { $type: collection, ...samples[collection] } });
const sealedAt = async (collection: string): Promise<PlacedRecord> => ({ ...placedAt(collection), record: await sealRecord(placedAt(collection), sealingOf(collection)) });
const refused = (placed: PlacedRecord, ring: KeyRing, why?: string) => expect(openRecord(placed, ring), why).rejects.toEqual(new OpenError());
const ringsOf = (collection: string): KeyRing[] => [{ epochKeys: [epochKey] }, ...(isKept(collection) ? [] : [{ keys: [bobs] }, { keys: [carols] }])];

/** Change all that is in it, however deep. */
const spoil = (value: object): void => {
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === "object" && inner !== null) spoil(inner);
    Reflect.set(value, name, "spoilt");
  }
};

it("there is a sample of every form", () => expect(Object.keys(samples).toSorted()).toEqual([...sealedCollections].toSorted()));

describe.each(Object.keys(samples))("a sealed %s", (collection) => {
  it("is valid, goes where it went plainly, tells nothing, and comes back whole", async () => {
    const [plain, sealed] = [placedAt(collection), await sealedAt(collection)];
    expect(validateRecord(collection, plain.record)).toEqual({ known: true, ok: true });
    expect(validateRecord(collection, sealed.record)).toEqual({ known: true, ok: true });
    expect(recipientsOf(collection, sealed.record)).toEqual(recipientsOf(collection, plain.record));
    expect(JSON.stringify(sealed.record)).not.toMatch(/plan|secret|failed|declined|processed|deadline|priority|agent\.comms\.message\/|agent\.memory\.note\//);
    if (isKept(collection)) expect(Object.keys(sealed.record).toSorted()).toEqual(["$type", "sealed"]);
    for (const ring of ringsOf(collection)) expect(await openRecord(sealed, ring)).toEqual({ record: plain.record, sealed: true });
    expect(await openRecord(plain, {})).toEqual({ record: plain.record, sealed: false });
  });

  it("opens for nobody else, in no other place, and beside nothing else", async () => {
    const sealed = await sealedAt(collection);
    const other = sealedCollections.filter((one) => one !== collection);
    for (const ring of [{}, { keys: [await makeKeyPair(suite)] }, { epochKeys: [filled(8)] }, { keys: [{ ...(await makeKeyPair(suite)), keyId: bobs.keyId }] }]) await refused(sealed, ring);
    for (const ring of ringsOf(collection)) {
      await refused({ ...sealed, repo: carol }, ring);
      await refused({ ...sealed, rkey: "3kznmn7xqxl23" }, ring);
      for (const field of ["createdAt", "to", "more"]) await refused({ ...sealed, record: { ...sealed.record, [field]: "x" } }, ring, field);
      for (const elsewhere of other) {
        const moved = { ...sealed, collection: elsewhere };
        // Where its form keeps the content elsewhere there is nothing sealed, and nothing is read.
        if (isSealedRecord(elsewhere, sealed.record)) await refused(moved, ring, elsewhere);
        else expect(await openRecord(moved, ring)).toEqual({ record: sealed.record, sealed: false });
      }
    }
  });

  it("opens with no bit of it changed", async () => {
    const whole = encodeData(await sealedAt(collection));
    for (const ring of ringsOf(collection)) {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: whole.length * 8 - 1 }), async (bit) => {
          let spoilt: PlacedRecord;
          try {
            spoilt = decodeData(whole.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))) as PlacedRecord;
          } catch {
            return; // no data any more
          }
          if (typeof spoilt.record === "object" && spoilt.record !== null && isSealedRecord(spoilt.collection, spoilt.record)) await refused(spoilt, ring, `bit ${bit}`);
        }),
        { seed: 20261121, numRuns: 60 },
      );
    }
  });

  it("is not sealed for nobody, for fewer, twice, or when its lexicon does not allow it", async () => {
    const plain = placedAt(collection);
    const sealed = await sealedAt(collection);
    const failing = (record: PlacedRecord["record"], sealing: RecordSealing, why: RegExp) => expect(sealRecord({ ...plain, record }, sealing)).rejects.toThrow(why);
    await failing(plain.record, {}, isKept(collection) ? /Nobody could read/ : /nobody is given/);
    if (!isKept(collection)) await failing(plain.record, { epochKey }, /nobody is given/);
    await failing(sealed.record, sealingOf(collection), /sealed already/);
    await failing({ ...plain.record, createdAt: 3, updatedAt: 3 }, sealingOf(collection), /Not a record/);
    await expect(sealRecord({ ...plain, record: { ...plain.record, note: "\ud800" } }, sealingOf(collection))).rejects.toBeInstanceOf(SealError);
  });

  it("is what it was when it was given, whatever becomes of it meanwhile", async () => {
    const record = structuredClone(placedAt(collection).record);
    const sealing = sealRecord({ ...placedAt(collection), record }, sealingOf(collection));
    spoil(record);
    const sealed = { ...placedAt(collection), record: await sealing };
    expect((await openRecord(sealed, { epochKeys: [epochKey] })).record).toEqual(placedAt(collection).record);
  });
});
