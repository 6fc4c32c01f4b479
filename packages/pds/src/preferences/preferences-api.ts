import type { Outcome } from "@rookery/sync";

/** One preference of an application; its kind is its `$type`, and what else is in it the application's. */
export interface Preference {
  $type: string;
  [field: string]: unknown;
}

/** Whose preferences, and how much of them the session may see. */
export interface PreferenceScope {
  /** NSID prefix of the application, e.g. `app.bsky`. */
  namespace: string;
  /** Whether the session is of the account's own password; others see and touch no personal details. */
  full: boolean;
}

/** A record that is new, as it is stored. */
export interface RecentRecord {
  /** at-uri, by DID. */
  uri: string;
  cid: string;
  /** ISO datetime of the commit that wrote it. */
  indexedAt: string;
  /** DAG-CBOR. */
  bytes: Uint8Array;
}

/** What an AppView that has read up to some rev does not know yet. */
export interface RecentRecords {
  handle: string;
  /** The account's profile as it is, new or not; absent when there is none. */
  current?: RecentRecord;
  /** The profile, if it is new. */
  profile?: RecentRecord;
  /** New posts, oldest first. */
  posts: RecentRecord[];
}

/** What applications keep with the account, and the tokens it is known by at other services. Part of the agent's RPC surface. */
export interface PreferencesApi {
  getPreferences(scope: PreferenceScope): Promise<Outcome<Preference[]>>;
  /** Replace everything of the namespace that the session may touch. Errors: `InvalidRequest` (400), `AccountTakedown` (401), `KeyUnavailable` (500). */
  putPreferences(input: PreferenceScope & { preferences: Preference[] }): Promise<Outcome<null>>;
  /**
   * A service JWT: the account says to the service `aud` that it calls `lxm` there. `exp` in seconds since 1970, a minute from
   * now when absent; the caller has judged it. Errors: `InvalidToken` (400) of a taken down account, `KeyUnavailable` (500).
   */
  signServiceAuth(input: { aud: string; lxm?: string; exp?: number }): Promise<Outcome<string>>;
  /** What was written after `rev`. */
  recentRecords(input: { rev: string }): Promise<Outcome<RecentRecords>>;
}
