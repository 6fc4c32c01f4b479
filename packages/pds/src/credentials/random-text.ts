/** RFC 4648 in small letters: what people copy by hand has no 0, 1, 8 or 9 in it. */
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** So many random characters of base32, five bits each, in groups of `group` with dashes between. */
export const randomText = (length: number, group: number): string => {
  const text = Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => BASE32[byte & 31]).join("");
  const groups = [];
  for (let at = 0; at < length; at += group) groups.push(text.slice(at, at + group));
  return groups.join("-");
};
