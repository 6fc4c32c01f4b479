import { type Outcome, fail, ok } from "@rookery/sync";
import type { InboxMessage } from "../agent-api.ts";
import { INBOX_RETRY_BUDGET, INBOX_RETRY_FIRST, MAX_INBOX_WAITERS, MAX_INBOX_WAIT_SECONDS } from "../limits.ts";
import type { AgentPorts, SourceName } from "../ports.ts";
import type { Trust } from "../reach/trust.ts";
import type { JobResult, Scheduler } from "../scheduler.ts";
import { knownSources, noteSource, readMessages } from "../store/inbox.ts";
import { nextDue } from "../store/inbox-waiting.ts";
import { Retries } from "./retries.ts";
import { Settle, backOff } from "./settle.ts";
import { Source } from "./source.ts";

type Page = { messages: InboxMessage[]; cursor?: string };

interface Options {
  storage: DurableObjectStorage;
  scheduler: Scheduler;
  ports: AgentPorts;
  did: string;
  /** Decides what of the verified goes into the inbox. */
  trust: Trust;
}

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
  readonly #did: string;
  readonly #retries: Retries;
  readonly #sources: Map<SourceName, Source>;
  readonly #waiters = new Set<() => void>();
  readonly #watchers: (() => void)[] = [];
  /** Sources that have to be pulled. */
  readonly #wanted = new Set<SourceName>();
  #running: Promise<void> | undefined;
  #abandoned = false;

  constructor({ storage, scheduler, ports, did, trust }: Options) {
    this.#storage = storage;
    this.#scheduler = scheduler;
    this.#did = did;
    const context = { sql: storage.sql, ports, did, settle: new Settle({ storage, scheduler, ports, did, trust, arrived: () => this.announce() }) };
    const { colony, network } = ports.sources;
    this.#sources = new Map([["colony", new Source("colony", colony, context)]]);
    if (network !== undefined) this.#sources.set("network", new Source("network", network, context));
    this.#retries = new Retries({ ...context, sources: this.#sources });
  }

  /** Something may be waiting at a relay: this one, or any that ever had something. A failure is tried again by alarm. */
  async wake(from?: SourceName): Promise<void> {
    // Written once, so that the alarm knows whom to ask.
    if (from !== undefined) noteSource(this.#storage.sql, from);
    try {
      await this.#pull(from === undefined ? this.#known() : [from]);
    } catch (error) {
      if (this.#abandoned) return;
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

  /** Have `look` called, in this life of the object, whenever there may be new messages. */
  watch(look: () => void): void {
    this.#watchers.push(look);
  }

  /** There may be new messages: whoever waits looks again. */
  announce(): void {
    for (const look of [...this.#waiters, ...this.#watchers]) look();
  }

  /** The object's storage is going: nobody waits any longer. */
  abandon(): void {
    this.#abandoned = true;
    for (const waiter of this.#waiters) waiter();
  }

  /** The alarm's turn: deliveries that wait first, then whatever is new. What takes longer goes on by itself, and the next alarm waits for it. */
  async job(tries: number): Promise<JobResult> {
    await this.#retries.run();
    try {
      if (!(await within(this.#pull(this.#known()), INBOX_RETRY_BUDGET))) return { again: INBOX_RETRY_FIRST };
    } catch (error) {
      this.#report("inbox-pull-failed", String(error));
      return { again: backOff(tries) };
    }
    const due = nextDue(this.#storage.sql);
    return due === undefined ? undefined : { again: Math.max(INBOX_RETRY_FIRST, due - Date.now()) };
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

  /** Where anything can be waiting: the colony's relay, and others that have woken us before. */
  #known(): SourceName[] {
    const noted = knownSources(this.#storage.sql);
    return [...this.#sources.keys()].filter((name) => name === "colony" || noted.has(name));
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

  #report(event: string, error: string): void {
    console.error(JSON.stringify({ event, did: this.#did, error }));
  }
}

/** Whether it ended within this many ms; if not, a later failure of it is nobody's. Rejects as it does. */
async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
