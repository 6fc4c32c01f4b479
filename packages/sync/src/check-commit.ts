/**
 * Everything that one `#commit` says about itself, checked without knowing what came before (sync 1.1).
 *
 * The order is from cheap to dear: limits, shape, CAR and hashes, commit against event, operations against the tree and
 * undone to `prevData`, signature last. What needs the account's history (`since` and `prevData` being the last ones
 * seen) is in chain.ts.
 */
import {
  BlockMap, CarError, cidEquals, cidKey, cidToString, CidError, CommitError, decodeCommit, InvalidNodeError, InversionError, invertOps,
  isTid, isValidMstKey, KeyNotFoundError, MissingBlockError, PathError, readCar, Tree, tidToMicros, type CidBytes, type Commit, type Sha256,
} from "@rookery/repo";
import { MAX_COMMIT_BLOCKS_BYTES, MAX_COMMIT_OPS, type CommitBody, type CommitOp } from "./frame.ts";
import { verifyCommitSignature } from "./signature.ts";

/** Why a message of the stream was refused. */
export type SyncFailureCode =
  | "TooLarge" | "TooManyOps" | "Deprecated" | "BadTime" | "BadRev" | "FutureRev" | "BadOp" | "DuplicatePath"
  | "BadBlocks" | "WrongRoot" | "FieldMismatch" | "MissingRecord" | "MissingPrevData" | "InversionFailed" | "PrevDataMismatch" | "BadSignature" | "UnknownKey"
  | "SeqOrder" | "RevOrder" | "SinceMismatch" | "ChainBroken" | "Inactive" | "NoGenesis";

/** A refusal as data: the code for programs, the message for people. */
export interface SyncFailure {
  code: SyncFailureCode;
  message: string;
}

/** What a check gives: the value that passed, or why it did not. */
export type Checked<T> = { ok: true; value: T } | { ok: false; failure: SyncFailure };

/** A commit that passed. `blocks` (by cidKey, hashes verified) hold its records and proofs. */
export interface CheckedCommit {
  did: string;
  rev: string;
  since: string | null;
  commit: CidBytes;
  data: CidBytes;
  /** MST root before; null for a repository's first commit. */
  prevData: CidBytes | null;
  ops: CommitOp[];
  blocks: Map<string, Uint8Array>;
}

/** What a check needs to know beside the commit. */
export interface CheckCommitOptions {
  sha256: Sha256;
  /** `did:key` of the account's signing key. */
  didKey: string;
  /** Milliseconds since 1970; given, revs more than 5 minutes ahead are refused, as relays do. */
  now?: number;
}

/** Most that a rev may be ahead of the clock (the network relay's tolerance). */
const FUTURE_REV_TOLERANCE_MS = 5 * 60_000;

/** Check a whole `#commit`, signature included. */
export async function checkCommit(body: CommitBody & { rebase?: boolean; tooBig?: boolean }, options: CheckCommitOptions): Promise<Checked<CheckedCommit>> {
  const content = checkCommitContent(body, options);
  if (!content.ok) return content;
  if (!(await verifyCommitSignature(content.value.signed, options.didKey))) return refuse("BadSignature", `commit ${cidToString(body.commit)} is not signed by ${options.didKey}`);
  return { ok: true, value: content.value.commit };
}

/** All of {@link checkCommit} but the signature: for who must ask for the key anew when it does not verify. `signed` is what it is over. */
export function checkCommitContent(
  body: CommitBody & { rebase?: boolean; tooBig?: boolean },
  { sha256, now }: Omit<CheckCommitOptions, "didKey">,
): Checked<{ signed: Commit; commit: CheckedCommit }> {
  const outer = checkEnvelope(body, now);
  return outer === undefined ? checkBlocks(body, sha256) : refuse(outer.code, outer.message);
}

/** A failure as data. */
export function refuse(code: SyncFailureCode, message: string): { ok: false; failure: SyncFailure } {
  return { ok: false, failure: { code, message } };
}

/** ISO 8601 as the lexicon's `datetime` has it: date, time, zone. */
export function isDatetime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,20})?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Whether a rev is a TID that is not too far ahead of `now`. */
export function checkRev(rev: string, now: number | undefined): SyncFailure | undefined {
  if (!isTid(rev)) return { code: "BadRev", message: `rev is not a TID: ${rev.slice(0, 40)}` };
  if (now !== undefined && tidToMicros(rev) / 1000 > now + FUTURE_REV_TOLERANCE_MS) return { code: "FutureRev", message: `rev ${rev} is ahead of the clock` };
  return undefined;
}

function checkEnvelope(body: CommitBody & { rebase?: boolean; tooBig?: boolean }, now: number | undefined): SyncFailure | undefined {
  if (body.blocks.length > MAX_COMMIT_BLOCKS_BYTES) return { code: "TooLarge", message: `blocks of ${body.blocks.length} bytes, limit ${MAX_COMMIT_BLOCKS_BYTES}` };
  if (body.ops.length > MAX_COMMIT_OPS) return { code: "TooManyOps", message: `${body.ops.length} ops, limit ${MAX_COMMIT_OPS}` };
  if (body.rebase === true || body.tooBig === true) return { code: "Deprecated", message: "rebase and tooBig must be false" };
  if (!isDatetime(body.time)) return { code: "BadTime", message: `time is not a datetime: ${body.time.slice(0, 64)}` };
  const badRev = checkRev(body.rev, now);
  if (badRev !== undefined) return badRev;
  if (body.since !== null && (!isTid(body.since) || body.since >= body.rev)) return { code: "BadRev", message: `since ${body.since.slice(0, 40)} is not a TID before rev ${body.rev}` };
  if ((body.since === null) !== (body.prevData === undefined)) return { code: "MissingPrevData", message: "since and prevData are both there, or the commit is a repository's first" };
  return checkOps(body.ops);
}

function checkOps(ops: CommitOp[]): SyncFailure | undefined {
  const paths = new Set<string>();
  for (const { action, path, cid, prev } of ops) {
    if (!isValidMstKey(path)) return { code: "BadOp", message: `not a record path: ${path.slice(0, 200)}` };
    if (paths.has(path)) return { code: "DuplicatePath", message: `two ops on ${path}` };
    paths.add(path);
    if ((action === "delete") !== (cid === null) || (action === "create") !== (prev === undefined)) return { code: "BadOp", message: `${action} of ${path} with the wrong cid or prev` };
  }
  return undefined;
}

function checkBlocks(body: CommitBody, sha256: Sha256): Checked<{ signed: Commit; commit: CheckedCommit }> {
  try {
    const { roots, blocks } = readCar(body.blocks, sha256);
    if (!cidEquals(roots[0] ?? null, body.commit)) return refuse("WrongRoot", `the CAR's root is not the commit ${cidToString(body.commit)}`);
    const block = blocks.get(cidKey(body.commit));
    if (block === undefined) return refuse("BadBlocks", "the CAR does not hold the commit");
    const commit = decodeCommit(block);
    if (commit.did !== body.repo) return refuse("FieldMismatch", `event of ${body.repo}, commit of ${commit.did}`);
    if (commit.rev !== body.rev) return refuse("FieldMismatch", `event has rev ${body.rev}, commit ${commit.rev}`);
    const missing = body.ops.find((op) => op.cid !== null && !blocks.has(cidKey(op.cid)));
    if (missing !== undefined) return refuse("MissingRecord", `the CAR does not hold the record at ${missing.path}`);
    const before = invertOps(new BlockMap(blocks), commit.data, body.ops.map(({ action, path, cid, prev = null }) => ({ action, path, cid, prev })), sha256);
    const prevData = body.prevData ?? null;
    if (!cidEquals(before, prevData ?? emptyRoot(sha256))) return refuse("PrevDataMismatch", `undoing the ops gives ${cidToString(before)}, prevData is ${prevData === null ? "absent" : cidToString(prevData)}`);
    const { repo: did, rev, since, ops } = body;
    return { ok: true, value: { signed: commit, commit: { did, rev, since, commit: body.commit, data: commit.data, prevData, ops, blocks } } };
  } catch (error) {
    return refuse(codeOf(error), messageOf(error));
  }
}

/** Root of the tree without records. */
function emptyRoot(sha256: Sha256): CidBytes {
  return Tree.open(new BlockMap(), null, sha256).flush(() => 0).root.cid;
}

/** Named errors of the engine are the sender's fault; anything else is ours and goes on up. */
function codeOf(error: unknown): SyncFailureCode {
  if (error instanceof CarError || error instanceof CommitError || error instanceof CidError) return "BadBlocks";
  if (error instanceof InversionError || error instanceof MissingBlockError || error instanceof InvalidNodeError || error instanceof KeyNotFoundError || error instanceof PathError) return "InversionFailed";
  throw error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
