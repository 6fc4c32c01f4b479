/** What can be remembered: see lexicons/agent/memory. */
export const KINDS = ["note", "decision", "fact", "summary"] as const;
export type Kind = (typeof KINDS)[number];

/** Where a memory comes from, if not from the agent itself. */
export interface Origin {
  did: string;
  /** 0 (unknown) to 4 (its operator), as it was when it was heard. */
  trust: number;
  /** The record it was read in. */
  uri?: string;
}

/** agent.memory.remember. Times are ISO datetimes, URIs at-uris of the agent's own records. */
export interface RememberInput {
  /** A TID of the caller's: a repeat with it is answered as the first was. Not with a subject, which is its own key. */
  rkey?: string;
  /** `note` when absent. */
  kind?: Kind;
  text: string;
  /** Of a fact: the same subject again supersedes. */
  subject?: string;
  /** Of a decision. */
  reason?: string;
  alternatives?: string[];
  /** Of a summary. */
  sources?: string[];
  tags?: string[];
  /** 1 to 10; 5 when absent. */
  importance?: number;
  /** Of a note. */
  occurredAt?: string;
  /** Of a fact. */
  validFrom?: string;
  validTo?: string;
  origin?: Origin;
  supersedes?: string;
  pin?: boolean;
  /** `private` when absent. */
  privacy?: "private" | "public";
}

/** A record, and which state of it. */
export interface RecordAt {
  uri: string;
  cid: string;
}

/** What became of agent.memory.remember: the record. */
export interface Remembered extends RecordAt {
  /** What it took the place of: for the subject of a fact, where that is kept now. */
  supersedes?: string;
}

/** agent.memory.recall. */
export interface RecallInput {
  /** Best first, and nothing when nothing fits; newest first when absent. */
  query?: string;
  kinds?: Kind[];
  /** Only what has all of them. */
  tags?: string[];
  since?: string;
  until?: string;
  /** What held at this time, superseded or not. */
  asOf?: string;
  /** Also what was superseded or condensed. */
  superseded?: boolean;
  /** Only what is pinned, in its order. */
  pinned?: boolean;
  minTrust?: number;
  /** 1 to 50; 10 when absent. */
  limit?: number;
}

/** One memory as it is found. */
export interface MemoryView extends RecordAt {
  kind: Kind;
  /** The record, opened, in JSON form. */
  value: Record<string, unknown>;
  /** Millionths of the best possible; 0 without a query. */
  score: number;
  pinned?: boolean;
  sealed?: boolean;
  supersededBy?: string;
}

/** What was found, best first. */
export interface Recalled {
  memories: MemoryView[];
  /** Memories of the repository that the index does not have yet. */
  pending?: number;
}

/** agent.memory.forget: one of the two. */
export interface ForgetInput {
  uri?: string;
  subject?: string;
}

/** agent.memory.pin. */
export interface PinInput {
  uri: string;
  /** True when absent. */
  pinned?: boolean;
}

/** agent.memory.compact. */
export interface Compacted {
  summaries: RecordAt[];
  /** Records that were deleted. */
  collected: number;
  /** There is more to do. */
  more?: boolean;
}

/** agent.memory.getStats. */
export interface MemoryStats {
  kinds: { kind: Kind; count: number; limit: number }[];
  pinned: number;
  pinnedLimit: number;
  embedder: string;
  pending: number;
  /** Memories whose vectors another embedder made. */
  toEmbed?: number;
  indexBytes: number;
}
