/**
 * A logged event as the JSON texts that Jetstream readers get (bluesky-social/jetstream), in two envelopes: v1 (`/subscribe`) and the
 * frames of network.bsky.jetstream.subscribeEvents. In v1, with `time_us` unique and strictly increasing within one stream:
 *
 *   {did, time_us, kind: "commit", commit: {rev, operation, collection, rkey, record, cid}}   one per record; a delete has neither of the last two
 *   {did, time_us, kind: "identity", identity: {did, handle, seq, time}}
 *   {did, time_us, kind: "account", account: {active, did, seq, status?, time}}
 *
 * and what only those get who ask for it, by `prevRev` and `kinds`: `prevRev` in a commit, the rev of the account's commit before, null
 * for its first; a commit of which no record passes as `commit: {rev, prevRev}`; and `#sync` as `kind: "sync", sync: {blocks, did, rev, seq, time}`.
 */
import { base64Encode, cborToJsonText, cidToString } from "@rookery/repo";
import { blocksOf } from "./car-blocks.ts";
import type { FrameView, OpView } from "./frame-view.ts";

/** NSID of the newer stream (bluesky-social/jetstream, lexicons/network/bsky/jetstream/subscribeEvents.json). */
export const SUBSCRIBE_EVENTS = "network.bsky.jetstream.subscribeEvents";

/** What `handle` says when an identity event has none: consumers require the field. */
const UNKNOWN_HANDLE = "handle.invalid";

/** Which envelope a text has. */
export type Envelope = "v1" | "events";

/** The blocks of a commit's records, each in the place of its operation: views of the frame. */
export const recordBlocks = ({ blocks, ops }: FrameView): (Uint8Array | undefined)[] => blocksOf(blocks ?? new Uint8Array(), ops.map(({ cid }) => cid));

/**
 * The fields of an operation, without braces: `"operation":...,"cid":"..."`. Undefined where the commit lacks the record's block,
 * or the block is not DAG-CBOR though its hash is right: nothing can be said about it in JSON.
 */
export function opText({ action, collection, rkey, cid }: OpView, block: Uint8Array | undefined): string | undefined {
  const head = `"operation":"${action}","collection":${JSON.stringify(collection)},"rkey":${JSON.stringify(rkey)}`;
  if (action === "delete") return head;
  const record = block === undefined ? undefined : recordText(block);
  return record === undefined || cid === null ? undefined : `${head},"record":${record},"cid":"${cidToString(cid)}"`;
}

function recordText(block: Uint8Array): string | undefined {
  try {
    return cborToJsonText(block);
  } catch {
    return undefined;
  }
}

/**
 * The message of one commit.
 * @param op its operation as `opText` gives it; undefined for a message that tells the rev alone.
 * @param us its `time_us`, which is also the `seq` of subscribeEvents: the seqs of the firehose are one per commit, and here
 *   each message must have its own.
 */
export function commitText(envelope: Envelope, { did, rev, since }: FrameView, op: string | undefined, us: number, withPrevRev: boolean): string {
  const fields = `"rev":${JSON.stringify(rev ?? "")}${op === undefined ? "" : `,${op}`}${withPrevRev ? `,"prevRev":${JSON.stringify(since ?? null)}` : ""}`;
  return envelope === "v1" ? `${headV1(did, us)},"kind":"commit","commit":{${fields}}}` : `${headOfEvent("commit", did, us)},${fields}}}`;
}

/** The message of an identity, account or sync event. */
export function accountText(envelope: Envelope, view: FrameView, us: number): string {
  const body = bodyText(view);
  return envelope === "v1" ? `${headV1(view.did, us)},"kind":"${view.kind}","${view.kind}":${body}}` : `${headOfEvent(view.kind, view.did, us)},"${view.kind}":${body}}}`;
}

/** `#info` in a frame of subscribeEvents, or of another stream framed by xrpc.v1.json. */
export function infoText(nsid: string, name: string, message: string): string {
  return JSON.stringify({ $type: "message", payload: { $type: `${nsid}#info`, name, message } });
}

/** An error in the framing xrpc.v1.json (proposal 0015), after which the stream is closed. */
export function errorText(error: string, message: string): string {
  return JSON.stringify({ $type: "error", error, message });
}

function bodyText({ kind, did, seq, time, rev, blocks, handle, active, status }: FrameView): string {
  // Fields in the order of the reference: by name.
  if (kind === "identity") return JSON.stringify({ did, handle: handle ?? UNKNOWN_HANDLE, seq, time });
  if (kind === "account") return JSON.stringify({ active, did, seq, status, time });
  return JSON.stringify({ blocks: { $bytes: base64Encode(blocks ?? new Uint8Array()) }, did, rev, seq, time });
}

const headV1 = (did: string, us: number): string => `{"did":${JSON.stringify(did)},"time_us":${us}`;

function headOfEvent(kind: string, did: string, us: number): string {
  return `{"$type":"message","payload":{"$type":"${SUBSCRIBE_EVENTS}#${kind}","seq":${us},"did":${JSON.stringify(did)},"time":"${microTime(us)}"`;
}

/** RFC 3339 in UTC with six digits, so that a cursor can be had from it. */
function microTime(us: number): string {
  const ms = Math.floor(us / 1_000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * 1_000).padStart(3, "0")}Z`;
}
