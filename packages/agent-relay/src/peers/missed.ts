/**
 * What an account wrote while we missed its commits: a commit that was never seen delivers nothing, so its records are asked for
 * one by one, each with its proof, and go the way of records of hosts that are no peers. Whoever has one already leaves it out.
 */
import { CarError, CidError, cidKey, cidToString, CommitError, InvalidNodeError, MissingBlockError, PathError, verifyProof, type ProofResult, type Sha256 } from "@rookery/repo";
import type { ProvenRecord } from "../network/network-api.ts";
import { MAX_PROOF_BYTES, MAX_PROVEN_RECORDS } from "../settings.ts";
import { HostBusyError, HostError, type HostClient } from "./host-client.ts";
import { NotBelievedError, UnprovenError } from "./mend-error.ts";
import type { PeerPorts } from "./peer-api.ts";
import { MAX_BUSY_MS, MAX_BUSY_WAITS, MAX_FAILED_IN_A_ROW, MAX_MISSED_BYTES, MIN_BUSY_MS, PROOFS_AT_A_TIME } from "./settings.ts";
import type { Verifier } from "./verifier.ts";

/** What finding missed records needs. */
export interface MissedOptions {
  client: Pick<HostClient, "proof">;
  verifier: Pick<Verifier, "signature">;
  sha256: Sha256;
  deliveriesOf: PeerPorts["deliveriesOf"];
  network: Pick<PeerPorts["network"], "deliver">;
  /** Leave out what the host does not prove, and what it fails to answer, and say so in the log: one such record must not hold up its account for ever. */
  leaveOut: { unproven: boolean; unanswered: boolean };
  wait: (ms: number) => Promise<unknown>;
}

/** A path, and whether what was there is said to be gone. */
interface Wanted {
  path: string;
  isGone: boolean;
}

/**
 * Deliver records at these paths, oldest first, and then that others are `gone`. One that is no longer as it was when the repository
 * was read is left out: the account's next commits tell of it. @throws what may be different next time; UnprovenError where that is one record's proof.
 */
export async function deliverMissed(options: MissedOptions, did: string, paths: string[], gone: string[] = []): Promise<void> {
  const wanted: Wanted[] = [...paths.map((path) => ({ path, isGone: false })), ...gone.map((path) => ({ path, isGone: true }))];
  let waiting: ProvenRecord[] = [];
  let bytes = 0;
  let failedInARow = 0;
  const send = async () => {
    const taken = waiting.length === 0 ? undefined : await options.network.deliver(waiting);
    if (taken?.ok === false) throw new Error(`the network relay refused proofs: ${taken.error.message}`);
    waiting = [];
    bytes = 0;
  };
  for (let from = 0; from < wanted.length; from += PROOFS_AT_A_TIME) {
    const some = wanted.slice(from, from + PROOFS_AT_A_TIME);
    const tried = await Promise.allSettled(some.map((one) => proveInTime(options, did, one)));
    for (const [at, one] of tried.entries()) {
      failedInARow = one.status === "rejected" && isOfTheMoment(one.reason) ? failedInARow + 1 : 0;
      if (one.status === "rejected") {
        // A host that is down or busy proves nothing, and that says nothing of its records.
        if (one.reason instanceof HostBusyError || one.reason instanceof NotBelievedError || failedInARow > MAX_FAILED_IN_A_ROW) throw one.reason;
        const { path = "" } = some[at] ?? {};
        const isAnswered = !isOfTheMoment(one.reason);
        if (!(isAnswered ? options.leaveOut.unproven : options.leaveOut.unanswered)) throw new UnprovenError(path, one.reason, isAnswered);
        console.warn({ event: "peer.missed_not_proven", did, path, error: String(one.reason) });
      } else if (one.value !== undefined) {
        if (bytes + one.value.proof.length > MAX_MISSED_BYTES || waiting.length >= MAX_PROVEN_RECORDS) await send();
        waiting.push(one.value);
        bytes += one.value.proof.length;
      }
    }
  }
  await send();
}

/** A host that limits how often it is asked (as ours are) is given the time that it wants; a week's records are more than it answers at once. */
async function proveInTime(options: MissedOptions, did: string, wanted: Wanted): Promise<ProvenRecord | undefined> {
  for (let waits = 0; ; waits++) {
    try {
      return await prove(options, did, wanted);
    } catch (error) {
      if (!(error instanceof HostBusyError) || waits >= MAX_BUSY_WAITS) throw error;
      await options.wait(Math.min(MAX_BUSY_MS, Math.max(MIN_BUSY_MS, error.retryAfter ?? 0)));
    }
  }
}

/** Whether a failure is one of the host or the way to it, rather than of the record. */
const isOfTheMoment = (error: unknown): boolean => !(error instanceof HostError) || (error.status !== undefined && error.status >= 500);

/** Undefined when there is nothing to tell. */
async function prove({ client, verifier, sha256, deliveriesOf }: MissedOptions, did: string, { path, isGone }: Wanted): Promise<ProvenRecord | undefined> {
  const proof = await client.proof(did, path, MAX_PROOF_BYTES);
  const { commit, cid, record } = shown(proof, path, sha256);
  const verified = await verifier.signature(commit);
  // A directory that is down says nothing of the host.
  if (!verified.ok && verified.code === "Unresolvable") throw new NotBelievedError(did, verified.code);
  if (!verified.ok || commit.did !== did) throw new HostError("it is not to be believed");
  const { rev, data } = commit;
  // Whoever was given the record is told.
  if (cid === null || record === null) return isGone ? { author: did, hint: { path, action: "delete", to: [] }, proof, rev } : undefined;
  if (isGone) return undefined;
  const alone = { did, rev, since: null, commit: commit.cid, data, prevData: null, ops: [{ action: "create" as const, path, cid }], blocks: new Map([[cidKey(cid), record]]) };
  // A path is one record, so this is one hint or none.
  const [hint] = deliveriesOf(alone);
  return hint && { author: did, hint: { ...hint, cid: cidToString(cid) }, proof, rev };
}

function shown(proof: Uint8Array, path: string, sha256: Sha256): ProofResult {
  try {
    return verifyProof(proof, path, sha256);
  } catch (error) {
    const foreign = [CarError, CidError, CommitError, InvalidNodeError, MissingBlockError, PathError].some((kind) => error instanceof kind);
    if (foreign && error instanceof Error) throw new HostError(error.message);
    throw error;
  }
}
