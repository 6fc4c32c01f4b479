import { P256PublicKey, parseDidKey } from "@atcute/crypto";
import { decodeCommit, encodeUnsigned, type Commit } from "@rookery/repo";
import { RecentMap } from "./recent-map.ts";
import { secp256k1Verifier } from "./secp256k1-verifier.ts";

type Verifier = (sig: Uint8Array, bytes: Uint8Array) => boolean | Promise<boolean>;

/** Keys kept ready for use: reading one costs as much as using it, and who writes writes again. About 1 KB each. */
const verifiers = new RecentMap<Promise<Verifier>>(5_000);

/**
 * Whether `sig` over `bytes` was made with this key: P-256 or secp256k1 over SHA-256, 64-byte compact, low S (a high S is
 * refused: anybody could make one out of a valid signature). A `did:key` that cannot be read verifies nothing.
 */
export async function verifySignature(bytes: Uint8Array, sig: Uint8Array, didKey: string): Promise<boolean> {
  if (sig.length !== 64) return false;
  try {
    let verifier = verifiers.get(didKey);
    if (verifier === undefined) {
      verifier = verifierOf(didKey);
      // Only keys that can be read are kept; the longest string is that of a key.
      await verifier;
      verifiers.set(didKey, verifier);
    }
    return await (await verifier)(new Uint8Array(sig), new Uint8Array(bytes));
  } catch {
    // The libraries throw on keys that are malformed or not on their curve, and on numbers out of range.
    return false;
  }
}

/**
 * P-256 is native (41 us in workerd). No runtime has secp256k1: @noble/curves is the fastest maintained one in plain JavaScript
 * (about 300 us, half of it with a table; @noble/secp256k1 takes half as long again, WebAssembly saves a quarter at most).
 */
async function verifierOf(didKey: string): Promise<Verifier> {
  const { type, publicKeyBytes } = parseDidKey(didKey);
  if (type === "secp256k1") return secp256k1Verifier(publicKeyBytes, didKey);
  const key = await P256PublicKey.importRaw(publicKeyBytes);
  return (sig, bytes) => key.verify(sig, bytes);
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
