import { cidToString, decode, lexToJson } from "@rookery/repo";
import { recipientsOf } from "@rookery/lexicon-agent-comms";
import { decodeFrame, recordFromCommit } from "@rookery/sync";
import { signingKeyOf } from "../identity/key-cache.ts";
import type { DeliveryRow } from "../ports.ts";
import { sha256 } from "../sha256.ts";

/** A delivery that is what it says. */
export interface Verified {
  /** Same for every copy of it: this is what deduplicates. */
  identity: string;
  seq: number;
  author: string;
  path: string;
  action: "create" | "delete";
  /** Absent for a retraction. */
  cid?: string;
  bytes?: Uint8Array;
}

export type Verdict =
  | { kind: "verified"; message: Verified }
  /** It does not prove what it says, now. */
  | { kind: "invalid"; reason: string }
  /** The sender's key cannot be had now. */
  | { kind: "unresolved"; reason: string };

/**
 * Judge a delivery by its own evidence, trusting the relay with nothing: the author's key from the author's DID document,
 * the signed commit, the tree's proof that it did this at this path, and the record's own word that `recipient` is meant.
 */
export async function verifyDelivery(row: DeliveryRow, recipient: string, plcUrl: string): Promise<Verdict> {
  const frame = decodeFrame(row.frame);
  if (frame.kind !== "message" || frame.t !== "#commit") return invalid(frame.kind === "malformed" ? frame.message : "not a #commit");
  if (frame.body.repo !== row.author) return invalid(`commit of ${frame.body.repo}, said to be of ${row.author}`);
  if (frame.body.seq !== row.seq) return invalid(`frame ${frame.body.seq}, said to be ${row.seq}`);
  for (const suspect of [false, true]) {
    const key = await keyOf(plcUrl, row.author, suspect);
    if ("unresolved" in key) return { kind: "unresolved", reason: key.unresolved };
    const checked = await recordFromCommit(frame.body, row.path, { sha256, didKey: key.didKey });
    if (checked.ok) return judge(row, checked.value.record, recipient);
    // The key may have been rotated since it was remembered: look once more.
    if (checked.failure.code !== "BadSignature" || suspect) return invalid(`${checked.failure.code}: ${checked.failure.message}`);
  }
  return invalid("unreachable");
}

function judge(row: DeliveryRow, record: { cid: Uint8Array; bytes: Uint8Array } | null, recipient: string): Verdict {
  const { seq, author, path, action } = row;
  if ((record === null) !== (action === "delete")) return invalid(`commit does not ${action} ${path}`);
  if (record === null) return { kind: "verified", message: { identity: `${author}/${path} -${seq}`, seq, author, path, action } };
  const cid = cidToString(record.cid);
  if (row.cid !== cid) return invalid(`commit has ${cid} at ${path}, said to be ${String(row.cid)}`);
  const to = recipientsOf(path.slice(0, path.indexOf("/")), lexToJson(decode(record.bytes)));
  if (to === null || (to !== "all" && !to.includes(recipient))) return invalid(`${path} is not addressed to ${recipient}`);
  return { kind: "verified", message: { identity: `${author}/${path} ${cid}`, seq, author, path, action, cid, bytes: record.bytes } };
}

async function keyOf(plcUrl: string, author: string, suspect: boolean): Promise<{ didKey: string } | { unresolved: string }> {
  try {
    const didKey = await signingKeyOf(plcUrl, author, suspect);
    return didKey === undefined ? { unresolved: `no signing key in the DID document of ${author}` } : { didKey };
  } catch (error) {
    return { unresolved: `DID document of ${author}: ${String(error)}` };
  }
}

const invalid = (reason: string): Verdict => ({ kind: "invalid", reason });
