/**
 * Deliveries that their recipients gave up. They point at the frame that carried them, like a waiting delivery, so it stays;
 * they are bounded in number here, in bytes and age by retention. At a bound the oldest go, counted in `state.parked_lost`.
 */
import type { DeliverySelection, ParkedByRecipient, PulledDelivery } from "./delivery-api.ts";
import type { Repo, Repos } from "./repos.ts";
import { MAX_PARKED, MAX_PARKED_REASON } from "./settings.ts";

/** A row of `delivery`, `broadcast` or `parked`, with its author's DID. */
export type DeliveryRow = { seq: number; op: number; author: string; path: string; cid: string | null; action: PulledDelivery["action"] };

/** What a selection means in SQL. */
interface Where {
  clause: string;
  values: (string | number)[];
}

/** See above: parked by recipients, listed, tried again and dropped by the admin. */
export class Parked {
  readonly #sql: SqlStorage;
  readonly #repos: Repos;
  /** Whether anything may be there to be tried again, of anybody: every pull asks, and nearly always there is nothing. */
  #mayComeAgain = true;

  constructor(sql: SqlStorage, repos: Repos) {
    this.#sql = sql;
    this.#repos = repos;
  }

  /** Move a delivery here, within the caller's transaction. One that is here already is no longer to be tried again. */
  park(recipient: Repo, { seq, path, reason, tries }: Omit<ParkedByRecipient, "recipient">, now: number): void {
    const why = reason.slice(0, MAX_PARKED_REASON);
    const known = this.#sql.exec("UPDATE parked SET reason = ?, tries = ?, at = ?, again = 0 WHERE recipient = ? AND seq = ? AND path = ?", why, tries, now, recipient.id, seq, path);
    if (known.rowsWritten > 0) return;
    const columns = "INSERT INTO parked (recipient, seq, op, author, path, cid, action, reason, tries, at, again) SELECT";
    const direct = this.#sql.exec(`${columns} recipient, seq, op, author, path, cid, action, ?, ?, ?, 0 FROM delivery WHERE recipient = ? AND seq = ? AND path = ?`, why, tries, now, recipient.id, seq, path);
    if (direct.rowsWritten > 0) this.#sql.exec("DELETE FROM delivery WHERE recipient = ? AND seq = ? AND path = ?", recipient.id, seq, path);
    else this.#sql.exec(`${columns} ?, seq, op, author, path, cid, action, ?, ?, ?, 0 FROM broadcast WHERE seq = ? AND path = ?`, recipient.id, why, tries, now, seq, path);
    const over = this.count() - MAX_PARKED;
    if (over <= 0) return;
    const { rowsWritten } = this.#sql.exec("DELETE FROM parked WHERE (recipient, seq, op) IN (SELECT recipient, seq, op FROM parked ORDER BY at, seq LIMIT ?)", over);
    if (rowsWritten > 0) this.#lose(over);
  }

  /** It was dealt with after all. */
  unpark(recipient: Repo, seq: number, path: string): void {
    this.#sql.exec("DELETE FROM parked WHERE recipient = ? AND seq = ? AND path = ?", recipient.id, seq, path);
  }

  /** What the recipient is to try again, oldest first. Not within a transaction: what that undoes is not seen here. */
  again(recipient: Repo, limit: number): DeliveryRow[] {
    if (!this.#mayComeAgain) return [];
    this.#mayComeAgain = this.#sql.exec("SELECT 1 FROM parked WHERE again = 1 LIMIT 1").toArray().length > 0;
    if (!this.#mayComeAgain) return [];
    return this.#sql
      .exec<DeliveryRow>(
        `SELECT p.seq AS seq, p.op AS op, COALESCE(r.did, s.did) AS author, p.path AS path, p.cid AS cid, p.action AS action
           FROM parked p LEFT JOIN repos r ON r.id = p.author LEFT JOIN stranger s ON s.id = -p.author
          WHERE p.recipient = ? AND p.again = 1 ORDER BY p.seq, p.op LIMIT ?`,
        recipient.id, limit,
      )
      .toArray();
  }

  /** Have what is selected tried again. How many. */
  retry(selection: DeliverySelection): number {
    this.#mayComeAgain = true;
    return this.#count(selection, ({ clause, values }) => this.#sql.exec(`UPDATE parked SET again = 1 WHERE ${clause}`, ...values));
  }

  /** Forget what is selected. How many. */
  drop(selection: DeliverySelection): number {
    return this.#count(selection, ({ clause, values }) => this.#sql.exec(`DELETE FROM parked WHERE ${clause}`, ...values));
  }

  /** Remove what points at these events: their frames go. `lost` when that is for want of room or time. */
  removeEvents(seqs: number[], lost: boolean): void {
    for (const seq of seqs) {
      const gone = lost ? this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM parked WHERE seq = ?", seq).one().n : 0;
      this.#sql.exec("DELETE FROM parked WHERE seq = ?", seq);
      if (gone > 0) this.#lose(gone);
    }
  }

  removeRecipient(id: number): void {
    this.#sql.exec("DELETE FROM parked WHERE recipient = ?", id);
  }

  count(): number {
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM parked").one().n;
  }

  /** Parked deliveries that had to go, ever. */
  lost(): number {
    return this.#sql.exec<{ n: number }>("SELECT parked_lost AS n FROM state").one().n;
  }

  #lose(count: number): void {
    console.warn({ event: "relay.parked_lost", count });
    this.#sql.exec("UPDATE state SET parked_lost = parked_lost + ?", count);
  }

  #count(selection: DeliverySelection, change: (where: Where) => void): number {
    const where = this.#where(selection);
    if (where === undefined) return 0;
    const { n } = this.#sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM parked WHERE ${where.clause}`, ...where.values).one();
    if (n > 0) change(where);
    return n;
  }

  #where(selection: DeliverySelection): Where | undefined {
    if (selection.recipient === undefined) return { clause: "1 = 1", values: [] };
    const recipient = this.#repos.find(selection.recipient);
    if (recipient === undefined) return undefined;
    if ("all" in selection) return { clause: "recipient = ?", values: [recipient.id] };
    return { clause: "recipient = ? AND seq = ? AND path = ?", values: [recipient.id, selection.seq, selection.path] };
  }
}
