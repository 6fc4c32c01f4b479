import type { OutboxRow } from "@rookery/sync";
import { faultPoint } from "./fault.ts";
import {
  OUTBOX_BATCH_BYTES, OUTBOX_BATCH_ROWS, OUTBOX_BURST, OUTBOX_HORIZON, OUTBOX_INTERVAL, OUTBOX_MAX_ROWS, OUTBOX_MEMORY_BYTES, OUTBOX_PART_BYTES,
  OUTBOX_RETRY_FIRST, OUTBOX_RETRY_LAST, OUTBOX_SHARED_BYTES,
} from "./limits.ts";
import { Pace } from "./pace.ts";
import type { AgentPorts } from "./ports.ts";
import type { JobResult, Scheduler } from "./scheduler.ts";
import { type OutboxEvent, deleteEvents, deleteParts, hasSplitEvents, insertEvent, oldestEvent, readEvents } from "./store/outbox.ts";

interface Source {
  did: string;
  epoch: number;
}

/**
 * Events on their way to the relay: in order, at least once. Rows are the truth; the newest are also kept in memory so
 * that the usual case sends without reading. A row goes when the relay has it, within the next commit's transaction.
 */
export class Outbox {
  readonly #sql: SqlStorage;
  readonly #ports: AgentPorts;
  readonly #scheduler: Scheduler;
  readonly #source: Source;
  /** Newest event committed, newest one the relay holds, newest one deleted here. */
  #last: number;
  #acked: number;
  #deleted: number;
  #hasParts: boolean;
  /** Events that follow `#acked` without a gap, or nothing. */
  #memory: OutboxEvent[] = [];
  #memoryBytes = 0;
  #sending: Promise<boolean> | undefined;
  /** After a failure, commits do not send at once until then (milliseconds since 1970); the alarm does. */
  #quietUntil = 0;
  /** When commits may lead to a call, and whether a later one is set. */
  readonly #pace = new Pace(OUTBOX_INTERVAL, OUTBOX_BURST);
  #isTimed = false;

  constructor(sql: SqlStorage, ports: AgentPorts, scheduler: Scheduler, source: Source, last: number) {
    this.#sql = sql;
    this.#ports = ports;
    this.#scheduler = scheduler;
    this.#source = source;
    this.#last = last;
    this.#acked = (oldestEvent(sql) ?? last + 1) - 1;
    this.#deleted = this.#acked;
    this.#hasParts = hasSplitEvents(sql);
  }

  /** Events that the relay does not hold yet. */
  get waiting(): number {
    return this.#last - this.#acked;
  }

  /** Whether the relay has been away for so long that no more events are taken. */
  get full(): boolean {
    return this.waiting >= OUTBOX_MAX_ROWS;
  }

  /** The next of those, in order: all of them, unless they are more than one batch. */
  unsent(): OutboxRow[] {
    return this.waiting === 0 ? [] : this.#batch().map((event) => rowOf(this.#source, event));
  }

  /** Write an event down, inside the caller's transaction. It counts once `committed` is told of it. */
  insert(event: OutboxEvent, now: number): void {
    const isOneHeld = this.#acked > this.#deleted;
    if (isOneHeld && this.#hasParts) {
      deleteEvents(this.#sql, this.#acked - 1);
      deleteParts(this.#sql, this.#acked);
      this.#deleted = this.#acked - 1;
    }
    // The oldest of those that the relay holds: what is left has no gap.
    const over = isOneHeld ? ++this.#deleted : undefined;
    insertEvent(this.#sql, event, over);
    this.#scheduler.ensure("outbox", now + OUTBOX_HORIZON);
  }

  /** Delete what the relay holds. A failed transaction brings the rows back; they are deleted again with a later one. */
  clean(): void {
    if (this.#deleted >= this.#acked) return;
    deleteEvents(this.#sql, this.#acked);
    if (this.#hasParts) deleteParts(this.#sql, this.#acked);
    this.#deleted = this.#acked;
  }

  /** After a transaction that called `insert` failed: look again at what is there. */
  reload(): void {
    this.#deleted = Math.min(this.#acked, (oldestEvent(this.#sql) ?? this.#last + 1) - 1);
  }

  /** The transaction that inserted these is done. Sent at once, unless a send is under way, which takes them along, or there were so many that the next ones go together. */
  committed(events: OutboxEvent[]): void {
    for (const event of events) {
      if (event.frame.length > OUTBOX_PART_BYTES) this.#hasParts = true;
      const next = this.#acked + this.#memory.length + 1;
      if (event.n === next && this.#memoryBytes + event.frame.length <= OUTBOX_MEMORY_BYTES) {
        this.#memory.push(event);
        this.#memoryBytes += event.frame.length;
      }
      this.#last = event.n;
    }
    this.#sendInTurn();
  }

  /** A call for each commit would be a quarter of what a busy agent's writes cost: see OUTBOX_INTERVAL. */
  #sendInTurn(): void {
    if (this.#memoryBytes >= OUTBOX_SHARED_BYTES || this.#memory.length < this.waiting) return this.#sendNow();
    if (this.#sending !== undefined || this.#isTimed) return;
    const delay = this.#pace.delay(Date.now());
    if (delay === 0) return this.#sendNow();
    this.#isTimed = true;
    setTimeout(() => {
      this.#isTimed = false;
      this.#sendNow();
    }, delay);
  }

  #sendNow(): void {
    const now = Date.now();
    if (this.#sending !== undefined || this.waiting === 0 || now < this.#quietUntil) return;
    this.#pace.begin(now);
    void this.send();
  }

  /** Send until the relay has everything. False when it failed; the alarm is set to try again then. */
  send(): Promise<boolean> {
    // Not started for nothing: it must not end before it is noted as under way.
    if (this.waiting === 0) return Promise.resolve(true);
    this.#sending ??= this.#sendAll();
    return this.#sending;
  }

  async #sendAll(): Promise<boolean> {
    try {
      let sent = true;
      // Events may come while the last answer is on its way to us: looked at in the turn in which we stop.
      while (sent && this.waiting > 0) sent = await this.#drain();
      if (!sent) this.#quietUntil = Date.now() + OUTBOX_RETRY_FIRST;
      return sent;
    } finally {
      this.#sending = undefined;
    }
  }

  /** The alarm's turn. */
  async job(tries: number): Promise<JobResult> {
    const sent = await this.send();
    if (!sent) return { again: Math.min(OUTBOX_RETRY_LAST, OUTBOX_RETRY_FIRST * 2 ** Math.min(tries, 16)) };
    this.clean();
    return undefined;
  }

  async #drain(): Promise<boolean> {
    while (this.#acked < this.#last) {
      const batch = this.#batch();
      const newest = batch.at(-1);
      if (newest === undefined) throw new Error(`outbox of ${this.#source.did} lost the events after ${this.#acked}`);
      faultPoint(this.#ports.fault, "outbox.before-send");
      const held = await this.#ingest(batch.map((event) => rowOf(this.#source, event)));
      if (held === undefined || held < newest.n) return false;
      this.#acknowledge(newest.n);
      faultPoint(this.#ports.fault, "outbox.after-send");
    }
    return true;
  }

  /** Number of the newest event that the relay holds, or undefined when it could not be told. */
  async #ingest(rows: OutboxRow[]): Promise<number | undefined> {
    try {
      const answer = await this.#ports.relay.ingest(rows);
      if (answer.ok && answer.value.epoch === this.#source.epoch) return answer.value.n;
      console.error(JSON.stringify({ event: "ingest-refused", did: this.#source.did, answer }));
    } catch (error) {
      console.error(JSON.stringify({ event: "ingest-failed", did: this.#source.did, error: String(error) }));
    }
    return undefined;
  }

  #batch(): OutboxEvent[] {
    if (this.#memory.length > 0) return this.#memory.slice(0, OUTBOX_BATCH_ROWS);
    return readEvents(this.#sql, this.#acked, OUTBOX_BATCH_ROWS, OUTBOX_BATCH_BYTES);
  }

  #acknowledge(n: number): void {
    const sent = this.#memory.length > 0 ? n - this.#acked : 0;
    for (const event of this.#memory.splice(0, sent)) this.#memoryBytes -= event.frame.length;
    this.#acked = n;
  }
}

const rowOf = ({ did, epoch }: Source, event: OutboxEvent): OutboxRow => ({ did, epoch, ...event });
