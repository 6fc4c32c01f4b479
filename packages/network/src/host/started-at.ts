import type { Env } from "../env.ts";

/**
 * When this colony's process started (milliseconds since 1970), where a launcher says it: an object that merely slept then goes
 * on counting its seqs by one. Elsewhere every awakening counts as a start, since an object may have been restored before it.
 */
export const startedAt = ({ STARTED_AT }: Env, now: number): number =>
  STARTED_AT !== undefined && /^\d{13}$/.test(STARTED_AT) ? Number(STARTED_AT) : now;
