import { dropOver, nextEnd } from "@rookery/envelope";
import type { JobResult, Scheduler } from "../scheduler.ts";
import type { HostedKeys } from "./hosted-keys.ts";
import { KEYS_RETRY_FIRST, KEYS_RETRY_LAST } from "./limits.ts";

/**
 * What is done about keys by the clock (job "keys"): the first is published, each is followed by a new one in time, private
 * keys are deleted when their grace is over, and the own repository is looked at for keys that are not the agent's, or are gone.
 */
export class KeyUpkeep {
  readonly #keys: HostedKeys;
  readonly #scheduler: Scheduler;
  /** In a row, in this life of the object. */
  #failures = 0;

  constructor(keys: HostedKeys, scheduler: Scheduler) {
    this.#keys = keys;
    this.#scheduler = scheduler;
  }

  /** A key record came into the repository, or went, by somebody's hand: look at once whether it is the agent's. */
  noticed(): void {
    if (this.#keys.custody === "hosted") this.#scheduler.ensure("keys", Date.now());
  }

  /** An agent that is to be hosted and has no keys yet gets them now, if this is what the job waits for. Failures are left to the job. */
  async expected(): Promise<void> {
    if (this.#scheduler.isWaiting("keys") && this.#keys.custody === "none") await this.job();
  }

  async job(): Promise<JobResult> {
    if (this.#keys.custody === "self") return this.#windDown();
    const due = await this.#keys.attempt(async ({ own, watch }) => {
      await own.restore();
      await watch?.check();
      return own.dueAt;
    });
    if (due.ok) {
      this.#failures = 0;
      return { again: Math.max(KEYS_RETRY_FIRST, due.value - Date.now()) };
    }
    console.error(JSON.stringify({ event: "keys-not-published", did: this.#keys.did, error: due.error.name }));
    return { again: Math.min(KEYS_RETRY_LAST, KEYS_RETRY_FIRST * 2 ** Math.min(this.#failures++, 10)) };
  }

  /** Keys from before the owner took over: they open what was sealed in time, then they go. */
  async #windDown(): Promise<JobResult> {
    const keyring = await this.#keys.keyring();
    if (keyring === undefined) return undefined;
    const { state, save } = keyring;
    const hadOwner = state.owner !== undefined;
    state.owner = undefined;
    if (dropOver(state, Date.now()) || hadOwner) await save();
    const end = nextEnd(state);
    return Number.isFinite(end) ? { again: Math.max(KEYS_RETRY_FIRST, end - Date.now()) } : undefined;
  }
}
