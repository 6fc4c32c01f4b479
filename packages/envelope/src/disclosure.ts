import { type AgentCommsDisclosure, ids } from "@rookery/lexicon-agent-comms";
import { opening } from "./errors.ts";
import { type KeyRing, unlock } from "./open.ts";
import { type PlacedRecord, openRecord, sealedPartOf } from "./record.ts";
import { bytesToJson } from "./sealed.ts";

/**
 * A record that lets everybody read a sealed one of one's own, which stays as it is, CID and all: its data key, which opens
 * nothing else. It belongs under the record key that is the subject's CID, where everybody finds it.
 * @param subject CID of the sealed record, and when. @throws OpenError when it is not sealed, or not for this ring.
 */
export const discloseRecord = async (placed: PlacedRecord, ring: KeyRing, { cid, createdAt }: { cid: string; createdAt: string }): Promise<AgentCommsDisclosure> => {
  const { repo, collection, rkey } = placed;
  return opening(async () => {
    // What does not open for its author is not published as if it did.
    await openRecord(placed, ring);
    const { dataKey } = await unlock({ ...sealedPartOf(placed), ring });
    return { $type: ids.AgentCommsDisclosure, subject: { uri: `at://${repo}/${collection}/${rkey}`, cid }, dataKey: bytesToJson(dataKey), createdAt };
  });
};
