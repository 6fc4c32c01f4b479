import { JOB_LEASE } from "./limits.ts";

/** What an agent does later. One row of `due` each at most. */
const JOBS = ["outbox", "blobs", "inbox", "keys", "quarantine", "sockets", "arrivals", "tasks", "receipts", "webhooks", "memory", "identity", "standing", "suspension", "imports", "email"] as const;
/** A name of work that is due at some time. */
export type Job = (typeof JOBS)[number];

/** Between these an alarm can be set; deadlines are their authors' to choose. One that rings before anything is due sets the next. */
const EARLIEST_ALARM = 1;
const LATEST_ALARM = Date.UTC(2189, 0);

/** When a job wants to run again: milliseconds from now, or undefined when there is nothing left to do. */
export type JobResult = { again: number } | undefined;

interface Due {
  at: number;
  /** Runs in a row that asked to come again. */
  tries: number;
}

/**
 * The object's one alarm and the table of what is due. Nothing else sets the alarm.
 *
 * `ensure` may be called inside a transaction: row and alarm are part of it. It costs nothing while the job is due soon
 * enough anyway, so a stream of writes sets it once per horizon.
 */
export class Scheduler {
  readonly #storage: DurableObjectStorage;
  #due = new Map<Job, Due>();
  /** Jobs that run now, each with the earliest time for which it was asked meanwhile: a job that ends must not forget that. */
  readonly #running = new Map<Job, number>();
  /** When the alarm is set for; infinite when it is not. */
  #alarm = Number.POSITIVE_INFINITY;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Read what is due: when the object wakes, and after a transaction that may have called `ensure` failed. */
  load(): void {
    this.#due = new Map();
    for (const { job, at, tries } of this.#storage.sql.exec<{ job: string; at: number; tries: number }>("SELECT job, at, tries FROM due")) {
      const known = JOBS.find((name) => name === job);
      if (known !== undefined) this.#due.set(known, { at, tries });
    }
    // Set again in any case: a stored alarm may be later than what is due, and setting it is idempotent.
    this.#alarm = Number.POSITIVE_INFINITY;
    this.#arm();
  }

  /** Have `job` run at `at` (milliseconds since 1970) or earlier. */
  ensure(job: Job, at: number): void {
    const asked = this.#running.get(job);
    if (asked !== undefined) this.#running.set(job, Math.min(asked, at));
    const due = this.#due.get(job);
    if (due !== undefined && due.at <= at) return;
    this.#put(job, { at, tries: due?.tries ?? 0 });
    this.#arm();
  }

  /** Whether `job` is to run at some time. */
  isWaiting(job: Job): boolean {
    return this.#due.has(job);
  }

  /** Run what is due, side by side. A job that throws is reported and comes again. */
  async run(now: number, run: (job: Job, tries: number) => Promise<JobResult>): Promise<void> {
    this.#alarm = Number.POSITIVE_INFINITY;
    await Promise.all(
      JOBS.map(async (job) => {
        const due = this.#due.get(job);
        if (due === undefined || due.at > now) return;
        // Written first: if the object dies inside the job, the lease brings it back.
        const lease = { at: now + JOB_LEASE, tries: due.tries };
        this.#put(job, lease);
        this.#running.set(job, Number.POSITIVE_INFINITY);
        const result = await this.#attempt(job, due.tries, run);
        const asked = this.#running.get(job) ?? Number.POSITIVE_INFINITY;
        this.#running.delete(job);
        // An `ensure` for an earlier time meanwhile has replaced the lease, and stands.
        if (this.#due.get(job) !== lease) return;
        const at = Math.min(asked, result === undefined ? Number.POSITIVE_INFINITY : Date.now() + result.again);
        if (at === Number.POSITIVE_INFINITY) this.#drop(job);
        else this.#put(job, { at, tries: result === undefined ? 0 : due.tries + 1 });
      }),
    );
    this.#arm();
  }

  async #attempt(job: Job, tries: number, run: (job: Job, tries: number) => Promise<JobResult>): Promise<JobResult> {
    try {
      return await run(job, tries);
    } catch (error) {
      console.error(JSON.stringify({ event: "job-failed", job, tries, error: String(error) }));
      return { again: Math.min(JOB_LEASE, 1000 * 2 ** Math.min(tries, 10)) };
    }
  }

  #put(job: Job, due: Due): void {
    this.#due.set(job, due);
    this.#storage.sql.exec(
      "INSERT INTO due (job, at, tries) VALUES (?, ?, ?) ON CONFLICT (job) DO UPDATE SET at = excluded.at, tries = excluded.tries",
      job, due.at, due.tries,
    );
  }

  #drop(job: Job): void {
    this.#due.delete(job);
    this.#storage.sql.exec("DELETE FROM due WHERE job = ?", job);
  }

  #arm(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#due.values()) next = Math.min(next, at);
    if (next >= this.#alarm) return;
    this.#alarm = next;
    // Not awaited: it is part of the write that is under way, and the output gate waits for that.
    void this.#storage.setAlarm(Math.min(LATEST_ALARM, Math.max(EARLIEST_ALARM, next)));
  }
}
