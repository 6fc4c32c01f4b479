import { fromBase64 } from "./bytes.ts";
import { MAX_RECIPIENTS } from "./limits.ts";

/**
 * Ids of the keys that a record is sealed for, as many as an envelope has recipients. The record may be any JSON of a stranger's:
 * what does not look like a recipient is passed over.
 */
export function* keyIdsIn(record: Record<string, unknown>): Generator<Uint8Array> {
  let left = MAX_RECIPIENTS;
  for (const part of Object.values(record).flat()) {
    const { recipients } = Object(part) as { recipients?: unknown };
    if (!Array.isArray(recipients)) continue;
    for (const recipient of recipients) {
      if (--left < 0) return;
      const { keyId } = Object(recipient) as { keyId?: { $bytes?: unknown } };
      const id = typeof keyId?.$bytes === "string" ? bytesOf(keyId.$bytes) : undefined;
      if (id !== undefined) yield id;
    }
  }
}

const bytesOf = (text: string): Uint8Array | undefined => {
  try {
    return fromBase64(text);
  } catch {
    // A stranger may write anything there.
    return undefined;
  }
};
