import { RecentMap } from "@rookery/sync";
import type { Sha256 } from "@rookery/repo";
import { pauseBefore, type Pauses } from "./backoff.ts";
import type { AccountState } from "./chain-store.ts";
import type { Reason } from "./events.ts";
import { HostError } from "./fetch-bytes.ts";
import { fetchLatest, fetchRepo, type FetchedRepo } from "./fetch-repo.ts";
import type { Keys } from "./keys.ts";
import { MAX_HOSTS, MAX_RETRIES } from "./settings.ts";

/** What fetching repositories again needs. */
export interface ResyncSettings {
  keys: Keys;
  sha256: Sha256;
  fetch: typeof fetch;
  signal: AbortSignal;
  wants: (collection: string) => boolean;
  maxRepoBytes: number;
  pauses: Pauses;
  now: () => number;
}

/** What asking an account's host has brought. */
export type Resynced = { kind: "unchanged" } | { kind: "gone"; status: string } | { kind: "changed"; repo: FetchedRepo } | { kind: "failed"; error: string; retryAt: number };

/** What a host says of an account whose repository it does not give (com.atproto.sync.getLatestCommit), as `#account` would. */
const GONE: Readonly<Record<string, string>> = { RepoNotFound: "deleted", RepoTakendown: "takendown", RepoSuspended: "suspended", RepoDeactivated: "deactivated" };

interface Retry {
  reason: Reason;
  tries: number;
  at: number;
}

/**
 * Brings accounts up to date whose chain is broken, from their own hosts: one at a time, and one that fails waits, as does
 * every other account of the same host. So a host that answers nothing costs the stream its patience once and not once per account.
 */
export class Resync {
  readonly #settings: ResyncSettings;
  readonly #retries = new Map<string, Retry>();
  /** When accounts were asked about because of events that were not believed. */
  readonly #suspected = new RecentMap<number>(MAX_RETRIES);
  readonly #hosts = new RecentMap<{ tries: number; until: number }>(MAX_HOSTS);

  constructor(settings: ResyncSettings) {
    this.#settings = settings;
  }

  /** An account that has to be tried now and then; known from an earlier life. */
  remember(did: string, reason: Reason): void {
    if (!this.#retries.has(did)) this.#wait(did, { reason, tries: 0, at: this.#settings.now() });
  }

  forget(did: string): void {
    this.#retries.delete(did);
  }

  /**
   * Whether an account is to be asked about now because of an event that was not believed. Anybody can make those up, so it is done
   * once in a while; otherwise it is noted to be done then.
   */
  suspect(did: string, reason: Reason): boolean {
    const { now, pauses } = this.#settings;
    const next = (this.#suspected.get(did) ?? -Infinity) + pauses.firstMs;
    if (next <= now()) {
      this.#suspected.set(did, now());
      return true;
    }
    if (!this.#retries.has(did)) this.#wait(did, { reason, tries: 0, at: next });
    return false;
  }

  /** An account whose turn has come, and why; undefined when none is due. */
  due(): { did: string; reason: Reason } | undefined {
    const now = this.#settings.now();
    for (const [did, { reason, at }] of this.#retries) if (at <= now) return { did, reason };
    return undefined;
  }

  /** Ms until one is due; Infinity when none waits. */
  get dueIn(): number {
    let first = Infinity;
    for (const { at } of this.#retries.values()) first = Math.min(first, at);
    return Math.max(0, first - this.#settings.now());
  }

  /** Whether an account waits for its turn and need not be tried again now. */
  waits(did: string): boolean {
    return (this.#retries.get(did)?.at ?? 0) > this.#settings.now();
  }

  /**
   * Ask an account's host where it stands, and fetch the repository when that is not where we are.
   * @param atLeast rev of a genuine event: what is older is a stale answer.
   */
  async run(did: string, state: AccountState | undefined, reason: Reason, atLeast?: string): Promise<Resynced> {
    const { keys, signal, now } = this.#settings;
    let host: string | undefined;
    try {
      host = await keys.hostOf(did);
      const rest = (this.#hosts.get(host)?.until ?? 0) - now();
      if (rest > 0) return this.#failed(did, reason, `${host} did not answer a moment ago`);
      const found = await this.#ask(host, did, state, atLeast);
      this.#hosts.delete(host);
      this.#retries.delete(did);
      return found;
    } catch (error) {
      signal.throwIfAborted();
      const status = error instanceof HostError ? GONE[error.error] : undefined;
      if (status !== undefined) {
        this.#retries.delete(did);
        return { kind: "gone", status };
      }
      // The host may be down, or lying about one account: it is left alone for a moment in either case.
      if (host !== undefined) this.#hostFailed(host);
      return this.#failed(did, reason, error instanceof Error ? error.message : String(error));
    }
  }

  async #ask(host: string, did: string, state: AccountState | undefined, atLeast: string | undefined): Promise<Resynced> {
    const { maxRepoBytes: maxBytes, wants } = this.#settings;
    const latest = await fetchLatest(host, did, { ...this.#settings, maxBytes });
    if (isAt(state, latest.rev, latest.cid) && (atLeast === undefined || atLeast <= latest.rev)) return { kind: "unchanged" };
    const repo = await fetchRepo(host, did, wants, { ...this.#settings, maxBytes });
    const oldest = [state?.rev ?? "", atLeast ?? ""].toSorted().at(-1) ?? "";
    if (repo.rev < oldest) throw new Error(`${host} gives ${did} at rev ${repo.rev}, which is before ${oldest}`);
    if (isAt(state, repo.rev, repo.commit)) return { kind: "unchanged" };
    return { kind: "changed", repo };
  }

  #failed(did: string, reason: Reason, error: string): Resynced {
    const tries = this.#retries.get(did)?.tries ?? 0;
    const retryAt = this.#settings.now() + pauseBefore(tries, this.#settings.pauses);
    this.#wait(did, { reason, tries: tries + 1, at: retryAt });
    return { kind: "failed", error, retryAt };
  }

  #hostFailed(host: string): void {
    const tries = this.#hosts.get(host)?.tries ?? 0;
    this.#hosts.set(host, { tries: tries + 1, until: this.#settings.now() + pauseBefore(tries, this.#settings.pauses) / 2 });
  }

  #wait(did: string, retry: Retry): void {
    this.#retries.delete(did);
    this.#retries.set(did, retry);
    const [oldest] = this.#retries.keys();
    if (this.#retries.size > MAX_RETRIES && oldest !== undefined) this.#retries.delete(oldest);
  }
}

/** Whether a repository is where we are; a Jetstream tells revs alone. */
const isAt = (state: AccountState | undefined, rev: string, commit: string): boolean => state?.rev === rev && (state.commit ?? commit) === commit;
