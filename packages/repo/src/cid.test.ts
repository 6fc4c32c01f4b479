import { sha256 } from "@noble/hashes/sha2.js";
import { CID } from "multiformats/cid";
import { describe, expect, it } from "vitest";
import invalid from "../fixtures/syntax/cid_syntax_invalid.txt?raw";
import { CidError, CODEC_RAW, cidEquals, cidFromString, cidKey, cidOf, cidToString } from "./cid.ts";
import { fixtureLines } from "./testing/lines.ts";
import { Random } from "./testing/random.ts";

const random = new Random(1);

describe("cid", () => {
  it("prints and parses as multiformats does", () => {
    for (let i = 0; i < 300; i++) {
      const cid = cidOf(sha256, random.bytes(i), i % 2 ? CODEC_RAW : undefined);
      const text = cidToString(cid);
      expect(CID.decode(cid).toString()).toBe(text);
      expect(cidFromString(text)).toEqual(cid);
      expect(CID.parse(text).bytes).toEqual(cid);
    }
  });

  it("refuses what is not a CID, with the value", () => {
    const good = cidToString(cidOf(sha256, random.bytes(3)));
    const other = CID.createV1(0x70, CID.parse(good).multihash).toString();
    for (const text of [...fixtureLines(invalid), "", "b", good.toUpperCase(), good.slice(0, -1), `${good}a`, ` ${good}`, `${good.slice(0, -1)}1`, `z${good.slice(1)}`, other]) {
      expect(() => cidFromString(text), text).toThrow(CidError);
      expect(() => cidFromString(text), text).toThrow(text.slice(0, 100));
    }
  });

  it("has one string per CID: unused bits must be zero", () => {
    const good = cidToString(cidOf(sha256, random.bytes(3)));
    const accepted = "abcdefghijklmnopqrstuvwxyz234567".split("").filter((last) => {
      try {
        return cidFromString(good.slice(0, -1) + last).length === 36;
      } catch {
        return false;
      }
    });
    // 36 bytes are 288 bits; the 58th character carries three of them and two that must be zero.
    expect(accepted).toHaveLength(8);
  });

  it("compares and keys by content", () => {
    const a = cidOf(sha256, random.bytes(3));
    const b = cidOf(sha256, random.bytes(3));
    expect(cidEquals(a, a.slice())).toBe(true);
    expect(cidEquals(a, b)).toBe(false);
    expect(cidEquals(a, null)).toBe(false);
    expect(cidEquals(null, null)).toBe(true);
    expect(cidKey(a)).toBe(cidKey(a.slice()));
    expect(cidKey(a)).not.toBe(cidKey(b));
  });
});
