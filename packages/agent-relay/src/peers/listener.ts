/**
 * Keeps one connection to a host and feeds what comes to the intake. A connection that ends is followed by another after a
 * pause (after-ending.ts), from the stored cursor. Nothing here survives the object: its alarm calls `check`.
 */
import { connect, type Connection } from "./connection.ts";
import { afterEnding, type Cause } from "./after-ending.ts";
import type { EventHandler } from "./event-handler.ts";
import type { Request } from "./host-client.ts";
import type { Intake } from "./intake.ts";
import { Pace } from "./pace.ts";
import type { PeerStore } from "./peer-row.ts";
import type { Serial } from "./serial.ts";
import { COALESCE_MS, TURN_BYTES, TURN_EVENTS, WATCHDOG_MS, type PeerLimits } from "./settings.ts";
import { strike, type Standing } from "./standing.ts";

/** What listening to a host needs. */
export interface ListenerOptions {
  peer: PeerStore;
  intake: Intake;
  serial: Serial;
  standing: Standing;
  limits: PeerLimits;
  request: Request;
  /** The handler by the settings of the moment. */
  handler: () => EventHandler;
  /** A turn was dealt with: accounts may have come to need something. */
  afterTurn: () => void;
  /** Call `check` at this time. */
  wakeAt: (at: number) => void;
  now: () => number;
  random: () => number;
}

/** See above. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #pace: Pace;
  #running: Promise<void> | undefined;
  #connection: Connection | undefined;
  #connectedAt: number | undefined;
  #stopped = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#pace = new Pace(options.limits.eventsPerSecond, options.limits.eventBurst, options.now());
  }

  /** Time of connecting; undefined while there is no connection. */
  get connectedAt(): number | undefined {
    return this.#connectedAt;
  }

  /** Connect if that is due and not done. The time at which to check again; undefined when only the admin can change that. */
  check(): number | undefined {
    const { peer, now } = this.#options;
    const { row } = peer;
    if (row === undefined || row.state === "stopped" || row.state === "cut-off") return undefined;
    if (this.#running !== undefined) return now() + WATCHDOG_MS;
    if (row.nextAt !== null && row.nextAt > now()) return row.nextAt;
    this.#running = this.#run().finally(() => (this.#running = undefined));
    return now() + WATCHDOG_MS;
  }

  /** Work under way, for `waitUntil`. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** End the connection for good; resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connection?.close("stopped");
    await this.#running;
  }

  async #run(): Promise<void> {
    const { peer, limits, request, now } = this.#options;
    const { row } = peer;
    if (row === undefined || this.#stopped) return;
    peer.change({ state: "connecting", nextAt: null });
    const url = `${row.config.origin}/xrpc/com.atproto.sync.subscribeRepos?cursor=${row.cursor}`;
    const connected = await connect(url, { limits: limits.connection, now, fetch: request });
    if (!connected.ok) return this.#over({ kind: "ending", ending: connected.ending }, false);
    const { connection } = connected;
    if (this.#stopped) return connection.close("stopped");
    this.#connection = connection;
    this.#connectedAt = now();
    peer.change({ state: "live", error: null });
    let cause: Cause;
    try {
      cause = await this.#listen(connection, row.cursor);
    } catch (error) {
      console.error({ event: "peer.turn_failed", host: row.config.host, error: String(error) });
      cause = { kind: "failed", message: String(error) };
    }
    connection.close();
    this.#connection = undefined;
    this.#connectedAt = undefined;
    if (!this.#stopped) this.#over(cause, (peer.row?.cursor ?? 0) > row.cursor);
  }

  /** Take turns until the connection is over, or we do not want to go on. */
  async #listen(connection: Connection, cursor: number): Promise<Cause> {
    const { intake, serial, handler, standing, now, afterTurn } = this.#options;
    intake.begin(cursor);
    for (;;) {
      const messages = await connection.take(TURN_EVENTS, TURN_BYTES);
      const ending = connection.ending;
      if (messages.length === 0) return { kind: "ending", ending: ending ?? { cause: "closed", message: "" } };
      // What waits meanwhile fills the queue, and a full queue ends the connection: so much for a host that is too fast.
      const waitMs = this.#pace.take(messages.length, now());
      if (waitMs > 0) await scheduler.wait(waitMs);
      if (this.#stopped) return { kind: "failed", message: "stopped" };
      const done = await serial.run(() => intake.take(handler(), messages));
      if (!done.ok) return { kind: "failed", message: `the network relay refused events: ${done.error.message}` };
      afterTurn();
      const last = done.value.findLast(({ kind }) => kind === "error");
      // A turn costs a call and a transaction whatever it holds: events that come in quick succession share one.
      if (messages.length < TURN_EVENTS) await scheduler.wait(COALESCE_MS);
      if (last?.kind === "error") return { kind: "error-frame", error: last.error, message: last.message };
      if (standing.isTooBad) return { kind: "failed", message: "too many bad events" };
    }
  }

  #over(cause: Cause, progressed: boolean): void {
    const { peer, limits, now, random, standing, wakeAt } = this.#options;
    const { row } = peer;
    if (row === undefined || this.#stopped) return;
    const at = now();
    if (standing.isTooBad) {
      standing.reset(at);
      const { strikes, cutOff } = strike(row.strikes, row.struckAt, at, limits.standing);
      console.warn({ event: cutOff ? "peer.cut_off" : "peer.throttled", host: row.config.host, refused: peer.refused });
      const nextAt = cutOff ? null : at + limits.standing.throttleMs;
      const advice = cutOff ? " (change the peer's settings, or remove it and add it again, to hear it once more)" : "";
      peer.change({ state: cutOff ? "cut-off" : "throttled", strikes, struckAt: at, nextAt, error: `too many bad events${advice}: ${JSON.stringify(peer.refused)}` });
      if (nextAt !== null) wakeAt(nextAt);
      return;
    }
    const next = afterEnding(cause, progressed, row.tries, limits.reconnect, random);
    if (next.state === "stopped") console.error({ event: "peer.went_back", host: row.config.host, cursor: row.cursor });
    const nextAt = next.state === "stopped" ? null : at + next.delayMs;
    peer.change({ state: next.state, tries: next.tries, nextAt, error: next.error });
    if (nextAt !== null) wakeAt(nextAt);
  }
}
