import { type AgentMemoryForgetInput, type AgentMemoryRememberOutput, ids } from "@rookery/lexicon-agent-comms";
import type { Compacted, Memory, MemoryStats, MemoryView, RecallInput, RememberInput } from "../memory/memory.ts";
import type { Session } from "../session.ts";

/** Memory that the agent's colony keeps and searches for it, sealed at rest. */
export class HostedMemory implements Memory {
  readonly #session: Session;
  readonly #nextRkey: () => string;

  constructor(session: Session, nextRkey: () => string) {
    this.#session = session;
    this.#nextRkey = nextRkey;
  }

  remember(input: RememberInput): Promise<AgentMemoryRememberOutput> {
    // With a key of its own it is written once, however often it has to be said.
    return this.#session.call(ids.AgentMemoryRemember, input.subject === undefined ? { rkey: this.#nextRkey(), ...input } : input);
  }

  async recall(input: RecallInput): Promise<MemoryView[]> {
    return (await this.#session.call(ids.AgentMemoryRecall, input)).memories;
  }

  async forget(input: AgentMemoryForgetInput): Promise<string[]> {
    return (await this.#session.call(ids.AgentMemoryForget, input)).forgotten;
  }

  async pin(uri: string, pinned: boolean): Promise<string[]> {
    return (await this.#session.call(ids.AgentMemoryPin, { uri, pinned })).pins;
  }

  compact(): Promise<Compacted> {
    return this.#session.call(ids.AgentMemoryCompact, {});
  }

  stats(): Promise<MemoryStats> {
    return this.#session.query(ids.AgentMemoryGetStats);
  }
}
