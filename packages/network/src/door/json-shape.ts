import { MAX_JSON_DEPTH, MAX_JSON_PARTS, PLAIN_BYTES } from "./limits.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Why a JSON text is not even parsed: it is nested too deeply, or has so many parts that it would take many times its own size.
 * Undefined when it may be parsed; whether it is JSON at all is for the parser to say. One look at each byte, some 1 ns.
 */
export const refuseShape = (bytes: Uint8Array): string | undefined => {
  if (bytes.length <= PLAIN_BYTES) return undefined;
  let depth = 0;
  let parts = 0;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        while (++at < bytes.length && bytes[at] !== QUOTE) if (bytes[at] === BACKSLASH) at++;
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (++depth > MAX_JSON_DEPTH) return `nested deeper than ${MAX_JSON_DEPTH}`;
        parts++;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth--;
        break;
      case COLON:
        parts++;
        break;
      default:
    }
    if (parts > MAX_JSON_PARTS) return `more than ${MAX_JSON_PARTS} objects, arrays and keys`;
  }
  return undefined;
};
