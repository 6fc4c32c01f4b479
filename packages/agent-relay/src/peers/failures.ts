/**
 * How often an account could not be mended since it last was, by what was wrong (mend-error.ts). Each patience has a counter of its
 * own: a host or a directory that was away for long must not have used up the patience with its first odd answer afterwards.
 */
export interface Failures {
  /** In all: pauses grow with them. */
  tries: number;
  /** What came does not fit: the account lives elsewhere, or, as long as nothing of it was believed, there is nothing to believe. */
  doubts: number;
  /** Its repository is good, and the host does not prove a record of it. */
  unproven: number;
  /** Its repository is good, and the host fails to answer when it is asked for the proof of a record. */
  unanswered: number;
}

export const NO_FAILURES: Failures = { tries: 0, doubts: 0, unproven: 0, unanswered: 0 };

/** Failures that say nothing of the account. */
export const outagesOf = ({ tries, doubts, unproven, unanswered }: Failures): number => tries - doubts - unproven - unanswered;
