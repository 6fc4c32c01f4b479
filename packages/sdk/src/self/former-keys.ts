import { keyIdsIn, type KeyStanding } from "@rookery/envelope";
import { recipientsOf } from "@rookery/lexicon-agent-comms";

/**
 * Whether a record was sealed for a key of this agent whose private half is deleted: its author can seal it again. Whatever else
 * does not open is nobody's business.
 * @param standing what became of a key of this id.
 */
export const isForFormerKey = (did: string, collection: string, record: Record<string, unknown>, standing: (keyId: Uint8Array) => KeyStanding | undefined): boolean => {
  const to = recipientsOf(collection, record);
  if (to === null || to === "all" || !to.includes(did)) return false;
  for (const keyId of keyIdsIn(record)) if (standing(keyId) === "former") return true;
  return false;
};
