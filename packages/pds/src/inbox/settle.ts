import { faultPoint } from "../fault.ts";
import { INBOX_INVALID_TRIES, INBOX_RETRY_FIRST, INBOX_RETRY_LAST, INBOX_UNRESOLVED_TRIES } from "../limits.ts";
import type { AgentPorts } from "../ports.ts";
import type { Scheduler } from "../scheduler.ts";
import { type Waiting, deleteWaiting, insertMessage, putUntold, putWaiting, trimInbox } from "../store/inbox.ts";
import type { Verdict } from "./verify.ts";

/** Pause before the next try after so many, in ms. */
export const backOff = (tries: number): number => Math.min(INBOX_RETRY_LAST, INBOX_RETRY_FIRST * 2 ** Math.max(0, Math.min(tries, 20)));

/** What becomes of a delivery that was judged: it is stored, waits to be tried again, or is given up with its reason. */
export class Settle {
  readonly #storage: DurableObjectStorage;
  readonly #scheduler: Scheduler;
  readonly #ports: AgentPorts;
  readonly #did: string;
  readonly #arrived: () => void;

  constructor(storage: DurableObjectStorage, scheduler: Scheduler, ports: AgentPorts, did: string, arrived: () => void) {
    this.#storage = storage;
    this.#scheduler = scheduler;
    this.#ports = ports;
    this.#did = did;
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

  /** Inside a transaction. No verdict: it waits behind another of the same sender. */
  one(waiting: Waiting, verdict: Verdict | undefined): "done" | "waits" {
    const { sql } = this.#storage;
    const { source, seq, path, author } = waiting;
    if (verdict?.kind === "verified") {
      deleteWaiting(sql, waiting);
      insertMessage(sql, verdict.message, source, new Date().toISOString());
      return "done";
    }
    const tries = verdict === undefined ? waiting.tries : waiting.tries + 1;
    const entry = { source, seq, path, author, tries, reason: verdict?.reason ?? waiting.reason };
    if (tries >= (verdict?.kind === "unresolved" ? INBOX_UNRESOLVED_TRIES : INBOX_INVALID_TRIES)) {
      console.error(JSON.stringify({ event: "delivery-parked", did: this.#did, error: entry.reason, source, seq, path, author }));
      deleteWaiting(sql, waiting);
      putUntold(sql, entry, new Date().toISOString());
      // Told with the next acknowledgement; should that fail, by the alarm.
      this.#scheduler.ensure("inbox", Date.now() + INBOX_RETRY_FIRST);
      return "done";
    }
    putWaiting(sql, entry);
    this.#scheduler.ensure("inbox", Date.now() + backOff(tries - 1));
    return "waits";
  }
}
