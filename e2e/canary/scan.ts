import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { constants, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";
import type { Needle } from "./mark.ts";

/** What compressed data begins with, and how it is read as far as it goes: it may be cut off, and other data come after it. */
const COMPRESSED: [string, Buffer, (bytes: Buffer) => Buffer][] = [
  ["gzip", Buffer.from([0x1f, 0x8b, 0x08]), (bytes) => gunzipSync(bytes, PARTLY)],
  ...[0x01, 0x5e, 0x9c, 0xda].map((level): [string, Buffer, (bytes: Buffer) => Buffer] => ["zlib", Buffer.from([0x78, level]), (bytes) => inflateSync(bytes, PARTLY)]),
  ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), (bytes) => zstdDecompressSync(bytes, { maxOutputLength: 1 << 24, finishFlush: constants.ZSTD_e_flush })],
];
const PARTLY = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 24 };

/** Most of a compressed stream that is read. */
const MOST = 1 << 20;

/** What is inside the compressed streams that begin anywhere in some bytes. */
function* inflated(bytes: Buffer): Generator<[string, Buffer]> {
  for (const [name, magic, read] of COMPRESSED) {
    for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
      try {
        yield [name, read(bytes.subarray(at, at + MOST))];
      } catch {
        // Only looked like one.
      }
    }
  }
}

/** The forms in which one of the needles is there, compressed or not. */
export const scanBytes = (bytes: Buffer, needles: readonly Needle[]): string[] => {
  const within = (where: Buffer, how: string): string[] => needles.filter((needle) => where.includes(needle.bytes)).map(({ form }) => `${how}${form}`);
  const hits = within(bytes, "");
  for (const [name, inside] of inflated(bytes)) hits.push(...within(inside, `${name}, `));
  return [...new Set(hits)];
};

/** Files below a folder. */
export const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** `PATH: FORM` for everything found in the files of a folder, and in their names. Files that go away meanwhile are left out. */
export const scanFolder = (folder: string, needles: readonly Needle[]): string[] =>
  filesOf(folder).flatMap((path) => {
    const name = relative(folder, path);
    const found = scanBytes(Buffer.concat([Buffer.from(`${name}\n`), contentOf(path)]), needles);
    return found.map((form) => `${name}: ${form}`);
  });

/** What a file holds: nothing when it has gone away since somebody looked. */
export const contentOf = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
};
