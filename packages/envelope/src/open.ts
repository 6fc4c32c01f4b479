import { type Bytes, equalBytes } from "./bytes.ts";
import { type ContentKey, contentKeyOf, dataKeyOfEpoch, epochIdOf } from "./content-key.ts";
import { type SealContext, bindingOf } from "./context.ts";
import { dataKeyOfDisclosure, isDisclosure } from "./disclosed.ts";
import { OpenError, opening } from "./errors.ts";
import { type GivenGrant, dataKeyOfGrant } from "./granted.ts";
import { MAX_EPOCHS, MAX_KEYS } from "./limits.ts";
import { unpad } from "./padding.ts";
import { type Sealed, associatedOf, parseSealed, wrapPurpose } from "./sealed.ts";
import type { PrivateKey } from "./suites.ts";
import { unwrapKey } from "./wrap.ts";

/** What somebody can open with. */
export interface KeyRing {
  /** The current key and older ones in their grace period. */
  keys?: PrivateKey[];
  /** Of the author: 32 bytes each. */
  epochKeys?: Uint8Array[];
}

/** Something sealed, and where it was found. */
export interface OpenInput {
  /** Sealed content as it stands in the record. */
  sealed: unknown;
  context: SealContext;
  ring: KeyRing;
  /** A grant for this record, or its disclosure, if the key comes from one. */
  grant?: GivenGrant;
}

/** What was inside. */
export interface Opened {
  type: string;
  level: "private" | "shared";
  plaintext: Bytes;
  /** Blobs that the record lists. */
  blobs: Sealed["blobs"];
}

/** Sealed content with all that follows from its data key. */
export interface Unlocked {
  parts: Sealed;
  binding: Bytes;
  dataKey: Bytes;
  content: ContentKey;
}

/**
 * Open sealed content. Whatever is wrong (a key, a place, a byte, a length), the answer is the same.
 * @throws OpenError
 */
export const open = (input: OpenInput): Promise<Opened> =>
  opening(async () => {
    const { parts, binding, content } = await unlock(input);
    const additionalData = await associatedOf(binding, parts.commitment, parts.recipients);
    const padded = await crypto.subtle.decrypt({ name: "AES-GCM", iv: content.nonce, additionalData }, content.key, parts.ciphertext);
    return { type: parts.innerType, level: parts.level, plaintext: unpad(new Uint8Array(padded)), blobs: parts.blobs };
  });

/** The data key of sealed content, with the commitment checked; the ciphertext is not looked at. @throws Error */
export const unlock = async ({ sealed, context, ring, grant }: OpenInput): Promise<Unlocked> => {
  const parts = parseSealed(sealed);
  const binding = await bindingOf(context, parts.header);
  const dataKey = await findDataKey(parts, binding, context, ring, grant);
  const content = await contentKeyOf(dataKey, parts.salt, binding);
  if (!equalBytes(content.commitment, parts.commitment)) throw new OpenError();
  return { parts, binding, dataKey, content };
};

const findDataKey = async (parts: Sealed, binding: Bytes, context: SealContext, ring: KeyRing, grant: GivenGrant | undefined): Promise<Bytes> => {
  const keys = (ring.keys ?? []).slice(0, MAX_KEYS);
  if (grant !== undefined && isDisclosure(grant)) return dataKeyOfDisclosure(grant, context);
  if (grant !== undefined) return dataKeyOfGrant(grant, keys, context, binding, parts.commitment);
  if (parts.epoch !== undefined) {
    for (const epochKey of (ring.epochKeys ?? []).slice(0, MAX_EPOCHS)) {
      if (equalBytes(await epochIdOf(epochKey), parts.epoch)) return dataKeyOfEpoch(epochKey, parts.salt, context);
    }
  }
  for (const wrapped of parts.recipients) {
    const key = keys.find(({ suite, keyId }) => suite === parts.suite && equalBytes(keyId, wrapped.keyId));
    if (key !== undefined) return unwrapKey(key, wrapped, wrapPurpose(binding, parts.commitment));
  }
  throw new OpenError();
};
