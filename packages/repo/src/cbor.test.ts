import * as dagCbor from "@ipld/dag-cbor";
import { sha256 } from "@noble/hashes/sha2.js";
import * as fc from "fast-check";
import { CID } from "multiformats/cid";
import { describe, expect, it } from "vitest";
import { CborError, CborWriter, CidLink, decode, decodeFirst, encode, isLexMap, MAX_DEPTH, type LexMap, type LexValue } from "./cbor.ts";
import { cidOf } from "./cid.ts";
import { Random } from "./testing/random.ts";

const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: "binary", maxLength: 90 }), fc.string({ unit: "grapheme", maxLength: 40 }));
const scalar = fc.oneof(
  text,
  fc.maxSafeInteger(),
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -1, -24, -25, -256, -257, -(2 ** 32), -(2 ** 32) - 1, -(2 ** 53) + 1),
  fc.boolean(),
  fc.constant(null),
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => new CidLink(cidOf(sha256, bytes))),
);
const lexValue: fc.Arbitrary<LexValue> = fc.letrec<{ value: LexValue }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, scalar, fc.array(tie("value"), { maxLength: 6 }), fc.dictionary(text.filter((key) => key !== "__proto__"), tie("value"), { maxKeys: 8, noNullPrototype: true })),
})).value;

function toOracle(value: LexValue): unknown {
  if (value instanceof CidLink) return CID.decode(value.bytes);
  if (Array.isArray(value)) return value.map(toOracle);
  return isLexMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toOracle(item)])) : value;
}

const hex = (digits: string) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe("cbor", () => {
  it("encodes as @ipld/dag-cbor does, and decodes what it encodes", () => {
    fc.assert(
      fc.property(lexValue, (value) => {
        const bytes = encode(value);
        expect(bytes).toEqual(Uint8Array.from(dagCbor.encode(toOracle(value))));
        expect(toOracle(decode(bytes))).toEqual(dagCbor.decode(bytes));
      }),
      { seed: 20, numRuns: 1500 },
    );
  });

  it("has one form per value: whatever it accepts, it would write the same", () => {
    const random = new Random(3);
    let accepted = 0;
    fc.assert(
      fc.property(lexValue, (value) => {
        const bytes = encode(value);
        for (let i = 0; i < 20; i++) {
          const mutated = bytes.slice();
          mutated[random.int(bytes.length)] = random.int(256);
          let decoded: LexValue;
          try {
            decoded = decode(mutated);
          } catch (error) {
            expect(error).toBeInstanceOf(CborError);
            continue;
          }
          accepted++;
          expect(encode(decoded)).toEqual(mutated);
        }
      }),
      { seed: 21, numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(1000);
  });

  it.each([
    ["empty", ""],
    ["integer not shortest (1 byte)", "1817"],
    ["integer not shortest (2 bytes)", "1900ff"],
    ["integer not shortest (4 bytes)", "1a0000ffff"],
    ["integer not shortest (8 bytes)", "1b00000000ffffffff"],
    ["integer of 2^53", "1b0020000000000000"],
    ["integer of -2^53", "3b001fffffffffffff"],
    ["length not shortest", "580161"],
    ["indefinite bytes", "5f4161ff"],
    ["indefinite string", "7f6161ff"],
    ["indefinite array", "9f01ff"],
    ["indefinite map", "bf616101ff"],
    ["half float", "f93c00"],
    ["single float", "fa3f800000"],
    ["double float", "fb3ff0000000000000"],
    ["undefined", "f7"],
    ["simple value", "e0"],
    ["simple value in a byte", "f820"],
    ["break alone", "ff"],
    ["reserved length", "1c"],
    ["tag other than 42", "c101"],
    ["tag 42 in two bytes", "d9002a5825000171122000"],
    ["link without its zero byte", `d82a5825010171 1220${"00".repeat(32)}`.replace(" ", "")],
    ["link to sha-512", `d82a582500017113 20${"00".repeat(32)}`.replace(" ", "")],
    ["link truncated", "d82a58250001711220"],
    ["map key not a string", "a10101"],
    ["map keys repeated", "a2616101616102"],
    ["map keys out of order by bytes", "a2616201616102"],
    ["map keys out of order by length", "a262616101616202"],
    ["string not UTF-8", "61ff"],
    ["string with an encoded surrogate", "63eda080"],
    ["overlong UTF-8", "62c080"],
    ["long string not UTF-8", `7820${"61".repeat(31)}ff`],
    ["truncated string", "6261"],
    ["truncated array", "8201"],
    ["array longer than the input", "9b001fffffffffffff"],
    ["map longer than the input", "ba7fffffff"],
    ["bytes longer than the input", "5b001fffffffffffff"],
    ["two values", "0101"],
  ])("refuses %s", (_, bytes) => {
    expect(() => decode(hex(bytes))).toThrow(CborError);
  });

  it("refuses to write what has no form", () => {
    const cyclic: LexValue[] = [];
    cyclic.push(cyclic);
    const wrong: unknown[] = [undefined, { a: undefined }, [undefined], 1.5, Number.NaN, 2 ** 53, "\ud800", { "\udc00": 1 }, "x".repeat(100) + "\ud800", 1n, new Date(0), new Map(), () => 1, cyclic, new CidLink(new Uint8Array(36)), Array.from({ length: 2 })];
    for (const value of wrong) expect(() => encode(value as LexValue), String(value)).toThrow(CborError);
  });

  it("nests to the limit and no further", () => {
    const nest = (depth: number): LexValue => (depth === 0 ? 1 : [nest(depth - 1)]);
    expect(decode(encode(nest(MAX_DEPTH)))).toEqual(nest(MAX_DEPTH));
    expect(() => encode(nest(MAX_DEPTH + 1))).toThrow("nested");
    expect(() => decode(Uint8Array.from([...Array<number>(MAX_DEPTH + 1).fill(0x81), 1]))).toThrow("nested");
    expect(() => decode(new Uint8Array(100_000).fill(0x81))).toThrow("nested");
  });

  it("keeps a key called __proto__ a key", () => {
    const bytes = hex("a1695f5f70726f746f5f5fa161610 1".replace(" ", ""));
    const value = decode(bytes) as LexMap;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(encode(value)).toEqual(bytes);
  });

  it("sorts keys beyond the basic plane by their UTF-8, not by UTF-16", () => {
    const value = { "\u{10000}": 1, "\uffff\u007f": 2, "\uffffa": 3 };
    expect(encode(value)).toEqual(Uint8Array.from(dagCbor.encode(value)));
  });

  it("reads values one after the other", () => {
    const writer = new CborWriter(1);
    writer.value({ op: 1, t: "#commit" });
    writer.value({ seq: 5 });
    const frame = writer.finish();
    const [header, next] = decodeFirst(frame, 0);
    expect(header).toEqual({ op: 1, t: "#commit" });
    expect(decodeFirst(frame, next)).toEqual([{ seq: 5 }, frame.length]);
    writer.reset();
    expect(writer.length).toBe(0);
  });

  it("gives bytes of its own, not views of the input", () => {
    const input = encode(Uint8Array.of(1, 2, 3));
    const value = decode(input);
    input.fill(0);
    expect(value).toEqual(Uint8Array.of(1, 2, 3));
  });
});
