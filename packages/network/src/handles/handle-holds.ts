/** A change of handle that is written down and not finished. */
export interface HandleHold {
  did: string;
  handle: string;
}

/**
 * Handles that agents are about to have (registry, migrations/0006_standing.sql). While one is held nobody else gets it; it is let
 * go when its agent has told the registry that it has it (Registry.noteStanding).
 */
export class HandleHolds {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Hold a handle until `until` (milliseconds since 1970). `taken` when somebody has or holds it; `busy` while another change of the
   * same agent is at work. One that its request has left is replaced; the same one is taken up again, since all of it may be repeated.
   */
  async hold({ did, handle }: HandleHold, now: number, until: number): Promise<"held" | "taken" | "busy"> {
    const held = await this.#db
      .prepare(
        `INSERT INTO handle_change (did, handle, lease_until) SELECT ?1, ?2, ?4
         WHERE NOT EXISTS (SELECT 1 FROM agent WHERE handle = ?2 AND did <> ?1)
           AND NOT EXISTS (SELECT 1 FROM handle_change WHERE handle = ?2 AND did <> ?1)
         ON CONFLICT (did) DO UPDATE SET handle = excluded.handle, lease_until = excluded.lease_until WHERE lease_until <= ?3 OR handle = excluded.handle`,
      )
      .bind(did, handle, now, until)
      .run();
    if (held.meta.changes > 0) return "held";
    const own = await this.#db.prepare("SELECT 1 FROM handle_change WHERE did = ? AND lease_until > ?").bind(did, now).first();
    return own === null ? "taken" : "busy";
  }

  /** Give a change up: nothing of it was done. */
  async drop({ did, handle }: HandleHold): Promise<void> {
    await this.#db.prepare("DELETE FROM handle_change WHERE did = ? AND handle = ?").bind(did, handle).run();
  }

  /** Whether it was done cannot be told: the next request or sweep may take it up at once. */
  async leave({ did, handle }: HandleHold): Promise<void> {
    await this.#db.prepare("UPDATE handle_change SET lease_until = 0 WHERE did = ? AND handle = ?").bind(did, handle).run();
  }

  /** Changes that their requests have left, the oldest first, taken up until `until`: by one alone. */
  async takeUp(now: number, until: number, limit: number): Promise<HandleHold[]> {
    const taken = await this.#db
      .prepare(
        `UPDATE handle_change SET lease_until = ?1
         WHERE did IN (SELECT did FROM handle_change WHERE lease_until <= ?2 ORDER BY lease_until LIMIT ?3) AND lease_until <= ?2 RETURNING did, handle`,
      )
      .bind(until, now, limit)
      .all<HandleHold>();
    return taken.results;
  }
}
