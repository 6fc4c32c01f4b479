import { decode, encode } from "@ipld/dag-cbor";
import { CID } from "multiformats/cid";
import { type Bytes, equalBytes, fromBase64, own, toBase64 } from "./bytes.ts";

/** Levels of nesting; deeper data is refused before the stack is full. */
const MAX_DEPTH = 64;

/**
 * DAG-CBOR of data in its JSON form (`$bytes`, `$link`), byte for byte as a repository stores it:
 * https://atproto.com/specs/data-model.
 * @throws TypeError for what the data model does not have: floats, undefined, class instances, deep nesting.
 */
export const encodeData = (json: unknown): Bytes => own(encode(toIpld(json, 0)));

/**
 * Data in its JSON form, of DAG-CBOR. @throws Error for what is not canonical, and for floats: keys in another order, a
 * number in a longer form, a map that would be taken for bytes. Every reader reads the same or nothing.
 */
export const decodeData = (bytes: Uint8Array): unknown => {
  const value: unknown = decode(bytes);
  if (!equalBytes(encode(value), bytes)) throw new TypeError("Not canonical");
  return toJson(value, 0);
};

const toIpld = (value: unknown, depth: number): unknown => {
  if (depth > MAX_DEPTH) throw new TypeError("Nested too deeply");
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return integer(value);
  if (Array.isArray(value)) return value.map((inner) => toIpld(inner, depth + 1));
  if (!isPlain(value)) throw new TypeError(`Not data: ${typeof value}`);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && typeof first[1] === "string") {
    if (first[0] === "$bytes") return fromBase64(first[1]);
    if (first[0] === "$link") return CID.parse(first[1]);
  }
  return Object.fromEntries(entries.map(([key, inner]) => [text(key), toIpld(inner, depth + 1)]));
};

const toJson = (value: unknown, depth: number): unknown => {
  if (depth > MAX_DEPTH) throw new TypeError("Nested too deeply");
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return integer(value);
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) };
  if (Array.isArray(value)) return value.map((inner) => toJson(inner, depth + 1));
  const link = CID.asCID(value);
  if (link !== null) return { $link: link.toString() };
  if (!isPlain(value)) throw new TypeError(`Not data: ${typeof value}`);
  const entries = Object.entries(value);
  // In JSON it would be taken for what it is not.
  if (entries.length === 1 && ("$bytes" in value || "$link" in value)) throw new TypeError("A map like bytes or a link");
  return Object.fromEntries(entries.map(([key, inner]) => [key, toJson(inner, depth + 1)]));
};

/** Half a character (a lone surrogate) would be encoded as another one, and what is read not be what was written. */
const text = (value: string): string => {
  if (!value.isWellFormed()) throw new TypeError("Not text");
  return value;
};

const integer = (value: number): number => {
  if (!Number.isSafeInteger(value)) throw new TypeError("Not an integer"); // which is the author's business: errors are logged
  return value;
};

const isPlain = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
