import { InvalidNodeError } from "./errors.ts";

/** Where the CIDs of a node's block are, as offsets into the bytes it lies in. */
export interface NodeLinks {
  /** Of each entry's record. */
  values: number[];
  /** Of the subtree before each entry, then of the one after the last; -1 where there is none. */
  children: number[];
}

/** Bytes between the head of a link and its CID: tag 42, a byte string of 37, the multibase zero. */
const LINK_HEAD = 5;
const CID_LENGTH = 36;

/**
 * The links of a tree node that lies at [start, end) of `source`, without building its keys: for who passes blocks on in
 * order, and compares CIDs. Keys are stepped over, not looked at; `readNode` is the strict reader.
 * Throws {@link InvalidNodeError} on bytes that are not of a node's shape.
 */
export function nodeLinks(source: Uint8Array, start: number, end: number): NodeLinks {
  let at = start;
  const values: number[] = [];
  const children: number[] = [-1];
  field(0xa2, 0x65); // map of 2, "e"
  const count = argument(4);
  for (let i = 0; i < count; i++) {
    field(0xa4, 0x6b); // map of 4, "k"
    const length = argument(2);
    at += length;
    name(0x70); // "p"
    argument(0);
    name(0x74); // "t"
    children.push(optionalLink());
    name(0x76); // "v"
    values.push(link());
  }
  name(0x6c); // "l"
  children[0] = optionalLink();
  if (at !== end) throw wrong();
  return { values, children };

  function wrong(): InvalidNodeError {
    return new InvalidNodeError(`not a tree node: unexpected byte ${at - start}`);
  }

  function field(map: number, letter: number): void {
    if (source[at++] !== map) throw wrong();
    name(letter);
  }

  function name(letter: number): void {
    if (source[at] !== 0x61 || source[at + 1] !== letter) throw wrong();
    at += 2;
  }

  /** Argument of a value of this major type; nothing in a node needs more than 32 bits. */
  function argument(major: number): number {
    const first = source[at++] ?? 0xff;
    const info = first & 31;
    if (first >> 5 !== major || info > 26) throw wrong();
    if (info < 24) return info;
    let value = 0;
    for (let left = 1 << (info - 24); left > 0; left--) value = value * 256 + (source[at++] ?? 0);
    if (at > end) throw wrong();
    return value;
  }

  function link(): number {
    const cid = at + LINK_HEAD;
    if (source[at] !== 0xd8 || source[at + 1] !== 0x2a || source[at + 2] !== 0x58 || source[at + 3] !== 0x25 || source[at + 4] !== 0) throw wrong();
    at = cid + CID_LENGTH;
    if (at > end) throw wrong();
    return cid;
  }

  function optionalLink(): number {
    if (source[at] !== 0xf6) return link();
    at++;
    return -1;
  }
}
