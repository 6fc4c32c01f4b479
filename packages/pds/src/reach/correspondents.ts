import { decode, lexToJson } from "@rookery/repo";
import { collectionsOf, recipientsOf } from "@rookery/lexicon-agent-comms";
import { CORRESPONDENT_FRESH, MAX_BACKFILL_RECORDS, MAX_CORRESPONDENTS } from "./limits.ts";

/** Collections of records that an agent writes because it wants to: receipts go out by themselves, and answers say nothing of who began. */
const DELIBERATE: ReadonlySet<string> = new Set([
  collectionsOf.message, collectionsOf.question, collectionsOf.request, collectionsOf.handoff, collectionsOf.grant,
]);

/** Row that says that the agent's earlier records were looked through: no DID. */
const BACKFILLED = "";

/** Whom this agent has written to of its own accord. That much everybody can read in its repository. */
export class Correspondents {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Within the commit's transaction: a record goes to these. */
  note(collection: string, to: string[], now: number): void {
    if (!DELIBERATE.has(collection)) return;
    let written = 0;
    for (const did of to)
      written += this.#sql.exec(
        "INSERT INTO correspondent (did, at) VALUES (?1, ?2) ON CONFLICT (did) DO UPDATE SET at = excluded.at WHERE correspondent.at < ?3",
        did, now, now - CORRESPONDENT_FRESH,
      ).rowsWritten;
    if (written === 0) return;
    const { n } = this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM correspondent").one();
    if (n > MAX_CORRESPONDENTS) this.#sql.exec("DELETE FROM correspondent WHERE did IN (SELECT did FROM correspondent WHERE did <> '' ORDER BY at LIMIT ?)", MAX_CORRESPONDENTS / 10);
  }

  has(did: string): boolean {
    if (!this.#knows(BACKFILLED)) this.#backfill();
    return this.#knows(did);
  }

  #knows(did: string): boolean {
    return this.#sql.exec("SELECT 1 FROM correspondent WHERE did = ?", did).toArray().length > 0;
  }

  /** Once: an agent of an older version has written to others, and nobody noted it. */
  #backfill(): void {
    for (const collection of DELIBERATE) {
      const rows = this.#sql.exec<{ data: ArrayBuffer }>("SELECT data FROM record WHERE key > ? AND key < ? ORDER BY key DESC LIMIT ?", `${collection}/`, `${collection}0`, MAX_BACKFILL_RECORDS);
      for (const { data } of rows.toArray()) {
        const to = recipientsOf(collection, lexToJson(decode(new Uint8Array(data))));
        if (Array.isArray(to)) this.note(collection, to, 0);
      }
    }
    this.#sql.exec("INSERT OR IGNORE INTO correspondent (did, at) VALUES (?, 0)", BACKFILLED);
  }
}
