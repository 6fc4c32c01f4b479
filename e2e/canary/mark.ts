/** A text in one of the forms in which it could be left lying about. */
export interface Needle {
  form: string;
  bytes: Buffer;
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648, lower case, without padding: as CIDs and TIDs have it. */
const base32 = (bytes: Buffer): string => {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]).join("");
};

/**
 * What is always there when `text` is encoded in blocks somewhere within more: for each place in a block where it may begin,
 * the letters that its neighbours have no part in.
 * @param block bytes of one block. @param letters that one block becomes.
 */
const aligned = (text: string, block: number, letters: number, encode: (bytes: Buffer) => string): string[] =>
  Array.from({ length: block }, (_, before) => {
    const whole = before + Buffer.byteLength(text);
    const encoded = encode(Buffer.concat([Buffer.alloc(before), Buffer.from(text)]));
    return encoded.slice(Math.ceil((before * letters) / block), Math.floor((whole * letters) / block));
  });

const eachByte = (text: string, show: (byte: number) => string): string => Array.from(Buffer.from(text), show).join("");
const hex = (byte: number, digits = 2): string => byte.toString(16).padStart(digits, "0");

/** Every form of a text that is looked for. @param text letters and digits, 10 or more: shorter ones are found by chance. */
export const needlesOf = (text: string): Needle[] => {
  const forms: [string, string | Buffer][] = [
    ["plain", text],
    ["upper case", text.toUpperCase()],
    ["hex", eachByte(text, (byte) => hex(byte))],
    ["HEX", eachByte(text, (byte) => hex(byte)).toUpperCase()],
    ["escaped as in JSON", eachByte(text, (byte) => `\\u${hex(byte, 4)}`)],
    ["escaped as in a URL", eachByte(text, (byte) => `%${hex(byte)}`)],
    ["UTF-16, little-endian", Buffer.from(text, "utf16le")],
    ["UTF-16, big-endian", Buffer.from(text, "utf16le").swap16()],
    ...aligned(text, 3, 4, (bytes) => bytes.toString("base64")).map((one, at): [string, string] => [`base64 at ${at}`, one]),
    ...aligned(text, 3, 4, (bytes) => bytes.toString("base64url")).map((one, at): [string, string] => [`base64url at ${at}`, one]),
    ...aligned(text, 5, 8, base32).map((one, at): [string, string] => [`base32 at ${at}`, one]),
  ];
  const known = new Set<string>();
  return forms.flatMap(([form, value]) => {
    const bytes = Buffer.from(value);
    const isNew = !known.has(bytes.toString("latin1"));
    known.add(bytes.toString("latin1"));
    return isNew ? [{ form, bytes }] : [];
  });
};
