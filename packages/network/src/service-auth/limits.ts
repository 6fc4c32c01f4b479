/** Bounds of service JWTs that come in. Times in seconds, as in the tokens themselves. */

/** Longest token that is read, in characters: real ones have about 500. */
export const MAX_TOKEN_CHARS = 4_096;

/** How far ahead a token may expire: what getServiceAuth of the reference gives out at most, an hour, and a minute for clocks that differ. */
export const MAX_LIFE = 60 * 60 + 60;

/** How far in the future a token may say it was made: clocks differ. */
export const CLOCK_SKEW = 60;

/** Tokens of one account that are remembered at once. Beyond it no more is taken from that account until some have expired. */
export const MAX_USED_PER_ISSUER = 1_000;
