import { fromBase64, toBase64 } from "../bytes.ts";

/** Base64 for URLs, without padding (RFC 4648, 5). */
export const toBase64Url = (bytes: Uint8Array): string => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_");

/** Bytes of such a text. @throws DOMException for other text. */
export const fromBase64Url = (text: string): Uint8Array => fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
