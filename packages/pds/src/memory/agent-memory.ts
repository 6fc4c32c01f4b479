import { createHmac } from "node:crypto";
import { type Embedder, type Memory, openMemory } from "@rookery/memory";
import { nextTid } from "@rookery/repo";
import { type Outcome, fail } from "@rookery/sync";
import { SELF_KEYED } from "../keys/hosted-keys.ts";
import { KeyUnavailableError } from "../keys/wrap.ts";
import type { JobResult } from "../scheduler.ts";
import type { AgentState } from "../state.ts";
import { touchMemories } from "../store/memory-changed.ts";
import { COMPACT_EVERY, INDEX_STRETCH, INDEX_WITHIN, JOB_PAUSE, JOB_RETRY, REEMBED_STRETCH } from "./limits.ts";
import { ownMemories } from "./own-memories.ts";
import { PAGES, vaultPages } from "./vault-pages.ts";

/** Kind of the vault's entry that says when compaction was last done. */
const UPKEEP = "memory-upkeep";

/** The memory of an agent whose colony holds its keys, opened when it is first used. `state.memory`. */
export class AgentMemory {
  readonly #state: AgentState;
  #memory: Memory | undefined;
  #lastRkey: string | undefined;

  constructor(state: AgentState) {
    this.#state = state;
  }

  /** Bytes that stay in memory between calls. */
  get residentBytes(): number {
    return this.#memory?.residentBytes ?? 0;
  }

  /** Run `work` with the memory. Errors beside those of `work`: `SelfKeyed` (400), `KeyUnavailable` (500). */
  async use<T>(work: (memory: Memory) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    if (this.#state.sealing.custody === "self") return SELF_KEYED;
    try {
      return await work(this.#open());
    } catch (error) {
      if (error instanceof KeyUnavailableError) return fail(500, "KeyUnavailable", error.message);
      throw error;
    }
  }

  /** A memory was written, in the transaction that is under way: the index follows. */
  noticed(now: number): void {
    this.#state.scheduler.ensure("memory", now + INDEX_WITHIN);
  }

  /** Job "memory": the index catches up with the repository, vectors are made anew, notes are condensed. */
  async job(): Promise<JobResult> {
    if (this.#state.sealing.custody === "self") return this.#leave();
    const memory = this.#open();
    if ((await memory.catchUp(INDEX_STRETCH)) > 0) return { again: JOB_PAUSE };
    let made = 0;
    while (made < REEMBED_STRETCH && (await memory.reembed())) made++;
    if (made === REEMBED_STRETCH) return { again: JOB_PAUSE };
    const { kinds, toEmbed = 0 } = await memory.stats();
    const due = this.#compactDue() - Date.now();
    if (due <= 0) {
      const compacted = await memory.compact();
      if (!compacted.ok) return { again: JOB_RETRY };
      if (compacted.value.more === true) return { again: JOB_PAUSE };
      this.#state.vault.putJson(UPKEEP, "compacted", Date.now());
    }
    if (toEmbed > 0) return { again: JOB_RETRY };
    // Who remembers nothing is not woken for it.
    return kinds.some(({ count }) => count > 0) ? { again: due > 0 ? due : COMPACT_EVERY } : undefined;
  }

  /** The owner holds the keys now: what the colony knows of the memories goes. */
  #leave(): undefined {
    const { storage, sql, vault } = this.#state;
    this.#memory = undefined;
    if (vault.count(PAGES) + vault.count(UPKEEP) === 0) return;
    storage.transactionSync(() => {
      vault.clear(PAGES);
      vault.clear(UPKEEP);
      touchMemories(sql);
    });
  }

  #compactDue(): number {
    return (this.#state.vault.getJson<number>(UPKEEP, "compacted") ?? 0) + COMPACT_EVERY;
  }

  #open(): Memory {
    const { account, vault, ports } = this.#state;
    return (this.#memory ??= openMemory({
      did: account.did,
      records: ownMemories(this.#state),
      pages: vaultPages(this.#state),
      ...embedderOf(ports.embedder),
      now: () => Date.now(),
      nextRkey: () => (this.#lastRkey = nextTid(this.#lastRkey, Date.now() * 1000, account.clockId)),
      subjectKey: (subject) => opaque(vault.derive("memory subjects"), subject),
      onFault: (event, error) => console.error(JSON.stringify({ event, did: account.did, error: error instanceof Error ? error.name : String(error) })),
    }));
  }
}

const embedderOf = (embedder: Embedder | undefined): { embedder?: Embedder } => (embedder === undefined ? {} : { embedder });

/** 160 bits of a keyed hash, as a record key. */
const opaque = (key: Uint8Array, text: string): string => createHmac("sha256", key).update(text).digest("hex").slice(0, 40);
