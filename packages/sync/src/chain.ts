/**
 * The strict reader of a firehose: every message in its place in the chain of its account (sync 1.1).
 *
 * For each DID: `since` is the rev before, `prevData` the tree before, revs strictly increase, every commit inverts and is
 * signed by the account's key; for the stream: `seq` strictly increases. A `#sync` declares a new state, which may not go
 * back; nothing may follow from an account that is not active.
 */
import { CarError, cidEquals, cidKey, cidToString, CommitError, decodeCommit, readCar, type CidBytes, type Sha256 } from "@rookery/repo";
import { checkCommit, checkRev, isDatetime, refuse, type Checked, type CheckedCommit } from "./check-commit.ts";
import { MAX_SYNC_BLOCKS_BYTES, type CommitBody, type StreamMessage, type SyncBody } from "./frame.ts";
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
}

/** Checks one stream. Memory grows with the number of accounts seen (about 300 bytes each). Messages must be given one after another. */
export class ChainChecker {
  readonly #options: ChainOptions;
  readonly #states = new Map<string, ChainState>();
  readonly #keys = new Map<string, string>();
  readonly #inactive = new Map<string, string>();
  #seq = 0;

  constructor(options: ChainOptions) {
    this.#options = options;
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
    const { rev, since, commit, data, prevData } = checked.value;
    const last = this.#states.get(body.repo);
    if (last === undefined) {
      if (this.#options.fromGenesis === true && since !== null) return refuse("NoGenesis", `first commit of ${body.repo} here has since ${since}`);
    } else {
      if (rev <= last.rev) return refuse("RevOrder", `rev ${rev} after ${last.rev}`);
      if (since !== last.rev) return refuse("SinceMismatch", `since ${since}, the rev before was ${last.rev}`);
      if (!cidEquals(prevData, last.data)) return refuse("ChainBroken", `prevData ${prevData === null ? "absent" : cidToString(prevData)}, the tree before was ${cidToString(last.data)}`);
    }
    this.#states.set(body.repo, { rev, commit, data });
    return checked;
  }

  async #sync(body: SyncBody): Promise<Checked<null>> {
    if (body.blocks.length > MAX_SYNC_BLOCKS_BYTES) return refuse("TooLarge", `#sync blocks of ${body.blocks.length} bytes, limit ${MAX_SYNC_BLOCKS_BYTES}`);
    const badRev = checkRev(body.rev, this.#options.now?.());
    if (badRev !== undefined) return refuse(badRev.code, badRev.message);
    const key = await this.#keyFor(body.did);
    if (!key.ok) return key;
    const read = readSync(body, this.#options.sha256);
    if (!read.ok) return read;
    const { state, block } = read.value;
    if (!(await verifyCommitSignature(block, key.value))) return refuse("BadSignature", `commit ${cidToString(state.commit)} is not signed by ${key.value}`);
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

/** The state that a `#sync` declares: its CAR holds the commit block, whose fields are those of the event. */
function readSync(body: SyncBody, sha256: Sha256): Checked<{ state: ChainState; block: Uint8Array }> {
  try {
    const { roots, blocks } = readCar(body.blocks, sha256);
    const [commit] = roots;
    const block = commit === undefined ? undefined : blocks.get(cidKey(commit));
    if (commit === undefined || block === undefined) return refuse("BadBlocks", "the CAR does not hold its root");
    const { did, rev, data } = decodeCommit(block);
    if (did !== body.did || rev !== body.rev) return refuse("FieldMismatch", `#sync of ${body.did} rev ${body.rev}, commit of ${did} rev ${rev}`);
    return { ok: true, value: { state: { rev, commit, data }, block } };
  } catch (error) {
    if (error instanceof CarError || error instanceof CommitError) return refuse("BadBlocks", error.message);
    throw error;
  }
}
