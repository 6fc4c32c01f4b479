import { INBOX_RETRY_BUDGET, INBOX_RETRY_FIRST, INBOX_RETRY_SENDERS } from "../limits.ts";
import type { AgentPorts, SourceName } from "../ports.ts";
import { type Waiting, dueSenders, oldestOf, putWaiting } from "../store/inbox-waiting.ts";
import type { Settle } from "./settle.ts";
import type { Source } from "./source.ts";
import { type Verdict, verifyDelivery } from "./verify.ts";

interface Options {
  sql: SqlStorage;
  ports: AgentPorts;
  did: string;
  settle: Settle;
  sources: ReadonlyMap<SourceName, Source>;
}

/** Tries what waits once more: each sender that is due, its oldest first, until one is still not good. */
export class Retries {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** One round, within its budget. Rejects when a relay could not be told what came of it. */
  async run(): Promise<void> {
    const senders = dueSenders(this.#options.sql, Date.now());
    const deadline = Date.now() + INBOX_RETRY_BUDGET;
    const touched = new Set<Source>();
    const next = async (): Promise<void> => {
      for (let author = senders.shift(); author !== undefined && Date.now() < deadline; author = senders.shift()) await this.#sender(author, deadline, touched);
    };
    await Promise.all(Array.from({ length: INBOX_RETRY_SENDERS }, next));
    for (const source of touched) await source.acknowledge();
  }

  async #sender(author: string, deadline: number, touched: Set<Source>): Promise<void> {
    const { sql, settle, sources } = this.#options;
    for (let waiting = oldestOf(sql, author); waiting !== undefined && Date.now() < deadline; waiting = oldestOf(sql, author)) {
      const judged = waiting;
      const source = sources.get(judged.source);
      const verdict = source === undefined ? GONE : await this.#verdict(source, judged);
      if (verdict === undefined) return putWaiting(sql, judged, Date.now() + INBOX_RETRY_FIRST);
      let outcome: "done" | "waits" = "waits";
      settle.store(() => (outcome = settle.one(judged, verdict)));
      if (source !== undefined) touched.add(source);
      if (outcome === "waits") return;
    }
  }

  /** Undefined when the relay cannot be asked now: that is not the delivery's fault. */
  async #verdict(source: Source, { seq, path }: Waiting): Promise<Verdict | undefined> {
    const { did, ports } = this.#options;
    try {
      const row = await source.again(seq, path);
      return row === undefined ? GONE : await verifyDelivery(row, did, ports);
    } catch (error) {
      console.error(JSON.stringify({ event: "inbox-retry-failed", did, error: String(error) }));
      return undefined;
    }
  }
}

const GONE: Verdict = { kind: "invalid", reason: "the relay no longer has it" };
