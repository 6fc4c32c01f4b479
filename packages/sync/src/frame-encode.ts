import type { AccountBody, CommitBody, ErrorBody, IdentityBody, InfoBody, RepoOp, SyncBody } from "./frame.ts";
import { FrameWriter, headLength, writeHead } from "./frame-writer.ts";

/** A whole frame but for the value of `seq`, whose CBOR integer belongs at byte `seqAt`. */
export interface FrameTemplate {
  frame: Uint8Array;
  seqAt: number;
}

/** Bytes of header, keys, DIDs and times: all of a frame but its blocks and ops, generously. */
const FIXED_BYTES = 512;

/** Encode a `#commit` without its seq. Deprecated fields are written as the lexicon still requires them. */
export function encodeCommitFrame(body: CommitBody): FrameTemplate {
  const opsBytes = body.ops.reduce((sum, op) => sum + op.path.length + 128, 0);
  const w = message("#commit", FIXED_BYTES + opsBytes + body.blocks.length);
  w.map(body.prevData === undefined ? 11 : 12);
  w.text("ops").array(body.ops.length);
  for (const op of body.ops) writeOp(w, op);
  w.text("rev").text(body.rev);
  const seqAt = w.text("seq").position;
  w.text("repo").text(body.repo);
  w.text("time").text(body.time);
  w.text("blobs").array(0);
  w.text("since");
  if (body.since === null) w.null();
  else w.text(body.since);
  w.text("blocks").bytes(body.blocks);
  w.text("commit").cid(body.commit);
  w.text("rebase").boolean(false);
  w.text("tooBig").boolean(false);
  if (body.prevData !== undefined) w.text("prevData").cid(body.prevData);
  return { frame: w.finish(), seqAt };
}

/** Encode a `#sync` without its seq. */
export function encodeSyncFrame(body: SyncBody): FrameTemplate {
  const w = message("#sync", FIXED_BYTES + body.blocks.length).map(5);
  w.text("did").text(body.did);
  w.text("rev").text(body.rev);
  const seqAt = w.text("seq").position;
  w.text("time").text(body.time);
  w.text("blocks").bytes(body.blocks);
  return { frame: w.finish(), seqAt };
}

/** Encode an `#identity` without its seq. */
export function encodeIdentityFrame(body: IdentityBody): FrameTemplate {
  const w = message("#identity", FIXED_BYTES).map(body.handle === undefined ? 3 : 4);
  w.text("did").text(body.did);
  const seqAt = w.text("seq").position;
  w.text("time").text(body.time);
  if (body.handle !== undefined) w.text("handle").text(body.handle);
  return { frame: w.finish(), seqAt };
}

/** Encode an `#account` without its seq. */
export function encodeAccountFrame(body: AccountBody): FrameTemplate {
  const w = message("#account", FIXED_BYTES).map(body.status === undefined ? 4 : 5);
  w.text("did").text(body.did);
  const seqAt = w.text("seq").position;
  w.text("time").text(body.time);
  w.text("active").boolean(body.active);
  if (body.status !== undefined) w.text("status").text(body.status);
  return { frame: w.finish(), seqAt };
}

/** Encode a whole `#info` frame; it has no seq. */
export function encodeInfoFrame(body: InfoBody): Uint8Array {
  const w = message("#info", FIXED_BYTES).map(body.message === undefined ? 1 : 2);
  w.text("name").text(body.name);
  if (body.message !== undefined) w.text("message").text(body.message);
  return w.finish();
}

/** Encode a whole error frame, after which the stream must be closed. */
export function encodeErrorFrame(body: ErrorBody): Uint8Array {
  const w = new FrameWriter(FIXED_BYTES).map(1).text("op").integer(-1);
  w.map(body.message === undefined ? 1 : 2).text("error").text(body.error);
  if (body.message !== undefined) w.text("message").text(body.message);
  return w.finish();
}

/**
 * Put a sequence number into a template: the frame as it goes over the wire.
 * @throws RangeError when `seq` is not an integer of 1 to 2^53 - 1, or `seqAt` is not inside the frame.
 */
export function sequenceFrame(template: Uint8Array, seqAt: number, seq: number): Uint8Array {
  if (!Number.isSafeInteger(seq) || seq < 1) throw new RangeError(`seq must be an integer of 1 to 2^53 - 1, not ${seq}`);
  if (!Number.isInteger(seqAt) || seqAt < 1 || seqAt > template.length) throw new RangeError(`seqAt ${seqAt} lies outside the frame of ${template.length} bytes`);
  const frame = new Uint8Array(template.length + headLength(seq));
  frame.set(template.subarray(0, seqAt));
  const after = writeHead(frame, seqAt, 0, seq);
  frame.set(template.subarray(seqAt), after);
  return frame;
}

function message(t: string, capacity: number): FrameWriter {
  return new FrameWriter(capacity).map(2).text("t").text(t).text("op").integer(1);
}

function writeOp(w: FrameWriter, op: RepoOp): void {
  w.map(op.prev === undefined ? 3 : 4);
  w.text("cid");
  if (op.cid === null) w.null();
  else w.cid(op.cid);
  w.text("path").text(op.path);
  if (op.prev !== undefined) w.text("prev").cid(op.prev);
  w.text("action").text(op.action);
}
