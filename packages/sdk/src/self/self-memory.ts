import type { EnvelopeSealer } from "@rookery/envelope";
import type { AgentMemoryForgetInput, AgentMemoryRememberOutput } from "@rookery/lexicon-agent-comms";
import { type ListedRecords, listedRecords, type Memory as MemoryEngine, memoryPages, openMemory, type Outcome } from "@rookery/memory";
import { ColonyError } from "../colony-error.ts";
import type { Compacted, Memory, MemoryStats, MemoryView, RecallInput, RememberInput } from "../memory/memory.ts";
import type { Identities } from "../identity.ts";
import type { Session } from "../session.ts";
import { Inherited } from "./inherited.ts";
import { TakenOverOpener } from "./opener.ts";
import { opaqueKeys } from "./opaque-keys.ts";
import type { OwnRecords } from "./own-records.ts";
import { repoAccess } from "./repo-access.ts";

/** What this memory needs of the agent. */
export interface SelfMemoryParts {
  session: Session;
  identities: Identities;
  own: OwnRecords;
  sealer: EnvelopeSealer;
  nextRkey: () => string;
}

/**
 * Memory of an agent with keys of its own: the records are sealed in its repository, and the index over what they say is made
 * here, from the repository, with the first use in each run.
 */
export class SelfMemory implements Memory {
  readonly #engine: MemoryEngine;
  readonly #records: ListedRecords;
  readonly #inherited: Inherited;
  #ready: Promise<void> | undefined;

  constructor({ session, identities, own, sealer, nextRkey }: SelfMemoryParts) {
    this.#inherited = new Inherited({ own, sealer, opener: new TakenOverOpener({ session, identities, sealer }) });
    const records = listedRecords(repoAccess(session, own, sealer, this.#inherited));
    this.#records = records;
    this.#engine = openMemory({
      did: session.did,
      records,
      pages: memoryPages((done) => records.settle(done)),
      now: Date.now,
      nextRkey,
      subjectKey: opaqueKeys(sealer, "memory subjects"),
    });
  }

  async remember(input: RememberInput): Promise<AgentMemoryRememberOutput> {
    await this.#listed();
    return valueOf(await this.#engine.remember(kindKnown(input)));
  }

  async recall(input: RecallInput): Promise<MemoryView[]> {
    await this.#listed();
    // A newcomer asks for all there is: nothing is left out because it was not looked at yet.
    while ((await this.#engine.catchUp()) > 0);
    return valueOf(await this.#engine.recall(kindsKnown(input))).memories;
  }

  async forget(input: AgentMemoryForgetInput): Promise<string[]> {
    await this.#listed();
    return valueOf(await this.#engine.forget(input)).forgotten;
  }

  async pin(uri: string, pinned: boolean): Promise<string[]> {
    await this.#listed();
    return valueOf(await this.#engine.pin({ uri, pinned })).pins;
  }

  async compact(): Promise<Compacted> {
    await this.#listed();
    while ((await this.#engine.catchUp()) > 0);
    return valueOf(await this.#engine.compact());
  }

  async stats(): Promise<MemoryStats> {
    await this.#listed();
    return this.#engine.stats();
  }

  /** The repository is looked through once; what is written in this run is known. */
  #listed(): Promise<void> {
    return (this.#ready ??= this.#records.refresh().then(
      // Nobody waits for it. What is not done now, because the colony is away or has had enough, is done by the next run.
      () => void this.#adopt().catch(() => undefined),
      (error: unknown) => {
        this.#ready = undefined;
        throw error;
      },
    ));
  }

  /** What the colony sealed before the keys were taken over is sealed under the agent's own. */
  async #adopt(): Promise<void> {
    while ((await this.#engine.catchUp()) > 0);
    // Not in the index, and found by being read.
    await this.#records.readPins();
    await this.#inherited.adopt(this.#records);
  }
}

/** The same names of errors as the colony's. */
const valueOf = <T>(outcome: Outcome<T>): T => {
  if (outcome.ok) return outcome.value;
  const { name, status, message } = outcome.error;
  throw new ColonyError(name, status, message);
};

type Engines<K extends "remember" | "recall"> = Parameters<MemoryEngine[K]>[0];

/** The engine judges the kind itself, and refuses what is none (named boundary). */
const kindKnown = (input: RememberInput): Engines<"remember"> => input as Engines<"remember">;
const kindsKnown = (input: RecallInput): Engines<"recall"> => input as Engines<"recall">;
