import { sha256 } from "@noble/hashes/sha2.js";
import { UnprovenError } from "@rookery/envelope";
import { cidToString, decode, lexToJson, verifyProof } from "@rookery/repo";
import { verifyCommitSignature } from "@rookery/sync";
import { fetchBytes, HostError } from "./follow/fetch-bytes.ts";
import { DirectoryError, type Identities, type Identity } from "./identity.ts";

/** A record that was proven to be in its author's repository. */
export interface VerifiedRecord {
  uri: string;
  cid: string;
  /** DID whose signature covers it. */
  author: string;
  /** Rev of the commit that proved it. */
  rev: string;
  value: Record<string, unknown>;
}

/** Why a record was not believed, or not found. */
export class RecordVerificationError extends Error {
  override name = "RecordVerificationError";
}

const parseUri = (uri: string): { did: string; collection: string; rkey: string } => {
  const [, did, collection, rkey] = /^at:\/\/(did:[^/]+)\/([^/]+)\/([^/]+)$/.exec(uri) ?? [];
  if (did === undefined || collection === undefined || rkey === undefined)
    throw new RecordVerificationError(`Not the at-uri of a record, by DID: ${uri}`);
  return { did, collection, rkey };
};

/** Bytes of a proof at most: a record, its commit and the path between them. */
const MAX_PROOF = 2_000_000;
/** How long a host may take for one, in ms: whoever it is a guest of can be anybody, and a reader waits. */
const PATIENCE_MS = 10_000;

const fetchProof = async ({ pds, did }: Identity, collection: string, rkey: string): Promise<Uint8Array> => {
  const query = new URLSearchParams({ did, collection, rkey });
  try {
    return await fetchBytes(`${pds}/xrpc/com.atproto.sync.getRecord?${query}`, { fetch, signal: new AbortController().signal, maxBytes: MAX_PROOF, patienceMs: PATIENCE_MS });
  } catch (error) {
    throw error instanceof HostError ? new RecordVerificationError(error.message, { cause: error }) : error;
  }
};

/** Answers of a host that may be others in a while: none at all, too many requests, and its own troubles. */
const isPassingStatus = (status: number): boolean => status === 0 || status === 408 || status === 429 || status >= 500;

/**
 * As {@link readRecord}, and tells apart a no from nobody being there to say it: what the author's host or the directory could not
 * be asked. @throws UnprovenError @throws RecordVerificationError and whatever else shows that it is no proof.
 */
export const proveRecord = async (identities: Identities, uri: string): Promise<VerifiedRecord | undefined> => {
  try {
    return await readRecord(identities, uri);
  } catch (error) {
    const isPassing = error instanceof DirectoryError || (error instanceof RecordVerificationError && error.cause instanceof HostError && isPassingStatus(error.cause.status));
    throw isPassing ? new UnprovenError(error.message) : error;
  }
};

/**
 * Read a record from its author's own host and believe nothing: the DID is resolved, the commit's signature checked
 * against the DID's key, the path from the signed root to the record walked (com.atproto.sync.getRecord).
 * @returns undefined when the record is proven absent. @throws RecordVerificationError.
 */
export const readRecord = async (identities: Identities, uri: string): Promise<VerifiedRecord | undefined> => {
  const { did, collection, rkey } = parseUri(uri);
  let identity = await identities.resolve(did);
  const proof = verifyProof(await fetchProof(identity, collection, rkey), `${collection}/${rkey}`, sha256);
  if (proof.commit.did !== did) throw new RecordVerificationError(`The proof is of ${proof.commit.did}, not of ${did}`);
  let signed = await verifyCommitSignature(proof.commit, identity.signingKey);
  if (!signed) {
    // The key may have been rotated since the document was read.
    identity = await identities.resolve(did, true);
    signed = await verifyCommitSignature(proof.commit, identity.signingKey);
  }
  if (!signed) throw new RecordVerificationError(`The commit is not signed by ${did}: ${uri}`);
  if (proof.cid === null || proof.record === null) return undefined;
  const value = lexToJson(decode(proof.record));
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RecordVerificationError(`Not a record: ${uri}`);
  return { uri, cid: cidToString(proof.cid), author: did, rev: proof.commit.rev, value: { ...value } };
};
