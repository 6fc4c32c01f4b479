import { backoffMs, type BackoffLimits } from "./backoff.ts";
import type { Ending } from "./connection.ts";

/** How a connection came to its end: by itself, by an error frame, or because we could not go on. */
export type Cause =
  | { kind: "ending"; ending: Ending }
  | { kind: "error-frame"; error: string; message: string }
  | { kind: "failed"; message: string };

/** What follows. `stopped`: the host went back behind our cursor, and only an admin can say what that means. */
export interface Next {
  state: "waiting" | "stopped";
  tries: number;
  delayMs: number;
  /** For people; null when nothing is wrong. */
  error: string | null;
}

/** Most that a host may make us wait by `Retry-After`. */
const MAX_RETRY_AFTER_MS = 3_600_000;
/** After an end that is nobody's fault. */
const AT_ONCE_MS = 50;

/** Pure: what to do after a connection that did or did not bring events, `tries` of which before it brought none. */
export function afterEnding(cause: Cause, progressed: boolean, tries: number, limits: BackoffLimits, random: () => number): Next {
  if (cause.kind === "error-frame" && cause.error === "FutureCursor") {
    const why = "the host knows no events as late as those it sent (FutureCursor): it was restored from a backup, or is another one";
    return { state: "stopped", tries: 0, delayMs: 0, error: `${why}. Change the peer's settings, or remove it and add it again, to read what it has from the beginning` };
  }
  const ending = cause.kind === "ending" ? cause.ending : undefined;
  // We could not keep up, or nobody had anything to say: no fault, so at once.
  if (ending?.cause === "overflow" || ending?.cause === "idle") return { state: "waiting", tries: 0, delayMs: AT_ONCE_MS, error: null };
  const counted = progressed ? 1 : tries + 1;
  const asked = Math.min(MAX_RETRY_AFTER_MS, (ending?.retryAfterS ?? 0) * 1000);
  return { state: "waiting", tries: counted, delayMs: Math.max(asked, backoffMs(counted, limits, random)), error: wordsOf(cause) };
}

function wordsOf(cause: Cause): string {
  if (cause.kind === "ending") return `${cause.ending.cause}: ${cause.ending.message}`;
  if (cause.kind === "failed") return cause.message;
  return `the host ended the stream: ${cause.error.slice(0, 100)} ${cause.message.slice(0, 150)}`.trim();
}
