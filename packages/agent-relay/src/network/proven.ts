import { fail, ok, type Outcome } from "@rookery/sync";
import { nothingTaken } from "../account-turn.ts";
import type { Sequencer } from "../sequencer.ts";
import { MAX_PROOF_BYTES, MAX_PROVEN_RECORDS } from "../settings.ts";
import type { ProvenRecord } from "./network-api.ts";

/**
 * Put proven records on the way of all deliveries: a seq of the log that its readers do not see, the proof kept under it, a row
 * for each recipient. Records of accounts that live here are left out (the colony's relay delivers those), and so is what
 * everybody who is meant was sent before. An error means a caller that does not keep the limits, and nothing was taken.
 */
export function deliverProven(sequencer: Sequencer, records: ProvenRecord[], now: number): Outcome<null> {
  if (records.length > MAX_PROVEN_RECORDS) return fail(400, "InvalidRequest", `${records.length} records, at most ${MAX_PROVEN_RECORDS}`);
  const large = records.find(({ proof }) => proof.length > MAX_PROOF_BYTES);
  if (large !== undefined) return fail(400, "InvalidRequest", `proof of ${large.hint.path} of ${large.author} has ${large.proof.length} bytes, limit ${MAX_PROOF_BYTES}`);
  const taken = nothingTaken();
  sequencer.transaction(() => {
    const { deliveries, log } = sequencer;
    for (const { author, hint, proof } of records) {
      const whose = deliveries.author(author);
      if (whose.host === "") continue;
      const to = deliveries.newRecipients(whose, hint);
      if (to !== "all" && !to.some((did) => deliveries.recipient(did) !== undefined)) continue;
      const seq = log.keep(proof, whose.id, now, true);
      deliveries.add(whose, seq, [{ ...hint, to }], taken.addressees);
      taken.kept = true;
    }
  });
  sequencer.publish(taken, "", now);
  return ok(null);
}
