import type { Embedder } from "./embed/embedder.ts";
import type { Mark, PageStore } from "./index/page-store.ts";
import type { Outcome } from "./outcome.ts";
import type { Summarizer } from "./compact/summarizer.ts";
import type { Kind, RecordAt } from "./types.ts";

/** What an agent's memory is given: its repository, a place for the index, a clock. */
export interface MemoryPorts {
  did: string;
  records: MemoryRecords;
  pages: PageStore;
  /** The offline one when absent. */
  embedder?: Embedder;
  /** The offline one when absent. */
  summarizer?: Summarizer;
  /** Milliseconds since 1970. */
  now(): number;
  /** A record key that is greater than all before: a TID. */
  nextRkey(): string;
  /** A record key for a subject: always the same, and telling nobody without the agent's secret what it is. */
  subjectKey(subject: string): string | Promise<string>;
  /** Fewer records of each kind than the limits say. */
  quotas?: Readonly<Record<Kind, number>>;
  /** Bytes of the index kept in memory between searches. */
  cacheBytes?: number;
  /** Something went on without what it lacked: for the log. Holds no text of a memory. */
  onFault?(event: string, error: unknown): void;
}

/** The repository, as far as memory is concerned. It is the truth: the index follows it. */
export interface MemoryRecords {
  /** Memories that changed since they were last named as done: at most `limit`, by path (`kind/rkey`). */
  changed(limit: number): Mark[];
  /** How many of them there are. */
  pending(): number;
  /** Name every memory as changed: the index is to be built anew. */
  touchAll(): void;
  /** Records, opened, in the order asked for; undefined where there is none, `unreadable` for one that does not open. */
  read(paths: readonly string[]): Promise<(StoredMemory | "unreadable" | undefined)[]>;
  /** What the record of the pins names; nothing when it does not open, so that it can be written anew. */
  readPins(): Promise<{ cid: string; memories: string[] } | undefined>;
  /** All or nothing, in one commit; sealed unless it says `clear`. `InvalidSwap` when a record is not what `swap` says. */
  write(writes: readonly MemoryWrite[]): Promise<Outcome<(RecordAt | undefined)[]>>;
  /** Records of a kind. */
  count(kind: Kind): number;
}

/** A memory as it is in the repository. */
export interface StoredMemory extends RecordAt {
  /** The record in JSON form. */
  value: Record<string, unknown>;
  sealed: boolean;
}

/** One change of the repository. */
export interface MemoryWrite {
  collection: string;
  rkey: string;
  /** Absent: delete. */
  value?: Record<string, unknown>;
  /** Written in clear, for everybody to read. */
  clear?: boolean;
  /** CID the record must have now, null for "must not exist". */
  swap?: string | null;
}
