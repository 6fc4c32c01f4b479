import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, equalBytes, randomBytes } from "./bytes.ts";
import { type ByteSource, chunkedLength, decryptChunks, encryptChunks } from "./chunked.ts";
import { encodeData } from "./data-model.ts";
import { OpenError, SealError } from "./errors.ts";
import { MAX_BLOB } from "./limits.ts";
import { padme } from "./padding.ts";

/** What opens an encrypted blob: goes into the envelope, as `agent.comms.defs#sealedFile`. */
export interface FileKey {
  key: Bytes;
  /** SHA-256 of the file. */
  sha256: Bytes;
  /** Bytes of the file. */
  size: number;
}

/** An encrypted file on its way to be uploaded as a blob. */
export interface SealedFile {
  /** To be read once, to its end. */
  ciphertext: AsyncGenerator<Bytes>;
  /** Bytes of it, known beforehand. */
  length: number;
  /** Known when `ciphertext` has been read to its end. @throws SealError before that. */
  key(): FileKey;
}

const contextOf = (repo: string): Bytes => encodeData(["agent.comms.sealedFile/v1", repo]);
const ZEROS = new Uint8Array(65_536);

/**
 * Encrypt a file for a blob of the repository `repo`, piece by piece, padded like everything else.
 * @param size of the file in bytes, which has to be known; the stream fails with a SealError when it was another.
 */
export const sealFile = (file: ByteSource, size: number, repo: string): SealedFile => {
  const length = chunkedLength(padme(size));
  if (!Number.isSafeInteger(size) || size < 0 || length > MAX_BLOB) throw new SealError(`A file of ${size} bytes: encrypted, at most ${MAX_BLOB}`);
  const key = randomBytes(32);
  const hash = sha256.create();
  let digest: Bytes | undefined;
  const padded = async function* (): AsyncGenerator<Uint8Array> {
    let seen = 0;
    for await (const part of file) {
      seen += part.length;
      if (seen > size) throw new SealError(`The file has more than the ${size} bytes it was said to have`);
      hash.update(part);
      yield part;
    }
    if (seen !== size) throw new SealError(`The file has ${seen} bytes, not ${size}`);
    for (let missing = padme(size) - size; missing > 0; missing -= ZEROS.length) yield ZEROS.subarray(0, missing);
    digest = new Uint8Array(hash.digest());
  };
  return {
    ciphertext: encryptChunks(padded(), key, contextOf(repo)),
    length,
    key: () => {
      if (digest === undefined) throw new SealError("The file was not read to its end");
      return { key, sha256: digest, size };
    },
  };
};

/**
 * The file again, piece by piece. Pieces are genuine; that they are all, and the file the one that was named, is certain at
 * the end only. @throws OpenError, also in the midst of it.
 */
export async function* openFile(ciphertext: ByteSource, { key, sha256: expected, size }: FileKey, repo: string): AsyncGenerator<Bytes> {
  try {
    const hash = sha256.create();
    const whole = padme(size);
    let seen = 0;
    for await (const part of decryptChunks(ciphertext, key, contextOf(repo))) {
      // Its sender may go on for ever.
      if (seen + part.length > whole) throw new OpenError();
      const piece = part.slice(0, Math.max(0, size - seen));
      if (part.subarray(piece.length).some((byte) => byte !== 0)) throw new OpenError();
      seen += part.length;
      hash.update(piece);
      if (piece.length > 0) yield piece;
    }
    if (seen !== whole || !equalBytes(hash.digest(), expected)) throw new OpenError();
  } catch {
    throw new OpenError();
  }
}
