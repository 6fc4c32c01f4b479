import { connect, type Connection, type Received } from "../peers/connection.ts";
import { backoffMs } from "../peers/backoff.ts";
import { sha256 } from "../network/sha256.ts";
import { interestIn, type Interest } from "./interest.ts";
import { readJetstream } from "./jetstream-event.ts";
import type { Fetch } from "./proof-fetch.ts";
import type { Queue } from "./queue.ts";
import { cursorOf, readRelayFrame } from "./relay-event.ts";
import { CURSOR_MS, JETSTREAM_OVERLAP_US, JETSTREAM_SKEW_US, TURN_BYTES, TURN_MESSAGES, type UpstreamLimits } from "./settings.ts";
import type { StreamRow } from "./stream-row.ts";
import type { Taken } from "./taken.ts";
import type { UpstreamPorts } from "./upstream-api.ts";
import type { ClaimedOp, UpstreamEvent } from "./upstream-event.ts";

/** What listening to a common relay or Jetstream needs. */
export interface ListenerOptions {
  storage: DurableObjectStorage;
  row: StreamRow;
  queue: Queue;
  taken: Taken;
  ports: UpstreamPorts;
  limits: UpstreamLimits;
  fetch: Fetch;
  now: () => number;
  /** Something was put into the queue. */
  added: () => void;
}

/** An event with what is to be done about each of its changes. */
interface Considered {
  event: Exclude<UpstreamEvent, { kind: "malformed" }>;
  interests: { op: ClaimedOp; interest: Interest }[];
}

/**
 * Reads one stream, from its stored cursor: what matters goes into the queue, and the cursor with it, in one transaction. Once
 * over, for whatever reason, it is connected to again after a pause. When the queue is full it waits until there is room.
 */
export class Listener {
  readonly #options: ListenerOptions;
  #connection: Connection | undefined;
  #running = false;
  #stopped = false;
  #savedAt = 0;
  connectedAt: number | undefined;
  lastEventAt: number | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  get state(): "connecting" | "live" | "waiting" | "stopped" {
    if (this.#stopped) return "stopped";
    if (!this.#running) return "waiting";
    return this.#connection === undefined ? "connecting" : "live";
  }

  /** When to run; undefined while it does, and while there is no room for what would come. */
  get nextRun(): number | undefined {
    const { row, queue } = this.#options;
    return this.#running || this.#stopped || !queue.hasRoom ? undefined : row.nextAttempt;
  }

  /** Connect and read until the connection is over. Never rejects: what goes wrong here, too, is tried again after a pause. */
  async run(): Promise<void> {
    const { row, limits, fetch, now } = this.#options;
    this.#running = true;
    try {
      const connected = await connect(this.#url(), { limits: limits.connection, now, fetch });
      if (!connected.ok) {
        this.#pause(connected.ending.message, (connected.ending.retryAfterS ?? 0) * 1_000);
        return;
      }
      const { connection } = connected;
      if (this.#stopped) return connection.close();
      this.#connection = connection;
      this.connectedAt = now();
      // Before its first event, which may be days away, the time is where to go on after a break.
      if (row.config.kind === "jetstream" && row.cursor === 0) row.cursor = this.connectedAt * 1_000 - JETSTREAM_SKEW_US;
      const end = await this.#read(connection).catch((error: unknown) => {
        console.error({ event: "upstream.read_failed", url: row.config.url, error: String(error) });
        return String(error);
      });
      connection.close();
      if (!this.#stopped) this.#pause(end ?? connection.ending?.message ?? "ended", 0);
    } finally {
      this.#connection = undefined;
      this.#running = false;
      if (!this.#stopped) row.save();
    }
  }

  /** For good: the settings changed, or the object is to forget. */
  stop(): void {
    this.#stopped = true;
    this.#connection?.close("stopped");
  }

  /** Take messages until there are no more. Why it was left before that, if so. */
  async #read(connection: Connection): Promise<string | undefined> {
    for (;;) {
      const messages = await connection.take(TURN_MESSAGES, TURN_BYTES);
      if (messages.length === 0) return undefined;
      const reason = await this.#turn(messages);
      if (this.#stopped) return undefined;
      if (reason !== undefined) return reason;
    }
  }

  async #turn(messages: Received[]): Promise<string | undefined> {
    const { row, storage, taken, ports, now, added } = this.#options;
    const considered: Considered[] = [];
    for (const message of messages) {
      const event = this.#event(message);
      row.counters.seen++;
      if (event.kind === "malformed") {
        row.refuse("malformed");
        row.error = `malformed: ${event.message}`;
      } else considered.push({ event, interests: [] });
    }
    for (const { event, interests } of considered) {
      if (event.kind !== "ops") continue;
      for (const op of event.ops) {
        if (this.#stopped) return undefined;
        interests.push({ op, interest: await interestIn(op, row.config, ports, taken, this.#isWaiting(op, considered)) });
      }
    }
    // Meanwhile the object may have been told to stop: then nothing of this counts.
    if (this.#stopped) return undefined;
    this.lastEventAt = now();
    row.tries = 0;
    const matters = considered.some(({ event, interests }) => event.kind === "error" || interests.some(({ interest }) => interest !== undefined));
    let reason: string | undefined;
    storage.transactionSync(() => {
      reason = this.#take(considered);
      if (reason === undefined) this.#tail(messages.at(-1));
      if (matters || now() - this.#savedAt >= CURSOR_MS) {
        row.save();
        this.#savedAt = now();
      }
    });
    if (matters) added();
    return reason;
  }

  /** Within a transaction. Why the stream has to be left, if so; the cursor stands before what was not taken. */
  #take(considered: Considered[]): string | undefined {
    const { row, queue, now } = this.#options;
    for (const { event, interests } of considered) {
      if (event.kind === "error") {
        if (event.name === "FutureCursor") row.cursor = 0;
        return `${event.name}: ${event.message}`;
      }
      for (const { op, interest } of interests) {
        if (interest?.kind === "refused") row.refuse(interest.reason);
        if (interest?.kind !== "wanted") continue;
        const added = queue.add(op.author, op.path, interest.cid, now());
        if (added === "full") return "too many records wait for their authors' hosts";
        if (added === "too-many") row.refuse("too-many");
        if (added === "replaced") row.refuse("unreachable");
        if (added === "added" || added === "replaced") row.counters.matched++;
      }
      row.cursor = Math.max(row.cursor, this.#believable(event.cursor ?? 0));
    }
    return undefined;
  }

  /** A Jetstream's cursor is a time: one from the future would have it leave out what comes until then, after the next connection. */
  #believable(cursor: number): number {
    const { row, now } = this.#options;
    return row.config.kind === "jetstream" ? Math.min(cursor, now() * 1_000) : cursor;
  }

  /** Frames in which nothing matters are not decoded: of the last one in a while the cursor is wanted. */
  #tail(last: Received | undefined): void {
    const { row, now } = this.#options;
    if (last?.kind === "binary" && now() - this.#savedAt >= CURSOR_MS) row.cursor = Math.max(row.cursor, cursorOf(last.bytes) ?? 0);
  }

  /** A delete matters also when its record is still on its way, in the queue or in this very turn. */
  #isWaiting({ author, path }: ClaimedOp, considered: Considered[]): boolean {
    const { storage } = this.#options;
    return (
      storage.sql.exec("SELECT 1 FROM waiting WHERE author = ? AND path = ? LIMIT 1", author, path).toArray().length > 0 ||
      considered.some(({ interests }) => interests.some(({ op, interest }) => op.author === author && op.path === path && interest?.kind === "wanted"))
    );
  }

  #event(message: Received): UpstreamEvent {
    try {
      return this.#readEvent(message);
    } catch (error) {
      // Nobody foresaw it; left in the way, it would come again with every connection.
      console.error({ event: "upstream.message_failed", url: this.#options.row.config.url, error: String(error) });
      return { kind: "malformed", message: String(error) };
    }
  }

  #readEvent(message: Received): UpstreamEvent {
    const { row, ports } = this.#options;
    if (message.kind === "oversize") return { kind: "malformed", message: `message of ${message.size} bytes` };
    if (row.config.kind === "jetstream") {
      return message.kind === "text" ? readJetstream(message.text, ports.prefix, ports.recipientsOf) : { kind: "malformed", message: "not a text" };
    }
    return message.kind === "binary" ? readRelayFrame(message.bytes, ports.prefix, ports.recipientsOf, sha256) : { kind: "malformed", message: "not binary" };
  }

  #url(): string {
    const { row, ports } = this.#options;
    const url = new URL(row.config.url);
    if (row.config.kind === "jetstream") url.searchParams.set("wantedCollections", `${ports.prefix}*`);
    if (row.cursor > 0) url.searchParams.set("cursor", String(row.config.kind === "jetstream" ? Math.max(1, row.cursor - JETSTREAM_OVERLAP_US) : row.cursor));
    return url.href;
  }

  #pause(error: string, atLeastMs: number): void {
    // Told to stop meanwhile, its tables may be gone.
    if (this.#stopped) return;
    const { row, limits, now } = this.#options;
    row.tries++;
    row.error = error;
    row.nextAttempt = now() + Math.max(atLeastMs, backoffMs(row.tries, limits.reconnect, Math.random));
    row.save();
  }
}
