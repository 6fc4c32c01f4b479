import type { RateStatus } from "@rookery/sync";

/**
 * Limits of the reference: its rate-limits.ts, and what its methods say themselves. Those by `address` and by `login` (who is named, from
 * which address) are counted per isolate: in production a first bound, with Cloudflare's own in front. Those by `account` are
 * counted by the account's object, and exact.
 */
export interface RateRule {
  /** Name of the counter. Of an account's: it is written down under it. */
  name: string;
  points: number;
  windowMs: number;
  /** `address` when absent. */
  by?: "address" | "login" | "account";
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Mails that an account may ask for, by method. */
const mails = (name: string): { hour: RateRule; day: RateRule } => ({
  hour: { name: `${name}-hour`, points: 5, windowMs: HOUR, by: "account" },
  day: { name: `${name}-day`, points: 15, windowMs: DAY, by: "account" },
});

/** Every limit that routes count against, by name. */
export const rateRules = {
  global: { name: "global-ip", points: 3000, windowMs: 5 * MINUTE },
  createAccount: { name: "create-account", points: 100, windowMs: 5 * MINUTE },
  createSession: { name: "create-session", points: 30, windowMs: 5 * MINUTE, by: "login" },
  createSessionDay: { name: "create-session-day", points: 300, windowMs: DAY, by: "login" },
  deleteAccount: { name: "delete-account", points: 50, windowMs: 5 * MINUTE },
  requestAccountDelete: mails("request-account-delete").hour,
  requestAccountDeleteDay: mails("request-account-delete").day,
  requestEmailConfirmation: mails("request-email-confirmation").hour,
  requestEmailConfirmationDay: mails("request-email-confirmation").day,
  requestEmailUpdate: mails("request-email-update").hour,
  requestEmailUpdateDay: mails("request-email-update").day,
  requestPasswordReset: { name: "request-password-reset", points: 15, windowMs: HOUR },
  requestPasswordResetDay: { name: "request-password-reset-day", points: 50, windowMs: DAY },
  resetPassword: { name: "reset-password", points: 50, windowMs: 5 * MINUTE },
  updateHandle: { name: "update-handle", points: 10, windowMs: 5 * MINUTE, by: "account" },
  updateHandleDay: { name: "update-handle-day", points: 50, windowMs: DAY, by: "account" },
  uploadBlob: { name: "upload-blob", points: 1000, windowMs: DAY },
  /** Large reads have a limit of their own and leave the global one alone. */
  getRepo: { name: "get-repo", points: 6000, windowMs: 5 * MINUTE },
  /** Our own: a handshake is two calls, and each makes this colony ask elsewhere. */
  peering: { name: "peering", points: 60, windowMs: 5 * MINUTE },
  /** Our own: each makes this colony look at a host. */
  requestCrawl: { name: "request-crawl", points: 60, windowMs: 5 * MINUTE },
  /** Our own: each makes this colony ask a directory. */
  refreshIdentity: { name: "refresh-identity", points: 60, windowMs: 5 * MINUTE },
  /** Our own: each makes a row that nobody answers for. */
  reserveSigningKey: { name: "reserve-signing-key", points: 100, windowMs: 5 * MINUTE },
} satisfies Record<string, RateRule>;

/** Counters kept at most; past it the stalest half is forgotten, so memory is bounded whatever the traffic. */
const MAX_COUNTERS = 50_000;

/** Where a counter stands after this call. */
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
      // Behind those that began before it.
      this.#counters.delete(id);
      counter = { used: 0, until: now + rule.windowMs };
      this.#counters.set(id, counter);
    }
    counter.used += 1;
    return {
      limit: rule.points,
      remaining: Math.max(0, rule.points - counter.used),
      reset: Math.floor(counter.until / 1000),
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
