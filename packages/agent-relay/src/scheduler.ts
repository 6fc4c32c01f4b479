import { JOB_RETRY_MS } from "./settings.ts";

/** Work that is due at a time; its name is what survives a restart. */
export type JobName = "connect" | "crawl" | "prune" | "purge" | "resync" | "retention" | "wake" | "news" | "follow";

/** Does one slice of its work. Returns when to be called again, or undefined when there is nothing left to wait for. */
export type Job = (now: number) => number | undefined | Promise<number | undefined>;

/**
 * All timed work behind the object's one alarm: a table says what is due, and nothing else calls setAlarm. Asking for what is
 * already due sooner costs no write, so the hot path may ask on every event.
 */
export class Scheduler {
  readonly #storage: DurableObjectStorage;
  readonly #jobs: Partial<Record<JobName, Job>>;
  readonly #due: Map<string, number>;
  /** Time the alarm is set for, as far as this instance knows. */
  #alarm: number | undefined;

  constructor(storage: DurableObjectStorage, jobs: Partial<Record<JobName, Job>>) {
    this.#storage = storage;
    this.#jobs = jobs;
    this.#due = new Map(storage.sql.exec<{ name: string; due: number }>("SELECT name, due FROM job").toArray().map(({ name, due }) => [name, due]));
  }

  /** After a start: make sure that an alarm stands for what is due, whatever happened to the last one. */
  async recover(): Promise<void> {
    this.#alarm = (await this.#storage.getAlarm()) ?? undefined;
    this.#arm();
  }

  /** Have `name` run at `due` (milliseconds since 1970) or sooner. */
  at(name: JobName, due: number): void {
    const known = this.#due.get(name);
    if (known !== undefined && known <= due) return;
    this.#put(name, due);
    this.#arm();
  }

  /** The alarm: run what is due. Never throws, since the runtime drops an alarm that keeps throwing. */
  async run(now: number): Promise<void> {
    this.#alarm = undefined;
    for (const name of [...this.#due.keys()].filter((key) => (this.#due.get(key) ?? now) <= now)) {
      const job = Object.entries(this.#jobs).find(([key]) => key === name);
      let next: number | undefined;
      // Cleared first: what a job schedules for itself while it runs must stand.
      this.#remove(name);
      try {
        next = await job?.[1](now);
      } catch (error) {
        console.error({ event: "relay.job_failed", job: name, error: String(error) });
        next = now + JOB_RETRY_MS;
      }
      const known = this.#due.get(name);
      if (next !== undefined && (known === undefined || next < known)) this.#put(name, next);
    }
    this.#arm();
  }

  #put(name: string, due: number): void {
    this.#storage.sql.exec("INSERT OR REPLACE INTO job (name, due) VALUES (?, ?)", name, due);
    this.#due.set(name, due);
  }

  #remove(name: string): void {
    this.#storage.sql.exec("DELETE FROM job WHERE name = ?", name);
    this.#due.delete(name);
  }

  #arm(): void {
    const next = Math.min(...this.#due.values());
    if (next === Infinity || (this.#alarm !== undefined && this.#alarm <= next)) return;
    this.#alarm = next;
    // Part of the current transaction like any other write; a failure of it resets the object.
    void this.#storage.setAlarm(next);
  }
}
