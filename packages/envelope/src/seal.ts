import type { BlobJson } from "@rookery/lexicon-agent-comms";
import { type Bytes, own, randomBytes } from "./bytes.ts";
import { contentKeyOf, dataKeyOfEpoch, epochIdOf } from "./content-key.ts";
import { type SealContext, bindingOf } from "./context.ts";
import { encodeData } from "./data-model.ts";
import { SealError } from "./errors.ts";
import { MAX_BLOBS, MAX_PLAINTEXT } from "./limits.ts";
import { pad } from "./padding.ts";
import { SEALED, type SealedContent, VERSION, associatedOf, bytesToJson, headerOf, wrapPurpose, wrappedToJson } from "./sealed.ts";
import { DEFAULT_SUITE, type SuiteName, isSuite } from "./suites.ts";
import { type Recipient, checkRecipients, wrapKey } from "./wrap.ts";

/** What is to be sealed, where, for whom. */
export interface SealInput {
  /** Bytes, or data in JSON form, which becomes DAG-CBOR. */
  plaintext: Uint8Array | Record<string, unknown>;
  /** NSID of what is inside; everybody sees it. */
  type: string;
  context: SealContext;
  /** Who may read: their keys, all of the same suite. None: level private. */
  recipients?: Recipient[];
  suite?: SuiteName;
  /** 32 bytes. The data key is derived from it, so that the author reads it again and can share it; required at level private. */
  epochKey?: Uint8Array;
  /** Encrypted blobs whose keys are in the plaintext. */
  blobs?: BlobJson[];
}

const refuse = (message: string): never => {
  throw new SealError(message);
};

/** Recipients after which everything else on the thread has its turn: some 10 ms of X-Wing, which is JavaScript, and for 64 ten times that. */
const TURN = 8;

/** Promises that are settled at once, as all are where WebCrypto is synchronous inside (workerd), let nothing else in. */
const othersTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

const encodeInput = (plaintext: SealInput["plaintext"]): Bytes => {
  if (plaintext instanceof Uint8Array) return own(plaintext);
  try {
    return encodeData(plaintext);
  } catch (error) {
    throw new SealError(`Not data that can be sealed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

/**
 * Seal something for its recipients (level shared), or for its author alone (level private).
 * @throws SealError when it cannot be done; nothing is ever sealed for fewer or more than was asked.
 */
export const seal = (input: SealInput): Promise<SealedContent> => sealWith(input, wrapKey);

/** `seal` with its own way to wrap a data key: test vectors need one whose randomness is fixed. */
export const sealWith = async (input: SealInput, wrap: typeof wrapKey): Promise<SealedContent> => {
  const { type, context, recipients = [], suite = DEFAULT_SUITE, epochKey, blobs = [] } = input;
  if (!isSuite(suite)) refuse(`Not a suite of ours: ${String(suite)}`);
  if (recipients.length === 0 && epochKey === undefined) refuse("Nobody could read it: neither a recipient nor an epoch key is given");
  if (epochKey !== undefined && epochKey.length !== 32) refuse(`An epoch key has 32 bytes, not ${epochKey.length}`);
  if (blobs.length > MAX_BLOBS) refuse(`${blobs.length} blobs; at most ${MAX_BLOBS} of one record`);
  await checkRecipients(suite, recipients);
  const plaintext = encodeInput(input.plaintext);
  if (plaintext.length > MAX_PLAINTEXT) refuse(`${plaintext.length} bytes to seal; at most ${MAX_PLAINTEXT}`);
  try {
    const salt = randomBytes(16);
    const fields = {
      $type: SEALED,
      version: VERSION,
      suite,
      level: recipients.length === 0 ? "private" : "shared",
      innerType: type,
      ...(epochKey === undefined ? {} : { epoch: bytesToJson(await epochIdOf(epochKey)) }),
      salt: bytesToJson(salt),
      ...(blobs.length === 0 ? {} : { blobs: blobs.map((blob) => ({ blob })) }),
    } as const;
    const binding = await bindingOf(context, headerOf(fields, recipients.map(({ keyId }) => ({ keyId: own(keyId) }))));
    const dataKey = epochKey === undefined ? randomBytes(32) : await dataKeyOfEpoch(epochKey, salt, context);
    const { key, nonce, commitment } = await contentKeyOf(dataKey, salt, binding);
    const purpose = wrapPurpose(binding, commitment);
    const wrapped = [];
    for (const [at, recipient] of recipients.entries()) {
      if (at > 0 && at % TURN === 0) await othersTurn();
      wrapped.push(await wrap(suite, recipient, dataKey, purpose));
    }
    const additionalData = await associatedOf(binding, commitment, wrapped);
    const ciphertext = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, key, pad(plaintext));
    return {
      ...fields,
      commitment: bytesToJson(commitment),
      recipients: wrapped.map(wrappedToJson),
      ciphertext: bytesToJson(new Uint8Array(ciphertext)),
    };
  } catch (error) {
    throw new SealError(`Could not be sealed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};
