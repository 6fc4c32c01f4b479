import { createHash } from "node:crypto";
import type { AgentNetworkGetAgentProvenRecord } from "@rookery/lexicon-agent-comms";
import { cidToString, decode, lexToJson, base64Encode, verifyProof } from "@rookery/repo";
import { verifyCommitSignature } from "@rookery/sync";

const sha256 = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** A proof that does not prove what was asked: malformed, of another repository, or not signed by the account's key. */
export class ProofError extends Error {
  override readonly name = "ProofError";
}

/** What a proof says of one record. */
export interface Proven {
  /** Rev of the commit. */
  rev: string;
  /** The record's block; null when the proof is that there is none. */
  bytes: Uint8Array | null;
  view: AgentNetworkGetAgentProvenRecord | undefined;
}

/**
 * Verify a proof CAR (com.atproto.sync.getRecord) down from the signature: `didKey`, from the account's DID document, signed
 * the commit; the commit is of this account; its tree has the record. @throws ProofError
 */
export const provenRecord = async (proof: Uint8Array, at: { did: string; collection: string; rkey: string; didKey: string }): Promise<Proven> => {
  const { did, collection, rkey, didKey } = at;
  const path = `${collection}/${rkey}`;
  const { commit, cid, record } = walk(proof, path);
  if (commit.did !== did) throw new ProofError(`the proof is of ${commit.did}`);
  if (!(await verifyCommitSignature(commit, didKey))) throw new ProofError(`the proof is not signed by ${didKey}`);
  if (cid === null || record === null) return { rev: commit.rev, bytes: null, view: undefined };
  const value = lexToJson(decode(record));
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ProofError(`${path} is no record`);
  return { rev: commit.rev, bytes: record, view: { uri: `at://${did}/${path}`, cid: cidToString(cid), value: { ...value }, proof: { $bytes: base64Encode(proof) } } };
};

/** What the repository engine throws on a proof is the sender's fault. */
const walk = (proof: Uint8Array, path: string): ReturnType<typeof verifyProof> => {
  try {
    return verifyProof(proof, path, sha256);
  } catch (error) {
    throw new ProofError(`the proof of ${path} is broken: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};
