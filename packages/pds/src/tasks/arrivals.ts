import { collectionsOf } from "@rookery/lexicon-agent-comms";
import type { Decision, Messaging } from "@rookery/messaging";
import { faultPoint } from "../fault.ts";
import type { JobResult } from "../scheduler.ts";
import type { AgentState } from "../state.ts";
import { newestId, oldestId, readMail, readPlace, writePlace } from "../store/mail.ts";
import { OPEN_BATCH_BYTES, OPEN_BATCH_ROWS, OPEN_BUDGET, OPEN_HORIZON, OPEN_RETRY_FIRST, OPEN_RETRY_LAST, OPEN_TRIES } from "./limits.ts";
import type { Letter, Mail } from "./mail.ts";
import { type Looked, look } from "./opener.ts";
import { inTransaction } from "./transaction.ts";

type Agent = Pick<AgentState, "storage" | "sql" | "ports" | "scheduler" | "account" | "sealing" | "inbox">;

/**
 * The second stage of what arrives, for agents whose keys the colony holds: in the order of the inbox each message is opened,
 * then, in one transaction, given to the messaging engine, kept opened, and the place moved on. A place that did not move
 * means that nothing happened, so a crash at any point has no effect twice, and none is lost.
 */
export class Arrivals {
  readonly #agent: Agent;
  readonly #engine: Messaging;
  readonly #mail: Mail;
  #running: Promise<void> | undefined;

  constructor(agent: Agent, engine: Messaging, mail: Mail) {
    this.#agent = agent;
    this.#engine = engine;
    this.#mail = mail;
  }

  /** Whether messages are opened here at all. */
  get isHosted(): boolean {
    return this.#agent.sealing.custody === "hosted";
  }

  /** Whether there are messages that have not been looked at. */
  get isBehind(): boolean {
    return newestId(this.#agent.sql) > readPlace(this.#agent.sql).through;
  }

  /**
   * Open what is there, up to the newest. A failure is left to the alarm, and so is what the object dies over: called in the turn
   * that stores messages, this notes it in the same write to the disk.
   */
  async run(): Promise<void> {
    const { sealing, scheduler } = this.#agent;
    try {
      if (!this.isBehind) return;
      const { custody } = sealing;
      // An agent that is about to get its first key will be hosted then.
      if (custody === "hosted" || (custody === "none" && scheduler.isWaiting("keys"))) scheduler.ensure("arrivals", Date.now() + OPEN_HORIZON);
      if (custody === "hosted") await this.#drain();
    } catch (error) {
      this.#report("arrivals-failed", error);
      scheduler.ensure("arrivals", Date.now() + OPEN_RETRY_FIRST);
    }
  }

  /** The alarm's turn. */
  async job(tries: number): Promise<JobResult> {
    const { scheduler, sealing, sql } = this.#agent;
    if (sealing.custody === "none" && scheduler.isWaiting("keys")) return { again: OPEN_HORIZON };
    if (!this.isHosted || !this.isBehind) return undefined;
    const place = readPlace(sql);
    // Written first: what kills the object whenever it is opened is passed over in the end.
    writePlace(sql, { ...place, tries: place.tries + 1 });
    try {
      if (place.tries >= OPEN_TRIES) this.#passOver();
      await this.#drain(Date.now() + OPEN_BUDGET, place.tries > 0 ? 1 : OPEN_BATCH_ROWS);
    } catch (error) {
      this.#report("arrivals-failed", error);
      return { again: Math.min(OPEN_RETRY_LAST, OPEN_RETRY_FIRST * 2 ** Math.min(tries, 16)) };
    }
    return this.isBehind ? { again: 0 } : undefined;
  }

  /** One at a time; whoever comes meanwhile waits for the same. */
  #drain(until = Number.POSITIVE_INFINITY, rows = OPEN_BATCH_ROWS): Promise<void> {
    this.#running ??= this.#drainAll(until, rows).finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #drainAll(until: number, limit: number): Promise<void> {
    const { sql, account, sealing, inbox } = this.#agent;
    while (Date.now() < until) {
      const rows = readMail(sql, readPlace(sql).through, limit, OPEN_BATCH_BYTES);
      if (rows.length === 0) return;
      // Asked for each time: keys rotate, and their owner may take over meanwhile.
      if (!this.isHosted) return;
      const ring = await sealing.ring();
      const looked: Looked[] = [];
      for (const row of rows) looked.push(await look(row, account.did, ring, sealing));
      this.#store(looked);
      inbox.announce();
      void this.#learnKeys(looked);
    }
  }

  /** Everything that follows from these messages, in one transaction. */
  #store(looked: Looked[]): void {
    const { sql, ports } = this.#agent;
    faultPoint(ports.fault, "arrivals.opened");
    inTransaction(this.#agent, () => {
      const place = readPlace(sql);
      // In a later life of the object somebody else may have been faster.
      const fresh = looked.filter(({ row }) => row.id > place.through);
      const last = fresh.at(-1)?.row.id;
      if (last === undefined) return;
      for (const one of fresh) this.#settle(one);
      faultPoint(ports.fault, "arrivals.in-transaction");
      writePlace(sql, { through: last, from: this.#mail.trim(place.from, oldestId(sql)), tries: 0 });
    });
    faultPoint(ports.fault, "arrivals.stored");
  }

  /**
   * Whoever asks for something is to be answered, also when their host is away by then: their key is looked up while it is there.
   * Nothing waits for it, and a failure is told when the key is needed.
   */
  async #learnKeys(looked: Looked[]): Promise<void> {
    const askers = new Set(looked.flatMap(({ kind, row }) => (kind === "opened" && row.path.startsWith(`${collectionsOf.request}/`) ? [row.author] : [])));
    if (askers.size === 0) return;
    const sealer = await this.#agent.sealing.sealer().catch(() => undefined);
    if (sealer?.ok === true) for (const did of askers) await sealer.value.keyOf(did).catch(() => undefined);
  }

  #settle(looked: Looked): void {
    const { row } = looked;
    const letter = this.#letterOf(looked);
    if (looked.kind === "retraction") this.#mail.forget(row.author, row.path);
    this.#mail.put(row.id, letter);
  }

  #letterOf(looked: Looked): Letter {
    const { id: _, author, path, cid } = looked.row;
    const [collection = ""] = path.split("/");
    const uri = `at://${author}/${path}`;
    switch (looked.kind) {
      case "opened": {
        const { record, sealed } = looked;
        const decision = this.#engine.arrived({ uri, cid: cid ?? "", author, collection, record, sealed });
        return { sealed, decision, ...(sealed ? { record } : {}) };
      }
      case "unopened":
        if (looked.former) this.#engine.arrivedForFormerKey({ uri, cid: cid ?? "", author, collection });
        return { sealed: true, unopened: true };
      case "invalid":
        return { sealed: false, decision: { disposition: "refused", reason: looked.reason } };
      case "retraction":
        return { sealed: false, decision: this.#engine.retracted(uri, author) };
    }
  }

  /** The next message is not looked at any more: it stays in the inbox as it came. */
  #passOver(): void {
    const { sql } = this.#agent;
    const place = readPlace(sql);
    const [row] = readMail(sql, place.through, 1, OPEN_BATCH_BYTES);
    if (row === undefined) return;
    const decision: Decision = { disposition: "refused", reason: "it could not be worked on" };
    inTransaction(this.#agent, () => {
      this.#mail.put(row.id, { sealed: true, unopened: true, decision });
      writePlace(sql, { ...place, through: row.id, tries: 0 });
    });
    console.error(JSON.stringify({ event: "arrival-passed-over", did: this.#agent.account.did, id: row.id }));
  }

  /** Its name only: what it says may be somebody's words. */
  #report(event: string, error: unknown): void {
    console.error(JSON.stringify({ event, did: this.#agent.account.did, error: error instanceof Error ? error.name : "unknown" }));
  }
}
