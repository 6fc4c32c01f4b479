/**
 * Telling recipients that something waits for them. A wake is a hint: losing one delays, never loses. Right after the commit
 * each recipient is woken once; whoever has not acknowledged is woken again by job, with growing pauses.
 */
import type { SilentRecipient } from "./delivery-api.ts";
import type { AgentWaker } from "./relay-api.ts";
import { WAKE_CONCURRENCY, WAKE_PARKED_MS, WAKE_PATIENCE_MS, WAKE_RETRY_MAX_MS, WAKE_RETRY_MS, WAKE_TRIES_BEFORE_PARKING } from "./settings.ts";

/** Active accounts of this colony with something to pull: direct deliveries, what is to be tried again, or broadcasts of others that they have not acknowledged. */
const PENDING = `
  FROM repos r LEFT JOIN waking w ON w.recipient = r.id
  WHERE r.host = '' AND r.active = 1 AND (EXISTS (SELECT 1 FROM delivery d WHERE d.recipient = r.id)
    OR EXISTS (SELECT 1 FROM parked p WHERE p.recipient = r.id AND p.again = 1)
    OR EXISTS (SELECT 1 FROM broadcast b WHERE b.seq > r.acked AND b.author <> r.id))`;

/** Pause before the next wake after `tries` of them. */
export function pauseAfter(tries: number): number {
  if (tries >= WAKE_TRIES_BEFORE_PARKING) return WAKE_PARKED_MS;
  return Math.min(WAKE_RETRY_MS * 2 ** Math.max(0, tries - 1), WAKE_RETRY_MAX_MS);
}

/** See above. */
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
        .exec<{ id: number; did: string }>("SELECT id, did FROM repos WHERE host = '' AND id > ? AND active = 1 AND did <> ? AND acked < ? ORDER BY id LIMIT ?", after, author, seq, WAKE_CONCURRENCY)
        .toArray();
      await patiently(slice.map(({ did }) => this.wake(did, seq)));
      const last = slice.at(-1);
      if (last === undefined) return;
      after = last.id;
    }
  }

  /** The job: wake a slice of those who are due, the longest due first. When to go on, undefined when nobody has anything pending. */
  async retry(now: number, lastSeq: number): Promise<number | undefined> {
    const due = this.#sql
      .exec<{ id: number; did: string; tries: number | null }>(`SELECT r.id AS id, r.did AS did, w.tries AS tries ${PENDING} AND COALESCE(w.due, 0) <= ? ORDER BY COALESCE(w.due, 0) LIMIT ?`, now, WAKE_CONCURRENCY)
      .toArray();
    for (const { id, tries } of due) {
      const next = (tries ?? 0) + 1;
      this.#sql.exec("INSERT OR REPLACE INTO waking (recipient, tries, due) VALUES (?, ?, ?)", id, next, now + pauseAfter(next));
    }
    await patiently(due.map(({ did }) => this.wake(did, lastSeq)));
    // Asked after the wakes: whoever acknowledged meanwhile is no longer pending.
    return this.#sql.exec<{ due: number | null }>(`SELECT MIN(COALESCE(w.due, ?)) AS due ${PENDING}`, now).one().due ?? undefined;
  }

  /** Recipients that many wakes did not move: one, or the first of them. */
  silent(recipient: number | undefined, limit: number): SilentRecipient[] {
    return this.#sql
      .exec<{ did: string; tries: number; due: number }>(
        "SELECT r.did AS did, w.tries AS tries, w.due AS due FROM waking w JOIN repos r ON r.id = w.recipient WHERE w.tries >= ?1 AND (?2 IS NULL OR w.recipient = ?2) ORDER BY w.recipient LIMIT ?3",
        WAKE_TRIES_BEFORE_PARKING, recipient ?? null, limit,
      )
      .toArray()
      .map(({ did, tries, due }) => ({ recipient: did, wakes: tries, nextWakeAt: new Date(due).toISOString() }));
  }

  /** The recipient has shown that it is there: its wakes start anew. */
  heard(recipient: number): void {
    this.#sql.exec("DELETE FROM waking WHERE recipient = ?", recipient);
  }

  /** Wake a silent recipient, or all of them, and whoever is to try something again, with the job's next turn, as if for the first time. How many silent ones. */
  restart(recipient: number | undefined): number {
    const { n } = this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM waking WHERE tries >= ?1 AND (?2 IS NULL OR recipient = ?2)", WAKE_TRIES_BEFORE_PARKING, recipient ?? null).one();
    this.#sql.exec(
      `DELETE FROM waking WHERE (tries >= ?1 OR EXISTS (SELECT 1 FROM parked p WHERE p.recipient = waking.recipient AND p.again = 1))
         AND (?2 IS NULL OR recipient = ?2)`,
      WAKE_TRIES_BEFORE_PARKING, recipient ?? null,
    );
    return n;
  }

  /** How many there are of them. */
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
