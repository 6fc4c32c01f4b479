import { messagesIn } from "@rookery/sync";
import type { EventLog } from "../log.ts";

/** Where a Jetstream reader starts. */
export type JetstreamStart =
  | { kind: "live" }
  /** From the first message that is not before `fromUs`, which is in an event after `after`; `outdated` when events in between may be gone. */
  | { kind: "replay"; after: number; fromUs: number; outdated: boolean }
  /** Not a cursor. */
  | { kind: "malformed"; message: string };

/** Cursors below are no times: 0 asks for the whole window, others were given out by other servers, as their seqs. */
export const LEAST_TIME = 1_000_000_000_000_000;

/**
 * Jetstream's rules: the cursor is a time in microseconds, inclusive; one in the future means live, one before the window the
 * oldest event there is. Nobody is refused for a cursor that was a number.
 * @param cursor the query parameter; null or empty when absent.
 */
export function jetstreamStart(cursor: string | null, log: Pick<EventLog, "lastSeq" | "prunedThrough" | "firstAt" | "read">): JetstreamStart {
  if (cursor === null || cursor === "") return { kind: "live" };
  if (!/^\d{1,19}$/.test(cursor)) return { kind: "malformed", message: `cursor must be microseconds since 1970, not ${JSON.stringify(cursor.slice(0, 40))}` };
  const us = Number(cursor);
  const { lastSeq, prunedThrough } = log;
  if (us < LEAST_TIME) return { kind: "replay", after: prunedThrough, fromUs: 0, outdated: us > 0 && prunedThrough > 0 };
  const found = log.firstAt(us);
  // A time to come means from now on, and now is when the client asked, even if it is sent nothing before it has said more.
  if (found === undefined) return { kind: "replay", after: lastSeq, fromUs: 0, outdated: false };
  return { kind: "replay", after: found.seq - 1, fromUs: us, outdated: prunedThrough > 0 && isBeforeAll(us, found.seq, log) };
}

/** Whether `us` is before every message of the window, of which `seq` is the event that it found. */
function isBeforeAll(us: number, seq: number, log: Pick<EventLog, "prunedThrough" | "read">): boolean {
  const [oldest] = log.read(log.prunedThrough, 1, 1);
  return oldest?.seq === seq && us <= oldest.us - messagesIn(oldest.frame);
}
