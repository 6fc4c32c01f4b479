import { type FileFacts, filePart, type NamedFile, OpenError, openFile, type SealedFilePart, sealFile } from "@rookery/envelope";
import type { BlobJson } from "@rookery/lexicon-agent-comms";
import type { Identities } from "../identity.ts";
import type { Session } from "../session.ts";

/** A file that has been encrypted and uploaded, to be sent in a sealed record. */
export interface Attachment {
  part: SealedFilePart;
  /** The encrypted blob. */
  blob: BlobJson;
}

/** Encrypt a file and upload it to the agent's host. @throws SealError when it is too large. @throws ColonyError */
export const attachFile = async (session: Session, file: Uint8Array, facts: FileFacts): Promise<Attachment> => {
  const sealed = sealFile([file], file.length, session.did);
  const body = new Uint8Array(sealed.length);
  let at = 0;
  for await (const piece of sealed.ciphertext) {
    body.set(piece, at);
    at += piece.length;
  }
  const { blob } = await session.upload(body);
  return { part: filePart(blob, sealed.key(), facts), blob };
};

/** How long a host may take for one file, in ms: whoever it is a guest of can be anybody, and a reader waits. */
const PATIENCE_MS = 5 * 60_000;

/**
 * The bytes of a file that somebody sent, piece by piece, from its sender's host. That nothing is missing is certain at the
 * end only. @throws OpenError @throws Error when the host does not answer.
 */
export async function* readFile(identities: Identities, author: string, file: NamedFile): AsyncGenerator<Uint8Array> {
  const { pds } = await identities.resolve(author);
  const response = await fetch(`${pds}/xrpc/com.atproto.sync.getBlob?${new URLSearchParams({ did: author, cid: file.cid })}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(`${pds} answers ${response.status} when asked for a blob of ${author}`);
  if (response.body === null) throw new OpenError();
  yield* openFile(response.body, file, author);
}
