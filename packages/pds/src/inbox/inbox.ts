import { type Outcome, fail, ok } from "@rookery/sync";
import type { InboxMessage } from "../agent-api.ts";
import { faultPoint } from "../fault.ts";
import {
  INBOX_INVALID_TRIES, INBOX_PULL_ROWS, INBOX_RETRY_BUDGET, INBOX_RETRY_FIRST, INBOX_RETRY_LAST, INBOX_UNRESOLVED_TRIES,
  MAX_INBOX_PENDING, MAX_INBOX_WAITERS, MAX_INBOX_WAIT_SECONDS,
} from "../limits.ts";
import type { AgentPorts, DeliveryRow } from "../ports.ts";
import type { JobResult, Scheduler } from "../scheduler.ts";
import {
  type Pending, deletePending, insertMessage, park, putPending, readMessages, readPending, readPulled, trimInbox, writePulled,
} from "../store/inbox.ts";
import { type Verdict, verifyDelivery } from "./verify.ts";

type Page = { messages: InboxMessage[]; cursor?: string };

/**
 * What others sent to this agent. The relay holds deliveries until they are acknowledged; we pull after our own cursor,
 * verify, store once, acknowledge. A delivery that does not verify waits and is tried again by alarm; everything after it
 * from the same sender waits behind it, everybody else's goes on. After enough tries it is parked with its reason.
 */
export class Inbox {
  readonly #storage: DurableObjectStorage;
  readonly #scheduler: Scheduler;
  readonly #ports: AgentPorts;
  readonly #did: string;
  readonly #waiters = new Set<() => void>();
  #running: Promise<void> | undefined;
  #again = false;
  #abandoned = false;
  /** What the relay was last told. */
  #acknowledged: number | undefined;

  constructor(storage: DurableObjectStorage, scheduler: Scheduler, ports: AgentPorts, did: string) {
    this.#storage = storage;
    this.#scheduler = scheduler;
    this.#ports = ports;
    this.#did = did;
  }

  /** Something may be waiting at the relay. A failure is tried again by alarm. */
  async wake(): Promise<void> {
    try {
      await this.#pullAll();
    } catch (error) {
      this.#report("inbox-pull-failed", String(error));
      this.#scheduler.ensure("inbox", Date.now() + INBOX_RETRY_FIRST);
    }
  }

  /** Oldest first, after `cursor`. Errors: `InvalidRequest` (400) for a cursor that is not ours. */
  async list({ limit, cursor, waitSeconds = 0 }: { limit: number; cursor?: string; waitSeconds?: number }): Promise<Outcome<Page>> {
    const after = Number(cursor ?? 0);
    if (!/^\d{1,15}$/.test(cursor ?? "0")) return fail(400, "InvalidRequest", `Malformed cursor: ${String(cursor).slice(0, 40)}`);
    let rows = readMessages(this.#storage.sql, after, limit);
    if (rows.length === 0 && waitSeconds > 0 && this.#waiters.size < MAX_INBOX_WAITERS) {
      await this.#arrival(Math.min(waitSeconds, MAX_INBOX_WAIT_SECONDS) * 1000);
      if (this.#abandoned) return fail(400, "RepoNotFound", "There is no account here any more");
      rows = readMessages(this.#storage.sql, after, limit);
    }
    const last = rows.at(-1);
    const messages = rows.map(({ message }) => message);
    return ok(last === undefined ? { messages, ...(cursor === undefined ? {} : { cursor }) } : { messages, cursor: String(last.id) });
  }

  /** The object's storage is going: nobody waits any longer. */
  abandon(): void {
    this.#abandoned = true;
    for (const arrived of this.#waiters) arrived();
  }

  /** The alarm's turn: deliveries that wait first, then whatever is new. */
  async job(tries: number): Promise<JobResult> {
    await this.#retry();
    try {
      await this.#pullAll();
    } catch (error) {
      this.#report("inbox-pull-failed", String(error));
      return { again: backOff(tries) };
    }
    const [first, ...rest] = readPending(this.#storage.sql);
    if (first === undefined) return undefined;
    return { again: backOff(rest.reduce((least, { tries: n }) => (n > 0 && n < least ? n : least), Math.max(first.tries, 1)) - 1) };
  }

  /** One pull at a time; a wake-up meanwhile makes it look once more. */
  #pullAll(): Promise<void> {
    this.#again = true;
    this.#running ??= (async () => {
      try {
        while (this.#again) {
          this.#again = false;
          while (await this.#pullSome());
          await this.#acknowledge();
        }
      } finally {
        this.#running = undefined;
      }
    })();
    return this.#running;
  }

  /** Pull, verify, store, acknowledge a batch. False when there was nothing, or too much waits already. */
  async #pullSome(): Promise<boolean> {
    const { sql } = this.#storage;
    const pending = readPending(sql);
    if (pending.length >= MAX_INBOX_PENDING) return false;
    const rows = await this.#ports.relay.pull({ recipient: this.#did, after: readPulled(sql), limit: INBOX_PULL_ROWS });
    faultPoint(this.#ports.fault, "inbox.after-pull");
    const last = rows.at(-1);
    if (last === undefined) return false;
    const blocked = new Set(pending.map(({ author }) => author));
    const judged: { row: DeliveryRow; verdict: Verdict | undefined }[] = [];
    for (const row of rows) {
      const verdict = blocked.has(row.author) ? undefined : await verifyDelivery(row, this.#did, this.#ports.plcUrl);
      if (verdict?.kind !== "verified") blocked.add(row.author);
      judged.push({ row, verdict });
    }
    this.#store(() => {
      for (const { row, verdict } of judged) this.#settle({ ...row, tries: 0, reason: "behind an earlier one of the same sender" }, verdict);
      writePulled(sql, last.seq);
    });
    await this.#acknowledge();
    return true;
  }

  async #retry(): Promise<void> {
    const blocked = new Set<string>();
    const deadline = Date.now() + INBOX_RETRY_BUDGET;
    for (const waiting of readPending(this.#storage.sql)) {
      if (blocked.has(waiting.author)) continue;
      if (Date.now() > deadline) break;
      const rows = await this.#ports.relay.pull({ recipient: this.#did, after: waiting.seq - 1, limit: 1 });
      const row = rows.find(({ seq, path }) => seq === waiting.seq && path === waiting.path);
      const verdict: Verdict = row === undefined ? { kind: "invalid", reason: "the relay no longer has it" } : await verifyDelivery(row, this.#did, this.#ports.plcUrl);
      this.#store(() => {
        if (this.#settle(waiting, verdict) === "waits") blocked.add(waiting.author);
      });
    }
    await this.#acknowledge();
  }

  /** Inside a transaction: store a delivery, have it wait, or give it up. No verdict: it waits behind another. */
  #settle(waiting: Pending, verdict: Verdict | undefined): "done" | "waits" {
    const { sql } = this.#storage;
    const { seq, path, author } = waiting;
    if (verdict?.kind === "verified") {
      deletePending(sql, waiting);
      insertMessage(sql, verdict.message, new Date().toISOString());
      return "done";
    }
    const tries = verdict === undefined ? waiting.tries : waiting.tries + 1;
    const entry = { seq, path, author, tries, reason: verdict?.reason ?? waiting.reason };
    if (tries >= (verdict?.kind === "unresolved" ? INBOX_UNRESOLVED_TRIES : INBOX_INVALID_TRIES)) {
      this.#report("delivery-parked", entry.reason, { seq, path, author });
      park(sql, entry, new Date().toISOString());
      return "done";
    }
    putPending(sql, entry);
    this.#scheduler.ensure("inbox", Date.now() + backOff(tries - 1));
    return "waits";
  }

  #store(write: () => void): void {
    try {
      this.#storage.transactionSync(() => {
        write();
        trimInbox(this.#storage.sql);
        faultPoint(this.#ports.fault, "inbox.in-transaction");
      });
    } catch (error) {
      this.#scheduler.load();
      throw error;
    }
    for (const arrived of this.#waiters) arrived();
  }

  /**
   * Tell the relay what is dealt with: all before the oldest that waits. The output gate holds the call until that is on
   * disk. Told once per awakening also when nothing is new: the object may have died between storing and telling.
   */
  async #acknowledge(): Promise<void> {
    const { sql } = this.#storage;
    const oldest = readPending(sql)[0]?.seq;
    const through = oldest === undefined ? readPulled(sql) : oldest - 1;
    if (through === this.#acknowledged) return;
    faultPoint(this.#ports.fault, "inbox.before-ack");
    await this.#ports.relay.acknowledge({ recipient: this.#did, through });
    this.#acknowledged = through;
  }

  #arrival(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiters.add(done);
    });
  }

  #report(event: string, error: string, more: object = {}): void {
    console.error(JSON.stringify({ event, did: this.#did, error, ...more }));
  }
}

const backOff = (tries: number): number => Math.min(INBOX_RETRY_LAST, INBOX_RETRY_FIRST * 2 ** Math.max(0, Math.min(tries, 20)));
