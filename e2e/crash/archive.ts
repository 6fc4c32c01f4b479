import { fromUint8Array as readWithAtcute } from "@atcute/repo";
import { BlockMap, cidKey, cidToString, decodeCommit, readCar, Tree, walkTree } from "@rookery/repo";
import { verifyCommitSignature } from "@rookery/sync";
import { sha256 } from "../test/sha256.ts";

/** A repository as its CAR has it. */
export interface Archive {
  /** CID of the commit. */
  head: string;
  rev: string;
  /** Path to CID. */
  records: Map<string, string>;
}

/**
 * Read a full export and check it: one root, a commit of this account signed with its key, every reachable block and
 * nothing else, a strict tree, and the same records for @atcute/repo. @throws Error that says what is wrong.
 */
export const verifyArchive = async (car: Uint8Array, did: string, didKey: string): Promise<Archive> => {
  const { roots, blocks } = readCar(car, sha256);
  const [root] = roots;
  const block = root === undefined ? undefined : blocks.get(cidKey(root));
  if (root === undefined || roots.length !== 1 || block === undefined) throw new Error(`CAR of ${did} with ${roots.length} roots, or without its commit`);
  const commit = decodeCommit(block);
  if (commit.did !== did || !(await verifyCommitSignature(commit, didKey))) throw new Error(`commit of ${commit.did}, not signed by ${did}`);
  const store = new BlockMap(blocks);
  const tree = { cid: commit.data, id: 0 };
  const reachable = new Set([cidKey(root)]);
  for (const step of walkTree(store, tree)) reachable.add(cidKey(step.kind === "node" ? step.ref.cid : step.cid));
  if (reachable.size !== blocks.size || [...reachable].some((key) => !blocks.has(key))) throw new Error(`${did}: ${blocks.size} blocks, ${reachable.size} reachable`);
  const records = new Map<string, string>();
  for (const [path, cid] of Tree.open(store, tree, sha256, { strict: true }).entries()) records.set(path, cidToString(cid));
  let theirs = 0;
  for (const { collection, rkey, cid } of readWithAtcute(car)) {
    theirs++;
    if (records.get(`${collection}/${rkey}`) !== cid.$link) throw new Error(`@atcute/repo reads another ${collection}/${rkey} of ${did}`);
  }
  if (theirs !== records.size) throw new Error(`@atcute/repo reads ${theirs} records of ${did}, not ${records.size}`);
  return { head: cidToString(root), rev: commit.rev, records };
};
