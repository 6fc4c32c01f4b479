import { fromBase64, type KeyStanding, MAX_RECIPIENTS } from "@rookery/envelope";
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

/** Ids of the keys that a record is sealed for: as many as an envelope has recipients. */
export function* keyIdsIn(record: Record<string, unknown>): Generator<Uint8Array> {
  let left = MAX_RECIPIENTS;
  for (const part of Object.values(record).flat()) {
    const { recipients } = Object(part) as { recipients?: unknown };
    if (!Array.isArray(recipients)) continue;
    for (const recipient of recipients) {
      if (--left < 0) return;
      const { keyId } = Object(recipient) as { keyId?: { $bytes?: unknown } };
      if (typeof keyId?.$bytes === "string") yield fromBase64(keyId.$bytes);
    }
  }
}
