import type { RateStatus } from "@rookery/sync";

/**
 * Per-address limits of the reference (its rate-limits.ts and the methods' own), counted per isolate: in
 * production a first bound, with Cloudflare's own in front. Limits per account are the agent's, and exact.
 */
export interface RateRule {
  name: string;
  points: number;
  windowMs: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export const rateRules = {
  global: { name: "global-ip", points: 3000, windowMs: 5 * MINUTE },
  createAccount: { name: "create-account", points: 100, windowMs: 5 * MINUTE },
  /** Our own: a handshake is two calls, and each makes this colony ask elsewhere. */
  peering: { name: "peering", points: 60, windowMs: 5 * MINUTE },
  /** Our own: each makes this colony look at a host. */
  requestCrawl: { name: "request-crawl", points: 60, windowMs: 5 * MINUTE },
  /** Our own: each makes a row that nobody answers for. */
  reserveSigningKey: { name: "reserve-signing-key", points: 100, windowMs: 5 * MINUTE },
  uploadBlob: { name: "upload-blob", points: 1000, windowMs: DAY },
} satisfies Record<string, RateRule>;

/** Counters kept at most; past it the stalest half is forgotten, so memory is bounded whatever the traffic. */
const MAX_COUNTERS = 50_000;

export interface RateState extends RateStatus {
  exceeded: boolean;
}

/** Fixed windows, as the reference counts. */
export class RateLimiter {
  readonly #counters = new Map<string, { used: number; until: number }>();

  /** Counters kept now. */
  get size(): number {
    return this.#counters.size;
  }

  /** Count one call of `key` under `rule`. */
  take(rule: RateRule, key: string, now = Date.now()): RateState {
    const id = `${rule.name} ${key}`;
    let counter = this.#counters.get(id);
    if (counter === undefined || counter.until <= now) {
      if (this.#counters.size >= MAX_COUNTERS) this.#shrink(now);
      counter = { used: 0, until: now + rule.windowMs };
      this.#counters.set(id, counter);
    }
    counter.used += 1;
    return {
      limit: rule.points,
      remaining: Math.max(0, rule.points - counter.used),
      reset: Math.ceil(counter.until / 1000),
      policy: `${rule.points};w=${rule.windowMs / 1000}`,
      exceeded: counter.used > rule.points,
    };
  }

  #shrink(now: number): void {
    for (const [id, counter] of this.#counters) if (counter.until <= now) this.#counters.delete(id);
    if (this.#counters.size < MAX_COUNTERS) return;
    let spare = MAX_COUNTERS / 2;
    for (const id of this.#counters.keys()) {
      if (spare-- <= 0) break;
      this.#counters.delete(id);
    }
  }
}
