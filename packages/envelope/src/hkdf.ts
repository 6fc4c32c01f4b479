import { type Bytes, own } from "./bytes.ts";

/** HKDF-SHA256, extract and expand (RFC 5869). @throws DOMException for more than 8160 bytes. */
export const hkdf = async (secret: Uint8Array, salt: Bytes, info: Bytes, length: number): Promise<Bytes> => {
  const key = await crypto.subtle.importKey("raw", own(secret), "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8));
};
