/** Where a subscriber starts, decided from its `cursor` parameter and the bounds of the log (atproto specification, "Event Streams"). */
export type Start =
  /** Only what comes from now on. */
  | { kind: "live" }
  /** Every event after `after`; `outdated` when events between the cursor and the window are gone, which `#info` says first. */
  | { kind: "replay"; after: number; outdated: boolean }
  /** A cursor that was never given out: an error frame, then close. */
  | { kind: "future"; message: string }
  /** Not a cursor: HTTP 400. */
  | { kind: "malformed"; message: string };

/** The log as a cursor sees it. */
export interface LogBounds {
  /** Highest seq ever assigned; 0 before the first. */
  lastSeq: number;
  /** Highest seq that has left the window; 0 when none has. */
  prunedThrough: number;
}

/**
 * @param cursor the query parameter, null when absent. Seq of the last event the subscriber has: it gets those after it.
 *   `0` asks for the whole window and is never outdated; less than that does so too, and is told when something is gone, as in the reference.
 */
export function startAt(cursor: string | null, { lastSeq, prunedThrough }: LogBounds): Start {
  if (cursor === null) return { kind: "live" };
  if (!/^-?\d{1,16}$/.test(cursor) || !Number.isSafeInteger(Number(cursor))) {
    return { kind: "malformed", message: `cursor must be an integer, not ${JSON.stringify(cursor.slice(0, 40))}` };
  }
  const after = Number(cursor);
  if (after > lastSeq) return { kind: "future", message: `cursor ${after} is in the future: the last event is ${lastSeq}` };
  const outdated = after !== 0 && prunedThrough > 0 && after < prunedThrough;
  return { kind: "replay", after: Math.max(after, prunedThrough), outdated };
}
