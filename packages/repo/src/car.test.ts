import { readCarWithRoot } from "@atproto/repo";
import { fromUint8Array } from "@atcute/car";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { CarError, CarReader, carBlock, carBlockLength, carBytes, carHeader, readCar, type CarBlock } from "./car.ts";
import { encode } from "./cbor.ts";
import { CODEC_RAW, cidKey, cidOf, cidToString } from "./cid.ts";
import { CidLink } from "./lex-value.ts";
import { Random } from "./testing/random.ts";

const random = new Random(7);
const blocks: CarBlock[] = [1, 91, 92, 127, 128, 5000, 20_000].map((length, i) => {
  // DAG-CBOR of a byte string, so that readers that parse blocks are content too.
  const bytes = encode(random.bytes(length));
  return { cid: cidOf(sha256, bytes, i === 3 ? CODEC_RAW : undefined), bytes };
});
const root = (blocks[0] as CarBlock).cid;
const car = carBytes(root, blocks);

describe("car", () => {
  it("is read by both oracles", async () => {
    const official = await readCarWithRoot(car);
    expect(official.root.toString()).toBe(cidToString(root));
    expect(official.blocks.size).toBe(blocks.length);
    const atcute = [...fromUint8Array(car)];
    expect(atcute.map((entry) => Uint8Array.from(entry.bytes))).toEqual(blocks.map((block) => block.bytes));
  });

  it("is the same in one piece and in parts", () => {
    const parts = [carHeader(root), ...blocks.map(({ cid, bytes }) => carBlock(cid, bytes))];
    expect(Uint8Array.from(parts.flatMap((part) => [...part]))).toEqual(car);
    expect(parts.slice(1).map((part) => part.length)).toEqual(blocks.map(({ bytes }) => carBlockLength(bytes.length)));
    const read = readCar(car, sha256);
    expect(read.roots).toEqual([root]);
    expect([...read.blocks]).toEqual(blocks.map(({ cid, bytes }) => [cidKey(cid), bytes]));
  });

  it("can arrive in pieces of any size", () => {
    for (const size of [1, 2, 7, 58, 59, 60, 1000, car.length]) {
      const reader = new CarReader(sha256);
      const seen: CarBlock[] = [];
      for (let at = 0; at < car.length; at += size) seen.push(...reader.push(car.subarray(at, at + size)));
      reader.end();
      expect(reader.roots).toEqual([root]);
      expect(seen).toEqual(blocks);
    }
  });

  it("is refused when it ends early, wherever", () => {
    for (let end = 0; end < 600; end++) {
      // At a boundary between blocks a shorter CAR is a CAR.
      if (readable(car.subarray(0, end))) expect(boundaries()).toContain(end);
    }
  });

  it("is refused when any byte is changed", () => {
    for (let at = 0; at < 900; at++) {
      const changed = car.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      // A change in the digest of the root leaves a CAR, whose root is then not among its blocks.
      const inRoot = at >= 18 && at < 50;
      expect(readable(changed), `byte ${at}`).toBe(inRoot);
    }
  });

  it("stays within its limits", () => {
    expect(() => readCar(car, sha256, { maxBlockBytes: 1000 })).toThrow(CarError);
    expect(() => readCar(car, sha256, { maxBlocks: 3 })).toThrow("3 blocks");
    expect(() => readCar(car, sha256, { maxBytes: 100 })).toThrow("100 bytes");
    // A length that promises a gigabyte is refused before any of it arrives.
    const reader = new CarReader(sha256);
    reader.push(carHeader(root));
    expect(() => reader.push(Uint8Array.of(0xff, 0xff, 0xff, 0x7f))).toThrow(CarError);
    expect(() => new CarReader(sha256).push(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 1))).toThrow(CarError);
    expect(() => new CarReader(sha256).push(Uint8Array.of(0))).toThrow(CarError);
  });

  it.each<[string, Parameters<typeof encode>[0]]>([
    ["no roots", { version: 1 }],
    ["version 2", { roots: [new CidLink(root)], version: 2 }],
    ["roots that are no links", { roots: ["x"], version: 1 }],
    ["something else", "car"],
  ])("refuses a header with %s", (_, header) => {
    const bytes = encode(header);
    expect(() => readCar(Uint8Array.from([bytes.length, ...bytes]), sha256)).toThrow(CarError);
  });
});

function readable(bytes: Uint8Array): boolean {
  try {
    readCar(bytes, sha256);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(CarError);
    return false;
  }
}

function boundaries(): number[] {
  const ends = [carHeader(root).length];
  for (const { bytes } of blocks) ends.push((ends.at(-1) ?? 0) + carBlockLength(bytes.length));
  return ends;
}
