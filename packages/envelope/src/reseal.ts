import { OpenError, SealError, opening } from "./errors.ts";
import type { KeyRing } from "./open.ts";
import { type PlacedRecord, type RecordSealing, openRecord, sealedPartOf, sealRecord } from "./record.ts";
import { parseSealed, type Sealed } from "./sealed.ts";

/**
 * A sealed record of one's own, sealed once more under a new data key: who could open it as it was cannot open it as it
 * will be. Files stay as they are: their keys were in it before. Only for records that are changed in place; what was sent is
 * never changed. @throws OpenError when it is not sealed, or does not open. @throws SealError also when it had recipients and
 * now has none.
 */
export const resealRecord = async (placed: PlacedRecord, ring: KeyRing, sealing: Omit<RecordSealing, "blobs">): Promise<Record<string, unknown>> => {
  const { level, blobs } = await partsOf(placed);
  const { record, sealed } = await openRecord(placed, ring);
  if (!sealed) throw new OpenError();
  if (level === "shared" && (sealing.recipients ?? []).length === 0) throw new SealError("It is sealed for others, and nobody is given");
  return sealRecord({ ...placed, record }, { ...sealing, blobs });
};

/** The encrypted blobs that a sealed record lists. @throws OpenError when it is not sealed. */
export const blobsOfSealed = async (placed: PlacedRecord): Promise<Sealed["blobs"]> => (await partsOf(placed)).blobs;

const partsOf = (placed: PlacedRecord): Promise<Sealed> => opening(async () => parseSealed(sealedPartOf(placed).sealed));
