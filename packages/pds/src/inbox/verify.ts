import { CarError, CborError, CidError, CommitError, InvalidNodeError, MissingBlockError, PathError, type ProofResult, cidToString, decode, isTid, lexToJson, verifyProof } from "@rookery/repo";
import { recipientsOf } from "@rookery/lexicon-agent-comms";
import { checkCommit, decodeFrame, recordAt, verifyCommitSignature, type CheckedCommit, type CommitBody } from "@rookery/sync";
import { pdsOriginOf, signingKeyOf } from "../identity/key-cache.ts";
import { MAX_RECORD_BYTES } from "../limits.ts";
import type { DeliveryRow, DidPorts, EvidencePorts } from "../ports.ts";
import { sha256 } from "../sha256.ts";

/** A delivery that is what it says. */
export interface Verified {
  /** Same for every copy of it: this is what deduplicates. */
  identity: string;
  seq: number;
  author: string;
  path: string;
  /** Of the commit that shows it: what is later in the repository has a higher one. */
  rev: string;
  action: "create" | "delete";
  /** Absent for a retraction. */
  cid?: string;
  bytes?: Uint8Array;
  /** Host of the author's repository, by its DID document; absent when it names none. */
  host?: string;
}

/** What a delivery proves. */
export type Verdict =
  | { kind: "verified"; message: Verified }
  /** It does not prove what it says, now. `isUnsigned`: all that is wrong is the key that signed. */
  | { kind: "invalid"; reason: string; isUnsigned?: true }
  /** The sender's key cannot be had now. */
  | { kind: "unresolved"; reason: string };

/** Commits by seq that were found good, so that one with many records for a recipient is checked once. */
export type GoodCommits = Map<number, CheckedCommit>;

/**
 * Judge a delivery by its own evidence, trusting the relay with nothing: the author's key from the author's DID document,
 * the signed commit, the tree's proof of what is at this path, and the record's own word that `recipient` is meant. The
 * evidence is the commit that did it, or a proof by the author's host of what the repository holds now. Evidence by another key
 * than the author has now may be older than that key: then their host is asked for a proof by it.
 *
 * Never rejects: a delivery that nobody foresaw is set aside like any other bad one, and holds up nobody.
 */
export async function verifyDelivery(row: DeliveryRow, recipient: string, dids: EvidencePorts, good: GoodCommits = new Map()): Promise<Verdict> {
  try {
    const first = row.proof === undefined ? await verifyFrame(row, recipient, dids, good) : await verifyByProof(row, row.proof, recipient, dids);
    const verdict = first.kind === "invalid" && first.isUnsigned === true ? await verifyAnew(row, first.reason, recipient, dids) : first;
    return verdict.kind === "verified" ? { kind: "verified", message: { ...verdict.message, ...(await hostOf(dids, row.author)) } } : verdict;
  } catch (error) {
    console.error(JSON.stringify({ event: "delivery-check-failed", did: recipient, author: row.author, path: row.path, error: String(error) }));
    return invalid(`it cannot be checked: ${String(error)}`);
  }
}

async function verifyFrame(row: DeliveryRow, recipient: string, dids: DidPorts, good: GoodCommits): Promise<Verdict> {
  const known = good.get(row.seq);
  if (known !== undefined && known.did === row.author) return judgeCommit(row, known, recipient);
  const frame = decodeFrame(row.frame);
  if (frame.kind !== "message" || frame.t !== "#commit") return invalid(frame.kind === "malformed" ? frame.message : "not a #commit");
  if (frame.body.repo !== row.author) return invalid(`commit of ${frame.body.repo}, said to be of ${row.author}`);
  if (frame.body.seq !== row.seq) return invalid(`frame ${frame.body.seq}, said to be ${row.seq}`);
  const checked = await checkSigned(frame.body, dids);
  if ("kind" in checked) return checked;
  good.set(row.seq, checked);
  return judgeCommit(row, checked, recipient);
}

async function checkSigned(body: CommitBody, dids: DidPorts): Promise<CheckedCommit | Verdict> {
  for (const suspect of [false, true]) {
    const key = await keyOf(dids, body.repo, suspect);
    if ("unresolved" in key) return { kind: "unresolved", reason: key.unresolved };
    const checked = await checkCommit(body, { sha256, didKey: key.didKey });
    if (checked.ok) return checked.value;
    // The key may have been rotated since it was remembered: look once more.
    const { code, message } = checked.failure;
    if (code !== "BadSignature") return invalid(`${code}: ${message}`);
    if (suspect) return unsigned(`${code}: ${message}`);
  }
  return invalid("unreachable");
}

function judgeCommit(row: DeliveryRow, commit: CheckedCommit, recipient: string): Verdict {
  const op = commit.ops.find(({ path }) => path === row.path);
  const at = recordAt(commit, row.path);
  if (op === undefined || at === undefined) return invalid(`MissingRecord: commit ${commit.rev} of ${commit.did} does nothing at ${row.path}`);
  // What was sent never changes: an update is no message.
  if (op.action === "update") return invalid(`${row.path} was updated, not ${row.action}d`);
  return judge(row, commit.rev, at.record, recipient);
}

async function verifyByProof(row: DeliveryRow, proof: Uint8Array, recipient: string, dids: DidPorts): Promise<Verdict> {
  const shown = readProof(proof, row.path);
  if (typeof shown === "string") return invalid(`BadProof: ${shown}`);
  const { commit, cid, record } = shown;
  if (commit.did !== row.author) return invalid(`proof of ${commit.did}, said to be of ${row.author}`);
  if (!isTid(commit.rev)) return invalid(`BadRev: rev is not a TID: ${commit.rev.slice(0, 40)}`);
  for (const suspect of [false, true]) {
    const key = await keyOf(dids, row.author, suspect);
    if ("unresolved" in key) return { kind: "unresolved", reason: key.unresolved };
    if (await verifyCommitSignature(commit, key.didKey)) return judge(row, commit.rev, cid === null || record === null ? null : { cid, bytes: record.slice() }, recipient);
  }
  return unsigned(`BadSignature: the proof's commit ${cidToString(commit.cid)} is not signed by ${row.author}`);
}

/** By a proof that the author's host gives now. Where it gives none the evidence is what it was. */
async function verifyAnew(row: DeliveryRow, reason: string, recipient: string, dids: EvidencePorts): Promise<Verdict> {
  let proof: Uint8Array | undefined;
  try {
    proof = await dids.records.proof(`at://${row.author}/${row.path}`);
  } catch (error) {
    return { kind: "unresolved", reason: `${reason}. The author's host cannot be asked for a proof by the key of now: ${String(error)}` };
  }
  return proof === undefined ? invalid(reason) : verifyByProof(row, proof, recipient, dids);
}

/** What a proof shows, or what is wrong with it. */
function readProof(proof: Uint8Array, path: string): ProofResult | string {
  try {
    return verifyProof(proof, path, sha256);
  } catch (error) {
    const named = error instanceof CarError || error instanceof CborError || error instanceof CidError || error instanceof CommitError || error instanceof InvalidNodeError || error instanceof MissingBlockError || error instanceof PathError;
    if (named) return error.message;
    throw error;
  }
}

function judge(row: DeliveryRow, rev: string, record: { cid: Uint8Array; bytes: Uint8Array } | null, recipient: string): Verdict {
  const { seq, author, path, action } = row;
  if ((record === null) !== (action === "delete")) return invalid(record === null ? `${path} is not there` : `${path} is there, not deleted`);
  if (record === null) return { kind: "verified", message: { identity: `${author}/${path} -${rev}`, seq, author, path, rev, action } };
  if (record.bytes.length > MAX_RECORD_BYTES) return invalid(`TooLarge: ${path} has ${record.bytes.length} bytes, limit ${MAX_RECORD_BYTES}`);
  const cid = cidToString(record.cid);
  if (row.cid !== cid) return invalid(`${cid} is at ${path}, said to be ${String(row.cid)}`);
  const to = readRecipients(path, record.bytes);
  if (to === null || (to !== "all" && !to.includes(recipient))) return invalid(`${path} is not addressed to ${recipient}`);
  return { kind: "verified", message: { identity: `${author}/${path} ${cid}`, seq, author, path, rev, action, cid, bytes: record.bytes } };
}

/** Whom a record names; null when it is for nobody, or no record at all: an author may sign any bytes. */
function readRecipients(path: string, bytes: Uint8Array): string[] | "all" | null {
  try {
    return recipientsOf(path.slice(0, path.indexOf("/")), lexToJson(decode(bytes)));
  } catch (error) {
    if (error instanceof CborError || error instanceof CidError) return null;
    throw error;
  }
}

async function keyOf(dids: DidPorts, author: string, suspect: boolean): Promise<{ didKey: string } | { unresolved: string }> {
  try {
    const didKey = await signingKeyOf(dids, author, suspect);
    return didKey === undefined ? { unresolved: `no signing key in the DID document of ${author}` } : { didKey };
  } catch (error) {
    return { unresolved: `DID document of ${author}: ${String(error)}` };
  }
}

/** Letters of a host that are kept: a name has 253, and a port. What a document says may be longer. */
const MAX_HOST_CHARS = 259;

/** Where the author lives. The document was had a moment ago for its key; should it be gone, the sender has no host. */
async function hostOf(dids: DidPorts, author: string): Promise<{ host?: string }> {
  try {
    const origin = await pdsOriginOf(dids, author);
    return origin === undefined ? {} : { host: new URL(origin).host.slice(0, MAX_HOST_CHARS) };
  } catch {
    return {};
  }
}

const invalid = (reason: string): Verdict => ({ kind: "invalid", reason });

/** All that is wrong is the key that signed. */
const unsigned = (reason: string): Verdict => ({ kind: "invalid", reason, isUnsigned: true });
