import { DurableObject } from "cloudflare:workers";
import { fail, ok, type Outcome, type OutboxRow } from "@rookery/sync";
import { Deliveries } from "./deliveries.ts";
import { ingest, type Ingested } from "./ingest.ts";
import { EventLog } from "./log.ts";
import { prune } from "./prune.ts";
import { Purge } from "./purge.ts";
import type { AgentWaker, LogSlice, PulledDelivery, RelayApi, RelayLimits, RelayStats, RepoPage } from "./relay-api.ts";
import { Repos } from "./repos.ts";
import { RETENTION, sweepKept, type RetentionLimits } from "./retention.ts";
import { Scheduler } from "./scheduler.ts";
import { migrate } from "./schema.ts";
import { PRUNE_INTERVAL_MS, RETENTION_INTERVAL_MS, WAKE_RETRY_MS } from "./settings.ts";
import { seqFloorAt } from "./seq-floor.ts";
import { StreamServer } from "./streams/stream-server.ts";
import { Wakes } from "./wakes.ts";

/** Where crash tests may stop the object (see RelayObject.fault). */
export type RelayFaultPoint = "relay.ingest.begin" | "relay.ingest.transaction" | "relay.ingest.committed";

/**
 * The relay: one object that sequences the events of all accounts of a colony and serves its firehose. A shell: what it does is
 * in the modules around it. The composition root extends it and says what only it knows.
 *
 * The overridden methods are called while this constructor runs: they may use `this.env`, but no fields of the subclass.
 */
export abstract class RelayObject<Env = unknown> extends DurableObject<Env> implements RelayApi {
  readonly #log: EventLog;
  readonly #repos: Repos;
  readonly #deliveries: Deliveries;
  readonly #purge: Purge;
  readonly #wakes: Wakes;
  readonly #streams: StreamServer;
  readonly #scheduler: Scheduler;
  readonly #limits: RelayLimits;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    migrate(storage);
    this.#limits = this.limits();
    this.#log = new EventLog(storage.sql);
    this.#log.raise(this.seqFloor());
    this.#repos = new Repos(storage.sql);
    this.#deliveries = new Deliveries(storage.sql, this.#log, this.#repos);
    this.#purge = new Purge(storage, this.#log, this.#deliveries);
    this.#wakes = new Wakes(storage.sql, this.waker());
    this.#streams = new StreamServer(ctx, { log: this.#log, maxBufferedBytes: this.#limits.maxBufferedBytes, now: () => this.now() });
    this.#scheduler = new Scheduler(storage, {
      prune: (now) => this.#prune(now),
      purge: (now) => (this.#purge.run() ? now : undefined),
      retention: (now) => this.#sweep(now),
      wake: (now) => this.#retryWakes(now),
    });
    ctx.waitUntil(this.#scheduler.recover());
  }

  /** Bounds of the log and of subscribers. */
  protected abstract limits(): RelayLimits;
  /** How to reach agents. */
  protected abstract waker(): AgentWaker;

  /** Bounds of deliveries beyond the log's window. */
  protected retention(): RetentionLimits {
    return RETENTION;
  }

  /** No seq up to here is given out from now on. Tests that count from 1 override it. */
  protected seqFloor(): number {
    return seqFloorAt(this.now());
  }

  /** Milliseconds since 1970. */
  protected now(): number {
    return Date.now();
  }

  /** Crash tests override this to stop at a point; it does nothing otherwise. */
  protected fault(_point: RelayFaultPoint): void {}

  /** See RelayApi. No await before or inside: an event is in the log, and sent to live readers, within one turn. */
  async ingest(rows: OutboxRow[]): Promise<Outcome<{ epoch: number; n: number }>> {
    this.fault("relay.ingest.begin");
    const stores = { storage: this.ctx.storage, log: this.#log, repos: this.#repos, deliveries: this.#deliveries, purge: this.#purge };
    const now = this.now();
    const taken = ingest({ ...stores, beforeCommit: () => this.fault("relay.ingest.transaction") }, rows, now);
    if (!taken.ok) return taken;
    this.fault("relay.ingest.committed");
    this.#streams.publish(taken.value.frames);
    this.#afterIngest(taken.value, rows[0]?.did ?? "", now);
    return ok(taken.value.position);
  }

  async pull(input: { recipient: string; after: number; limit: number }): Promise<PulledDelivery[]> {
    const recipient = this.#repos.find(input.recipient);
    return recipient === undefined ? [] : this.#deliveries.pull(recipient, input.after, input.limit);
  }

  async acknowledge(input: { recipient: string; through: number }): Promise<void> {
    const recipient = this.#repos.find(input.recipient);
    if (recipient === undefined) return;
    this.ctx.storage.transactionSync(() => this.#deliveries.acknowledge(recipient, input.through));
  }

  async listRepos(input: { limit: number; cursor?: string }): Promise<Outcome<RepoPage>> {
    const { cursor = "0" } = input;
    if (!/^\d{1,15}$/.test(cursor)) return fail(400, "InvalidRequest", `malformed cursor: ${cursor.slice(0, 40)}`);
    const { repos, last } = this.#repos.list(Number(cursor), input.limit);
    return ok({ repos, ...(last === undefined ? {} : { cursor: String(last) }) });
  }

  async readLog({ after, rows, bytes }: { after: number; rows: number; bytes: number }): Promise<LogSlice> {
    const { lastSeq, prunedThrough } = this.#log;
    return { frames: [...this.#log.read(Math.max(after, prunedThrough), rows, bytes)], lastSeq, prunedThrough };
  }

  async stats(): Promise<RelayStats> {
    const { firstSeq, rows } = this.#log.extent();
    const { expired } = this.ctx.storage.sql.exec<{ expired: number }>("SELECT expired FROM state").one();
    return {
      firstSeq,
      lastSeq: this.#log.lastSeq,
      rows,
      bytes: this.#log.bytes,
      subscribers: this.#streams.count,
      pendingDeliveries: this.#deliveries.pending(),
      parkedRecipients: this.#wakes.parked(),
      expiredDeliveries: expired,
    };
  }

  /** The streams. */
  override async fetch(request: Request): Promise<Response> {
    return this.#streams.fetch(request);
  }

  override async webSocketMessage(ws: WebSocket, data: string | ArrayBuffer): Promise<void> {
    this.#streams.message(ws, data);
  }

  override async webSocketClose(ws: WebSocket, code: number): Promise<void> {
    this.#streams.closed(ws, code);
  }

  override async webSocketError(ws: WebSocket): Promise<void> {
    this.#streams.failed(ws);
  }

  override async alarm(): Promise<void> {
    await this.#scheduler.run(this.now());
  }

  #afterIngest({ frames, addressees, activated, purging }: Ingested, author: string, now: number): void {
    const last = frames.at(-1);
    if (last === undefined) return;
    if (this.#log.bytes > this.#limits.maxBytes) this.#scheduler.at("prune", now);
    else this.#scheduler.at("prune", now + Math.max(this.#limits.maxAgeMs, PRUNE_INTERVAL_MS));
    if (purging) this.#scheduler.at("purge", now);
    if (activated) this.#scheduler.at("wake", now);
    if (addressees.direct.size === 0 && !addressees.everybody) return;
    this.#scheduler.at("wake", now + WAKE_RETRY_MS);
    for (const did of addressees.direct) this.ctx.waitUntil(this.#wakes.wake(did, last.seq));
    if (addressees.everybody) this.ctx.waitUntil(this.#wakes.wakeEverybody(author, last.seq));
  }

  #prune(now: number): number | undefined {
    this.#deliveries.settleBroadcasts();
    const cut = prune(this.ctx.storage, this.#log, this.#limits, now);
    if (cut.through > 0) this.#scheduler.at("retention", now + PRUNE_INTERVAL_MS);
    if (cut.more) return now;
    return cut.nextDue === undefined ? undefined : Math.max(cut.nextDue, now + PRUNE_INTERVAL_MS);
  }

  #sweep(now: number): number | undefined {
    this.#deliveries.settleBroadcasts();
    const { expired, more, left } = sweepKept(this.ctx.storage, this.#deliveries, this.retention(), now);
    if (expired > 0) console.warn({ event: "relay.deliveries_expired", count: expired });
    if (more) return now;
    return left ? now + RETENTION_INTERVAL_MS : undefined;
  }

  async #retryWakes(now: number): Promise<number | undefined> {
    this.#deliveries.settleBroadcasts();
    return this.#wakes.retry(now, this.#log.lastSeq);
  }
}
