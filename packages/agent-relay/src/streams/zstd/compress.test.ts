import { describe, expect, it } from "vitest";
import { listen, note } from "../../../test/jetstream.ts";
import { relayFor, until } from "../../../test/relay.ts";
import { BackwardReader } from "./bit-reader.ts";
import { BitWriter } from "./bit-writer.ts";
import { literalLengthCode, matchLengthCode, offsetCode } from "./codes.ts";
import { compress } from "./compress.ts";
import { readDictionary } from "./dictionary.ts";
import { readDistribution } from "./fse.ts";
import { JETSTREAM_DICTIONARY } from "./jetstream-dictionary.ts";
import { packJetstream } from "./packer.ts";

// No decoder in workerd takes a dictionary: that every frame is read by others is tested in Node (e2e/jetstream-zstd.test.ts).

const bytes = Uint8Array.from(atob(JETSTREAM_DICTIONARY), (character) => character.charCodeAt(0));
const EVENT = '{"did":"did:plc:mcc5yghbk7tixqryac2yxku7","time_us":1779719009132431,"kind":"commit","commit":{"rev":"3mmoojp7vgo2g","operation":"create","collection":"app.bsky.feed.like","rkey":"3mmoojp7etg2g"}}';

describe("the dictionary", () => {
  it("is the one that Jetstream's clients bring", async () => {
    expect(bytes.length).toBe(112_640);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    expect(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")).toBe("b8d77b46933aceecbdd5275a01241efc985c970c78162b8150cf67a26522f70c");
    expect(readDictionary(bytes).id).toBe(1_612_007_021);
  });

  it("is refused when it is none", () => {
    expect(() => readDictionary(new Uint8Array(100))).toThrow("not a dictionary");
    expect(() => readDictionary(bytes.slice(0, 200).fill(0xff, 8))).toThrow("zstd");
    expect(() => readDistribution(new Uint8Array([0xff]), 0, 9)).toThrow("accuracy log");
  });
});

describe("a frame", () => {
  it("says its size and its dictionary, and is mostly dictionary", () => {
    const frame = packJetstream(EVENT);
    const view = new DataView(frame.buffer);
    expect(view.getUint32(0, true)).toBe(0xfd2fb528);
    expect(frame[4]).toBe(0x23);
    expect(view.getUint32(5, true)).toBe(1_612_007_021);
    expect(frame[9]).toBe(EVENT.length);
    expect(frame.length).toBeLessThan(EVENT.length * 0.6);
  });

  it("of what cannot be compressed is a few bytes longer", () => {
    const dictionary = readDictionary(bytes);
    let seed = 7;
    const noise = Uint8Array.from({ length: 300_000 }, () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) >>> 24);
    for (const length of [0, 1, 255, 256, 65_791, 65_792, 300_000]) {
      const { length: packed } = compress(noise.subarray(0, length), dictionary);
      expect(packed - length).toBeLessThan(25);
    }
  });
});

describe("bits", () => {
  it("come back in the order in which they were written, reversed", () => {
    const out = new BitWriter(1);
    const values = Array.from({ length: 200 }, (_, i) => ({ value: (i * 7_919) % 2 ** (i % 24), bits: i % 24 }));
    for (const { value, bits } of values) out.add(value, bits);
    const reader = new BackwardReader(out.close());
    for (const { value, bits } of values.toReversed()) expect(reader.read(bits)).toBe(value);
    expect(reader.left).toBe(0);
  });

  it.each([[0, 0, 0, 0], [15, 15, 0, 0], [16, 16, 0, 1], [17, 16, 1, 1], [63, 24, 15, 4], [64, 25, 0, 6], [65_536, 35, 0, 16], [131_071, 35, 65_535, 16]])("literal length %i", (length, code, extra, count) =>
    expect(literalLengthCode(length)).toEqual({ code, extra, bits: count }));
  it.each([[3, 0, 0, 0], [34, 31, 0, 0], [35, 32, 0, 1], [36, 32, 1, 1], [131, 43, 0, 7], [65_539, 52, 0, 16]])("match length %i", (length, code, extra, count) =>
    expect(matchLengthCode(length)).toEqual({ code, extra, bits: count }));
  it.each([[1, 2, 0, 2], [5, 3, 0, 3], [112_640, 16, 47_107, 16]])("offset %i", (offset, code, extra, count) => expect(offsetCode(offset)).toEqual({ code, extra, bits: count }));
});

describe("/subscribe with compression", () => {
  it.each([["?compress=true", {}], ["", { "socket-encoding": "zstd" }]])("sends what the other readers get, packed: %j %j", async (query, headers) => {
    const { stub } = relayFor({ test: `zstd${query}` });
    const [packed, plain] = [await listen(stub, `/subscribe${query}`, headers), await listen(stub, "/subscribe")];
    await stub.ingest([note(1, 1)]);
    await until("both", () => packed.binary.length === 1 && plain.texts.length === 1);
    expect(packed.texts).toEqual([]);
    expect(packed.binary[0]).toEqual(packJetstream(plain.texts[0] ?? ""));
  });
});
