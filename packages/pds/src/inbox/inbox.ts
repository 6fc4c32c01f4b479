import { type Outcome, fail, ok } from "@rookery/sync";
import type { InboxMessage } from "../agent-api.ts";
import { INBOX_RETRY_BUDGET, INBOX_RETRY_FIRST, MAX_INBOX_WAITERS, MAX_INBOX_WAIT_SECONDS } from "../limits.ts";
import type { AgentPorts, SourceName } from "../ports.ts";
import type { JobResult, Scheduler } from "../scheduler.ts";
import { knownSources, noteSource, readMessages, readWaiting } from "../store/inbox.ts";
import { Settle, backOff } from "./settle.ts";
import { Source } from "./source.ts";
import { type Verdict, verifyDelivery } from "./verify.ts";

type Page = { messages: InboxMessage[]; cursor?: string };

/**
 * What others sent to this agent, out of up to two relays: the colony's own, and the network's for everybody elsewhere. A
 * delivery that does not verify waits and is tried again by alarm; everything after it from the same sender waits behind it,
 * everybody else's goes on. After enough tries it is given up: its relay keeps it for the admin, with the reason.
 *
 * A relay is asked only when it said that there is something (it says so until it is answered), and by alarm when something of
 * it waits: a colony without peers never makes a call more.
 */
export class Inbox {
  readonly #storage: DurableObjectStorage;
  readonly #scheduler: Scheduler;
  readonly #ports: AgentPorts;
  readonly #did: string;
  readonly #settle: Settle;
  readonly #sources: Map<SourceName, Source>;
  readonly #waiters = new Set<() => void>();
  /** Sources that have to be pulled. */
  readonly #wanted = new Set<SourceName>();
  #running: Promise<void> | undefined;
  #abandoned = false;

  constructor(storage: DurableObjectStorage, scheduler: Scheduler, ports: AgentPorts, did: string) {
    this.#storage = storage;
    this.#scheduler = scheduler;
    this.#ports = ports;
    this.#did = did;
    this.#settle = new Settle(storage, scheduler, ports, did, () => this.#arrived());
    const context = { sql: storage.sql, ports, did, settle: this.#settle };
    const { colony, network } = ports.sources;
    this.#sources = new Map([["colony", new Source("colony", colony, context)]]);
    if (network !== undefined) this.#sources.set("network", new Source("network", network, context));
  }

  /** Something may be waiting at a relay: this one, or any that ever had something. A failure is tried again by alarm. */
  async wake(from?: SourceName): Promise<void> {
    // Written once, so that the alarm knows whom to ask.
    if (from !== undefined) noteSource(this.#storage.sql, from);
    try {
      await this.#pull(from === undefined ? this.#known() : [from]);
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
    this.#arrived();
  }

  /** The alarm's turn: deliveries that wait first, then whatever is new. */
  async job(tries: number): Promise<JobResult> {
    await this.#retry();
    try {
      await this.#pull(this.#known());
    } catch (error) {
      this.#report("inbox-pull-failed", String(error));
      return { again: backOff(tries) };
    }
    const [first, ...rest] = readWaiting(this.#storage.sql);
    if (first === undefined) return undefined;
    return { again: backOff(rest.reduce((least, { tries: n }) => (n > 0 && n < least ? n : least), Math.max(first.tries, 1)) - 1) };
  }

  /** One pull at a time; a wake-up meanwhile makes it look once more. Rejects when a relay could not be reached, after the others had their turn. */
  #pull(names: SourceName[]): Promise<void> {
    for (const name of names) this.#wanted.add(name);
    this.#running ??= this.#pullWanted().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #pullWanted(): Promise<void> {
    let failure: { error: unknown } | undefined;
    for (;;) {
      const [name] = this.#wanted;
      if (name === undefined) break;
      this.#wanted.delete(name);
      try {
        await this.#sources.get(name)?.pullAll();
      } catch (error) {
        failure = { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }

  /** Try what waits, the oldest of each sender first. A sender who cannot be resolved counts against all that waits of him. */
  async #retry(): Promise<void> {
    const blocked = new Map<string, Verdict | undefined>();
    const touched = new Set<Source>();
    const deadline = Date.now() + INBOX_RETRY_BUDGET;
    for (const waiting of readWaiting(this.#storage.sql)) {
      if (Date.now() > deadline) break;
      const { author } = waiting;
      const before = blocked.get(author);
      if (blocked.has(author) && before?.kind !== "unresolved") continue;
      const source = this.#sources.get(waiting.source);
      const verdict = before ?? (source === undefined ? GONE : await this.#verdict(source, waiting));
      if (verdict === undefined) {
        blocked.set(author, undefined);
        continue;
      }
      this.#settle.store(() => {
        if (this.#settle.one(waiting, verdict) === "waits") blocked.set(author, verdict);
      });
      if (source !== undefined) touched.add(source);
    }
    for (const source of touched) await source.acknowledge();
  }

  /** Undefined when the relay cannot be asked now: that is not the delivery's fault. */
  async #verdict(source: Source, { seq, path }: { seq: number; path: string }): Promise<Verdict | undefined> {
    try {
      const row = await source.again(seq, path);
      return row === undefined ? GONE : await verifyDelivery(row, this.#did, this.#ports.plcUrl);
    } catch (error) {
      this.#report("inbox-retry-failed", String(error));
      return undefined;
    }
  }

  /** Where anything can be waiting: the colony's relay, and others that have woken us before. */
  #known(): SourceName[] {
    const noted = knownSources(this.#storage.sql);
    return [...this.#sources.keys()].filter((name) => name === "colony" || noted.has(name));
  }

  #arrived(): void {
    for (const arrived of this.#waiters) arrived();
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

const GONE: Verdict = { kind: "invalid", reason: "the relay no longer has it" };
