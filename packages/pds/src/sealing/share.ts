import { ids, isDid } from "@rookery/lexicon-agent-comms";
import { cidToString } from "@rookery/repo";
import { type Outcome, ok } from "@rookery/sync";
import type { AgentState } from "../state.ts";
import { invalid } from "./faults.ts";
import { grantOp, liveGrants, ungrantOps, usableGrant } from "./grants.ts";
import { ownSealedRecord, stillThere } from "./own-record.ts";
import type { RecordAt } from "./sealing-api.ts";
import { withSealer } from "./with-sealer.ts";

/** Grant a sealed record to one more reader. Older grants of that reader that no longer open it are replaced. Errors: see `SealingApi.share`. */
export async function share(state: AgentState, { uri, to }: { uri: string; to: string }): Promise<Outcome<RecordAt>> {
  const subject = ownSealedRecord(state, uri);
  if (!subject.ok) return subject;
  if (!isDid(to) || to === state.account.did) return invalid("to is the DID of another agent");
  return withSealer(state, async (sealer) => {
    const usable = await usableGrant(state, sealer, subject.value, to);
    if (usable !== undefined) return ok({ uri: grantUri(state, usable.rkey), cid: cidToString(usable.cid) });
    const op = await grantOp(sealer, subject.value, to);
    const written = await state.writer.write({ ops: [op, ...ungrantOps(liveGrants(state, subject.value, to))] }, stillThere(state, [subject.value]));
    return written.ok ? ok({ uri: grantUri(state, op.rkey), cid: written.value.results[0]?.cid ?? "" }) : written;
  });
}

const grantUri = ({ account }: AgentState, rkey: string): string => `at://${account.did}/${ids.AgentCommsGrant}/${rkey}`;
