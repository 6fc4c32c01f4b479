import type { XrpcFault } from "@rookery/sync";
import { HELD_FROM, HELD_PIECE, PIN_IDLE } from "../limits.ts";
import { partStream } from "../reading/part-stream.ts";
import { readRoom } from "../room/read-room.ts";
import { BUSY } from "../room/in-room.ts";

/**
 * Bytes as the body of an answer. Many are held until they are read, so they share the isolate's room: they go piece by piece, and
 * whoever takes none for long is cut off. Errors: `NotEnoughResources` (503).
 */
export function heldBytes(bytes: Uint8Array): Uint8Array | ReadableStream<Uint8Array> | XrpcFault {
  if (bytes.length < HELD_FROM) return bytes;
  const lease = readRoom.take(bytes.length, PIN_IDLE);
  if (lease === undefined) return BUSY;
  let at = 0;
  const next = () => {
    lease.renew(PIN_IDLE);
    // A copy: what was given to a stream of bytes is its own.
    const piece = bytes.slice(at, (at += HELD_PIECE));
    return piece.length === 0 ? undefined : piece;
  };
  // Without a length: a stream that has one does not tell its source when its reader has gone.
  return partStream(next, () => lease.leave());
}
