import { cidToString, type CidBytes } from "../cid.ts";

/** A block that is needed is not in the store: a proof is insufficient, or our own storage is damaged. */
export class MissingBlockError extends Error {
  override readonly name = "MissingBlockError";
  readonly cid: CidBytes;
  constructor(cid: CidBytes) {
    super(`missing block ${cidToString(cid)}`);
    this.cid = cid;
  }
}

/** A delete of a key that the tree does not have. */
export class KeyNotFoundError extends Error {
  override readonly name = "KeyNotFoundError";
  readonly key: string;
  constructor(key: string) {
    super(`no record at ${key}`);
    this.key = key;
  }
}

/** A block that is not a well-formed tree node, or does not fit its place in the tree. */
export class InvalidNodeError extends Error {
  override readonly name = "InvalidNodeError";
}
