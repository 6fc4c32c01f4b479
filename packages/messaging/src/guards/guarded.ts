/** Codes of `agent.comms.defs#error` that a guard refuses with. */
export type GuardCode = "hop-limit" | "depth-limit" | "loop" | "rate-limited" | "not-allowed";

/** What a guard says: the terms to go on under, or why not. */
export type Guarded<T> = { ok: true; value: T } | { ok: false; code: GuardCode; message: string };

/** A guard's refusal. */
export const stopped = (code: GuardCode, message: string): { ok: false; code: GuardCode; message: string } => ({ ok: false, code, message });
