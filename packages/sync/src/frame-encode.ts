/**
 * Frames, written field by field in canonical order (keys by length, then bytewise). An agent does this on every write,
 * so no object is built and sorted for a general encoder; that one is the oracle in frame-encode.test.ts.
 */
import { CborWriter } from "@rookery/repo";
import type { AccountBody, CommitBody, CommitOp, ErrorBody, IdentityBody, InfoBody, SyncBody } from "./frame.ts";

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
  const w = message("#commit", FIXED_BYTES + opsBytes + body.blocks.length, body.prevData === undefined ? 11 : 12);
  w.text("ops");
  w.array(body.ops.length);
  for (const op of body.ops) writeOp(w, op);
  textField(w, "rev", body.rev);
  const seqAt = keyOfSeq(w);
  textField(w, "repo", body.repo);
  textField(w, "time", body.time);
  w.text("blobs");
  w.array(0);
  w.text("since");
  if (body.since === null) w.null();
  else w.text(body.since);
  w.text("blocks");
  w.bytes(body.blocks);
  w.text("commit");
  w.cid(body.commit);
  boolField(w, "rebase", false);
  boolField(w, "tooBig", false);
  if (body.prevData !== undefined) {
    w.text("prevData");
    w.cid(body.prevData);
  }
  return { frame: w.finish(), seqAt };
}

/** Encode a `#sync` without its seq. */
export function encodeSyncFrame(body: SyncBody): FrameTemplate {
  const w = message("#sync", FIXED_BYTES + body.blocks.length, 5);
  textField(w, "did", body.did);
  textField(w, "rev", body.rev);
  const seqAt = keyOfSeq(w);
  textField(w, "time", body.time);
  w.text("blocks");
  w.bytes(body.blocks);
  return { frame: w.finish(), seqAt };
}

/** Encode an `#identity` without its seq. */
export function encodeIdentityFrame(body: IdentityBody): FrameTemplate {
  const w = message("#identity", FIXED_BYTES, body.handle === undefined ? 3 : 4);
  textField(w, "did", body.did);
  const seqAt = keyOfSeq(w);
  textField(w, "time", body.time);
  if (body.handle !== undefined) textField(w, "handle", body.handle);
  return { frame: w.finish(), seqAt };
}

/** Encode an `#account` without its seq. */
export function encodeAccountFrame(body: AccountBody): FrameTemplate {
  const w = message("#account", FIXED_BYTES, body.status === undefined ? 4 : 5);
  textField(w, "did", body.did);
  const seqAt = keyOfSeq(w);
  textField(w, "time", body.time);
  boolField(w, "active", body.active);
  if (body.status !== undefined) textField(w, "status", body.status);
  return { frame: w.finish(), seqAt };
}

/** Encode a whole `#info` frame; it has no seq. */
export function encodeInfoFrame(body: InfoBody): Uint8Array {
  const w = message("#info", FIXED_BYTES, body.message === undefined ? 1 : 2);
  textField(w, "name", body.name);
  if (body.message !== undefined) textField(w, "message", body.message);
  return w.finish();
}

/** Encode a whole error frame, after which the stream must be closed. */
export function encodeErrorFrame(body: ErrorBody): Uint8Array {
  const w = new CborWriter(FIXED_BYTES);
  w.map(1);
  w.text("op");
  w.int(-1);
  w.map(body.message === undefined ? 1 : 2);
  textField(w, "error", body.error);
  if (body.message !== undefined) textField(w, "message", body.message);
  return w.finish();
}

/**
 * Put a sequence number into a template: the frame as it goes over the wire.
 * @throws RangeError when `seq` is not an integer of 1 to 2^53 - 1, or `seqAt` is not inside the frame.
 */
export function sequenceFrame(template: Uint8Array, seqAt: number, seq: number): Uint8Array {
  if (!Number.isSafeInteger(seq) || seq < 1) throw new RangeError(`seq must be an integer of 1 to 2^53 - 1, not ${seq}`);
  if (!Number.isInteger(seqAt) || seqAt < 1 || seqAt > template.length) throw new RangeError(`seqAt ${seqAt} lies outside the frame of ${template.length} bytes`);
  const integer = new CborWriter(9);
  integer.int(seq);
  const frame = new Uint8Array(template.length + integer.length);
  frame.set(template.subarray(0, seqAt));
  frame.set(integer.finish(), seqAt);
  frame.set(template.subarray(seqAt), seqAt + integer.length);
  return frame;
}

/** Header `{op: 1, t}` and the head of a payload of `fields` fields. */
function message(t: string, capacity: number, fields: number): CborWriter {
  const w = new CborWriter(capacity);
  w.map(2);
  textField(w, "t", t);
  w.text("op");
  w.int(1);
  w.map(fields);
  return w;
}

function keyOfSeq(w: CborWriter): number {
  w.text("seq");
  return w.length;
}

function textField(w: CborWriter, key: string, value: string): void {
  w.text(key);
  w.text(value);
}

function boolField(w: CborWriter, key: string, value: boolean): void {
  w.text(key);
  w.bool(value);
}

function writeOp(w: CborWriter, op: CommitOp): void {
  w.map(op.prev === undefined ? 3 : 4);
  w.text("cid");
  if (op.cid === null) w.null();
  else w.cid(op.cid);
  textField(w, "path", op.path);
  if (op.prev !== undefined) {
    w.text("prev");
    w.cid(op.prev);
  }
  textField(w, "action", op.action);
}
