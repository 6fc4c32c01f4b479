import { blobsOfSealed, type EnvelopeSealer, isSealedRecord } from "@rookery/envelope";
import { ids, recipientsOf } from "@rookery/lexicon-agent-comms";
import { addressOf } from "../at-uri.ts";
import type { Session } from "../session.ts";
import type { Sent } from "../transport.ts";
import type { Opener } from "./opener.ts";
import type { OwnRecords } from "./own-records.ts";
import { cidOfRecord } from "./record-cid.ts";

/** What sealing again needs of the agent. */
export interface ResealPorts {
  session: Session;
  own: OwnRecords;
  opener: Opener;
  sealer: EnvelopeSealer;
  nextRkey: () => string;
}

/**
 * A recipient has lost the key that something was sealed for: the same again, for the one it has now, and the old one taken back
 * in the same commit. Of several recipients of a message the others have it: only the one that cannot read it gets another.
 * @returns the new one; undefined when there is nothing to be sealed again. @throws SealError @throws OpenError @throws ColonyError
 */
export const reseal = async ({ session, own, opener, sealer, nextRkey }: ResealPorts, uri: string, to: string): Promise<Sent | undefined> => {
  const { collection, rkey: before } = addressOf(uri);
  const old = await own.get(collection, before);
  if (old === undefined || !isSealedRecord(collection, old.value)) return undefined;
  const readers = recipientsOf(collection, old.value);
  if (readers === null || readers === "all" || !readers.includes(to)) return undefined;
  const { record: opened } = await opener.open({ uri, record: old.value });
  const isAlone = readers.length === 1 || collection !== ids.AgentCommsMessage;
  const record = isAlone ? opened : { ...opened, to: [to] };
  // The key that is known is the one that is gone.
  sealer.lookAgain(to);
  const rkey = nextRkey();
  const draft = await sealer.seal({ collection, rkey, record, to: isAlone ? readers : [to], blobs: await blobsOfSealed({ ...addressOf(uri), record: old.value }) });
  await session.call(ids.ComAtprotoRepoApplyWrites, {
    repo: session.did,
    writes: [
      { $type: "com.atproto.repo.applyWrites#create", collection, rkey, value: draft.record },
      ...(isAlone ? [{ $type: "com.atproto.repo.applyWrites#delete" as const, collection, rkey: before }] : []),
    ],
  });
  return { uri: `at://${session.did}/${collection}/${rkey}`, cid: cidOfRecord(draft.record) };
};
