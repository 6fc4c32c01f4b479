import type { CarriedRow } from "../network/network-api.ts";
import type { Account, Accounts } from "./accounts.ts";
import type { RefusalCode } from "./verifier.ts";

/**
 * What a stretch of events changes, kept apart until the network relay has its rows: only then it goes to disk, all at once. A
 * turn that fails leaves nothing behind.
 */
export class Turn {
  readonly #accounts: Accounts;
  readonly #changed = new Map<string, Account>();
  #added = 0;
  readonly rows: CarriedRow[] = [];
  readonly refused = new Map<string, number>();
  /** Refusals one by one, for the host's standing. */
  readonly refusals: { code: RefusalCode; did: string | undefined }[] = [];
  accepted = 0;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  /** Accounts there will be when the turn is done. */
  get count(): number {
    return this.#accounts.count + this.#added;
  }

  get changed(): Iterable<Account> {
    return this.#changed.values();
  }

  find(did: string): Account | undefined {
    return this.#changed.get(did) ?? this.#accounts.find(did);
  }

  put(account: Account): void {
    if (this.find(account.did) === undefined) this.#added++;
    this.#changed.set(account.did, account);
  }

  refuse(code: RefusalCode, did?: string): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
    this.refusals.push({ code, did });
  }
}
