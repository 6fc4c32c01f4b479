import { CborError } from "./cbor-error.ts";
import { CborReader } from "./cbor-reader.ts";
import { CborWriter } from "./cbor-writer.ts";
import { cidOf, type CidBytes, type Sha256 } from "./cid.ts";
import { isTid } from "./tid.ts";

/** A commit before it is signed. `version` 3 and `prev` null are the only values there are, so they are not carried. */
export interface UnsignedCommit {
  did: string;
  /** CID of the tree's root. */
  data: CidBytes;
  /** TID, strictly increasing within a repository. */
  rev: string;
}

/** A commit as it is in its block. */
export interface Commit extends UnsignedCommit {
  /** Compact ECDSA signature, 64 bytes: over SHA-256 of {@link encodeUnsigned}. */
  sig: Uint8Array;
}

/** A block that is not a version 3 commit. */
export class CommitError extends Error {
  override readonly name = "CommitError";
}

/** The bytes that are signed. */
export function encodeUnsigned(commit: UnsignedCommit): Uint8Array {
  return write(commit, null);
}

/** Sign a commit. `sign` hashes and signs the bytes it gets: 64 bytes, low S. `sig` is checked for length only. */
export function signCommit(unsigned: UnsignedCommit, sign: (bytes: Uint8Array) => Uint8Array, sha256: Sha256): { cid: CidBytes; bytes: Uint8Array } {
  const sig = sign(encodeUnsigned(unsigned));
  if (sig.length !== 64) throw new CommitError(`signature of ${sig.length} bytes, must be 64`);
  const bytes = write(unsigned, sig);
  return { cid: cidOf(sha256, bytes), bytes };
}

/** Strict: exactly the fields of a version 3 commit in canonical order. Throws {@link CommitError}. The signature is not checked. */
export function decodeCommit(bytes: Uint8Array): Commit {
  try {
    const reader = new CborReader(bytes);
    if (reader.map() !== 6) throw reader.error("expected six fields");
    field(reader, "did");
    const did = reader.text();
    if (!did.startsWith("did:")) throw reader.error("did is not a DID");
    field(reader, "rev");
    const rev = reader.text();
    if (!isTid(rev)) throw reader.error("rev is not a TID");
    field(reader, "sig");
    const sig = reader.bytes().slice();
    if (sig.length !== 64) throw reader.error("sig is not 64 bytes");
    field(reader, "data");
    const data = reader.cid();
    field(reader, "prev");
    // Older repositories carry a link here; the specification keeps the field and has readers ignore it.
    if (!reader.takeNull()) reader.cid();
    field(reader, "version");
    if (reader.uint() !== 3) throw reader.error("version is not 3");
    reader.end();
    return { did, data, rev, sig };
  } catch (error) {
    if (error instanceof CborError) throw new CommitError(`not a commit: ${error.message}`);
    throw error;
  }
}

function field(reader: CborReader, name: string): void {
  if (reader.text() !== name) throw reader.error(`expected the field ${name}`);
}

function write({ did, data, rev }: UnsignedCommit, sig: Uint8Array | null): Uint8Array {
  const writer = new CborWriter(320);
  writer.map(sig === null ? 5 : 6);
  writer.text("did");
  writer.text(did);
  writer.text("rev");
  writer.text(rev);
  if (sig !== null) {
    writer.text("sig");
    writer.bytes(sig);
  }
  writer.text("data");
  writer.cid(data);
  writer.text("prev");
  writer.null();
  writer.text("version");
  writer.int(3);
  return writer.finish();
}
