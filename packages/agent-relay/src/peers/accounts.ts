import type { AccountStatus, ChainState } from "@rookery/sync";
import { type Failures, NO_FAILURES } from "./failures.ts";
import { positionAfter } from "./position.ts";
import { ACCOUNT_CACHE_SIZE } from "./settings.ts";

/** What is known of one account of the host. Treated as immutable: `save` replaces it. */
export interface Account extends ChainState, Failures {
  did: string;
  active: boolean;
  /** Why it is not active. Of one that is: nobody was told yet that it is so again, and its resync will. */
  status: string | null;
  /** Whether its events go into the network's log: from its first record in a collection that is kept. */
  carried: boolean;
  /** 0: in sync. Otherwise its chain broke, and a resync will be told at this position. */
  desync: number;
  /** Position (position.ts) of the last that we told of it ourselves, or that its host told while it was off; -1: nothing yet in this epoch of the host. */
  told: number;
  /** When a resync (or, in sync, a comparison) is to be tried; null when there is nothing to try. */
  due: number | null;
}

type Row = {
  did: string;
  rev: string;
  head: ArrayBuffer;
  data: ArrayBuffer;
  active: number;
  status: string | null;
  carried: number;
  desync: number;
  told: number;
  due: number | null;
  tries: number;
  doubts: number;
  unproven: number;
  unanswered: number;
};

const COLUMNS = "did, rev, head, data, active, status, carried, desync, told, due, tries, doubts, unproven, unanswered";

/** Rows of accounts, the recent ones also in memory. */
export class Accounts {
  readonly #sql: SqlStorage;
  /** In order of use, the longest unused first. */
  readonly #cache = new Map<string, Account>();
  #count: number | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Number of accounts known. */
  get count(): number {
    this.#count ??= this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM account").one().n;
    return this.#count;
  }

  find(did: string): Account | undefined {
    const cached = this.#cache.get(did);
    if (cached !== undefined) return this.#remember(cached);
    const row = [...this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM account WHERE did = ?`, did)][0];
    return row === undefined ? undefined : this.#remember(accountOf(row));
  }

  /** Write an account, new or not, within the caller's transaction. */
  save(account: Account): void {
    const { did, rev, commit, data, active, status, carried, desync, told, due, tries, doubts, unproven, unanswered } = account;
    const isNew = this.find(did) === undefined;
    if (isNew) {
      this.#sql.exec(
        `INSERT INTO account (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        did, rev, commit, data, active ? 1 : 0, status, carried ? 1 : 0, desync, told, due, tries, doubts, unproven, unanswered,
      );
      this.#count = (this.#count ?? this.count - 1) + 1;
    } else {
      this.#sql.exec(
        "UPDATE account SET rev = ?, head = ?, data = ?, active = ?, status = ?, carried = ?, desync = ?, told = ?, due = ?, tries = ?, doubts = ?, unproven = ?, unanswered = ? WHERE did = ?",
        rev, commit, data, active ? 1 : 0, status, carried ? 1 : 0, desync, told, due, tries, doubts, unproven, unanswered, did,
      );
    }
    this.#remember(account);
  }

  /** Forget an account, within the caller's transaction. */
  remove(did: string): void {
    this.#sql.exec("DELETE FROM account WHERE did = ?", did);
    this.#cache.delete(did);
    this.#count = undefined;
  }

  /** The host's seqs begin anew, and with them the positions of what we tell: what is to be mended is told before the first of them. */
  beginAnew(): void {
    this.#sql.exec("UPDATE account SET told = -1, desync = CASE WHEN desync > 0 THEN ? ELSE 0 END", positionAfter(0));
    this.#cache.clear();
  }

  /** Forget what is in memory: after a transaction was rolled back. */
  reload(): void {
    this.#cache.clear();
    this.#count = undefined;
  }

  /** Active accounts for which something is due by `now`, the most overdue first. */
  due(now: number, limit: number): Account[] {
    return this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM account WHERE due <= ? AND active = 1 ORDER BY due LIMIT ?`, now, limit).toArray().map(accountOf);
  }

  /** When the next account is due; undefined when none is. */
  nextDue(): number | undefined {
    return this.#sql.exec<{ due: number | null }>("SELECT MIN(due) AS due FROM account WHERE due IS NOT NULL AND active = 1").one().due ?? undefined;
  }

  /** Accounts whose chain broke and was not mended yet. */
  desynchronized(): number {
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM account WHERE desync > 0 AND active = 1").one().n;
  }

  #remember(account: Account): Account {
    this.#cache.delete(account.did);
    this.#cache.set(account.did, account);
    const oldest = this.#cache.keys().next();
    if (this.#cache.size > ACCOUNT_CACHE_SIZE && oldest.done !== true) this.#cache.delete(oldest.value);
    return account;
  }
}

function accountOf({ head, data, active, carried, ...rest }: Row): Account {
  return { ...rest, commit: new Uint8Array(head), data: new Uint8Array(data), active: active === 1, carried: carried === 1 };
}

const EMPTY = new Uint8Array();

/** One of which nothing was seen yet. */
export const newAccount = (did: string): Account => ({ did, rev: "", commit: EMPTY, data: EMPTY, active: true, status: null, carried: false, desync: 0, told: -1, due: null, ...NO_FAILURES });

/** Whether nothing of an account was believed yet: it is looked for, because something was said of it. */
export const isUnseen = ({ commit }: Account): boolean => commit.length === 0;

/** Whether a host's word for why an account is off is one of those that accounts here have. */
export const isAccountStatus = (status: string | null | undefined): status is AccountStatus =>
  status === "takendown" || status === "suspended" || status === "deactivated" || status === "deleted";
