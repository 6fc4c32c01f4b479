import { CborError } from "../cbor-error.ts";
import { CborReader } from "../cbor-reader.ts";
import type { CborWriter } from "../cbor-writer.ts";
import type { CidBytes } from "../cid.ts";
import { isValidMstKey } from "../path.ts";
import { InvalidNodeError } from "./errors.ts";
import { commonPrefix } from "./height.ts";

/**
 * A node as it is stored: keys in order with their values, and `children[i]` the CID of the subtree before `keys[i]`
 * (`children[keys.length]` the one after the last). Null where there is none.
 */
export interface NodeData {
  keys: string[];
  values: CidBytes[];
  children: (CidBytes | null)[];
}

const LATIN = new TextDecoder("latin1");

/**
 * Write a node's DAG-CBOR: `{e: [{k, p, t, v}], l}` with each key's prefix shared with the key before left out.
 * Throws {@link InvalidNodeError} when keys are not ascending.
 */
export function writeNode(writer: CborWriter, keys: string[], values: CidBytes[], child: (index: number) => CidBytes | null): void {
  writer.map(2);
  writer.text("e");
  writer.array(keys.length);
  let previous = "";
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    // Never true of a sound tree; a forged one could otherwise be rearranged into something that looks sound.
    if (key <= previous) throw new InvalidNodeError(`keys out of order at ${key}`);
    const prefix = commonPrefix(previous, key);
    writer.map(4);
    writer.text("k");
    writer.asciiBytes(key, prefix);
    writer.text("p");
    writer.int(prefix);
    writer.text("t");
    writeLink(writer, child(i + 1));
    writer.text("v");
    writer.cid(values[i] as CidBytes);
    previous = key;
  }
  writer.text("l");
  writeLink(writer, child(0));
}

/**
 * Strict inverse of {@link writeNode}. Throws {@link InvalidNodeError} when the bytes are not canonical, a key is not a
 * tree key, keys are out of order, or a prefix is not the longest possible. Heights are not looked at here.
 */
export function readNode(bytes: Uint8Array): NodeData {
  try {
    return parse(new CborReader(bytes));
  } catch (error) {
    if (error instanceof CborError) throw new InvalidNodeError(`not a tree node: ${error.message}`);
    throw error;
  }
}

function parse(reader: CborReader): NodeData {
  if (reader.map() !== 2) throw reader.error("expected the fields e, l");
  expectKey(reader, "e");
  const count = reader.array();
  const keys: string[] = [];
  const values: CidBytes[] = [];
  const children: (CidBytes | null)[] = [null];
  let previous = "";
  for (let i = 0; i < count; i++) {
    if (reader.map() !== 4) throw reader.error("expected the fields k, p, t, v");
    expectKey(reader, "k");
    const suffix = LATIN.decode(reader.bytes());
    expectKey(reader, "p");
    const prefix = reader.uint();
    if (prefix > previous.length) throw reader.error("key prefix longer than the key before");
    const key = previous.slice(0, prefix) + suffix;
    if (!isValidMstKey(key)) throw reader.error("not a tree key");
    if (i > 0 && key <= previous) throw reader.error("keys out of order");
    if (prefix !== commonPrefix(previous, key)) throw reader.error("key prefix not compressed");
    expectKey(reader, "t");
    const right = reader.takeNull() ? null : reader.cid();
    expectKey(reader, "v");
    keys.push(key);
    values.push(reader.cid());
    children.push(right);
    previous = key;
  }
  expectKey(reader, "l");
  children[0] = reader.takeNull() ? null : reader.cid();
  reader.end();
  return { keys, values, children };
}

/** A one-letter map key: a string head of length one and the letter. */
function expectKey(reader: CborReader, letter: string): void {
  const { source, offset } = reader;
  if (source[offset] !== 0x61 || source[offset + 1] !== letter.charCodeAt(0)) throw reader.error(`expected the field ${letter}`);
  reader.offset = offset + 2;
}

function writeLink(writer: CborWriter, cid: CidBytes | null): void {
  if (cid === null) writer.null();
  else writer.cid(cid);
}
