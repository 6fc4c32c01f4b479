import { type AgentCommsDefsSealed, type AgentCommsDefsSealedRecipient, type BlobJson, COMMS_ROOT } from "@rookery/lexicon-agent-comms";
import { type Bytes, concat, fromBase64, sha256, toBase64, utf8 } from "./bytes.ts";
import { DOMAIN, type Header } from "./context.ts";
import { encodeData } from "./data-model.ts";
import { MAX_BLOBS, MAX_CIPHERTEXT, MAX_RECIPIENTS } from "./limits.ts";
import { type SuiteName, isSuite, suiteOf } from "./suites.ts";
import type { Purpose, WrappedKey } from "./wrap.ts";

/** `$type` of sealed content. */
export const SEALED = `${COMMS_ROOT}.defs#sealed`;

/** Version of the format. */
export const VERSION = 1;

/** Sealed content as it stands in a record. */
export type SealedContent = AgentCommsDefsSealed & { $type: typeof SEALED };

/** Sealed content, taken apart. */
export interface Sealed {
  suite: SuiteName;
  level: "private" | "shared";
  innerType: string;
  epoch: Bytes | undefined;
  salt: Bytes;
  commitment: Bytes;
  recipients: WrappedKey[];
  blobs: BlobJson[];
  ciphertext: Bytes;
  /** All of it but the commitment, the ciphertext and the wrapped keys; also fields that this version does not know. */
  header: Header;
}

/** A wrapped key in JSON form. */
export const wrappedToJson = ({ keyId, encapsulation, wrappedKey }: WrappedKey): AgentCommsDefsSealedRecipient => ({
  keyId: bytesToJson(keyId),
  encapsulation: bytesToJson(encapsulation),
  wrappedKey: bytesToJson(wrappedKey),
});

/** A wrapped key of JSON form. @throws TypeError for anything else, and for anything more: nothing could bind it. */
export const wrappedOfJson = (value: unknown, suite: SuiteName): WrappedKey => {
  const { keyId, encapsulation, wrappedKey, ...more } = mapOf(value);
  if (Object.keys(more).length > 0) throw new TypeError("more than a wrapped key");
  return {
    keyId: bytesOf(keyId, 32),
    encapsulation: bytesOf(encapsulation, suiteOf(suite).encapsulation),
    wrappedKey: bytesOf(wrappedKey, 48),
  };
};

/** Bytes in JSON form. */
export const bytesToJson = (bytes: Uint8Array): { $bytes: string } => ({ $bytes: toBase64(bytes) });

/** Bytes of JSON form. @throws TypeError unless there are `length` of them. */
export const bytesOf = (value: unknown, length?: number): Bytes => {
  const { $bytes, ...more } = mapOf(value);
  if (typeof $bytes !== "string" || Object.keys(more).length > 0) throw new TypeError("not bytes");
  const bytes = fromBase64($bytes);
  if (length !== undefined && bytes.length !== length) throw new TypeError("wrong length");
  return bytes;
};

/** A map of JSON. @throws TypeError */
export const mapOf = (value: unknown): Record<string, unknown> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("not a map");
  return { ...value };
};

/** Take sealed content apart. @throws TypeError for what is not ours in every respect. */
export const parseSealed = (value: unknown): Sealed => {
  const { commitment, ciphertext, recipients: listed, ...rest } = mapOf(value);
  const { $type, version, suite, level, innerType, epoch, salt, blobs = [] } = rest;
  if ($type !== SEALED || version !== VERSION || !isSuite(suite) || typeof innerType !== "string") throw new TypeError("not known");
  if (!Array.isArray(listed) || listed.length > MAX_RECIPIENTS || !Array.isArray(blobs) || blobs.length > MAX_BLOBS) throw new TypeError("too many");
  if (level !== "private" && level !== "shared") throw new TypeError("not known");
  if ((level === "private") !== (listed.length === 0)) throw new TypeError("not the level");
  const recipients = listed.map((one) => wrappedOfJson(one, suite));
  const body = bytesOf(ciphertext);
  if (body.length > MAX_CIPHERTEXT) throw new TypeError("too long");
  return {
    suite,
    level,
    innerType,
    epoch: epoch === undefined ? undefined : bytesOf(epoch, 16),
    salt: bytesOf(salt, 16),
    commitment: bytesOf(commitment, 32),
    recipients,
    blobs: blobs.map((one) => blobOf(one)),
    ciphertext: body,
    header: headerOf(rest, recipients),
  };
};

const blobOf = (value: unknown): BlobJson => {
  const { $type, ref, mimeType, size } = mapOf(mapOf(value)["blob"]);
  const { $link } = mapOf(ref);
  if ($type !== "blob" || typeof $link !== "string" || typeof mimeType !== "string" || typeof size !== "number") throw new TypeError("not a blob");
  return { $type, ref: { $link }, mimeType, size };
};

/** The clear fields with the recipients' key ids, in their order. */
export const headerOf = (fields: Record<string, unknown>, recipients: Pick<WrappedKey, "keyId">[]): Header => ({
  ...fields,
  recipients: recipients.map(({ keyId }) => bytesToJson(keyId)),
});

/** How the data key is wrapped for the record's own recipients. */
export const wrapPurpose = (binding: Bytes, commitment: Bytes): Purpose => ({ label: `${DOMAIN} wrap`, associated: concat(binding, commitment) });

/** Associated data of the content: every byte of the record but the ciphertext has a part in it. */
export const associatedOf = (binding: Bytes, commitment: Bytes, recipients: WrappedKey[]): Promise<Bytes> =>
  sha256(concat(utf8(`${DOMAIN} body`), new Uint8Array(1), binding, commitment, encodeData(recipients.map(wrappedToJson))));
