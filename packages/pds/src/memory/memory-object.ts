import type { Compacted, ForgetInput, MemoryStats, PinInput, Recalled, RecallInput, Remembered, RememberInput } from "@rookery/memory";
import { type Outcome, ok } from "@rookery/sync";
import { ReachObject } from "../reach/reach-object.ts";
import type { MemoryApi } from "./memory-api.ts";

/** What the agent remembers. */
export abstract class MemoryObject<Env> extends ReachObject<Env> implements MemoryApi {
  remember(input: RememberInput): Promise<Outcome<Remembered>> {
    return this.asOwner(({ memory }) => memory.use((own) => own.remember(input)));
  }

  recall(input: RecallInput): Promise<Outcome<Recalled>> {
    return this.asOwner(({ memory }) => memory.use((own) => own.recall(input)));
  }

  forget(input: ForgetInput): Promise<Outcome<{ forgotten: string[] }>> {
    return this.asOwner(({ memory }) => memory.use((own) => own.forget(input)));
  }

  pinMemory(input: PinInput): Promise<Outcome<{ pins: string[] }>> {
    return this.asOwner(({ memory }) => memory.use((own) => own.pin(input)));
  }

  compactMemory(): Promise<Outcome<Compacted>> {
    return this.asOwner(({ memory }) => memory.use((own) => own.compact()));
  }

  getMemoryStats(): Promise<Outcome<MemoryStats>> {
    return this.asOwner(({ memory }) => memory.use(async (own) => ok(await own.stats())));
  }
}
