import { followFirehose } from "@rookery/sdk";

/** One commit as a consumer noted it. */
export interface Noted {
  seq: number;
  rev: string;
  since: string | null;
  commit: string;
}

/**
 * A consumer that keeps nothing but its cursor: its follower is thrown away again and again, and the next begins with the
 * cursor alone. It notes an event and its cursor in one go, as a consumer does that keeps both in one database.
 */
export class CursorConsumer {
  /** Commits of each account, in the order in which they came. */
  readonly chains = new Map<string, Noted[]>();
  /** Whatever came that is no commit, identity or account. */
  readonly faults: string[] = [];
  lives = 0;
  cursor = 0;
  readonly #origin: string;
  readonly #plcUrl: string;
  #life = new AbortController();
  #ended = false;
  readonly #running: Promise<void>;

  constructor(origin: string, plcUrl: string) {
    this.#origin = origin;
    this.#plcUrl = plcUrl;
    this.#running = this.#run();
  }

  /** Newest commit noted of an account. */
  headOf(did: string): string | undefined {
    return this.chains.get(did)?.at(-1)?.commit;
  }

  /** End this life; the next begins at once. */
  die(): void {
    this.#life.abort();
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.die();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      this.lives++;
      this.#life = new AbortController();
      const { signal } = this.#life;
      const options = { url: this.#origin, plcUrl: this.#plcUrl, cursor: this.cursor, signal, reconnect: { firstMs: 50, maxMs: 200 } };
      try {
        for await (const event of followFirehose(options)) {
          if (event.kind === "commit") {
            const { did, seq, rev, since, commit } = event;
            const chain = this.chains.get(did) ?? [];
            chain.push({ seq, rev, since, commit });
            this.chains.set(did, chain);
          } else if (event.kind !== "identity" && event.kind !== "account") this.faults.push(JSON.stringify(event).slice(0, 400));
          if ("seq" in event && event.seq !== undefined) this.cursor = Math.max(this.cursor, event.seq);
        }
      } catch (error) {
        this.faults.push(String(error));
      }
    }
  }
}

/** What is wrong with a chain that must be whole: from the repository's first commit, each after the one before, none twice. */
export const chainFaults = (did: string, chain: readonly Noted[]): string[] => {
  const faults: string[] = [];
  let last: Noted | undefined;
  for (const noted of chain) {
    if (noted.since !== (last?.rev ?? null)) faults.push(`${did}: rev ${noted.rev} since ${noted.since}, the one before was ${last?.rev ?? "none"}`);
    if (last !== undefined && noted.seq <= last.seq) faults.push(`${did}: seq ${noted.seq} after ${last.seq}`);
    last = noted;
  }
  return faults;
};
