import type { AccountStatus } from "@rookery/sync";
import type { RepoRow } from "./relay-api.ts";
import { MAX_LIST_REPOS, REPO_CACHE_SIZE } from "./settings.ts";

/** What the relay knows of one account. Treated as immutable: `save` replaces it. */
export interface Repo {
  id: number;
  did: string;
  /** Host name; empty for accounts of this colony. */
  host: string;
  /** Last outbox row taken: rows at or before (epoch, n) are repeats. */
  epoch: number;
  n: number;
  head: string | null;
  rev: string | null;
  active: boolean;
  status: AccountStatus | null;
  /** Seq of its last event: the end of its chain in the log. */
  seq: number;
  /** Deliveries to it are dealt with up to this seq. */
  acked: number;
  /** When its last event came here, in milliseconds since 1970; null for events of older versions. */
  at: number | null;
  /** Whether its events are in the log, and it is listed. Accounts of this colony always are. */
  carried: boolean;
}

type Row = { [K in keyof Repo]: K extends "active" | "carried" ? number : Repo[K] };

const COLUMNS = "id, did, host, epoch, n, head, rev, active, status, seq, acked, at, carried";

/** Rows of accounts, the recent ones also in memory: every event needs its account's. */
export class Repos {
  readonly #sql: SqlStorage;
  readonly #cache = new Map<string, Repo>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  find(did: string): Repo | undefined {
    const cached = this.#cache.get(did);
    if (cached !== undefined) return cached;
    const row = [...this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM repos WHERE did = ?`, did)][0];
    return row === undefined ? undefined : this.#remember({ ...row, active: row.active === 1, carried: row.carried === 1 });
  }

  /** A new account, of which no outbox row was taken (n is -1). It owes nothing of what was broadcast up to `seq`, the last event before it. */
  add(did: string, seq: number, host = ""): Repo {
    const { id } = this.#sql
      .exec<{ id: number }>("INSERT INTO repos (did, host, epoch, n, active, seq, acked, carried) VALUES (?, ?, 0, -1, 1, 0, ?, ?) RETURNING id", did, host, seq, host === "" ? 1 : 0)
      .one();
    return this.#remember({ id, did, host, epoch: 0, n: -1, head: null, rev: null, active: true, status: null, seq: 0, acked: seq, at: null, carried: host === "" });
  }

  /** Write all but `acked`, which only `acknowledge` moves. Host and carried are in indexes, which an event is not to pay for. */
  save(repo: Repo): void {
    const known = this.#cache.get(repo.did);
    this.#sql.exec(
      "UPDATE repos SET epoch = ?, n = ?, head = ?, rev = ?, active = ?, status = ?, seq = ?, at = ? WHERE id = ?",
      repo.epoch, repo.n, repo.head, repo.rev, repo.active ? 1 : 0, repo.status, repo.seq, repo.at, repo.id,
    );
    if (known?.host !== repo.host || known.carried !== repo.carried)
      this.#sql.exec("UPDATE repos SET host = ?, carried = ? WHERE id = ?", repo.host, repo.carried ? 1 : 0, repo.id);
    this.#remember(repo);
  }

  acknowledge(repo: Repo, through: number): void {
    if (through <= repo.acked) return;
    this.#sql.exec("UPDATE repos SET acked = ? WHERE id = ?", through, repo.id);
    this.#remember({ ...repo, acked: through });
  }

  /** Forget what is in memory: after a transaction was rolled back. */
  reload(): void {
    this.#cache.clear();
  }

  /** Accounts that have a repository and are not deleted, by age of their row, after row `after`. */
  list(after: number, limit: number): { repos: RepoRow[]; last: number | undefined } {
    const most = Math.min(Math.max(1, Math.trunc(limit)), MAX_LIST_REPOS);
    const rows = this.#sql
      .exec<Row>(`SELECT ${COLUMNS} FROM repos WHERE id > ? AND carried = 1 AND head IS NOT NULL AND status IS NOT 'deleted' ORDER BY id LIMIT ?`, after, most)
      .toArray();
    const repos = rows.map(({ did, head, rev, active, status }) => ({ did, head: head ?? "", rev: rev ?? "", active: active === 1, ...(status === null ? {} : { status }) }));
    return { repos, last: rows.length < most ? undefined : rows.at(-1)?.id };
  }

  /** Accounts of this colony that are active; counts every row, so for the admin only. */
  countActive(): number {
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM repos WHERE host = '' AND active = 1 AND head IS NOT NULL AND status IS NULL").one().n;
  }

  /** DIDs of the accounts of this colony that have a repository and are not deleted; every one, so for rare occasions only. */
  own(): string[] {
    return this.#sql.exec<{ did: string }>("SELECT did FROM repos WHERE host = '' AND head IS NOT NULL AND status IS NOT 'deleted'").toArray().map(({ did }) => did);
  }

  #remember(repo: Repo): Repo {
    this.#cache.delete(repo.did);
    this.#cache.set(repo.did, repo);
    if (this.#cache.size > REPO_CACHE_SIZE) {
      const [oldest] = this.#cache.keys();
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    return repo;
  }
}
