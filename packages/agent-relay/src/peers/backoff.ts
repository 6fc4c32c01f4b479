/** Pauses between attempts, in milliseconds. */
export interface BackoffLimits {
  firstMs: number;
  maxMs: number;
}

/**
 * How long to wait before attempt `tries` + 1: doubling from the first pause up to the longest, of which the upper half is
 * random, so that many who lost the same host do not come back together. `random` gives 0 to 1.
 */
export function backoffMs(tries: number, { firstMs, maxMs }: BackoffLimits, random: () => number): number {
  const whole = Math.min(maxMs, firstMs * 2 ** Math.min(Math.max(0, tries - 1), 40));
  return Math.round(whole / 2 + (whole / 2) * random());
}
