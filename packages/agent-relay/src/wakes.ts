/**
 * Telling recipients that something waits for them. A wake is a hint: losing one delays, never loses. Right after the commit
 * each recipient is woken once; whoever has not acknowledged is woken again by job, with growing pauses.
 */
import type { AgentWaker } from "./relay-api.ts";
import { WAKE_CONCURRENCY, WAKE_PARKED_MS, WAKE_PATIENCE_MS, WAKE_RETRY_MAX_MS, WAKE_RETRY_MS, WAKE_TRIES_BEFORE_PARKING } from "./settings.ts";

/** Active accounts with something to pull that are due: direct deliveries, or broadcasts of others that they have not acknowledged. */
const PENDING = `
  FROM repos r LEFT JOIN waking w ON w.recipient = r.id
  WHERE r.active = 1 AND (EXISTS (SELECT 1 FROM delivery d WHERE d.recipient = r.id)
    OR EXISTS (SELECT 1 FROM broadcast b WHERE b.seq > r.acked AND b.author <> r.id))`;

/** Pause before the next wake after `tries` of them. */
export function pauseAfter(tries: number): number {
  if (tries >= WAKE_TRIES_BEFORE_PARKING) return WAKE_PARKED_MS;
  return Math.min(WAKE_RETRY_MS * 2 ** Math.max(0, tries - 1), WAKE_RETRY_MAX_MS);
}

export class Wakes {
  readonly #sql: SqlStorage;
  readonly #waker: AgentWaker;
  /** Recipients with a wake under way: since when, and whether one more is wanted after it. */
  readonly #running = new Map<string, { since: number; again: boolean }>();

  constructor(sql: SqlStorage, waker: AgentWaker) {
    this.#sql = sql;
    this.#waker = waker;
  }

  /** Wake one recipient; while that runs, further calls amount to one more afterwards. Never rejects. */
  async wake(did: string, seq: number): Promise<void> {
    const running = this.#running.get(did);
    // One that hangs is given up, or its recipient would never be woken again.
    if (running !== undefined && Date.now() - running.since < WAKE_PATIENCE_MS) {
      running.again = true;
      return;
    }
    const mine = { since: Date.now(), again: false };
    this.#running.set(did, mine);
    do {
      mine.again = false;
      mine.since = Date.now();
      try {
        await this.#waker.wake(did, seq);
      } catch (error) {
        console.error({ event: "relay.wake_failed", did, error: String(error) });
      }
    } while (mine.again);
    if (this.#running.get(did) === mine) this.#running.delete(did);
  }

  /** Wake every active account but the author of the broadcast `seq`, a few at a time. */
  async wakeEverybody(author: string, seq: number): Promise<void> {
    let after = 0;
    for (;;) {
      const slice = this.#sql
        .exec<{ id: number; did: string }>("SELECT id, did FROM repos WHERE id > ? AND active = 1 AND did <> ? AND acked < ? ORDER BY id LIMIT ?", after, author, seq, WAKE_CONCURRENCY)
        .toArray();
      await patiently(slice.map(({ did }) => this.wake(did, seq)));
      const last = slice.at(-1);
      if (last === undefined) return;
      after = last.id;
    }
  }

  /** The job: wake a slice of those who are due. When to go on, undefined when nobody has anything pending. */
  async retry(now: number, lastSeq: number): Promise<number | undefined> {
    const due = this.#sql
      .exec<{ id: number; did: string; tries: number | null }>(`SELECT r.id AS id, r.did AS did, w.tries AS tries ${PENDING} AND COALESCE(w.due, 0) <= ? LIMIT ?`, now, WAKE_CONCURRENCY)
      .toArray();
    for (const { id, tries } of due) {
      const next = (tries ?? 0) + 1;
      this.#sql.exec("INSERT OR REPLACE INTO waking (recipient, tries, due) VALUES (?, ?, ?)", id, next, now + pauseAfter(next));
    }
    await patiently(due.map(({ did }) => this.wake(did, lastSeq)));
    // Asked after the wakes: whoever acknowledged meanwhile is no longer pending.
    return this.#sql.exec<{ due: number | null }>(`SELECT MIN(COALESCE(w.due, ?)) AS due ${PENDING}`, now).one().due ?? undefined;
  }

  /** Recipients that many wakes did not move. */
  parked(): number {
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM waking WHERE tries >= ?", WAKE_TRIES_BEFORE_PARKING).one().n;
  }
}

/** Wait for wakes, but not for ever: one that hangs goes on by itself. */
async function patiently(wakes: Promise<void>[]): Promise<void> {
  const done = new AbortController();
  const patience = scheduler.wait(WAKE_PATIENCE_MS, { signal: done.signal }).catch(() => undefined);
  await Promise.race([Promise.all(wakes), patience]);
  done.abort();
}
