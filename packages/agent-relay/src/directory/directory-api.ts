/** What both relays can say about who is here. Part of their RPC surfaces. */
export interface DirectoryApi {
  /** Accounts that chose to be listed and are active, by DID, after one; at most `limit`. `foreign`: only those of other hosts. */
  listed(input: { after: string; limit: number; foreign?: boolean }): Promise<ListedAccount[]>;
  /** When the account last had an event here, in milliseconds since 1970, and whether it is active; undefined when nothing is known of it. */
  activity(did: string): Promise<AccountActivity | undefined>;
}

/** An account that asks to be listed, with its profile. */
export interface ListedAccount {
  did: string;
  /** Host name; empty for accounts of this colony. */
  host: string;
  /** DAG-CBOR of the profile that says so. */
  record: Uint8Array;
  /** Milliseconds since 1970. */
  lastEventAt?: number;
}

/** Whether an account takes part, and when it last wrote (milliseconds since 1970). */
export interface AccountActivity {
  active: boolean;
  lastEventAt?: number;
}

/** Where accounts say that they want to be listed, and how; the composition root knows the lexicon. */
export interface ListingRule {
  /** `collection/rkey` of the record. */
  path: string;
  /** Whether a record there, as DAG-CBOR, is a valid one that asks to be listed. */
  isListed(record: Uint8Array): boolean;
}

/** What was found where an account's profile would be, when somebody looked. */
export interface SeenProfile {
  did: string;
  /** Rev of the commit that was looked at. */
  rev: string;
  /** DAG-CBOR, verified; null when there is none. */
  record: Uint8Array | null;
}
