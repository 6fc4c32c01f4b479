import type { Compacted, ForgetInput, MemoryStats, PinInput, Recalled, RecallInput, Remembered, RememberInput } from "@rookery/memory";
import { type Outcome, fail } from "@rookery/sync";
import { ReachObject } from "../reach/reach-object.ts";
import type { MemoryApi } from "./memory-api.ts";

const NOT_YET = fail(501, "MethodNotImplemented", "Not there yet");

/** What the agent remembers. */
export abstract class MemoryObject<Env> extends ReachObject<Env> implements MemoryApi {
  remember(_: RememberInput): Promise<Outcome<Remembered>> {
    return this.with(() => NOT_YET);
  }

  recall(_: RecallInput): Promise<Outcome<Recalled>> {
    return this.with(() => NOT_YET);
  }

  forget(_: ForgetInput): Promise<Outcome<{ forgotten: string[] }>> {
    return this.with(() => NOT_YET);
  }

  pinMemory(_: PinInput): Promise<Outcome<{ pins: string[] }>> {
    return this.with(() => NOT_YET);
  }

  compactMemory(): Promise<Outcome<Compacted>> {
    return this.with(() => NOT_YET);
  }

  getMemoryStats(): Promise<Outcome<MemoryStats>> {
    return this.with(() => NOT_YET);
  }
}
