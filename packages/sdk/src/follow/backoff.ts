import { JITTER } from "./settings.ts";

/** A growing pause, in ms. */
export interface Pauses {
  firstMs: number;
  maxMs: number;
}

/** How long to wait before try number `tries` (from 0): doubled each time up to the longest, less a random part. */
export const pauseBefore = (tries: number, { firstMs, maxMs }: Pauses, random: () => number = Math.random): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(tries, 30)) * (1 - JITTER * random());

/** Resolves after `ms`, or at once when aborted. */
export const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
