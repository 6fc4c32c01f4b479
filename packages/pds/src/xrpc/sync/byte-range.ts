/** Bytes of something that has `size` of them. */
export interface ByteRange {
  offset: number;
  length: number;
}

/** `bytes=a-b`, `bytes=a-` or `bytes=-n` (RFC 9110, 14.1.2). */
const SHAPE = /^bytes=(\d{0,15})-(\d{0,15})$/i;

/**
 * What a Range header asks for. Undefined when it is to be ignored: absent, malformed, of another unit, or several ranges at
 * once, which a server need not serve. Null when it can be understood and there are no such bytes (416).
 */
export function byteRange(header: string | null, size: number): ByteRange | undefined | null {
  const match = header === null ? null : SHAPE.exec(header.trim());
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") {
    if (last === "") return undefined;
    const length = Math.min(Number(last), size);
    return length === 0 ? null : { offset: size - length, length };
  }
  const offset = Number(first);
  if (last !== "" && Number(last) < offset) return undefined;
  if (offset >= size) return null;
  const end = last === "" ? size : Math.min(size, Number(last) + 1);
  return { offset, length: end - offset };
}
