import type { Allowance } from "./limits.ts";

/** How much of an allowance is used. Plain data, to be stored as it is. */
export interface Usage {
  count: number;
  /** When the counting began, in milliseconds since 1970. */
  since: number;
}

/** Use an allowance once more; undefined when it is used up. The count begins anew when its time is over. */
export function use({ max, within }: Allowance, usage: Usage | undefined, now: number): Usage | undefined {
  // A clock that was set back must not leave a thread without allowance for ever.
  if (usage === undefined || now - usage.since >= within || now < usage.since) return { count: 1, since: now };
  return usage.count < max ? { count: usage.count + 1, since: usage.since } : undefined;
}
