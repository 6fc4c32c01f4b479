import { type Bytes, concat, utf8 } from "./bytes.ts";
import { DOMAIN } from "./context.ts";
import { opening, SealError } from "./errors.ts";
import type { GivenGrant } from "./granted.ts";
import { hkdf } from "./hkdf.ts";
import { type KeyRing, unlock } from "./open.ts";
import { type PlacedRecord, openRecord, sealedPartOf } from "./record.ts";

/** Bytes of a label at most. */
const MAX_LABEL = 256;

/**
 * A secret of 32 bytes that exactly those share who can read a sealed record, its author too, for one purpose: from
 * secrets of other purposes, and from the record's own keys, nothing follows of it. docs/envelope.md, "Secrets of a record".
 * @param label what it is for: an NSID, e.g. `agent.comms.progress`; 1 to 256 bytes.
 * @throws OpenError when the record is not sealed, or does not open. @throws SealError for a label of another length.
 */
export const exportSecret = async (placed: PlacedRecord, ring: KeyRing, label: string, grant?: GivenGrant): Promise<Bytes> => {
  const purpose = utf8(label);
  if (purpose.length === 0 || purpose.length > MAX_LABEL) throw new SealError(`A label of ${purpose.length} bytes; 1 to ${MAX_LABEL}`);
  return opening(async () => {
    const found = sealedPartOf(placed);
    // A record that is not right in every respect gives nothing, though its data key might be had.
    await openRecord(placed, ring, grant);
    const { parts, binding, dataKey } = await unlock({ ...found, ring, ...(grant === undefined ? {} : { grant }) });
    return hkdf(dataKey, parts.salt, concat(utf8(`${DOMAIN} export`), new Uint8Array(1), binding, purpose), 32);
  });
};
