import { faultPoint } from "../fault.ts";
import { INBOX_PULL_ROWS, MAX_INBOX_PENDING, MAX_INBOX_UNTOLD } from "../limits.ts";
import type { AgentPorts, DeliveryPort, DeliveryRow, SourceName } from "../ports.ts";
import { deleteUntold, oldestOpen, readPulled, readUntold, writePulled } from "../store/inbox.ts";
import { countWaiting, waitingAuthors } from "../store/inbox-waiting.ts";
import type { Settle } from "./settle.ts";
import { verifyBatch, verifyEach } from "./verify-batch.ts";

/** What a source needs of the inbox it belongs to. */
export interface SourceContext {
  sql: SqlStorage;
  ports: AgentPorts;
  did: string;
  settle: Settle;
}

/**
 * One relay that holds deliveries for this agent. It keeps them until they are acknowledged; we pull after our own cursor,
 * verify, store once, and acknowledge with the next pull. Seqs mean nothing outside their source, so cursor and acknowledgement are per source.
 */
export class Source {
  readonly name: SourceName;
  readonly #port: DeliveryPort;
  readonly #context: SourceContext;
  /** What the relay was last told in this life. */
  #acknowledged: number | undefined;

  constructor(name: SourceName, port: DeliveryPort, context: SourceContext) {
    this.name = name;
    this.#port = port;
    this.#context = context;
  }

  /** Pull until nothing is left. Throws when the relay cannot be reached. */
  async pullAll(): Promise<void> {
    while (await this.#pullSome());
    await this.acknowledge();
  }

  /** One delivery again, by its place; undefined when the relay no longer has it. */
  async again(seq: number, path: string): Promise<DeliveryRow | undefined> {
    const rows = await this.#port.pull({ recipient: this.#context.did, after: seq - 1, limit: 1 });
    return rows.find((row) => row.seq === seq && row.path === path);
  }

  /**
   * Tell the relay what was given up, and then what is dealt with: all before the oldest that waits. The output gate holds each
   * call until that is on disk. Told once per awakening also when nothing is new: the object may have died before telling.
   */
  async acknowledge(): Promise<void> {
    const through = await this.#untold();
    if (through === undefined) return;
    await this.#port.acknowledge({ recipient: this.#context.did, through });
    this.#acknowledged = through;
  }

  /** Up to where the relay is to be told now that all is dealt with, after it was told what was given up; undefined when it knows. */
  async #untold(): Promise<number | undefined> {
    const { sql, did, ports } = this.#context;
    for (const { seq, path, reason, tries } of readUntold(sql, this.name, MAX_INBOX_UNTOLD)) {
      await this.#port.park({ recipient: did, seq, path, reason, tries });
      deleteUntold(sql, this.name, seq, path);
    }
    const oldest = oldestOpen(sql, this.name);
    const through = oldest === undefined ? readPulled(sql, this.name) : oldest - 1;
    if (through === this.#acknowledged) return undefined;
    faultPoint(ports.fault, "inbox.before-ack");
    return through;
  }

  /** Acknowledge what was stored before, pull, verify, store a batch. False when there was nothing. */
  async #pullSome(): Promise<boolean> {
    const { sql, did, ports, settle } = this.#context;
    // Of the batch before: the output gate holds this call, too, until that is on disk.
    const through = await this.#untold();
    const rows = await this.#port.pull({ recipient: did, after: readPulled(sql, this.name), limit: INBOX_PULL_ROWS, again: true, ...(through === undefined ? {} : { through }) });
    if (through !== undefined) this.#acknowledged = through;
    faultPoint(ports.fault, "inbox.after-pull");
    const last = rows.at(-1);
    if (last === undefined) return false;
    if (last.again === true) return this.#tryAgain(rows);
    const judged = await verifyBatch(rows, new Set(waitingAuthors(sql)), did, ports);
    settle.store(() => {
      for (const { row, verdict } of judged) settle.one({ source: this.name, ...row, tries: 0, refusals: 0, reason: "behind an earlier one of the same sender" }, verdict);
      settle.makeRoom(Math.max(0, countWaiting(sql) - MAX_INBOX_PENDING));
      writePulled(sql, this.name, last.seq);
    });
    return true;
  }

  /** What the admin wants tried once more: it goes into the inbox now, or back with what is wrong now. */
  async #tryAgain(rows: DeliveryRow[]): Promise<boolean> {
    const { did, ports, settle } = this.#context;
    for (const { row, verdict } of await verifyEach(rows, did, ports)) {
      const { seq, path } = row;
      if (verdict.kind === "verified") {
        settle.store(() => settle.one({ source: this.name, seq, path, author: row.author, tries: 0, refusals: 0, reason: "" }, verdict));
        await this.#port.unpark({ recipient: did, seq, path });
      } else await this.#port.park({ recipient: did, seq, path, reason: verdict.reason, tries: 1 });
    }
    return true;
  }
}
