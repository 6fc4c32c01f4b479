import { MAX_ACCOUNTS } from "./settings.ts";

/** What a follower knows of one account. Plain JSON, to be stored as it is. */
export interface AccountState {
  /** Seq (firehose) or time in µs (Jetstream) of the last event that was handled. */
  seq: number;
  /** Where its repository stood then; absent before its first commit was seen. CIDs as strings. */
  rev?: string;
  commit?: string;
  data?: string;
  /** Set while the account is not active: `deactivated`, `deleted`, ... */
  inactive?: string;
  /** Set when its host had no repository of it to give: what comes next is fetched. */
  gone?: true;
  /** Set while the repository is known to have gone on without us, and could not be fetched yet: why. */
  desynchronized?: string;
}

/**
 * Where a follower keeps what it knows of accounts. One that is durable lets a follower that starts again prove that nothing
 * was missed meanwhile; it is written after an event was handled, and before the cursor.
 */
export interface ChainStore {
  get(did: string): AccountState | undefined | Promise<AccountState | undefined>;
  set(did: string, state: AccountState): void | Promise<void>;
  /** All of them, in any order; read at the start, and after a hole in the stream. */
  entries(): Iterable<[did: string, state: AccountState]> | AsyncIterable<[did: string, state: AccountState]>;
}

/** A ChainStore in memory. Beyond `maxAccounts` those not heard of for longest are forgotten: their next commit begins a new chain. */
export class MemoryChainStore implements ChainStore {
  /** In the order in which they were last written. */
  readonly #states = new Map<string, AccountState>();
  readonly #maxAccounts: number;

  constructor(maxAccounts = MAX_ACCOUNTS) {
    this.#maxAccounts = maxAccounts;
  }

  get(did: string): AccountState | undefined {
    return this.#states.get(did);
  }

  set(did: string, state: AccountState): void {
    this.#states.delete(did);
    this.#states.set(did, state);
    const [oldest] = this.#states.keys();
    if (this.#states.size > this.#maxAccounts && oldest !== undefined) this.#states.delete(oldest);
  }

  entries(): Iterable<[did: string, state: AccountState]> {
    return [...this.#states];
  }
}
