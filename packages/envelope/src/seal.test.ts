import { encode } from "@ipld/dag-cbor";
import { describe, expect, it } from "vitest";
import { context, filled, keysOf } from "../test/people.ts";
import { encodeData, MAX_PLAINTEXT, makeKeyPair, open, padme, seal, SealError, type SealInput, SUITES } from "./index.ts";
import { pad, unpad } from "./padding.ts";

const [xwing, x25519] = SUITES;
const type = "agent.comms.message";
const plaintext = new Uint8Array([1, 2, 3]);

describe("seal", () => {
  it("uses X-Wing unless told otherwise", async () => {
    const pair = await makeKeyPair();
    expect((await seal({ plaintext, type, context, recipients: [pair] })).suite).toBe(xwing);
  });

  it.each<[string, () => Promise<Partial<SealInput>>, RegExp]>([
    ["nobody to read", async () => ({}), /Nobody could read/],
    ["an unknown suite", async () => ({ epochKey: filled(1), suite: Object("none") as SealInput["suite"] & string }), /Not a suite/],
    ["an epoch key of another length", async () => ({ epochKey: filled(1, 16) }), /32 bytes, not 16/],
    ["a key of another suite", async () => ({ recipients: [await makeKeyPair(x25519)] }), /has 1216 bytes, not 32/],
    ["a key under another's id", async () => ({ suite: x25519, recipients: [{ ...(await makeKeyPair(x25519)), keyId: filled(1) }] }), /not the id/],
    ["a key twice", async () => Promise.resolve(makeKeyPair(x25519)).then((pair) => ({ suite: x25519, recipients: [pair, pair] })), /twice/],
    ["a key of low order", async () => {
      const publicKey = filled(0);
      const { keyIdOf } = await import("./suites.ts");
      return { suite: x25519, recipients: [{ publicKey, keyId: await keyIdOf(x25519, publicKey) }] };
    }, /Could not be sealed/],
    ["too many recipients", async () => ({ suite: x25519, recipients: await Promise.all(Array.from({ length: 65 }, () => makeKeyPair(x25519))) }), /at most 64/],
    ["too much", async () => ({ epochKey: filled(1), plaintext: new Uint8Array(MAX_PLAINTEXT + 1) }), /917501 bytes/],
    ["a float", async () => ({ epochKey: filled(1), plaintext: { score: 0.5 } }), /Not an integer/],
    ["a float in what is clear", async () => ({ epochKey: filled(1), context: { ...context, routing: { score: 0.5 } } }), /Not an integer/],
    ["a class instance", async () => ({ epochKey: filled(1), plaintext: { when: new Date(0) } }), /Not data/],
  ])("fails loudly: %s", async (_name, more, reason) => {
    const failure: unknown = await seal({ plaintext, type, context, ...(await more()) }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SealError);
    expect((failure as SealError).message).toMatch(reason);
  });

  it("seals the longest plaintext for 64 by X-Wing within a record of 1,000,000 bytes", async () => {
    const recipients = await Promise.all(Array.from({ length: 64 }, () => makeKeyPair()));
    const sealed = await seal({ plaintext: new Uint8Array(MAX_PLAINTEXT), type, context, recipients });
    const [last] = recipients.slice(-1);
    if (last === undefined) throw new Error("no recipient");
    expect(encodeData({ ...context.routing, content: [sealed] }).length).toBeLessThanOrEqual(1_000_000);
    expect((await open({ sealed, context, ring: { keys: [last] } })).plaintext.length).toBe(MAX_PLAINTEXT);
  });

  it("hides the length", async () => {
    const lengthOf = async (length: number) => (await seal({ plaintext: new Uint8Array(length), type, context, epochKey: filled(1) })).ciphertext.$bytes.length;
    expect(await lengthOf(0)).toBe(await lengthOf(252));
    expect(await lengthOf(253)).toBeGreaterThan(await lengthOf(252));
    expect(await lengthOf(5000)).toBe(await lengthOf(5100));
  });
});

describe("padding", () => {
  // From the paper's description: at most ceil(log2 log2 L) low bits may be set.
  it.each([[0, 256], [256, 256], [257, 272], [272, 272], [273, 288], [1000, 1024], [1025, 1088], [9, 256], [100_000, 100_352], [917_504, 917_504], [1_000_000, 1_015_808]])("%i becomes %i", (length, padded) => {
    expect(padme(length)).toBe(padded);
  });

  it("adds at most 12 % and shrinks nothing", () => {
    for (let length = 257; length < 200_000; length += 97) {
      expect(padme(length)).toBeGreaterThanOrEqual(length);
      expect(padme(length)).toBeLessThanOrEqual(length * 1.12);
    }
  });

  it("has one right form", () => {
    const padded = pad(new Uint8Array([5, 6]));
    expect(unpad(padded)).toEqual(new Uint8Array([5, 6]));
    const spoilt = (at: number, value: number) => padded.map((byte, i) => (i === at ? value : byte));
    for (const wrong of [spoilt(255, 1), spoilt(6, 1), spoilt(0, 255), spoilt(2, 1), new Uint8Array(255), new Uint8Array(0), new Uint8Array(512)]) expect(() => unpad(wrong)).toThrow(RangeError);
  });
});

describe("data", () => {
  it("is encoded as a repository does it, and comes back", async () => {
    const { decodeData } = await import("./index.ts");
    const json = { b: 1, aa: { $bytes: "AQI" }, link: { $link: "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq" }, n: null, list: [true, "x"], no: undefined };
    const { no: _, ...kept } = json;
    expect(decodeData(encodeData(json))).toEqual(kept);
    expect(encodeData({ b: 1, a: "x" })).toEqual(new Uint8Array(encode({ a: "x", b: 1 })));
    let deep: unknown = 1;
    for (let i = 0; i < 100; i++) deep = [deep];
    expect(() => encodeData(deep)).toThrow(TypeError);
    expect(() => decodeData(encode(deep))).toThrow(TypeError);
    expect(() => decodeData(encode({ x: 0.5 }))).toThrow(TypeError);
  });
});

describe("two recipients", () => {
  it("cannot be shown different texts: a data key other than the committed one opens nothing", async () => {
    const { bobs, carols } = await keysOf(x25519);
    const [one, two] = await Promise.all([bobs, carols].map((key) => seal({ plaintext, type, context, suite: x25519, recipients: [key] })));
    if (one === undefined || two === undefined) throw new Error("two");
    // Carol's wrapped key beside Bob's record: her data key does not answer to the commitment.
    for (const base of [one, two]) {
      const mixed = { ...base, recipients: [...one.recipients, ...two.recipients] };
      for (const key of [bobs, carols]) await expect(open({ sealed: mixed, context, ring: { keys: [key] } })).rejects.toThrow("cannot be opened");
    }
  });
});
