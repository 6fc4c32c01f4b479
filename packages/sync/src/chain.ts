/**
 * The strict reader of a firehose: every message in its place in the chain of its account (sync 1.1).
 *
 * For each DID: `since` is the rev before, `prevData` the tree before, revs strictly increase, every commit inverts and is
 * signed by the account's key; for the stream: `seq` strictly increases. A `#sync` declares a new state, which may not go
 * back; nothing may follow from an account that is not active.
 */
import { CarError, cidEquals, cidKey, cidToString, CommitError, decodeCommit, readCar, type CidBytes, type Commit, type Sha256 } from "@rookery/repo";
import { checkCommit, checkRev, isDatetime, refuse, type Checked, type CheckedCommit, type SyncFailure } from "./check-commit.ts";
import { MAX_SYNC_BLOCKS_BYTES, type CommitBody, type StreamMessage, type SyncBody } from "./frame.ts";
import { RecentMap } from "./recent-map.ts";
import { verifyCommitSignature } from "./signature.ts";

/** What is known of an account's repository after the messages so far. */
export interface ChainState {
  rev: string;
  commit: CidBytes;
  data: CidBytes;
}

/** What checking a stream needs beside its messages. */
export interface ChainOptions {
  sha256: Sha256;
  /** The account's signing key as `did:key`; asked once and again after each `#identity`. */
  keyOf(did: string): Promise<string | undefined>;
  /** Refuse an account whose first commit here is not its repository's first: for readers that start at cursor 0 of a whole log. */
  fromGenesis?: boolean;
  /** Clock for revs from the future; without it they are not checked. */
  now?: () => number;
  /** Accounts remembered, default 1,000,000 (about 300 bytes each); beyond, the ones not seen for longest begin anew. */
  maxAccounts?: number;
}

const DEFAULT_MAX_ACCOUNTS = 1_000_000;

/** Checks one stream. Messages must be given one after another. */
export class ChainChecker {
  readonly #options: ChainOptions;
  readonly #states: RecentMap<ChainState>;
  readonly #keys: RecentMap<string>;
  readonly #inactive: RecentMap<string>;
  #seq = 0;

  constructor(options: ChainOptions) {
    const { maxAccounts = DEFAULT_MAX_ACCOUNTS } = options;
    this.#options = options;
    this.#states = new RecentMap(maxAccounts);
    this.#keys = new RecentMap(maxAccounts);
    this.#inactive = new RecentMap(maxAccounts);
  }

  /** Highest seq accepted or refused so far. */
  get seq(): number {
    return this.#seq;
  }

  /** Last known state of an account's repository. */
  stateOf(did: string): ChainState | undefined {
    return this.#states.get(did);
  }

  /** Check the next message. A refused one changes nothing but `seq`. The value is the commit, for a `#commit`. */
  async accept(message: StreamMessage): Promise<Checked<CheckedCommit | null>> {
    if (message.t === "#info") return { ok: true, value: null };
    const { seq, time } = message.body;
    if (seq <= this.#seq) return refuse("SeqOrder", `seq ${seq} after ${this.#seq}`);
    this.#seq = seq;
    if (!isDatetime(time)) return refuse("BadTime", `time is not a datetime: ${time.slice(0, 64)}`);
    if (message.t === "#commit") return this.#commit(message.body);
    if (message.t === "#sync") return this.#sync(message.body);
    if (message.t === "#identity") this.#keys.delete(message.body.did);
    else if (message.body.active) this.#inactive.delete(message.body.did);
    else this.#inactive.set(message.body.did, message.body.status ?? "inactive");
    return { ok: true, value: null };
  }

  async #commit(body: CommitBody): Promise<Checked<CheckedCommit>> {
    const key = await this.#keyFor(body.repo);
    if (!key.ok) return key;
    const checked = await checkCommit(body, { sha256: this.#options.sha256, didKey: key.value, ...this.#clock() });
    if (!checked.ok) return checked;
    const { rev, since, commit, data } = checked.value;
    const last = this.#states.get(body.repo);
    if (last === undefined && this.#options.fromGenesis === true && since !== null) return refuse("NoGenesis", `first commit of ${body.repo} here has since ${since}`);
    const broken = last === undefined ? undefined : chainFailure(last, checked.value);
    if (broken !== undefined) return { ok: false, failure: broken };
    this.#states.set(body.repo, { rev, commit, data });
    return checked;
  }

  async #sync(body: SyncBody): Promise<Checked<null>> {
    const key = await this.#keyFor(body.did);
    if (!key.ok) return key;
    const read = readSync(body, { sha256: this.#options.sha256, ...this.#clock() });
    if (!read.ok) return read;
    const { state, signed } = read.value;
    if (!(await verifyCommitSignature(signed, key.value))) return refuse("BadSignature", `commit ${cidToString(state.commit)} is not signed by ${key.value}`);
    const last = this.#states.get(body.did);
    if (last !== undefined && state.rev < last.rev) return refuse("RevOrder", `#sync to rev ${state.rev} after ${last.rev}`);
    if (last !== undefined && state.rev === last.rev && !cidEquals(state.commit, last.commit)) return refuse("ChainBroken", `#sync names another commit for rev ${state.rev}`);
    this.#states.set(body.did, state);
    return { ok: true, value: null };
  }

  async #keyFor(did: string): Promise<Checked<string>> {
    const status = this.#inactive.get(did);
    if (status !== undefined) return refuse("Inactive", `${did} is ${status}`);
    const key = this.#keys.get(did) ?? (await this.#options.keyOf(did));
    if (key === undefined) return refuse("UnknownKey", `no signing key is known for ${did}`);
    this.#keys.set(did, key);
    return { ok: true, value: key };
  }

  #clock(): { now?: number } {
    return this.#options.now === undefined ? {} : { now: this.#options.now() };
  }
}

/** Why a checked commit does not follow from this state; undefined when it does. */
export function chainFailure(last: ChainState, { rev, since, prevData }: CheckedCommit): SyncFailure | undefined {
  if (rev <= last.rev) return { code: "RevOrder", message: `rev ${rev} after ${last.rev}` };
  if (since !== last.rev) return { code: "SinceMismatch", message: `since ${since}, the rev before was ${last.rev}` };
  if (cidEquals(prevData, last.data)) return undefined;
  return { code: "ChainBroken", message: `prevData ${prevData === null ? "absent" : cidToString(prevData)}, the tree before was ${cidToString(last.data)}` };
}

/** All of a `#sync` but its signature: the state it declares. Its CAR holds the commit block, whose fields are those of the event. */
export function readSync(body: SyncBody, { sha256, now }: { sha256: Sha256; now?: number }): Checked<{ state: ChainState; signed: Commit }> {
  if (body.blocks.length > MAX_SYNC_BLOCKS_BYTES) return refuse("TooLarge", `#sync blocks of ${body.blocks.length} bytes, limit ${MAX_SYNC_BLOCKS_BYTES}`);
  if (!isDatetime(body.time)) return refuse("BadTime", `time is not a datetime: ${body.time.slice(0, 64)}`);
  const badRev = checkRev(body.rev, now);
  if (badRev !== undefined) return { ok: false, failure: badRev };
  try {
    const { roots, blocks } = readCar(body.blocks, sha256);
    const [commit] = roots;
    const block = commit === undefined ? undefined : blocks.get(cidKey(commit));
    if (commit === undefined || block === undefined) return refuse("BadBlocks", "the CAR does not hold its root");
    const signed = decodeCommit(block);
    const { did, rev, data } = signed;
    if (did !== body.did || rev !== body.rev) return refuse("FieldMismatch", `#sync of ${body.did} rev ${body.rev}, commit of ${did} rev ${rev}`);
    return { ok: true, value: { state: { rev, commit, data }, signed } };
  } catch (error) {
    if (error instanceof CarError || error instanceof CommitError) return refuse("BadBlocks", error.message);
    throw error;
  }
}
