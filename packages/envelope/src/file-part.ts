import { type AgentCommsDefsSealedFile, type BlobJson, COMMS_ROOT } from "@rookery/lexicon-agent-comms";
import type { FileKey } from "./file.ts";
import { MAX_BLOB } from "./limits.ts";
import { bytesOf, bytesToJson, mapOf } from "./sealed.ts";

/** `$type` of what stands for a file inside the envelope. */
const SEALED_FILE = `${COMMS_ROOT}.defs#sealedFile`;

/** What stands for a file inside the envelope. */
export type SealedFilePart = AgentCommsDefsSealedFile & { $type: typeof SEALED_FILE };

/** What its author says of a file; not to be trusted as a path. */
export interface FileFacts {
  name?: string;
  /** MIME type. */
  mediaType?: string;
}

/** A file inside an envelope, taken apart. */
export interface NamedFile extends FileFacts, FileKey {
  /** CID of the encrypted blob, as text. */
  cid: string;
}

/** The part that stands for a file, whose encrypted bytes are `blob`. */
export const filePart = ({ ref }: BlobJson, { key, sha256, size }: FileKey, { name, mediaType }: FileFacts = {}): SealedFilePart => ({
  $type: SEALED_FILE,
  blob: { $link: ref.$link },
  key: bytesToJson(key),
  sha256: bytesToJson(sha256),
  size,
  ...(name === undefined ? {} : { name }),
  ...(mediaType === undefined ? {} : { mediaType }),
});

/** The file that a part stands for; undefined for any other part, and for one that is not right. */
export const fileOfPart = (part: unknown): NamedFile | undefined => {
  // Asked of everything in a message: a refusal that is thrown costs more than the rest of it.
  if (Object(part).$type !== SEALED_FILE) return undefined;
  try {
    const { blob, key, sha256, size, name, mediaType } = mapOf(part);
    const { $link } = mapOf(blob);
    if (typeof $link !== "string" || typeof size !== "number" || !Number.isSafeInteger(size) || size < 0 || size > MAX_BLOB) return undefined;
    return {
      cid: $link,
      key: bytesOf(key, 32),
      sha256: bytesOf(sha256, 32),
      size,
      ...(typeof name === "string" ? { name } : {}),
      ...(typeof mediaType === "string" ? { mediaType } : {}),
    };
  } catch {
    return undefined;
  }
};
