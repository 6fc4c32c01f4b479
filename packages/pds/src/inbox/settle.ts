import { faultPoint } from "../fault.ts";
import { INBOX_INVALID_PAUSES, INBOX_RETRY_FIRST, INBOX_RETRY_LAST, INBOX_UNRESOLVED_TRIES } from "../limits.ts";
import type { AgentPorts } from "../ports.ts";
import type { Trust } from "../reach/trust.ts";
import type { Scheduler } from "../scheduler.ts";
import { putUntold, trimInbox } from "../store/inbox.ts";
import { type Waiting, countTry, deleteWaiting, mostWaiting, putWaiting, triedOften } from "../store/inbox-waiting.ts";
import type { Verdict } from "./verify.ts";

/** Pause before the next try after so many, in ms. */
export const backOff = (tries: number): number => Math.min(INBOX_RETRY_LAST, INBOX_RETRY_FIRST * 2 ** Math.max(0, Math.min(tries, 20)));

interface Options {
  storage: DurableObjectStorage;
  scheduler: Scheduler;
  ports: AgentPorts;
  did: string;
  /** Decides what of the verified goes into the inbox. */
  trust: Trust;
  /** There may be new messages. */
  arrived: () => void;
}

/** What becomes of a delivery that was judged: it is stored, waits to be tried again, or is given up with its reason. */
export class Settle {
  readonly #storage: DurableObjectStorage;
  readonly #scheduler: Scheduler;
  readonly #ports: AgentPorts;
  readonly #did: string;
  readonly #trust: Trust;
  readonly #arrived: () => void;

  constructor({ storage, scheduler, ports, did, trust, arrived }: Options) {
    this.#storage = storage;
    this.#scheduler = scheduler;
    this.#ports = ports;
    this.#did = did;
    this.#trust = trust;
    this.#arrived = arrived;
  }

  /** One transaction, after which whoever waits for messages looks again. */
  store(write: () => void): void {
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
    this.#arrived();
  }

  /** Inside a transaction. No verdict: it waits behind another of the same sender. A sender who cannot be resolved counts against all that waits of him. */
  one(waiting: Waiting, verdict: Verdict | undefined): "done" | "waits" {
    const { sql } = this.#storage;
    if (verdict === undefined) {
      putWaiting(sql, waiting, 0);
      return "waits";
    }
    if (verdict.kind === "verified") {
      deleteWaiting(sql, waiting);
      this.#trust.receive(verdict.message, waiting.source, Date.now());
      return "done";
    }
    const isUnresolved = verdict.kind === "unresolved";
    const entry = { ...waiting, tries: waiting.tries + 1, refusals: waiting.refusals + (isUnresolved ? 0 : 1), reason: verdict.reason };
    if (isUnresolved) {
      countTry(sql, entry);
      for (const behind of triedOften(sql, entry.author, INBOX_UNRESOLVED_TRIES)) if (behind.seq !== entry.seq || behind.path !== entry.path) this.#giveUp({ ...behind, reason: entry.reason });
    }
    const pause = isUnresolved ? backOff(entry.tries - 1) : INBOX_INVALID_PAUSES[entry.refusals - 1];
    if (pause === undefined || (isUnresolved && entry.tries >= INBOX_UNRESOLVED_TRIES)) {
      this.#giveUp(entry);
      return "done";
    }
    const due = Date.now() + pause;
    putWaiting(sql, entry, due);
    this.#scheduler.ensure("inbox", due);
    return "waits";
  }

  /** Inside a transaction: give up so many of those that wait, of whoever has most of them. */
  makeRoom(count: number): void {
    for (const waiting of mostWaiting(this.#storage.sql, count)) this.#giveUp({ ...waiting, reason: `too much waits here, and most of it of this sender. ${waiting.reason}` });
  }

  /** Its relay is told with the next acknowledgement; should that fail, by the alarm. */
  #giveUp(entry: Waiting): void {
    const { sql } = this.#storage;
    const { source, seq, path, author, reason } = entry;
    console.error(JSON.stringify({ event: "delivery-parked", did: this.#did, error: reason, source, seq, path, author }));
    deleteWaiting(sql, entry);
    putUntold(sql, entry, new Date().toISOString());
    this.#scheduler.ensure("inbox", Date.now() + INBOX_RETRY_FIRST);
  }
}
