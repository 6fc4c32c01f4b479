import { type FileFacts, filePart, type NamedFile, OpenError, openFile, type SealedFilePart, sealFile } from "@rookery/envelope";
import type { BlobJson } from "@rookery/lexicon-agent-comms";
import type { Identities } from "../identity.ts";
import { onceMore } from "../once-more.ts";
import type { Session } from "../session.ts";

/** A file that has been encrypted and uploaded, to be sent in a sealed record. */
export interface Attachment {
  part: SealedFilePart;
  /** The encrypted blob. */
  blob: BlobJson;
}

/**
 * Encrypt a file and upload it to the agent's host. A Blob is read piece by piece. What is uploaded is held whole: it may have to be
 * sent again, and no browser streams a request over HTTP/1.1.
 * @throws SealError when it is too large. @throws TypeError for what is no file. @throws ColonyError
 */
export const attachFile = async (session: Pick<Session, "did" | "upload">, file: Uint8Array | Blob, facts: FileFacts): Promise<Attachment> => {
  const { source, size } = toSource(file);
  const sealed = sealFile(source, size, session.did);
  const body = new Uint8Array(sealed.length);
  let at = 0;
  for await (const piece of sealed.ciphertext) {
    body.set(piece, at);
    at += piece.length;
  }
  const { blob } = await session.upload(body);
  return { part: filePart(blob, sealed.key(), facts), blob };
};

/** Bytes to be read once, and how many. Programs without types come this way, too. */
const toSource = (file: Uint8Array | Blob): { source: Parameters<typeof sealFile>[0]; size: number } => {
  if (file instanceof Blob) return { source: file.stream(), size: file.size };
  if (!(file instanceof Uint8Array)) throw new TypeError("Not a file: give its bytes, a Uint8Array, or a Blob");
  return { source: [file], size: file.length };
};

/** How long a host may take for one file, in ms: whoever it is a guest of can be anybody, and a reader waits. */
const PATIENCE_MS = 5 * 60_000;

/**
 * The bytes of a file that somebody sent, piece by piece, from its sender's host. That nothing is missing is certain at the
 * end only. @throws OpenError @throws Error when the host does not answer.
 */
export async function* readFile(identities: Identities, author: string, file: NamedFile): AsyncGenerator<Uint8Array> {
  const { pds } = await identities.resolve(author);
  const response = await onceMore()(`${pds}/xrpc/com.atproto.sync.getBlob?${new URLSearchParams({ did: author, cid: file.cid })}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok) throw new Error(`${pds} answers ${response.status} when asked for a blob of ${author}`);
  if (response.body === null) throw new OpenError();
  yield* openFile(response.body, file, author);
}
