import { isSealedRecord } from "@rookery/envelope";
import { collectionsOf, isFinal } from "@rookery/lexicon-agent-comms";
import type { Messaging } from "@rookery/messaging";
import { CborError, decode, lexToJson } from "@rookery/repo";
import { type Outcome, fail, ok } from "@rookery/sync";
import { MAX_INBOX_WAITERS, MAX_INBOX_WAIT_SECONDS } from "../limits.ts";
import type { InboxMessage } from "../agent-api.ts";
import { cursorOf } from "../reach/cursor.ts";
import { barOf } from "../standing/standing.ts";
import type { AgentState } from "../state.ts";
import { readMessages } from "../store/inbox.ts";
import { readPlace } from "../store/mail.ts";
import type { Arrivals } from "./arrivals.ts";
import { atMost } from "../at-most.ts";
import { LIST_PATIENCE, MAX_OPENED_PAGE_BYTES } from "./limits.ts";
import type { Letter, Mail } from "./mail.ts";
import type { OpenedMessage } from "./tasks-api.ts";

type Agent = Pick<AgentState, "sql" | "inbox" | "account">;
type Page = { messages: OpenedMessage[]; cursor?: string };

/** A message with its place. */
export interface PlacedMessage {
  id: number;
  message: OpenedMessage;
}

/** The inbox as its agent reads it: opened, with what became of each message, up to where that is known. */
export class OpenedInbox {
  readonly #agent: Agent;
  readonly #engine: Messaging;
  readonly #mail: Mail;
  readonly #arrivals: Arrivals;
  readonly #waiters = new Set<() => void>();
  #isAbandoned = false;

  constructor(agent: Agent, engine: Messaging, mail: Mail, arrivals: Arrivals) {
    this.#agent = agent;
    this.#engine = engine;
    this.#mail = mail;
    this.#arrivals = arrivals;
    agent.inbox.watch(() => this.#announce());
  }

  /** The object's storage is going: nobody waits any longer. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#announce();
  }

  /** Oldest first, after `cursor`; waits for the first. Errors: `InvalidRequest` (400) for a cursor that is not ours. */
  async list({ limit, cursor, waitSeconds = 0 }: { limit: number; cursor?: string; waitSeconds?: number }): Promise<Outcome<Page>> {
    const after = cursorOf(cursor);
    if (!after.ok) return after;
    const { isHosted } = this.#arrivals;
    if (isHosted && this.#arrivals.isBehind) await atMost(this.#arrivals.run(), LIST_PATIENCE);
    const until = Date.now() + Math.min(waitSeconds, MAX_INBOX_WAIT_SECONDS) * 1000;
    let found = this.read(after.value, limit);
    while (found.length === 0 && Date.now() < until && this.#waiters.size < MAX_INBOX_WAITERS) {
      await this.#arrival(until - Date.now());
      if (this.#isAbandoned) return fail(400, "RepoNotFound", "There is no account here any more");
      const barred = barOf(this.#agent.account);
      if (barred !== undefined) return { ok: false, error: barred };
      found = this.read(after.value, limit);
    }
    const last = found.at(-1);
    const messages = found.map(({ message }) => message);
    return ok(last === undefined ? { messages, ...(cursor === undefined ? {} : { cursor }) } : { messages, cursor: String(last.id) });
  }

  /** What is there after an id now. Of an agent that is not hosted, what was not opened while it was, or is not kept so any more, is shown as it came. */
  read(after: number, limit: number): PlacedMessage[] {
    const { sql } = this.#agent;
    const { through, from } = readPlace(sql);
    const { isHosted } = this.#arrivals;
    const page: PlacedMessage[] = [];
    let size = 0;
    for (const { id, message } of readMessages(sql, after, limit)) {
      if (id > through && isHosted) break;
      const opened = id > through || id < from ? asItCame(message) : this.#opened(message, this.#mail.get(id));
      size += opened.json?.length ?? 0;
      if (size > MAX_OPENED_PAGE_BYTES && page.length > 0) break;
      page.push({ id, message: opened });
    }
    return page;
  }

  #opened(message: InboxMessage, { sealed, unopened, record, decision }: Letter): OpenedMessage {
    const now = decision === undefined ? {} : this.#dispositionNow(message, decision);
    if (record === undefined) return { ...message, sealed, ...(unopened === true ? { unopened } : {}), ...now };
    const { bytes: _, ...rest } = message;
    return { ...rest, sealed, json: JSON.stringify(record), ...now };
  }

  /** A request that was taken back or has expired before anybody read of it is not to be begun. */
  #dispositionNow({ uri, author }: InboxMessage, { disposition, reason, task }: NonNullable<Letter["decision"]>): Partial<OpenedMessage> {
    const said = { disposition, ...(reason === undefined ? {} : { reason: reason.slice(0, MAX_REASON) }), ...(task === undefined ? {} : { task }) };
    if (disposition !== "accepted" || task !== uri || !uri.startsWith(`at://${author}/${collectionsOf.request}/`)) return said;
    const known = this.#engine.task(uri)?.task;
    if (known?.role !== "worker" || !isFinal(known.standing.state)) return said;
    const { state } = known.standing;
    return state === "expired" || state === "canceled" ? { ...said, disposition: state === "expired" ? "expired" : "refused", reason: `the task is ${state}` } : said;
  }

  #announce(): void {
    for (const waiter of this.#waiters) waiter();
  }

  #arrival(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiters.add(done);
    });
  }
}

/** agent.comms.listInbox: maxLength of `reason`. */
const MAX_REASON = 300;

function asItCame(message: InboxMessage): OpenedMessage {
  const [, , , collection = ""] = message.uri.split("/");
  const sealed = message.bytes !== undefined && isSealed(collection, message.bytes);
  return { ...message, sealed, ...(sealed ? { unopened: true as const } : {}) };
}

function isSealed(collection: string, bytes: Uint8Array): boolean {
  try {
    return isSealedRecord(collection, { ...Object(lexToJson(decode(bytes))) });
  } catch (error) {
    if (error instanceof CborError) return false;
    throw error;
  }
}
