import { CarError, CborError, CidError, cidKey, cidToString, decode, lexToJson, readCar, type Sha256 } from "@rookery/repo";
import { decodeFrame, type CommitBody } from "@rookery/sync";
import { isPath, type ClaimedOp, type RecipientsOf, type UpstreamEvent } from "./upstream-event.ts";

/**
 * Read one frame of a relay's subscribeRepos. Of some 350 frames a second of a global stream hardly one matters, and those
 * that do hold the collection's name in clear: a search for it over the bytes comes before anything else. A frame without it
 * is not even decoded, so its cursor is not told; `cursorOf` reads it when one is wanted.
 */
export function readRelayFrame(bytes: Uint8Array, prefix: string, recipientsOf: RecipientsOf, sha256: Sha256): UpstreamEvent {
  // The smallest frames may be errors or infos, and cost nothing.
  if (bytes.length > 1_000 && asBuffer(bytes).indexOf(prefix) === -1) return { kind: "ops", cursor: undefined, ops: [] };
  const frame = decodeFrame(bytes);
  if (frame.kind === "malformed") return { kind: "malformed", message: frame.message };
  if (frame.kind === "error") return { kind: "error", name: frame.error, message: frame.message ?? "" };
  if (frame.kind === "unknown" || frame.t === "#info") return { kind: "ops", cursor: undefined, ops: [] };
  return { kind: "ops", cursor: frame.body.seq, ops: frame.t === "#commit" ? opsOf(frame.body, prefix, recipientsOf, sha256) : [] };
}

/** Seq of a frame; undefined when it has none. */
export function cursorOf(bytes: Uint8Array): number | undefined {
  const frame = decodeFrame(bytes);
  return frame.kind === "message" && frame.t !== "#info" ? frame.body.seq : undefined;
}

function opsOf(body: CommitBody, prefix: string, recipientsOf: RecipientsOf, sha256: Sha256): ClaimedOp[] {
  const ours = body.ops.filter(({ path }) => isPath(path, prefix));
  if (ours.length === 0) return [];
  const blocks = blocksOf(body, sha256);
  return ours.map(({ action, path, cid }): ClaimedOp => {
    if (cid === null) return { author: body.repo, path, action, to: null };
    return { author: body.repo, path, action, cid: cidToString(cid), to: recipientsOf(path.slice(0, path.indexOf("/")), recordOf(blocks.get(cidKey(cid)))) };
  });
}

/** Blocks that the frame brings along; none when they cannot be read, and then its records are for nobody. */
function blocksOf(body: CommitBody, sha256: Sha256): Map<string, Uint8Array> {
  try {
    return readCar(body.blocks, sha256).blocks;
  } catch (error) {
    if (error instanceof CarError || error instanceof CidError) return new Map();
    throw error;
  }
}

function recordOf(block: Uint8Array | undefined): unknown {
  if (block === undefined) return undefined;
  try {
    return lexToJson(decode(block));
  } catch (error) {
    if (error instanceof CborError || error instanceof CidError) return undefined;
    throw error;
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
