/**
 * Records on their way to recipients of this colony: the durable truth of delivery. A row stays until its recipient has
 * acknowledged it; the frame it points at stays with it (log, then kept). A broadcast is one row for everybody but its author.
 *
 * Inactive accounts keep their direct deliveries until retention ends; broadcasts do not wait for them.
 */
import type { DeliveryHint } from "@rookery/sync";
import type { EventLog } from "./log.ts";
import type { PulledDelivery } from "./relay-api.ts";
import type { Repo, Repos } from "./repos.ts";
import { MAX_PULL_BYTES, MAX_PULL_ROWS } from "./settings.ts";

/** Who is to be woken for a commit. */
export interface Addressees {
  direct: Set<string>;
  everybody: boolean;
}

type Row = { seq: number; op: number; author: string; path: string; cid: string | null; action: "create" | "delete" };

/** Direct rows and broadcasts in one order; a broadcast only when not acknowledged yet and from somebody else. */
const PULL = `
  SELECT d.seq AS seq, d.op AS op, r.did AS author, d.path AS path, d.cid AS cid, d.action AS action
    FROM delivery d JOIN repos r ON r.id = d.author WHERE d.recipient = ?1 AND d.seq > ?2 AND d.seq <= ?3
  UNION ALL
  SELECT b.seq, b.op, r.did, b.path, b.cid, b.action
    FROM broadcast b JOIN repos r ON r.id = b.author WHERE b.seq > MAX(?2, ?4) AND b.seq <= ?3 AND b.author <> ?1
  ORDER BY seq, op LIMIT ?5`;

export class Deliveries {
  readonly #sql: SqlStorage;
  readonly #log: EventLog;
  readonly #repos: Repos;

  constructor(sql: SqlStorage, log: EventLog, repos: Repos) {
    this.#sql = sql;
    this.#log = log;
    this.#repos = repos;
  }

  /** Note whom the event `seq` of `author` is for, within the caller's transaction. DIDs that are not of this colony are left out. */
  add(author: Repo, seq: number, hints: DeliveryHint[], addressees: Addressees): void {
    hints.forEach((hint, op) => {
      if (hint.to === "all") {
        this.#sql.exec("INSERT INTO broadcast (seq, op, author, path, cid, action) VALUES (?, ?, ?, ?, ?, ?)", seq, op, author.id, hint.path, hint.cid ?? null, hint.action);
        addressees.everybody = true;
        return;
      }
      for (const did of new Set(hint.to)) {
        const recipient = this.#repos.find(did);
        if (recipient === undefined || recipient.status === "deleted") continue;
        this.#sql.exec(
          "INSERT INTO delivery (recipient, seq, op, author, path, cid, action) VALUES (?, ?, ?, ?, ?, ?, ?)",
          recipient.id, seq, op, author.id, hint.path, hint.cid ?? null, hint.action,
        );
        if (recipient.active) addressees.direct.add(did);
      }
    });
  }

  /**
   * What waits for `recipient` after `after`, in order. `limit` counts rows but never cuts an event in two: the recipient's
   * cursor is a seq. Frames are bounded in bytes by MAX_PULL_BYTES beyond the first event.
   */
  pull(recipient: Repo, after: number, limit: number): PulledDelivery[] {
    const most = Math.min(Math.max(1, Math.trunc(limit)), MAX_PULL_ROWS);
    let rows = this.#rows(recipient, after, Number.MAX_SAFE_INTEGER, most);
    const last = rows.at(-1);
    if (last !== undefined && rows.length === most) rows = [...rows.filter((row) => row.seq < last.seq), ...this.#rows(recipient, last.seq - 1, last.seq, -1)];
    const pulled: PulledDelivery[] = [];
    let frame: Uint8Array | undefined;
    let bytes = 0;
    let seq = 0;
    for (const row of rows) {
      if (row.seq !== seq) {
        frame = this.#log.frameOf(row.seq);
        bytes += frame?.length ?? 0;
        if (seq !== 0 && bytes > MAX_PULL_BYTES) break;
        seq = row.seq;
      }
      // A frame that is gone was purged with its author; retention removes rows and frame together.
      if (frame === undefined) continue;
      pulled.push({ seq, author: row.author, path: row.path, action: row.action, frame, ...(row.cid === null ? {} : { cid: row.cid }) });
    }
    return pulled;
  }

  /** The recipient has dealt with everything up to `through`. Its re-wakes start anew. */
  acknowledge(recipient: Repo, through: number): void {
    const upTo = Math.min(through, this.#log.lastSeq);
    this.#sql.exec("DELETE FROM delivery WHERE recipient = ? AND seq <= ?", recipient.id, upTo);
    this.#sql.exec("DELETE FROM waking WHERE recipient = ?", recipient.id);
    this.#repos.acknowledge(recipient, upTo);
  }

  /** Remove broadcasts that every active account but their author has acknowledged. */
  settleBroadcasts(): void {
    // An author never acknowledges its own, so the lowest and the second lowest account decide.
    const [low, second] = this.#sql.exec<{ id: number; acked: number }>("SELECT id, acked FROM repos WHERE active = 1 ORDER BY acked LIMIT 2").toArray();
    const none = Number.MAX_SAFE_INTEGER;
    this.#sql.exec("DELETE FROM broadcast WHERE seq <= CASE WHEN author = ? THEN ? ELSE ? END", low?.id ?? 0, second?.acked ?? none, low?.acked ?? none);
  }

  /** Remove everything that points at these events. */
  removeEvents(seqs: number[]): void {
    for (const seq of seqs) {
      this.#sql.exec("DELETE FROM delivery WHERE seq = ?", seq);
      this.#sql.exec("DELETE FROM broadcast WHERE seq = ?", seq);
    }
  }

  /** Remove everything that waits for an account that is no more. */
  removeRecipient(id: number): void {
    this.#sql.exec("DELETE FROM delivery WHERE recipient = ?", id);
    this.#sql.exec("DELETE FROM waking WHERE recipient = ?", id);
  }

  /** Deliveries not acknowledged; a broadcast counts once. */
  pending(): number {
    return this.#sql.exec<{ n: number }>("SELECT (SELECT COUNT(*) FROM delivery) + (SELECT COUNT(*) FROM broadcast) AS n").one().n;
  }

  #rows(recipient: Repo, after: number, through: number, limit: number): Row[] {
    return this.#sql.exec<Row>(PULL, recipient.id, after, through, recipient.acked, limit).toArray();
  }
}
