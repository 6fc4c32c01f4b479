import { cidToString } from "@rookery/repo";
import { type Outcome, type XrpcFault, fail, ok } from "@rookery/sync";
import type { PreparedOp, WriteRequest, WriteResult } from "../agent-api.ts";
import { faultPoint } from "../fault.ts";
import { KeyUnavailableError } from "../keys/wrap.ts";
import { GROUP_BYTES, MAX_COMMIT_CAR_BYTES, MAX_COMMIT_OPS, MAX_WAITING_BYTES, MAX_WAITING_WRITES } from "../limits.ts";
import { roomForMemories } from "../memory/room.ts";
import { refusalOf } from "../standing/standing.ts";
import type { AgentState } from "../state.ts";
import type { Head } from "../store/head.ts";
import { linkedTo, subjectOf } from "../store/record-links.ts";
import { CommitTooLargeError, commitChanges } from "./commit.ts";
import { type Change, type Plan, planWrite } from "./plan.ts";
import { type Meter, exceeded, pointsOf, remaining, spend } from "./rate.ts";

type Answer = Outcome<WriteResult>;

/** What else belongs to a write: done in its transaction, when all of it is written. @throws WriteRefused when it must not be after all. */
export type Within = () => void;

/** A write that its own transaction found to be wrong; nothing of it is done. */
export class WriteRefused extends Error {
  override readonly name = "WriteRefused";
  readonly fault: XrpcFault;

  constructor(fault: XrpcFault) {
    super(fault.message);
    this.fault = fault;
  }
}

interface Waiting {
  request: WriteRequest;
  within: Within | undefined;
  bytes: number;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/**
 * The queue in front of the repository. A write that comes while nothing is under way commits at once; those that come
 * while a commit is on its way to the disk wait for it and then share one commit (group commit). What is answered is on
 * disk: the object's output gate holds every answer until then.
 */
export class Writer {
  readonly #state: AgentState;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #busy = false;
  #held = false;

  constructor(state: AgentState) {
    this.#state = state;
  }

  /** Errors: those of {@link planWrite}; what `within` refuses; `RateLimitExceeded` (429); `KeyUnavailable` (500); `RelayUnavailable`, `SigningKeyUncertain` (503). */
  write(request: WriteRequest, within?: Within): Promise<Answer> {
    const bytes = sizeOf(request);
    if (this.#waiting.length >= MAX_WAITING_WRITES || this.#waitingBytes + bytes > MAX_WAITING_BYTES)
      return Promise.resolve(fail(429, "RateLimitExceeded", `More than ${MAX_WAITING_WRITES} writes are waiting for this repository`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, within, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      if (!this.#busy) void this.#drain();
    });
  }

  /** From now on writes wait, until `release`: what signs them is about to be another. */
  hold(): void {
    this.#held = true;
  }

  /** Writes go on. */
  release(): void {
    this.#held = false;
    if (!this.#busy) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting.length > 0 && !this.#held) {
        this.#settle(this.#takeGroup());
        await this.#state.storage.sync();
        faultPoint(this.#state.ports.fault, "write.on-disk");
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Commit and answer. When the unforeseen happens each write is tried alone, so that none takes others with it. */
  #settle(group: Waiting[]): void {
    try {
      const answers = commitGroup(this.#state, group);
      group.forEach(({ resolve }, i) => resolve(answers[i] as Answer));
    } catch (error) {
      const [only] = group;
      if (group.length > 1 || only === undefined) for (const one of group) this.#settle([one]);
      else if (error instanceof WriteRefused) only.resolve({ ok: false, error: error.fault });
      else only.reject(error);
    }
  }

  /** The next writes that may share a commit, in the order they came: no path twice, no more than a commit holds. */
  #takeGroup(): Waiting[] {
    const paths = new Set<string>();
    let ops = 0;
    let bytes = 0;
    let count = 0;
    for (const { request, bytes: size } of this.#waiting) {
      // What a write that replaces others takes with it is not known before its turn.
      const alone = request.swapCommit !== undefined || request.replacesLinked === true;
      ops += request.ops.length;
      bytes += size;
      if (count > 0 && (alone || ops > MAX_COMMIT_OPS || bytes > GROUP_BYTES || request.ops.some((op) => paths.has(pathOf(op))))) break;
      for (const op of request.ops) paths.add(pathOf(op));
      count++;
      if (alone) break;
    }
    const group = this.#waiting.splice(0, count);
    for (const { bytes: size } of group) this.#waitingBytes -= size;
    return group;
  }
}

/** Answer writes that share a commit, in one turn. A member whose own conditions fail is answered alone. */
export function commitGroup(state: AgentState, group: { request: WriteRequest; within?: Within | undefined }[]): Answer[] {
  const now = Date.now();
  let meter: Meter = state.head;
  const changes: Change[] = [];
  const within: Within[] = [];
  const plans = group.map(({ request, within: own }): Outcome<Plan> => {
    const refusal = refuse(state);
    if (refusal !== undefined) return { ok: false, error: refusal };
    const plan = planWrite(request, { at: (path) => state.tree.get(path), commit: state.head.cid, linked: (op) => linkedBy(state, op) });
    if (!plan.ok) return plan;
    const blobs = state.blobs.check(plan.value.changes);
    if (blobs !== undefined) return { ok: false, error: blobs };
    const room = roomForMemories(state.sql, changes, plan.value.changes);
    if (room !== undefined) return { ok: false, error: room };
    const spent = state.ports.rateLimits ? spend(meter, pointsOf(request.ops), now) : meter;
    if (spent === undefined)
      return { ok: false, error: { status: 429, name: "RateLimitExceeded", message: "Rate Limit Exceeded", rate: exceeded(meter, pointsOf(request.ops), now) } };
    meter = spent;
    for (const change of plan.value.changes) changes.push(change);
    if (own !== undefined) within.push(own);
    return plan;
  });
  if (changes.length === 0) return plans.map((plan) => answer(state, plan, undefined, now));
  const head = tryCommit(state, changes, meter, now, within);
  if (head === "too-large" && group.length > 1) return group.flatMap((one) => commitGroup(state, [one]));
  if (head === "too-large") return [fail(400, "InvalidRequest", `Too many writes. Max event size: ${MAX_COMMIT_CAR_BYTES} bytes`)];
  if ("status" in head) return plans.map((plan) => (plan.ok ? { ok: false, error: head } : plan));
  return plans.map((plan) => answer(state, plan, head, now));
}

/** Paths of records that are about the same as one that is to come. */
function linkedBy({ sql }: AgentState, { collection, bytes }: PreparedOp): string[] {
  const subject = bytes === undefined ? undefined : subjectOf(collection, bytes);
  return subject === undefined ? [] : linkedTo(sql, collection, subject);
}

/** Why this account takes no writes now, whatever they are. */
function refuse({ account, outbox, didChanges }: AgentState): XrpcFault | undefined {
  if (account.status !== null) return refusalOf(account);
  if (didChanges.refusal !== undefined) return didChanges.refusal;
  if (outbox.full) return { status: 503, name: "RelayUnavailable", message: "The relay has been away for too long: no more writes until it is back" };
  return undefined;
}

function tryCommit(state: AgentState, changes: Change[], meter: Meter, now: number, within: Within[]): Head | XrpcFault | "too-large" {
  try {
    return commitChanges(state, changes, meter, now, () => {
      for (const one of within) one();
    });
  } catch (error) {
    if (error instanceof CommitTooLargeError) return "too-large";
    if (error instanceof KeyUnavailableError) return { status: 500, name: "KeyUnavailable", message: error.message };
    throw error;
  }
}

function answer(state: AgentState, plan: Outcome<Plan>, head: Head | undefined, now: number): Answer {
  if (!plan.ok) return plan;
  const { results, changes } = plan.value;
  const result: WriteResult = { results };
  if (head !== undefined && changes.length > 0) result.commit = { cid: cidToString(head.cid), rev: head.rev };
  if (state.ports.rateLimits) result.rate = remaining(state.head, now);
  return ok(result);
}

const pathOf = ({ collection, rkey }: { collection: string; rkey: string }): string => `${collection}/${rkey}`;

function sizeOf({ ops }: WriteRequest): number {
  let bytes = 0;
  for (const op of ops) bytes += op.bytes?.length ?? 0;
  return bytes;
}
