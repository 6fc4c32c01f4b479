import { CborWriter } from "./cbor-writer.ts";
import type { CidBytes } from "./cid.ts";
import type { CarBlock } from "./car-reader.ts";
import { varintLength, writeVarint } from "./varint.ts";

export { CarError, CarReader, CarTooLargeError, readCar, type CarBlock, type CarLimits } from "./car-reader.ts";

/** Header of a CAR (version 1) with one root, length prefix included. 59 bytes, always. */
export function carHeader(root: CidBytes): Uint8Array {
  const writer = new CborWriter(64);
  writer.map(2);
  writer.text("roots");
  writer.array(1);
  writer.cid(root);
  writer.text("version");
  writer.int(1);
  const header = writer.finish();
  const out = new Uint8Array(1 + header.length);
  out[0] = header.length;
  out.set(header, 1);
  return out;
}

/** One block as it stands in a CAR: length, CID, bytes. For streams. */
export function carBlock(cid: CidBytes, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(carBlockLength(bytes.length));
  writeBlock(out, 0, cid, bytes);
  return out;
}

/** Bytes that a block of `length` bytes takes in a CAR: to check a size limit before building it. */
export function carBlockLength(length: number): number {
  return varintLength(length + 36) + 36 + length;
}

/** A whole CAR in one allocation, blocks in the order given. */
export function carBytes(root: CidBytes, blocks: Iterable<CarBlock>): Uint8Array {
  const list = [...blocks];
  const header = carHeader(root);
  let length = header.length;
  for (const block of list) length += carBlockLength(block.bytes.length);
  const out = new Uint8Array(length);
  out.set(header);
  let at = header.length;
  for (const block of list) at = writeBlock(out, at, block.cid, block.bytes);
  return out;
}

function writeBlock(out: Uint8Array, at: number, cid: CidBytes, bytes: Uint8Array): number {
  at = writeVarint(out, at, 36 + bytes.length);
  out.set(cid, at);
  out.set(bytes, at + 36);
  return at + 36 + bytes.length;
}
