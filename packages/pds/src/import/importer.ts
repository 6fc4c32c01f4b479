import { CarError, CarTooLargeError, CommitError, type Commit, cidToString, decodeCommit, nextTid, tidToMicros } from "@rookery/repo";
import { type Outcome, type XrpcFault, fail, ok, verifyCommitSignature } from "@rookery/sync";
import { faultPoint } from "../fault.ts";
import { KeyUnavailableError } from "../keys/wrap.ts";
import type { JobResult } from "../scheduler.ts";
import { barOf } from "../standing/standing.ts";
import type { AgentState } from "../state.ts";
import { grow } from "./grow.ts";
import type { Imported } from "./import-api.ts";
import { CLEAR_SLICE_ROWS, FUTURE_REV, IMPORT_LEASE, MAX_IMPORT_BYTES, MAX_REASON, RECEIVE_SLICE_BLOCKS } from "./limits.ts";
import { pastKeysOf } from "./past-keys.ts";
import { type Received, receive } from "./receive.ts";
import { ImportRefused } from "./refused.ts";
import { beginStaging, clearStaging, restamp } from "./staging.ts";
import { swapIn } from "./swap.ts";
import { drain } from "./watch.ts";

/**
 * Brings a repository here from a CAR: taken in as it comes and checked in slices beside the repository that is here, which it
 * replaces in one transaction at the end. One that is refused, or that nobody ends, leaves nothing. One at a time.
 */
export class Importer {
  readonly #state: AgentState;
  #running = false;
  /** The object's storage is going. */
  #gone = false;

  constructor(state: AgentState) {
    this.#state = state;
  }

  /**
   * com.atproto.repo.importRepo. Errors: `InvalidRequest` (400) says what is wrong with the repository; `PayloadTooLarge` (413);
   * `ImportInProgress` (409); `DidUnavailable` (503) when it cannot be told whose signature is right; `SigningKeyUncertain` (503);
   * `KeyUnavailable` (500).
   */
  async run(car: ReadableStream<Uint8Array>): Promise<Outcome<Imported>> {
    if (this.#running) {
      await drain(car);
      return fail(409, "ImportInProgress", "Another repository is being brought here at this moment");
    }
    this.#running = true;
    try {
      return ok(await this.#import(car));
    } catch (error) {
      // Its tables went while it was at work on them.
      if (this.#gone) return fail(400, "RepoNotFound", "The account is gone");
      if (error instanceof NotNow) return { ok: false, error: error.fault };
      if (error instanceof KeyUnavailableError) return fail(500, "KeyUnavailable", error.message);
      if (error instanceof CarTooLargeError) return fail(413, "PayloadTooLarge", `Request entity too large: more than ${MAX_IMPORT_BYTES} bytes`);
      if (error instanceof ImportRefused || error instanceof CarError || error instanceof CommitError) return fail(400, "InvalidRequest", error.message);
      throw error;
    } finally {
      this.#running = false;
      if (!this.#gone) this.#state.scheduler.ensure("imports", Date.now());
    }
  }

  /** The object's storage is going: touch nothing any more. */
  abandon(): void {
    this.#gone = true;
  }

  /** The alarm's turn: clear away what imports left. */
  async job(): Promise<JobResult> {
    if (this.#running) return { again: IMPORT_LEASE };
    return clearStaging(this.#state.sql, CLEAR_SLICE_ROWS) ? { again: 0 } : undefined;
  }

  async #import(car: ReadableStream<Uint8Array>): Promise<Imported> {
    const state = this.#state;
    const { storage, sql, account, ports } = state;
    const before = state.head;
    const keys = await pastKeysOf(ports, account.did);
    if (!keys.ok) {
      await drain(car);
      throw new NotNow(keys.error);
    }
    // 1. The blocks, as they come.
    let rev = nextTid(before.rev, Date.now() * 1000, account.clockId);
    storage.transactionSync(() => {
      beginStaging(sql);
      state.scheduler.ensure("imports", Date.now() + IMPORT_LEASE);
    });
    const received = await receive(sql, rev, car);
    faultPoint(ports.fault, "import.received");
    // 2. The commit.
    const commit = await this.#checkCommit(received, keys.value);
    if (rev <= commit.rev) await this.#stamp((rev = nextTid(commit.rev, Date.now() * 1000, account.clockId)));
    // 3. The tree, and every path in it.
    const grown = await grow(sql, rev, commit.data, received);
    faultPoint(ports.fault, "import.grown");
    // 4. All at once.
    if (state.head.rev !== before.rev) throw new ImportRefused("the repository here was written to meanwhile: try again");
    const barred = barOf(state.account);
    if (barred !== undefined) throw new NotNow(barred);
    const { uncertainty } = state.didChanges;
    if (uncertainty !== undefined) throw new NotNow(uncertainty);
    const head = swapIn(state, rev, commit.data, grown);
    faultPoint(ports.fault, "import.swapped");
    return { cid: cidToString(head.cid), rev, records: grown.records };
  }

  /** Signed, for this very account, by a key that was its own. */
  async #checkCommit({ commit: block }: Received, keys: string[]): Promise<Commit> {
    const { did } = this.#state.account;
    const commit = decodeCommit(block);
    if (commit.did !== did) throw new ImportRefused(`the repository is of ${commit.did.slice(0, MAX_REASON)}, not of ${did}`);
    if (tidToMicros(commit.rev) > (Date.now() + FUTURE_REV) * 1000) throw new ImportRefused(`the repository's rev ${commit.rev} is in the future`);
    for (const key of keys) if (await verifyCommitSignature(commit, key)) return commit;
    throw new ImportRefused(`the commit's signature is of none of the ${keys.length} keys that ${did} ever had for its repository`);
  }

  /** The rev we meant is not later than the one the repository has: its host's clock is ahead of ours. */
  async #stamp(rev: string): Promise<void> {
    for (let after = 0; restamp(this.#state.sql, rev, after, RECEIVE_SLICE_BLOCKS); after += RECEIVE_SLICE_BLOCKS) await scheduler.wait(0);
  }
}

/** Nothing is wrong with the repository: whose signature is right, or what is to sign it, cannot be told now. */
class NotNow extends Error {
  override readonly name = "NotNow";
  readonly fault: XrpcFault;

  constructor(fault: XrpcFault) {
    super(fault.message);
    this.fault = fault;
  }
}
