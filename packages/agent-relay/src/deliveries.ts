/**
 * Records on their way to recipients of this colony: the durable truth of delivery. A row stays until its recipient has
 * acknowledged it; the frame it points at stays with it (log, then kept). A broadcast is one row for everybody but its author.
 *
 * Inactive accounts keep their direct deliveries until retention ends; broadcasts do not wait for them.
 */
import type { DeliveryHint } from "@rookery/sync";
import type { PulledDelivery } from "./delivery-api.ts";
import type { Evidence, EventLog } from "./log.ts";
import { type DeliveryRow, Parked } from "./parked.ts";
import type { Repo, Repos } from "./repos.ts";
import { Sent } from "./sent.ts";
import { MAX_DELIVERED_CHARS, MAX_DELIVERED_PATHS, MAX_PULL_BYTES, MAX_PULL_ROWS, UNCLAIMED_MS } from "./settings.ts";
import { Strangers } from "./strangers.ts";
import { type Unclaimed, UnclaimedMail } from "./unclaimed.ts";
import { isUnheard } from "./unheard.ts";

/** Who is to be woken for a commit. */
export interface Addressees {
  direct: Set<string>;
  everybody: boolean;
}

/** Whose records are delivered: an account's row, or a stranger's (strangers.ts). `host` is empty for accounts of this colony alone. */
export type Author = Pick<Repo, "id" | "did" | "host">;

/** Direct rows and broadcasts in one order; a broadcast only when not acknowledged yet and from somebody else. */
const PULL = `
  SELECT d.seq AS seq, d.op AS op, COALESCE(r.did, s.did) AS author, d.path AS path, d.cid AS cid, d.action AS action
    FROM delivery d LEFT JOIN repos r ON r.id = d.author LEFT JOIN stranger s ON s.id = -d.author
   WHERE d.recipient = ?1 AND d.seq > ?2 AND d.seq <= ?3
  UNION ALL
  SELECT b.seq, b.op, COALESCE(r.did, s.did), b.path, b.cid, b.action
    FROM broadcast b LEFT JOIN repos r ON r.id = b.author LEFT JOIN stranger s ON s.id = -b.author
   WHERE b.seq > MAX(?2, ?4) AND b.seq <= ?3 AND b.author <> ?1
  ORDER BY seq, op LIMIT ?5`;

/** See above: noted by an event, pulled and acknowledged by the recipient. */
export class Deliveries {
  readonly #sql: SqlStorage;
  readonly #log: EventLog;
  readonly #repos: Repos;
  readonly #sent: Sent;
  readonly #strangers: Strangers;
  readonly #unclaimed = new UnclaimedMail();
  /** Those given up by their recipients. */
  readonly parked: Parked;

  constructor(sql: SqlStorage, log: EventLog, repos: Repos) {
    this.#sql = sql;
    this.#log = log;
    this.#repos = repos;
    this.#sent = new Sent(sql);
    this.#strangers = new Strangers(sql);
    this.parked = new Parked(sql, repos);
  }

  /** Note whom the event `seq` of `author` is for, within the caller's transaction. DIDs that are not of this colony are left out, unless they turn out to be. */
  add(author: Author, seq: number, hints: DeliveryHint[], addressees: Addressees): void {
    hints.forEach((hint, op) => {
      const to = author.host === "" ? hint.to : this.#remembered(author, hint);
      if (to === "all") {
        this.#sql.exec("INSERT INTO broadcast (seq, op, author, path, cid, action) VALUES (?, ?, ?, ?, ?, ?)", seq, op, author.id, hint.path, hint.cid ?? null, hint.action);
        addressees.everybody = true;
        return;
      }
      for (const did of new Set(to)) {
        const recipient = this.recipient(did);
        if (recipient !== undefined) this.#put(recipient, { seq, op, author: author.id, hint }, addressees);
        else if (author.host === "" && this.#repos.find(did) === undefined) this.#unclaimed.note(did, { seq, op, author: author.id, hint });
      }
    });
  }

  /** An account is heard of for the first time, within the caller's transaction: what was written to it just before waits for it. */
  claim(recipient: Repo, addressees: Addressees): void {
    for (const mail of this.#unclaimed.take(recipient.did)) {
      const [row] = this.#sql.exec<{ at: number }>("SELECT at FROM log WHERE seq = ?", mail.seq).toArray();
      if (row !== undefined && row.at >= (recipient.at ?? 0) - UNCLAIMED_MS) this.#put(recipient, mail, addressees);
    }
  }

  /** A transaction was rolled back. */
  reload(): void {
    this.#unclaimed.clear();
  }

  /** An account of this colony that can be delivered to. */
  recipient(did: string): Repo | undefined {
    const repo = this.#repos.find(did);
    return repo === undefined || repo.host !== "" || repo.status === "deleted" || isUnheard(repo) ? undefined : repo;
  }

  /** Who `did` is to deliveries: an account that is known, or a stranger, as is one that left this colony and writes from elsewhere. */
  author(did: string): Author {
    const known = this.#repos.find(did);
    return known === undefined || (known.host === "" && !known.active) ? this.#strangers.author(did) : known;
  }

  /** Forget strangers whom nothing mentions any more. */
  sweepStrangers(): void {
    this.#strangers.sweep();
  }

  /** Whom of `hint.to` the record was not delivered to yet; empty when it is a repeat. For authors that live elsewhere. */
  newRecipients(author: Author, hint: DeliveryHint): string[] | "all" {
    const sent = this.#sentOf(author, hint.path);
    if (hint.action === "delete") return sent?.to ?? [];
    if (sent === undefined || sent.cid !== hint.cid) return hint.to;
    if (sent.to === "all") return [];
    const had = new Set(sent.to);
    return hint.to === "all" ? "all" : hint.to.filter((did) => !had.has(did));
  }

  /** Paths of records of somebody who lives elsewhere that were delivered here and not taken back, as far as that is remembered. */
  deliveredOf(did: string): string[] {
    const ids = [this.#repos.find(did)?.id, this.#strangers.idOf(did)];
    let chars = 0;
    return ids.flatMap((id) => (id === undefined ? [] : this.#sent.pathsOf(id, MAX_DELIVERED_PATHS))).filter((path) => (chars += path.length) <= MAX_DELIVERED_CHARS);
  }

  /**
   * What waits for `recipient` after `after`, in order. `limit` counts rows but never cuts an event in two: the recipient's
   * cursor is a seq. Frames are bounded in bytes by MAX_PULL_BYTES beyond the first event.
   */
  pull(recipient: Repo, after: number, limit: number): PulledDelivery[] {
    const most = clamp(limit);
    for (let from = after; ; ) {
      let rows = this.#rows(recipient, from, Number.MAX_SAFE_INTEGER, most);
      const last = rows.at(-1);
      if (last === undefined) return [];
      if (rows.length === most) rows = [...rows.filter((row) => row.seq < last.seq), ...this.#rows(recipient, last.seq - 1, last.seq, -1)];
      const pulled = this.#withEvidence(rows);
      // Rows whose evidence is gone must not hide what is behind them.
      if (pulled.length > 0) return pulled;
      from = last.seq;
    }
  }

  /** What the admin wants `recipient` to try again; bounded like `pull`. */
  pullAgain(recipient: Repo, limit: number): PulledDelivery[] {
    return this.#withEvidence(this.parked.again(recipient, clamp(limit))).map((row) => ({ ...row, again: true }));
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
    const [low, second] = this.#sql.exec<{ id: number; acked: number }>("SELECT id, acked FROM repos WHERE host = '' AND active = 1 ORDER BY acked LIMIT 2").toArray();
    const none = Number.MAX_SAFE_INTEGER;
    this.#sql.exec("DELETE FROM broadcast WHERE seq <= CASE WHEN author = ? THEN ? ELSE ? END", low?.id ?? 0, second?.acked ?? none, low?.acked ?? none);
  }

  /** Remove everything that points at these events. `lost` when they go for want of room or time, not with their author. */
  removeEvents(seqs: number[], lost = false): void {
    this.parked.removeEvents(seqs, lost);
    for (const seq of seqs) {
      this.#sql.exec("DELETE FROM delivery WHERE seq = ?", seq);
      this.#sql.exec("DELETE FROM broadcast WHERE seq = ?", seq);
    }
  }

  /** Remove everything that waits for an account that is no more. */
  removeRecipient(id: number): void {
    this.#sql.exec("DELETE FROM delivery WHERE recipient = ?", id);
    this.#sql.exec("DELETE FROM waking WHERE recipient = ?", id);
    this.parked.removeRecipient(id);
  }

  /** Deliveries not acknowledged; a broadcast counts once. */
  pending(): number {
    return this.#sql.exec<{ n: number }>("SELECT (SELECT COUNT(*) FROM delivery) + (SELECT COUNT(*) FROM broadcast) AS n").one().n;
  }

  #put(recipient: Repo, { seq, op, author, hint }: Unclaimed, addressees: Addressees): void {
    this.#sql.exec(
      "INSERT INTO delivery (recipient, seq, op, author, path, cid, action) VALUES (?, ?, ?, ?, ?, ?, ?)",
      recipient.id, seq, op, author, hint.path, hint.cid ?? null, hint.action,
    );
    if (recipient.active) addressees.direct.add(recipient.did);
  }

  /** Recipients of a hint of somebody who lives elsewhere, remembered for the day the record is taken back. */
  #remembered(author: Author, { action, path, cid, to }: DeliveryHint): string[] | "all" {
    if (action === "delete") {
      const sent = this.#sentOf(author, path);
      for (const id of this.#idsOf(author)) this.#sent.forget(id, path);
      return to.length > 0 ? to : (sent?.to ?? []);
    }
    const here = to === "all" ? to : to.filter((did) => this.recipient(did) !== undefined);
    if (here.length > 0 && cid !== undefined) this.#sent.note(author.id, path, cid, here);
    return here;
  }

  #sentOf(author: Author, path: string): ReturnType<Sent["of"]> {
    for (const id of this.#idsOf(author)) {
      const sent = this.#sent.of(id, path);
      if (sent !== undefined) return sent;
    }
    return undefined;
  }

  /** What rows may name an author by: whoever is known now may have been a stranger before. */
  *#idsOf({ id, did }: Author): Generator<number> {
    yield id;
    const before = id > 0 ? this.#strangers.idOf(did) : undefined;
    if (before !== undefined) yield before;
  }

  /** Rows with the frame or proof of each. Bounded in bytes beyond the first event, and never cut inside one. */
  #withEvidence(rows: DeliveryRow[]): PulledDelivery[] {
    const pulled: PulledDelivery[] = [];
    let evidence: Evidence | undefined;
    let bytes = 0;
    let seq = 0;
    for (const row of rows) {
      if (row.seq !== seq) {
        evidence = this.#log.evidenceOf(row.seq);
        bytes += evidence?.bytes.length ?? 0;
        if (seq !== 0 && bytes > MAX_PULL_BYTES) break;
        seq = row.seq;
      }
      // Whatever removes a frame removes these rows with it: the disk is damaged, or we are.
      if (evidence === undefined) {
        console.error({ event: "relay.evidence_missing", seq, author: row.author, path: row.path });
        continue;
      }
      const { author, path, action, cid } = row;
      const says = evidence.isProof ? { frame: new Uint8Array(), proof: evidence.bytes } : { frame: evidence.bytes };
      pulled.push({ seq, author, path, action, ...says, ...(cid === null ? {} : { cid }) });
    }
    return pulled;
  }

  #rows(recipient: Repo, after: number, through: number, limit: number): DeliveryRow[] {
    return this.#sql.exec<DeliveryRow>(PULL, recipient.id, after, through, recipient.acked, limit).toArray();
  }
}

const clamp = (limit: number): number => Math.min(Math.max(1, Math.trunc(limit)), MAX_PULL_ROWS);
