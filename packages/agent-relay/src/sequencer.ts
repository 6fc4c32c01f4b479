import { AccountTurn, type LogStores, type Taken } from "./account-turn.ts";
import { Deliveries } from "./deliveries.ts";
import { DeliveryDesk } from "./delivery-desk.ts";
import type { ListingRule } from "./directory/directory-api.ts";
import { Profiles } from "./directory/profiles.ts";
import { EventLog } from "./log.ts";
import { prune } from "./prune.ts";
import { Purge } from "./purge.ts";
import type { AgentWaker, RelayLimits, RelayStats } from "./relay-api.ts";
import { Repos } from "./repos.ts";
import { sweepKept, type RetentionLimits } from "./retention.ts";
import { Scheduler, type Job, type JobName } from "./scheduler.ts";
import { migrate } from "./schema.ts";
import { SeqGaps } from "./seq-gaps.ts";
import { PRUNE_INTERVAL_MS, RETENTION_INTERVAL_MS, WAKE_RETRY_MS } from "./settings.ts";
import type { Listener } from "./streams/listener.ts";
import { StreamServer } from "./streams/stream-server.ts";
import { Wakes } from "./wakes.ts";

/** What a sequencer is given by its object. */
export interface SequencerOptions {
  limits: RelayLimits;
  retention: RetentionLimits;
  waker: AgentWaker;
  now: () => number;
  /** No seq up to here is given out from now on. */
  seqFloor: (bornAt: number) => number;
  /** Timed work that only this object has. */
  jobs: Partial<Record<JobName, Job>>;
  /** Which accounts are listed; without it none is. */
  listing: ListingRule | undefined;
}

/**
 * Everything that an object has which puts events in one order: the log with its window, the accounts, their deliveries, the
 * readers, and the work that is due. The colony's relay and the network's are two of these, with different ways in.
 */
export class Sequencer implements LogStores {
  readonly log: EventLog;
  readonly gaps: SeqGaps;
  readonly repos: Repos;
  readonly deliveries: Deliveries;
  readonly profiles: Profiles;
  readonly purge: Purge;
  readonly wakes: Wakes;
  readonly desk: DeliveryDesk;
  readonly streams: StreamServer;
  readonly scheduler: Scheduler;
  readonly #ctx: DurableObjectState;
  readonly #options: SequencerOptions;

  constructor(ctx: DurableObjectState, options: SequencerOptions) {
    const { storage } = ctx;
    migrate(storage);
    this.#ctx = ctx;
    this.#options = options;
    this.log = new EventLog(storage.sql);
    this.gaps = new SeqGaps(storage.sql);
    storage.transactionSync(() => this.#begin());
    this.repos = new Repos(storage.sql);
    this.deliveries = new Deliveries(storage.sql, this.log, this.repos);
    this.profiles = new Profiles(storage.sql, options.listing);
    this.purge = new Purge(storage, this.log, this.deliveries);
    this.wakes = new Wakes(storage.sql, options.waker);
    this.streams = new StreamServer(ctx, { log: this.log, maxBufferedBytes: options.limits.maxBufferedBytes, heartbeatMs: options.limits.heartbeatMs ?? 0, now: options.now });
    this.scheduler = new Scheduler(storage, {
      prune: (now) => this.#prune(now),
      purge: (now) => (this.purge.run() ? now : undefined),
      retention: (now) => this.#sweep(now),
      wake: (now) => this.#retryWakes(now),
      ...options.jobs,
    });
    this.desk = new DeliveryDesk({
      storage,
      repos: this.repos,
      deliveries: this.deliveries,
      wakes: this.wakes,
      now: options.now,
      wakeNow: () => this.scheduler.at("wake", options.now()),
    });
    ctx.waitUntil(this.scheduler.recover());
  }

  /** Go on above the floor of seqs, and note which ones that leaves out. */
  #begin(): void {
    const { log, gaps } = this;
    const { now, seqFloor } = this.#options;
    const { lastSeq } = log;
    const at = now();
    const born = log.bornAt(at);
    // One that begins now has given nothing out.
    if (born < at) log.raise(seqFloor(born));
    gaps.note(lastSeq, log.lastSeq);
    gaps.prune(log.prunedThrough);
  }

  /** Run a transaction; when it throws, what memory believes follows the disk back. */
  transaction<T>(run: () => T): T {
    try {
      return this.#ctx.storage.transactionSync(run);
    } catch (error) {
      this.log.reload();
      this.repos.reload();
      this.deliveries.reload();
      throw error;
    }
  }

  /** A turn of one account in the transaction that runs. */
  turn(did: string, host: string, taken: Taken): AccountTurn {
    return new AccountTurn(this, this.repos.find(did) ?? this.repos.add(did, this.log.lastSeq, host), taken);
  }

  /**
   * After the transaction, in the same turn of the event loop: send what was appended, and see to what follows from it. All of
   * this may be lost: log and delivery rows are the truth. `author` is who need not be woken by a broadcast.
   */
  publish({ frames, addressees, activated, purging, kept }: Taken, author: string, now: number): void {
    this.streams.publish(frames);
    const { limits } = this.#options;
    const last = this.log.lastSeq;
    if (frames.length > 0) {
      if (this.log.bytes > limits.maxBytes) this.scheduler.at("prune", now);
      else this.scheduler.at("prune", now + Math.max(limits.maxAgeMs, this.#pruneInterval));
    }
    if (purging) this.scheduler.at("purge", now);
    if (kept) this.scheduler.at("retention", now + RETENTION_INTERVAL_MS);
    if (activated) this.scheduler.at("wake", now);
    if (addressees.direct.size === 0 && !addressees.everybody) return;
    this.scheduler.at("wake", now + WAKE_RETRY_MS);
    for (const did of addressees.direct) this.#ctx.waitUntil(this.wakes.wake(did, last));
    if (addressees.everybody) this.#ctx.waitUntil(this.wakes.wakeEverybody(author, last));
  }

  stats(): RelayStats {
    const { firstSeq, rows } = this.log.extent();
    const { expired } = this.#ctx.storage.sql.exec<{ expired: number }>("SELECT expired FROM state").one();
    return {
      firstSeq,
      lastSeq: this.log.lastSeq,
      rows,
      bytes: this.log.bytes,
      subscribers: this.streams.count,
      readers: readersOf(this.streams.listeners()),
      pendingDeliveries: this.deliveries.pending(),
      parkedRecipients: this.wakes.parked(),
      parkedDeliveries: this.deliveries.parked.count(),
      lostParked: this.deliveries.parked.lost(),
      expiredDeliveries: expired,
    };
  }

  get #pruneInterval(): number {
    return this.#options.limits.pruneIntervalMs ?? PRUNE_INTERVAL_MS;
  }

  #prune(now: number): number | undefined {
    this.deliveries.settleBroadcasts();
    const cut = prune(this.#ctx.storage, this.log, this.#options.limits, now);
    if (cut.through > 0) this.scheduler.at("retention", now + this.#pruneInterval);
    if (cut.more) return now;
    return cut.nextDue === undefined ? undefined : Math.max(cut.nextDue, now + this.#pruneInterval);
  }

  #sweep(now: number): number | undefined {
    this.deliveries.settleBroadcasts();
    const { expired, more, left } = sweepKept(this.#ctx.storage, this.deliveries, this.#options.retention, now);
    if (expired > 0) console.warn({ event: "relay.deliveries_expired", count: expired });
    if (more) return now;
    return left ? now + RETENTION_INTERVAL_MS : undefined;
  }

  async #retryWakes(now: number): Promise<number | undefined> {
    this.deliveries.settleBroadcasts();
    return this.wakes.retry(now, this.log.lastSeq);
  }
}

function readersOf(listeners: Listener[]): RelayStats["readers"] {
  const byFormat = Map.groupBy(listeners, ({ format }) => format);
  return Array.from(byFormat, ([format, group]) => ({ format, count: group.length, maxLag: group.reduce((most, { lag }) => Math.max(most, lag), 0) }));
}
