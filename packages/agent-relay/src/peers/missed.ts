/**
 * What an account wrote while we missed its commits: a commit that was never seen delivers nothing, so its records are asked for
 * one by one, each with its proof, and go the way of records of hosts that are no peers. Whoever has one already leaves it out.
 */
import { CarError, CidError, cidKey, cidToString, CommitError, InvalidNodeError, MissingBlockError, PathError, verifyProof, type ProofResult, type Sha256 } from "@rookery/repo";
import type { DeliveryHint } from "@rookery/sync";
import type { ProvenRecord } from "../network/network-api.ts";
import { MAX_PROOF_BYTES, MAX_PROVEN_RECORDS } from "../settings.ts";
import { HostError, type HostClient } from "./host-client.ts";
import type { PeerPorts } from "./peer-api.ts";
import { MAX_MISSED_BYTES } from "./settings.ts";
import type { Verifier } from "./verifier.ts";

export interface MissedOptions {
  client: HostClient;
  verifier: Verifier;
  sha256: Sha256;
  deliveriesOf: PeerPorts["deliveriesOf"];
  network: Pick<PeerPorts["network"], "deliver">;
  /** Leave out what the host does not prove, and say so in the log: one such record must not hold up its account for ever. */
  isLenient: boolean;
}

/**
 * Deliver records at these paths, oldest first, and then that others are `gone`. One that is no longer as it was when the repository
 * was read is left out: the account's next commits tell of it. @throws what may be different next time.
 */
export async function deliverMissed(options: MissedOptions, did: string, paths: string[], gone: string[] = []): Promise<void> {
  const takenBack = new Set(gone);
  let waiting: ProvenRecord[] = [];
  let bytes = 0;
  const send = async () => {
    const taken = waiting.length === 0 ? undefined : await options.network.deliver(waiting);
    if (taken?.ok === false) throw new Error(`the network relay refused proofs: ${taken.error.message}`);
    waiting = [];
    bytes = 0;
  };
  for (const path of [...paths, ...gone]) {
    const found = await prove(options, did, path, takenBack.has(path)).catch((error: unknown) => {
      if (!options.isLenient) throw error;
      console.warn({ event: "peer.missed_not_proven", did, path, error: String(error) });
      return [];
    });
    // A path is one record, so this is one hint or none.
    for (const { hint, proof, rev } of found.slice(0, 1)) {
      waiting.push({ author: did, hint, rev, proof });
      bytes += proof.length;
    }
    if (bytes > MAX_MISSED_BYTES || waiting.length >= MAX_PROVEN_RECORDS) await send();
  }
  await send();
}

async function prove({ client, verifier, sha256, deliveriesOf }: MissedOptions, did: string, path: string, isGone: boolean): Promise<{ hint: DeliveryHint; proof: Uint8Array; rev: string }[]> {
  const proof = await client.proof(did, path, MAX_PROOF_BYTES);
  const { commit, cid, record } = shown(proof, path, sha256);
  const verified = await verifier.signature(commit);
  if (!verified.ok || commit.did !== did) throw new HostError(`the proof of ${path} is not to be believed`);
  const { rev, data } = commit;
  // Whoever was given the record is told.
  if (cid === null || record === null) return isGone ? [{ hint: { path, action: "delete", to: [] }, proof, rev }] : [];
  if (isGone) return [];
  const alone = { did, rev, since: null, commit: commit.cid, data, prevData: null, ops: [{ action: "create" as const, path, cid }], blocks: new Map([[cidKey(cid), record]]) };
  return deliveriesOf(alone).map((hint) => ({ hint: { ...hint, cid: cidToString(cid) }, proof, rev }));
}

function shown(proof: Uint8Array, path: string, sha256: Sha256): ProofResult {
  try {
    return verifyProof(proof, path, sha256);
  } catch (error) {
    const foreign = [CarError, CidError, CommitError, InvalidNodeError, MissingBlockError, PathError].some((kind) => error instanceof kind);
    if (foreign && error instanceof Error) throw new HostError(`no proof of ${path}: ${error.message}`);
    throw error;
  }
}
