/** Bytes over a buffer of their own, as WebCrypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** The UTF-8 bytes of a text. */
export const utf8 = (text: string): Bytes => new Uint8Array(encoder.encode(text));

/** A copy over a buffer of its own. */
export const own = (bytes: Uint8Array): Bytes => new Uint8Array(bytes);

/** All parts, one after the other. */
export const concat = (...parts: Uint8Array[]): Bytes => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Whether two byte strings are equal; takes equally long wherever they differ. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
};

/** Random bytes of the platform. */
export const randomBytes = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** SHA-256. */
export const sha256 = async (bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** Characters per call of `fromCharCode`, below every engine's limit of arguments. */
const SLICE = 0x8000;

/** What newer platforms have (https://tc39.es/proposal-arraybuffer-base64): half of what taking sealed content apart costs without. */
const native: { readonly BYTES_PER_ELEMENT: number; fromBase64?: (text: string) => Bytes } = Uint8Array;

/** Base64 without padding, as `$bytes` in JSON has it. */
export const toBase64 = (bytes: Uint8Array & { toBase64?: (options: { omitPadding: boolean }) => string }): string => {
  if (bytes.toBase64 !== undefined) return bytes.toBase64({ omitPadding: true });
  let binary = "";
  for (let i = 0; i < bytes.length; i += SLICE) binary += String.fromCharCode(...bytes.subarray(i, i + SLICE));
  return btoa(binary).replace(/=+$/, "");
};

/** Bytes of base64, padded or not. @throws DOMException or SyntaxError for other text. */
export const fromBase64 = (text: string): Bytes => {
  if (native.fromBase64 !== undefined) return native.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
};
