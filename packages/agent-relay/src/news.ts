import type { LogFollower } from "./relay-api.ts";
import { NEWS_RETRY_MS } from "./settings.ts";

/** What it needs of the object it runs in. */
export interface NewsContext {
  follower: LogFollower;
  lastSeq: () => number;
  now: () => number;
  /** Have `run` called at this time or sooner. */
  schedule: (due: number) => void;
  waitUntil: (work: Promise<void>) => void;
}

/**
 * Tells the object that follows a log how far it reaches. One call at a time, and whatever comes meanwhile is one more; while
 * the follower asked for a pause, events cost nothing here. A failure is harmless: the follower's cursor is its own, so it is
 * told again later and goes on from there.
 */
export class News {
  readonly #context: NewsContext;
  #telling = false;
  #again = false;
  /** The follower need not be told before. */
  #quietUntil = 0;

  constructor(context: NewsContext) {
    this.#context = context;
  }

  /** Something was appended. Never throws. */
  appended(): void {
    const { now, schedule, waitUntil } = this.#context;
    if (this.#telling) this.#again = true;
    else if (now() < this.#quietUntil) schedule(this.#quietUntil);
    else waitUntil(this.run());
  }

  /** The follower reads: it wants to hear of what comes next at once, until it asks for a pause again. */
  read(): void {
    this.#quietUntil = 0;
  }

  /** Tell now. Never rejects. */
  async run(): Promise<void> {
    if (this.#telling) return;
    const { follower, lastSeq, now, schedule } = this.#context;
    this.#telling = true;
    try {
      let pauseMs = 0;
      do {
        this.#again = false;
        ({ pauseMs } = await follower.advance({ lastSeq: lastSeq() }));
      } while (this.#again && pauseMs === 0);
      this.#quietUntil = now() + pauseMs;
      if (this.#again) schedule(this.#quietUntil);
    } catch (error) {
      console.error({ event: "relay.follower_failed", error: String(error) });
      this.#quietUntil = now() + NEWS_RETRY_MS;
      schedule(this.#quietUntil);
    } finally {
      this.#telling = false;
    }
  }
}
