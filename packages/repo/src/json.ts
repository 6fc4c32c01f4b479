import { base64Decode, base64Encode } from "./base64.ts";
import { CidError, CODEC_RAW, cidFromString, cidToString } from "./cid.ts";
import { CidLink, isLexMap, MAX_DEPTH, setKey, type LexMap, type LexValue } from "./lex-value.ts";

/** A JSON value. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** JSON that is not in the AT Protocol data model. */
export class DataModelError extends Error {
  override readonly name = "DataModelError";
  /** Where, from the top: `embed/images/0/size`; empty for the top itself. */
  readonly path: string;
  constructor(problem: string, path: string) {
    super(`${path === "" ? "value" : path}: ${problem}`);
    this.path = path;
  }
}

/**
 * Parsed JSON to the data model ("Data Model", AT Protocol): `$link` and `$bytes` become links and bytes, blobs are checked.
 * Throws {@link DataModelError} on floats and unsafe integers, malformed or mixed `$link` and `$bytes`, a `$type` that is not a
 * non-empty string, malformed blobs, `__proto__` keys, lone surrogates, undefined, and nesting beyond {@link MAX_DEPTH}.
 */
export function jsonToLex(json: unknown): LexValue {
  return convert(json, "", 0);
}

/** {@link jsonToLex} for what must be an object, as every record must. */
export function jsonToLexMap(json: unknown): LexMap {
  const value = jsonToLex(json);
  if (!isLexMap(value)) throw new DataModelError("must be an object", "");
  return value;
}

function convert(json: unknown, path: string, depth: number): LexValue {
  switch (typeof json) {
    case "string":
      if (!json.isWellFormed()) throw new DataModelError("string with a lone surrogate", path);
      return json;
    case "boolean":
      return json;
    case "number":
      if (!Number.isSafeInteger(json)) throw new DataModelError(`not a safe integer: ${json}`, path);
      // Minus zero has no integer form of its own.
      return json === 0 ? 0 : json;
    case "object":
      break;
    default:
      throw new DataModelError(`${typeof json} is not JSON`, path);
  }
  if (json === null) return null;
  if (depth >= MAX_DEPTH) throw new DataModelError(`nested deeper than ${MAX_DEPTH}`, path);
  const under = path === "" ? "" : `${path}/`;
  if (Array.isArray(json)) return json.map((item: unknown, index) => convert(item, `${under}${index}`, depth + 1));
  if (Object.hasOwn(json, "$link")) return link(json, path);
  if (Object.hasOwn(json, "$bytes")) return bytes(json, path);
  const map: LexMap = {};
  for (const [key, item] of Object.entries(json)) {
    if (key === "__proto__") throw new DataModelError("key __proto__ is not allowed", path);
    if (!key.isWellFormed()) throw new DataModelError("key with a lone surrogate", path);
    map[key] = convert(item, `${under}${key}`, depth + 1);
  }
  if (Object.hasOwn(map, "$type")) checkType(map, path);
  return map;
}

/** The one field of a `$link` or `$bytes` object, which must be a string and alone. */
function lone(json: object, key: string, path: string): string {
  const fields = Object.entries(json) as [string, unknown][];
  const value = fields[0]?.[1];
  if (fields.length !== 1 || typeof value !== "string") throw new DataModelError(`${key} must be a string, and the only field`, path);
  return value;
}

function link(json: object, path: string): CidLink {
  try {
    return new CidLink(cidFromString(lone(json, "$link", path)));
  } catch (error) {
    if (error instanceof CidError) throw new DataModelError(error.message, path);
    throw error;
  }
}

function bytes(json: object, path: string): Uint8Array {
  const decoded = base64Decode(lone(json, "$bytes", path));
  if (decoded === undefined) throw new DataModelError("$bytes is not base64", path);
  return decoded;
}

function checkType(map: LexMap, path: string): void {
  const type = map["$type"];
  if (typeof type !== "string" || type === "") throw new DataModelError("$type must be a non-empty string", path);
  if (type !== "blob") return;
  const { ref, mimeType, size } = map;
  if (!(ref instanceof CidLink) || ref.bytes[1] !== CODEC_RAW) throw new DataModelError("blob ref must be a link to raw bytes", path);
  if (typeof mimeType !== "string" || !mimeType.includes("/")) throw new DataModelError("blob mimeType must be a MIME type", path);
  if (typeof size !== "number" || size < 0) throw new DataModelError("blob size must be a non-negative integer", path);
  for (const key of Object.keys(map)) {
    if (key !== "$type" && key !== "ref" && key !== "mimeType" && key !== "size") throw new DataModelError(`blob with an unknown field ${key}`, path);
  }
}

/** The data model to JSON; the inverse of {@link jsonToLex}. */
export function lexToJson(value: LexValue): JsonValue {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Uint8Array) return { $bytes: base64Encode(value) };
  if (value instanceof CidLink) return { $link: cidToString(value.bytes) };
  if (Array.isArray(value)) return value.map(lexToJson);
  const json: { [key: string]: JsonValue } = {};
  for (const [key, item] of Object.entries(value)) setKey(json, key, lexToJson(item));
  return json;
}
