import { zstdDecompressSync } from "node:zlib";
import { describe, expect, inject, test } from "vitest";
import { compress } from "../packages/agent-relay/src/streams/zstd/compress.ts";
import { readDictionary } from "../packages/agent-relay/src/streams/zstd/dictionary.ts";
import { JETSTREAM_DICTIONARY } from "../packages/agent-relay/src/streams/zstd/jetstream-dictionary.ts";
import { Random } from "../packages/repo/src/testing/random.ts";
import { NOTES, signUp } from "./test/people.ts";
import { until } from "./test/until.ts";

const dictionary = Buffer.from(JETSTREAM_DICTIONARY, "base64");
const ready = readDictionary(dictionary);

/** As every client of Jetstream does it: the C library, given the dictionary. */
const unpack = (frame: Uint8Array): Buffer => zstdDecompressSync(frame, { dictionary });

describe("frames are read by the C library", () => {
  const random = new Random(20_261_121);
  const alphabet = (most: number) => (length: number) => Uint8Array.from({ length }, () => random.int(most));
  const fromDictionary = (length: number) => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const place = 8_000 + random.int(90_000);
      const piece = dictionary.subarray(place, place + 1 + random.int(200)).subarray(0, length - at);
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  };
  const repeating = (length: number) => {
    const period = 1 + random.int(300);
    return Uint8Array.from({ length }, (_, i) => (i < period || random.next() < 0.01 ? random.int(256) : 32 + (i % period)));
  };

  test.each([
    ["noise", alphabet(256)],
    ["few letters", (length: number) => alphabet(4)(length).map((value) => value + 65)],
    ["bytes of the dictionary", fromDictionary],
    ["repetition", repeating],
    ["nothing but zeros", (length: number) => new Uint8Array(length)],
  ])("%s", (_, make) => {
    // Around every size at which a header, a stream or a block changes its form.
    const edges = [0, 1, 4, 5, 31, 32, 63, 64, 255, 256, 1_023, 1_024, 4_095, 4_096, 16_383, 16_384, 65_791, 65_792, 131_071, 131_072, 131_073, 400_000];
    for (const length of [...edges, ...Array.from({ length: 300 }, () => random.int(3_000))]) {
      const text = make(length);
      expect(unpack(compress(text, ready)).equals(Buffer.from(text)), `${length} bytes`).toBe(true);
    }
  });
});

test("a reader with compress=true gets what the others get", async () => {
  const writer = await signUp("jet-zstd");
  const { repo } = writer.agent.com.atproto;
  for (let i = 0; i < 20; i++) await repo.createRecord({ repo: writer.did, collection: NOTES, record: { text: `note ${i} ${"é🙂".repeat(i * 20)}`, createdAt: new Date(0).toISOString() } });
  const url = `${inject("origin").replace(/^http/, "ws")}/subscribe?cursor=1&wantedDids=${writer.did}`;
  const [plain, packed] = [new WebSocket(url), new WebSocket(`${url}&compress=true`)];
  packed.binaryType = "arraybuffer";
  const texts: string[] = [];
  const frames: Buffer[] = [];
  plain.addEventListener("message", ({ data }) => void texts.push(String(data)));
  packed.addEventListener("message", ({ data }) => void frames.push(Buffer.from(data as ArrayBuffer)));
  await until(() => texts.length >= 20 && frames.length === texts.length, "all messages");
  plain.close();
  packed.close();
  expect(frames.map((frame) => unpack(frame).toString())).toEqual(texts);
  expect(frames.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 2);
});
