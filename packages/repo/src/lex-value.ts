import type { CidBytes } from "./cid.ts";

/** A link in the data model: DAG-CBOR tag 42, `{"$link": ...}` in JSON. */
export class CidLink {
  readonly bytes: CidBytes;
  constructor(bytes: CidBytes) {
    this.bytes = bytes;
  }
}

/** A value of the AT Protocol data model: no floats, no undefined; integers are safe integers. */
export type LexValue = null | boolean | number | string | Uint8Array | CidLink | LexValue[] | LexMap;

/** A map with string keys. Key order means nothing; encoding sorts. */
export interface LexMap {
  [key: string]: LexValue;
}

/** Deepest nesting of arrays and maps that is read or written. indigo stops at 32; nothing real comes near. */
export const MAX_DEPTH = 64;

/** Whether a value is a map, as opposed to bytes, a link, an array or a scalar. */
export function isLexMap(value: LexValue | undefined): value is LexMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof CidLink);
}

/** Set a key even when it is `__proto__`, which plain assignment would turn into a change of prototype. */
export function setKey<T>(map: Record<string, T>, key: string, value: T): void {
  if (key === "__proto__") Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}
