import { type CarBlock, type CidBytes, CidLink, encode, keyHeight } from "@rookery/repo";
import type { Secp256k1PrivateKeyExportable } from "@atcute/crypto";
import { sha256 } from "../src/sha256.ts";
import { blockOf, carOf, commitBlock } from "./foreign-repo.ts";

/** A node as somebody might forge it: nothing of it is checked here. */
export interface ForgedNode {
  keys: string[];
  /** The subtree before each key and after the last; none where the list is shorter. */
  children?: (CidBytes | null)[];
  /** Leave shared prefixes in. */
  uncompressed?: boolean;
}

const sharedPrefix = (a: string, b: string): number => {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
};

/** The node's block, each key with this record. */
export function forgedNode({ keys, children = [], uncompressed = false }: ForgedNode, record: CidBytes): CarBlock {
  const link = (cid: CidBytes | null | undefined) => (cid ? new CidLink(cid) : null);
  const e = keys.map((key, i) => {
    const p = uncompressed ? 0 : sharedPrefix(keys[i - 1] ?? "", key);
    return { k: new TextEncoder().encode(key.slice(p)), p, t: link(children[i + 1]), v: new CidLink(record) };
  });
  return blockOf(encode({ e, l: link(children[0]) }));
}

/** A signed repository whose tree is this. */
export async function forgedCar(did: string, key: Secp256k1PrivateKeyExportable, root: CarBlock, others: CarBlock[]): Promise<Uint8Array> {
  const commit = await commitBlock(did, root.cid, key);
  return carOf(commit.cid, [commit, root, ...others]);
}

/** Keys of a layer, ascending. */
export function keysOfLayer(layer: number, count: number): string[] {
  const keys: string[] = [];
  for (let i = 0; keys.length < count; i++) {
    const key = `com.example.note/${String(i).padStart(6, "0")}`;
    if (keyHeight(sha256, key) === layer) keys.push(key);
  }
  return keys;
}
