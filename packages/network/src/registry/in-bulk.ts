import type { Reservation } from "./registry.ts";

/** What the registry is asked and told of many agents at a time: one statement each, however many they are. */
export class InBulk {
  readonly #db: D1Database;
  readonly #forget: (row: { did: string; handle: string }) => void;

  /** @param forget what an isolate remembers of an agent that changes. */
  constructor(db: D1Database, forget: (row: { did: string; handle: string }) => void) {
    this.#db = db;
    this.#forget = forget;
  }

  /** Which of these handles and idempotency keys are in rows, whatever their state. */
  async known(handles: string[], keys: string[]): Promise<{ handles: Set<string>; keys: Set<string> }> {
    const { results } = await this.#db
      .prepare(
        `SELECT handle, idempotency_key FROM agent WHERE handle IN (SELECT value FROM json_each(?1))
         UNION ALL SELECT handle, idempotency_key FROM agent WHERE idempotency_key IN (SELECT value FROM json_each(?2))`,
      )
      .bind(JSON.stringify(handles), JSON.stringify(keys))
      .all<{ handle: string; idempotency_key: string | null }>();
    return {
      handles: new Set(results.map(({ handle }) => handle)),
      keys: new Set(results.flatMap(({ idempotency_key: key }) => (key === null ? [] : [key]))),
    };
  }

  /** Write names down before anything is posted. The DIDs that got their row: of the others handle or key was taken meanwhile. */
  async reserve(rows: Reservation[]): Promise<Set<string>> {
    if (rows.length === 0) return new Set();
    const written = rows.map((row) => ({ ...row, signing_key: Buffer.from(row.signing_key).toString("hex") }));
    const { results } = await this.#db
      .prepare(
        `INSERT INTO agent (did, handle, email, state, idempotency_key, genesis, signing_key, model, lease_until, created_at, master_key)
         SELECT value ->> 'did', value ->> 'handle', NULL, 'reserved', value ->> 'idempotency_key', value ->> 'genesis', unhex(value ->> 'signing_key'),
           value ->> 'model', value ->> 'lease_until', value ->> 'created_at', value ->> 'master_key'
         FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM handle_change WHERE handle_change.handle = value ->> 'handle')
         ON CONFLICT DO NOTHING RETURNING did`,
      )
      .bind(JSON.stringify(written))
      .all<{ did: string }>();
    return new Set(results.map(({ did }) => did));
  }

  /** Make agents of these reservations. The DIDs that are; the others are being destroyed, or gone. */
  async activate(rows: { did: string; handle: string }[]): Promise<Set<string>> {
    if (rows.length === 0) return new Set();
    const { results } = await this.#db
      .prepare("UPDATE agent SET state = 'active', lease_until = 0 WHERE did IN (SELECT value FROM json_each(?1)) AND state <> 'deleting' RETURNING did")
      .bind(JSON.stringify(rows.map(({ did }) => did)))
      .all<{ did: string }>();
    for (const row of rows) this.#forget(row);
    return new Set(results.map(({ did }) => did));
  }
}
