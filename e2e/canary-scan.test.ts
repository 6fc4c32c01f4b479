import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { needlesOf } from "./canary/mark.ts";
import { scanBytes, scanFolder } from "./canary/scan.ts";

/** The scan that the canary test relies on finds what it looks for. */
const MARK = "kestrel4f9c2d";
const needles = needlesOf(MARK);
const noise = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 167 + (i >> 3) * 29) & 255));
/** In the middle of much else, at any place in a block. */
const planted = (before: number): Buffer => Buffer.concat([noise.subarray(0, 1000 + before), Buffer.from(`x${MARK}y`), noise]);

/** Five bits at a time, by arithmetic. */
const base32 = (bytes: Buffer): string => {
  let rest = BigInt(`0x${bytes.toString("hex")}`) << BigInt((5 - ((bytes.length * 8) % 5)) % 5);
  let letters = "";
  for (let i = Math.ceil((bytes.length * 8) / 5); i > 0; i--) {
    letters = "abcdefghijklmnopqrstuvwxyz234567".charAt(Number(rest & 31n)) + letters;
    rest >>= 5n;
  }
  return letters;
};

test("finds nothing where nothing is", () => {
  expect(scanBytes(noise, needles)).toEqual([]);
  expect(scanBytes(Buffer.from(MARK.slice(0, -1)), needles)).toEqual([]);
});

describe.each([0, 1, 2, 3, 4])("planted %i bytes into a block, it is found", (before) => {
  const bytes = planted(before);
  test.each([
    ["plain", bytes],
    ["upper case", Buffer.from(`some ${MARK.toUpperCase()} more`)],
    ["hex", Buffer.from(bytes.toString("hex"))],
    ["HEX", Buffer.from(bytes.toString("hex").toUpperCase())],
    ["UTF-16, little-endian", Buffer.from(`some ${MARK} more`, "utf16le")],
    ["UTF-16, big-endian", Buffer.from(`some ${MARK} more`, "utf16le").swap16()],
    ["base64", Buffer.from(bytes.toString("base64"))],
    ["base64", Buffer.from(bytes.toString("base64url"))],
    ["base32", Buffer.from(base32(bytes))],
    ["gzip, plain", Buffer.concat([noise, gzipSync(bytes)])],
    ["gzip, base64", gzipSync(bytes.toString("base64"))],
    ["zlib, plain", Buffer.concat([noise, deflateSync(bytes), noise])],
    ["zstd, plain", zstdCompressSync(bytes)],
    ["gzip, plain", gzipSync(Buffer.concat([bytes, noise, noise])).subarray(0, 1500)],
  ])("%s", (form, where) => expect(scanBytes(where, needles).join()).toContain(form));
});

test("escaped, as JSON and URLs may have it", () => {
  const codes = Array.from(MARK, (letter) => letter.charCodeAt(0).toString(16));
  expect(scanBytes(Buffer.from(codes.map((code) => `\\u00${code}`).join("")), needles)).toEqual(["escaped as in JSON"]);
  expect(scanBytes(Buffer.from(codes.map((code) => `%${code}`).join("")), needles)).toEqual(["escaped as in a URL"]);
});

test("in any file of a folder, and in the name of one", () => {
  const folder = mkdtempSync(join(tmpdir(), "rookery-scan-"));
  try {
    mkdirSync(join(folder, "deep/down"), { recursive: true });
    writeFileSync(join(folder, "deep/down/one"), planted(1));
    writeFileSync(join(folder, `deep/${MARK}.bin`), "nothing");
    writeFileSync(join(folder, "other"), noise);
    expect(scanFolder(folder, needles).toSorted()).toEqual(["deep/down/one: plain", `deep/${MARK}.bin: plain`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
