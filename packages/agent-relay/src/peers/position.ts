/**
 * Where an event stands among those of its account, as the network relay is told (`n` of a CarriedRow). A `#sync` that we tell
 * after a resync has no seq at the host, so the host's seqs take the even numbers and what follows one is the odd number after.
 */

/** Highest seq of a host that has a position. */
export const MAX_SEQ = 2 ** 52 - 1;

/** Position of the host's event with this seq. */
export const positionOf = (seq: number): number => 2 * seq;

/** Position of what we tell ourselves after the host's event with this seq, and before its next. */
export const positionAfter = (seq: number): number => 2 * seq + 1;

/** The host's seq at or before a position. */
export const seqOf = (position: number): number => Math.floor(position / 2);

/**
 * The same for what we tell once more, `told` being the position of the last that we told of the account (-1: nothing). Of a quiet host
 * no event may have come since; what we found out by asking was one of its events all the same, so a seq of its own is spared for it.
 */
export const positionSince = (seq: number, told: number): number => positionAfter(Math.max(seq, seqOf(told) + 1));
