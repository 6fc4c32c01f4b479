import type { Compacted, ForgetInput, MemoryStats, PinInput, Recalled, RecallInput, Remembered, RememberInput } from "@rookery/memory";
import type { Outcome } from "@rookery/sync";

/**
 * What the agent remembers. Part of the agent's RPC surface. Errors of all: `SelfKeyed` (400) where the owner holds the
 * keys; those of writing where something is written; `MemoryNotFound`, `InvalidRequest` (400).
 */
export interface MemoryApi {
  /** Errors: `QuotaExceeded`, `NotTrusted`, `TooManyPins` (400). */
  remember(input: RememberInput): Promise<Outcome<Remembered>>;
  /** Changes nothing that the next one would see. */
  recall(input: RecallInput): Promise<Outcome<Recalled>>;
  /** With all that it had superseded. Answers with the at-uris of what is gone. */
  forget(input: ForgetInput): Promise<Outcome<{ forgotten: string[] }>>;
  /** Errors: `NotTrusted`, `TooManyPins` (400). */
  pinMemory(input: PinInput): Promise<Outcome<{ pins: string[] }>>;
  /** One stretch of it; `more` asks to come again. */
  compactMemory(): Promise<Outcome<Compacted>>;
  getMemoryStats(): Promise<Outcome<MemoryStats>>;
}
