import { MAX_PROFILE_BYTES, type ListingRule } from "@rookery/agent-relay";
import { ids, validateRecord } from "@rookery/lexicon-agent-comms";
import { CborError, DataModelError, decode, lexToJson } from "@rookery/repo";

/** Collection and record key of an agent's profile. */
export const PROFILE = { collection: ids.AgentCommsProfile, rkey: "self" } as const;

/** The profile as JSON, when it is a valid one that asks to be listed, and no larger than the directory takes; undefined otherwise. */
export const listedProfile = (record: Uint8Array): Record<string, unknown> | undefined => {
  if (record.length > MAX_PROFILE_BYTES) return undefined;
  const json = jsonOf(record);
  const verdict = validateRecord(PROFILE.collection, json);
  return verdict.known && verdict.ok && json?.["listed"] === true ? json : undefined;
};

/** Being listed is a choice: an agent is, when its profile says so. */
export const listingRule: ListingRule = {
  path: `${PROFILE.collection}/${PROFILE.rkey}`,
  isListed: (record) => listedProfile(record) !== undefined,
};

/** Anything else than a map is no record; neither is what does not decode. */
const jsonOf = (record: Uint8Array): Record<string, unknown> | undefined => {
  try {
    const json: unknown = lexToJson(decode(record));
    return typeof json === "object" && json !== null && !Array.isArray(json) ? { ...json } : undefined;
  } catch (error) {
    if (error instanceof CborError || error instanceof DataModelError) return undefined;
    throw error;
  }
};
