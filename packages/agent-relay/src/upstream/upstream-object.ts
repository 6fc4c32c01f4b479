import { DurableObject } from "cloudflare:workers";
import { fail, isLoopbackHost, isPublicHost, ok, type Outcome } from "@rookery/sync";
import { Delivering } from "./delivering.ts";
import { Listener } from "./listener.ts";
import type { Fetch } from "./proof-fetch.ts";
import { Prover } from "./prover.ts";
import { Queue } from "./queue.ts";
import { migrate } from "./schema.ts";
import { UPSTREAM_LIMITS, WATCHDOG_MS, type UpstreamLimits } from "./settings.ts";
import { StreamRow } from "./stream-row.ts";
import { Taken } from "./taken.ts";
import type { UpstreamApi, UpstreamConfig, UpstreamPorts, UpstreamStatus } from "./upstream-api.ts";

/** An upstream that is listened to. */
interface Awake {
  row: StreamRow;
  queue: Queue;
  listener: Listener;
  delivering: Delivering;
}

/**
 * Listens to one common relay or Jetstream. A shell: reading is the Listener's, asking hosts is Delivering's. An outgoing socket
 * goes with the object, so while there is something to listen to an alarm always stands.
 *
 * An object that was never told to listen writes nothing.
 */
export abstract class UpstreamObject<Env = unknown> extends DurableObject<Env> implements UpstreamApi {
  #awake: Awake | undefined;
  /** What the alarm is set for, as far as this life knows. */
  #alarm = Number.POSITIVE_INFINITY;

  /** What the object is given of the world. */
  protected abstract ports(): UpstreamPorts;

  protected limits(): UpstreamLimits {
    return UPSTREAM_LIMITS;
  }

  /** Milliseconds since 1970. */
  protected now(): number {
    return Date.now();
  }

  /** Every request goes through it. */
  protected fetcher(): Fetch {
    // workerd's fetch must be called as a plain function.
    return (url, init) => fetch(url, init);
  }

  async configure(config: UpstreamConfig): Promise<Outcome<null>> {
    const fault = faultOf(config, this.ports().allowLoopback);
    if (fault !== undefined) return fail(400, "InvalidRequest", fault);
    migrate(this.ctx.storage);
    const { row } = this.#open() ?? { row: undefined };
    const isSame = row !== undefined && row.config.kind === config.kind && row.config.url === config.url;
    if (isSame) {
      row.config = config;
      row.save();
    } else {
      this.#stop();
      this.ctx.storage.sql.exec("DELETE FROM stream");
      StreamRow.create(this.ctx.storage.sql, config);
    }
    await this.check();
    return ok(null);
  }

  async check(): Promise<void> {
    const awake = this.#open();
    if (awake === undefined) return;
    if ((awake.listener.nextRun ?? Number.POSITIVE_INFINITY) <= this.now()) this.ctx.waitUntil(awake.listener.run().finally(() => this.#schedule()));
    this.#work();
  }

  async status(): Promise<UpstreamStatus | undefined> {
    const awake = this.#open();
    if (awake === undefined) return undefined;
    const { row, queue, listener } = awake;
    const { connectedAt, lastEventAt, state } = listener;
    return {
      config: row.config,
      state,
      cursor: row.cursor,
      ...(connectedAt === undefined ? {} : { connectedAt: isoOf(connectedAt) }),
      ...(lastEventAt === undefined ? {} : { lastEventAt: isoOf(lastEventAt) }),
      ...(state === "waiting" ? { nextAttemptAt: isoOf(row.nextAttempt) } : {}),
      ...(row.error === undefined ? {} : { lastError: row.error }),
      waiting: queue.size,
      ...row.counters,
    };
  }

  async forget(): Promise<void> {
    this.#stop();
    this.#alarm = Number.POSITIVE_INFINITY;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    this.#alarm = Number.POSITIVE_INFINITY;
    await this.check();
  }

  /** The upstream, or undefined when there is none to listen to. */
  #open(): Awake | undefined {
    const { storage } = this.ctx;
    if (this.#awake !== undefined) return this.#awake;
    if (storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migration'").toArray().length === 0) return undefined;
    migrate(storage);
    const row = StreamRow.read(storage.sql);
    if (row === undefined) return undefined;
    const [limits, ports, fetcher] = [this.limits(), this.ports(), this.fetcher()];
    const now = () => this.now();
    const taken = new Taken(storage.sql);
    const queue = new Queue(storage.sql, limits);
    const prover = new Prover({ ports, limits, fetch: fetcher });
    const delivering = new Delivering({ storage, row, queue, taken, prover, network: ports.network, limits, now, freed: () => this.#work() });
    const listener = new Listener({ storage, row, queue, taken, ports, limits, fetch: fetcher, now, added: () => this.#work() });
    this.#awake = { row, queue, listener, delivering };
    return this.#awake;
  }

  #stop(): void {
    this.#awake?.listener.stop();
    this.#awake?.delivering.stop();
    this.#awake = undefined;
  }

  /** See to what waits, as far as there is room. */
  #work(): void {
    const awake = this.#awake;
    if (awake === undefined) return;
    for (const seen of awake.delivering.start()) this.ctx.waitUntil(seen);
    this.#schedule();
  }

  /** Have the alarm ring for what is due next, or to see whether the socket is still there. */
  #schedule(): void {
    const awake = this.#awake;
    if (awake === undefined) return;
    const now = this.now();
    const due = [awake.delivering.nextDue(), awake.listener.nextRun].map((at) => Math.max(now + 1, at ?? Number.POSITIVE_INFINITY));
    const next = Math.min(now + WATCHDOG_MS, ...due);
    if (next >= this.#alarm) return;
    this.#alarm = next;
    void this.ctx.storage.setAlarm(next);
  }
}

/** Why settings cannot be taken; undefined when they can. */
function faultOf({ kind, url }: UpstreamConfig, allowLoopback: boolean): string | undefined {
  if (kind !== "relay" && kind !== "jetstream") return `kind must be relay or jetstream, is ${String(kind).slice(0, 40)}`;
  if (!URL.canParse(url) || url.length > 2_000) return `not a URL: ${url.slice(0, 200)}`;
  const { protocol, hostname, search, hash, username, password } = new URL(url);
  if (search !== "" || hash !== "" || username !== "" || password !== "") return `a stream's URL has neither parameters nor credentials: ${url.slice(0, 200)}`;
  if (protocol === "wss:" && isPublicHost(hostname)) return undefined;
  if (allowLoopback && isLoopbackHost(hostname) && (protocol === "ws:" || protocol === "wss:")) return undefined;
  return `a stream's URL begins with wss:// and a public host name: ${url.slice(0, 200)}`;
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
