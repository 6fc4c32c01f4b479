import { cidEquals, cidFromString, cidToString, CidError, type CidBytes } from "@rookery/repo";
import { type Outcome, type XrpcFault, fail, ok } from "@rookery/sync";
import type { PreparedOp, WriteRequest, WriteResult } from "../agent-api.ts";
import { MAX_COMMIT_OPS } from "../limits.ts";

/** One change that a commit makes: the path is there, or not, as its action says. */
export interface Change {
  action: "create" | "update" | "delete";
  /** `collection/rkey`. */
  path: string;
  /** The record now; null when deleted. */
  cid: CidBytes | null;
  /** The record before; null when created. */
  prev: CidBytes | null;
  op: PreparedOp;
}

/** What one write comes to, given the repository as it is. */
export interface Plan {
  /** Without the ops that change nothing. */
  changes: Change[];
  results: WriteResult["results"];
}

/** The repository as a plan sees it. */
export interface Now {
  /** CID of the record at a path, or null. */
  at(path: string): CidBytes | null;
  /** CID of the newest commit. */
  commit: CidBytes;
  /** Paths of records that are about the same as this one, by its collection and bytes. */
  linked(op: PreparedOp): string[];
}

/**
 * Decide what a write does; nothing is changed here. Errors: `InvalidSwap` and `InvalidRequest` (400). Each path is named
 * once, so every op is judged by the state before the write.
 */
export function planWrite(request: WriteRequest, now: Now): Outcome<Plan> {
  const { ops, swapCommit } = request;
  if (ops.length > MAX_COMMIT_OPS) return invalid(`Too many writes: ${ops.length}. Max: ${MAX_COMMIT_OPS}`);
  const done = alreadyDone(ops, now);
  if (done !== undefined) return ok({ changes: [], results: [done] });
  if (swapCommit !== undefined && !names(swapCommit, now.commit)) return swapped(`Commit was at ${cidToString(now.commit)}`);
  const plan: Plan = { changes: [], results: [] };
  const seen = new Set<string>();
  for (const op of ops) {
    const path = `${op.collection}/${op.rkey}`;
    if (seen.has(path)) return invalid(`More than one write to ${path}`);
    seen.add(path);
    const error = planOp(op, path, now.at(path), plan);
    if (error !== undefined) return { ok: false, error };
  }
  if (request.replacesLinked === true) replaceLinked(plan, now);
  return ok(plan);
}

/** Records that are about the same as one that is created go with the commit that makes it. */
function replaceLinked({ changes }: Plan, now: Now): void {
  const [created] = changes;
  if (created?.action !== "create") return;
  const { collection } = created.op;
  for (const path of now.linked(created.op)) {
    const prev = now.at(path);
    if (prev !== null && path !== created.path) changes.unshift({ action: "delete", path, cid: null, prev, op: { action: "delete", collection, rkey: path.slice(collection.length + 1) } });
  }
}

/**
 * What a write of one op comes to that finds its work done: the very record there, or nothing to delete. As in the reference it
 * succeeds whatever it wanted to swap, so that one whose answer was lost can be repeated.
 */
function alreadyDone([op, ...more]: PreparedOp[], now: Now): WriteResult["results"][number] | undefined {
  if (op === undefined || more.length > 0 || (op.action !== "put" && op.action !== "delete")) return undefined;
  const { action, collection, rkey, cid } = op;
  const prev = now.at(`${collection}/${rkey}`);
  if (action === "delete") return prev === null ? { action, collection, rkey } : undefined;
  return cid !== undefined && cidEquals(prev, cid) ? { action: "update", collection, rkey, cid: cidToString(cid) } : undefined;
}

function planOp(op: PreparedOp, path: string, prev: CidBytes | null, plan: Plan): XrpcFault | undefined {
  const { collection, rkey, swapRecord } = op;
  if (swapRecord !== undefined && !names(swapRecord, prev)) return swapped(`Record was at ${prev === null ? "null" : cidToString(prev)}`).error;
  if (op.action === "delete") {
    plan.results.push({ action: "delete", collection, rkey });
    // Deleting what is not there is done already.
    if (prev !== null) plan.changes.push({ action: "delete", path, cid: null, prev, op });
    return undefined;
  }
  if (op.cid === undefined || op.bytes === undefined) throw new Error(`write to ${path} was not prepared`);
  if (op.action === "create" && prev !== null) return invalid(`Record already exists: ${path}`).error;
  if (op.action === "update" && prev === null) return invalid(`Could not find record to update: ${path}`).error;
  const action = prev === null ? "create" : "update";
  const same = cidEquals(prev, op.cid);
  if (action === "update" && !same && op.immutable === true) return invalid(`Records of ${collection} are never changed: delete ${rkey} or write another`).error;
  plan.results.push({ action, collection, rkey, cid: cidToString(op.cid) });
  if (!same) plan.changes.push({ action, path, cid: op.cid, prev, op });
  return undefined;
}

/** Whether a CID given by the caller (null: "nothing there") is this one. What is no CID is nobody's. */
function names(given: string | null, actual: CidBytes | null): boolean {
  if (given === null || actual === null) return given === actual;
  try {
    return cidEquals(cidFromString(given), actual);
  } catch (error) {
    if (error instanceof CidError) return false;
    throw error;
  }
}

const invalid = (message: string): { ok: false; error: XrpcFault } => fail(400, "InvalidRequest", message);

const swapped = (message: string): { ok: false; error: XrpcFault } => fail(400, "InvalidSwap", message);
