import type { AgentMemoryCompactOutput, AgentMemoryDefsMemoryView, AgentMemoryForgetInput, AgentMemoryGetStatsOutput, AgentMemoryRecallInput, AgentMemoryRememberInput, AgentMemoryRememberOutput } from "@rookery/lexicon-agent-comms";

/** What may be said of a memory beside its text; see agent.memory.remember. */
export type RememberInput = AgentMemoryRememberInput;
/** What is looked for; see agent.memory.recall. */
export type RecallInput = AgentMemoryRecallInput;
/** A memory that was found. */
export type MemoryView = AgentMemoryDefsMemoryView;

/** What a compaction has done; `more` says that there is more to do. */
export type Compacted = AgentMemoryCompactOutput;
/** See agent.memory.getStats. */
export type MemoryStats = AgentMemoryGetStatsOutput;

/** An agent's memory: sealed records of its repository, found by what they say. */
export interface Memory {
  remember(input: RememberInput): Promise<AgentMemoryRememberOutput>;
  recall(input: RecallInput): Promise<MemoryView[]>;
  /** @returns at-uris of what was deleted. */
  forget(input: AgentMemoryForgetInput): Promise<string[]>;
  /** @returns at-uris of all that is pinned. */
  pin(uri: string, pinned: boolean): Promise<string[]>;
  /** Condense old notes into summaries, as is done in time by itself. */
  compact(): Promise<Compacted>;
  /** How much there is, and how much there may be. */
  stats(): Promise<MemoryStats>;
}
