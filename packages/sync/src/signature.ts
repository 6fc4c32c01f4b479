import { verifySigWithDidKey } from "@atcute/crypto";
import { decodeCommit, encodeUnsigned, type Commit } from "@rookery/repo";

/**
 * Whether a commit was signed with this key: P-256 or secp256k1, 64-byte compact signature, low S (a high S is refused:
 * anybody could make one out of a valid signature). A `did:key` that cannot be read verifies nothing.
 *
 * @param commit the commit, or its block; throws CommitError when the block is none.
 * @param didKey `did:key:z...` of the account's `#atproto` verification method.
 */
export async function verifyCommitSignature(commit: Commit | Uint8Array, didKey: string): Promise<boolean> {
  const decoded = commit instanceof Uint8Array ? decodeCommit(commit) : commit;
  if (decoded.sig.length !== 64) return false;
  try {
    return await verifySigWithDidKey(didKey, new Uint8Array(decoded.sig), new Uint8Array(encodeUnsigned(decoded)));
  } catch {
    // The library throws on keys that are malformed or not on their curve, and on numbers out of range.
    return false;
  }
}
