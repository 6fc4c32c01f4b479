import { describe, expect, it } from "vitest";
import { collect } from "../test/collect.ts";
import { alice, bob } from "../test/people.ts";
import { CHUNK } from "./chunked.ts";
import { type FileKey, fileOfPart, filePart, OpenError, openFile, sealFile, SealError } from "./index.ts";

const bytesOf = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i * 31) & 255);

const sealed = async (size: number) => {
  const plaintext = bytesOf(size);
  const file = sealFile([plaintext.subarray(0, size >> 1), plaintext.subarray(size >> 1)], size, alice);
  const ciphertext = await collect(file.ciphertext);
  return { plaintext, ciphertext, length: file.length, key: file.key() };
};

describe("a sealed file", () => {
  it.each([0, 1, 255, 256, 257, CHUNK - 1, CHUNK, CHUNK + 1, 100_000, 300_001])("of %i bytes opens, and is as long as was said", async (size) => {
    const { plaintext, ciphertext, length, key } = await sealed(size);
    expect(ciphertext.length).toBe(length);
    expect(await collect(openFile([ciphertext], key, alice))).toEqual(plaintext);
  });

  it("hides its length", async () => {
    expect((await sealed(100_001)).length).toBe((await sealed(100_352)).length);
  });

  it("opens from a stream, however that is cut", async () => {
    const { plaintext, ciphertext, key } = await sealed(50_000);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < ciphertext.length; at += 777) controller.enqueue(ciphertext.subarray(at, at + 777));
        controller.close();
      },
    });
    expect(await collect(openFile(stream, key, alice))).toEqual(plaintext);
  });

  it("is refused when anything is wrong, with the one error", async () => {
    const { ciphertext, key } = await sealed(40_000);
    const flipped = (at: number) => ciphertext.map((byte, i) => (i === at ? byte ^ 1 : byte));
    const chunk = CHUNK + 16;
    const wrong: [Uint8Array[], typeof key, string][] = [
      ...[0, 23, 24, 55, 56, 56 + chunk, ciphertext.length - 1].map((at): [Uint8Array[], typeof key, string] => [[flipped(at)], key, alice]),
      [[ciphertext.subarray(0, -1)], key, alice],
      [[ciphertext.subarray(0, 56 + chunk)], key, alice],
      [[ciphertext.subarray(0, 56)], key, alice],
      [[ciphertext.subarray(0, 10)], key, alice],
      [[], key, alice],
      [[ciphertext, new Uint8Array(1)], key, alice],
      [[ciphertext.subarray(0, 56), ciphertext.subarray(56 + chunk, 56 + 2 * chunk), ciphertext.subarray(56, 56 + chunk), ciphertext.subarray(56 + 2 * chunk)], key, alice],
      [[ciphertext], { ...key, key: new Uint8Array(32) }, alice],
      [[ciphertext], { ...key, sha256: new Uint8Array(32) }, alice],
      [[ciphertext], { ...key, size: 39_999 }, alice],
      [[ciphertext], { ...key, size: 40_001 }, alice],
      [[ciphertext], { ...key, size: 400_000 }, alice],
      [[ciphertext], key, bob],
    ];
    for (const [source, withKey, repo] of wrong) {
      const failure: unknown = await collect(openFile(source, withKey, repo)).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OpenError);
      expect((failure as OpenError).message).toBe("cannot be opened");
    }
  });

  it("has to have the size that was said", async () => {
    for (const size of [9, 11]) await expect(collect(sealFile([bytesOf(10)], size, alice).ciphertext)).rejects.toBeInstanceOf(SealError);
    expect(() => sealFile([], 60_000_000, alice)).toThrow(SealError);
    expect(() => sealFile([], -1, alice)).toThrow(SealError);
    expect(() => sealFile([], 0, alice).key()).toThrow(/not read/);
  });
});

describe("the part that stands for a file", () => {
  const blob = { $type: "blob", ref: { $link: "bafkreiccldh766hwcnuxnf2wh6jgzepf2nlu2lvcllt63eww5p6chi4ity" }, mimeType: "application/octet-stream", size: 10 } as const;
  const key = { key: bytesOf(32), sha256: bytesOf(32), size: 5 } as FileKey;

  it("comes back", () => {
    expect(fileOfPart(filePart(blob, key, { name: "plan.txt", mediaType: "text/plain" }))).toEqual({ ...key, cid: blob.ref.$link, name: "plan.txt", mediaType: "text/plain" });
    expect(fileOfPart(filePart(blob, key))).toEqual({ ...key, cid: blob.ref.$link });
  });

  it.each([{ $type: "agent.comms.defs#file" }, { size: -1 }, { size: 0.5 }, { key: { $bytes: "AA" } }, { sha256: undefined }, { blob: "x" }])("is none with %j", (over) => {
    expect(fileOfPart({ ...filePart(blob, key), ...over })).toBeUndefined();
  });
});
