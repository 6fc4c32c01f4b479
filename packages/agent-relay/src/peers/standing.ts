import type { StandingLimits } from "./settings.ts";

/** Accounts whose offences are told apart; those of further ones count in full. */
const MAX_ACCOUNTS = 1_000;

/**
 * How a host behaves, over a window: what it sends that no sound host sends. One account's offences count only up to a bound,
 * so a broken account is not its host's end; and a host is judged by the share of bad events too, so that a busy one may err.
 */
export class Standing {
  readonly #limits: StandingLimits;
  #since: number;
  #good = 0;
  #bad = 0;
  readonly #byAccount = new Map<string, number>();

  constructor(limits: StandingLimits, now: number) {
    this.#limits = limits;
    this.#since = now;
  }

  /** Events that were fine. */
  good(count: number, now: number): void {
    this.#roll(now);
    this.#good += count;
  }

  /** One event that was not; `did` when it was an account's. */
  bad(now: number, did?: string): void {
    this.#roll(now);
    if (did !== undefined && (this.#byAccount.has(did) || this.#byAccount.size < MAX_ACCOUNTS)) {
      const own = (this.#byAccount.get(did) ?? 0) + 1;
      if (own > this.#limits.perAccount) return;
      this.#byAccount.set(did, own);
    }
    this.#bad++;
  }

  /** Whether an account's offences count no more: nothing that its host says of it is looked into before this time. */
  spentUntil(did: string, now: number): number | undefined {
    this.#roll(now);
    return (this.#byAccount.get(did) ?? 0) >= this.#limits.perAccount ? this.#since + this.#limits.windowMs : undefined;
  }

  /** Whether it is too much. */
  get isTooBad(): boolean {
    return this.#bad >= this.#limits.offences && this.#bad >= this.#limits.share * (this.#good + this.#bad);
  }

  /** Begin anew: after the host was throttled. */
  reset(now: number): void {
    this.#since = now;
    this.#good = 0;
    this.#bad = 0;
    this.#byAccount.clear();
  }

  #roll(now: number): void {
    if (now - this.#since >= this.#limits.windowMs) this.reset(now);
  }
}

/** What a throttling leads to: the number of strikes, and whether it was one too many. */
export function strike(strikes: number, struckAt: number | null, now: number, limits: StandingLimits): { strikes: number; cutOff: boolean } {
  const recent = struckAt !== null && now - struckAt < limits.strikeMs ? strikes : 0;
  return { strikes: recent + 1, cutOff: recent + 1 >= limits.strikes };
}

/**
 * Refusals that sound hosts cause too: a chain that broke is mended, an account may be unknown to the directory for a while, one
 * that was switched off may have had a write under way. Commits that are known come again after a resync, and when a host's seqs
 * began anew; they cost a look at a row.
 */
const NO_OFFENCE = new Set(["Inactive", "AccountLimit", "Unresolvable", "SinceMismatch", "ChainBroken", "RevOrder"]);

/**
 * Whether a refusal speaks against the host. The directory of did:plc may be down for everybody; names of did:web that lead
 * nowhere are chosen by who sends them, and each costs somebody a request.
 */
export const isOffence = (code: string, did: string | undefined): boolean => !NO_OFFENCE.has(code) || (code === "Unresolvable" && did?.startsWith("did:web:") === true);
