import { verifySigWithDidKey } from "@atcute/crypto";
import { decodeCommit, encodeUnsigned, type Commit } from "@rookery/repo";

/**
 * Whether `sig` over `bytes` was made with this key: P-256 or secp256k1 over SHA-256, 64-byte compact, low S (a high S is
 * refused: anybody could make one out of a valid signature). A `did:key` that cannot be read verifies nothing.
 */
export async function verifySignature(bytes: Uint8Array, sig: Uint8Array, didKey: string): Promise<boolean> {
  if (sig.length !== 64) return false;
  try {
    return await verifySigWithDidKey(didKey, new Uint8Array(sig), new Uint8Array(bytes));
  } catch {
    // The library throws on keys that are malformed or not on their curve, and on numbers out of range.
    return false;
  }
}

/**
 * Whether a commit was signed with this key; see {@link verifySignature}.
 *
 * @param commit the commit, or its block; throws CommitError when the block is none.
 * @param didKey `did:key:z...` of the account's `#atproto` verification method.
 */
export async function verifyCommitSignature(commit: Commit | Uint8Array, didKey: string): Promise<boolean> {
  const decoded = commit instanceof Uint8Array ? decodeCommit(commit) : commit;
  return verifySignature(encodeUnsigned(decoded), decoded.sig, didKey);
}
