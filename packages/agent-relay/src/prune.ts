import type { EventLog } from "./log.ts";
import type { RelayLimits } from "./relay-api.ts";
import { DELETE_SLICE_ROWS, PRUNE_TO } from "./settings.ts";

/** What of a log's oldest rows has to go. */
export interface Cut {
  /** Highest seq to go; 0 for none. */
  through: number;
  bytes: number;
  /** Whether all rows looked at go, so that there may be more. */
  more: boolean;
  /** When the oldest row that stays comes of age; undefined when none of those looked at stays. */
  nextDue: number | undefined;
}

/** Decide which of the oldest rows (in order) leave a window of `limits`, given the bytes of the whole log. */
export function cutOf(oldest: { seq: number; at: number; size: number }[], totalBytes: number, limits: RelayLimits, now: number): Cut {
  const keepBytes = totalBytes > limits.maxBytes ? limits.maxBytes * PRUNE_TO : limits.maxBytes;
  let through = 0;
  let bytes = 0;
  for (const { seq, at, size } of oldest) {
    if (at > now - limits.maxAgeMs && totalBytes - bytes <= keepBytes) return { through, bytes, more: false, nextDue: at + limits.maxAgeMs };
    through = seq;
    bytes += size;
  }
  return { through, bytes, more: oldest.length > 0, nextDue: undefined };
}

/** Take one slice of old rows out of the window. */
export function prune(storage: DurableObjectStorage, log: EventLog, limits: RelayLimits, now: number): Cut {
  const cut = cutOf(log.oldest(DELETE_SLICE_ROWS), log.bytes, limits, now);
  if (cut.through > 0) storage.transactionSync(() => log.prune(cut.through, cut.bytes));
  return cut;
}
