import { fail, ok, type Outcome, type OutboxRow } from "@rookery/sync";
import { Crawl } from "./crawl/crawl.ts";
import type { CrawlSettings, CrawlView } from "./crawl/crawl-api.ts";
import { ingest } from "./ingest.ts";
import { News } from "./news.ts";
import type { LogFollower, LogSlice, RelayApi, StandingNote } from "./relay-api.ts";
import type { Job, JobName } from "./scheduler.ts";
import { MAX_INGEST_ROWS } from "./settings.ts";
import { SequencerObject } from "./sequencer-object.ts";
import { noteStanding } from "./unheard.ts";

/** Where crash tests may stop the object (see RelayObject.fault). */
export type RelayFaultPoint = "relay.ingest.begin" | "relay.ingest.transaction" | "relay.ingest.committed";

/** The colony's own relay: one object that sequences the events of all its accounts, and of no others, and serves its firehose. */
export abstract class RelayObject<Env = unknown> extends SequencerObject<Env> implements RelayApi {
  readonly #news: News | undefined;
  readonly #crawl: Crawl;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { log, repos, scheduler, streams } = this.sequencer;
    this.#crawl = new Crawl({
      sql: ctx.storage.sql,
      settings: this.crawling(),
      listeners: () => streams.listeners(),
      lastSeq: () => log.lastSeq,
      hasAfter: (seq) => log.hasAfter(seq),
      activeAccounts: () => repos.countActive(),
      now: () => this.now(),
      schedule: (due) => scheduler.at("crawl", due),
    });
    const follower = this.follower();
    if (follower === undefined) return;
    this.#news = new News({
      follower,
      lastSeq: () => log.lastSeq,
      now: () => this.now(),
      schedule: (due) => scheduler.at("news", due),
      waitUntil: (work) => ctx.waitUntil(work),
    });
    // The last life may have ended between an event and the word of it.
    if (log.lastSeq > 0) this.#news.appended();
  }

  /** Who follows this log, if anybody does. */
  protected follower(): LogFollower | undefined {
    return undefined;
  }

  /** Which relays are to crawl this colony, and by what name. */
  protected crawling(): CrawlSettings {
    return { crawlers: [], hostname: "" };
  }

  /** Crash tests override this to stop at a point; it does nothing otherwise. */
  protected fault(_point: RelayFaultPoint): void {}

  protected override jobs(): Partial<Record<JobName, Job>> {
    return {
      crawl: (now) => this.#crawl.run(now),
      news: async () => {
        await this.#news?.run();
        return undefined;
      },
    };
  }

  async ingest(rows: OutboxRow[]): Promise<Outcome<{ epoch: number; n: number }>> {
    return this.#ingest(rows);
  }

  /** See RelayApi. What an object writes within one turn goes to the disk at once. */
  async ingestMany(batches: OutboxRow[][]): Promise<Outcome<{ epoch: number; n: number }>[]> {
    const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
    if (rows > MAX_INGEST_ROWS) return batches.map(() => fail(400, "InvalidRequest", `${rows} rows, at most ${MAX_INGEST_ROWS}`));
    return batches.map((batch) => this.#ingest(batch));
  }

  /** See RelayApi. No await before or inside: an event is in the log, and sent to live readers, within one turn. */
  #ingest(rows: OutboxRow[]): Outcome<{ epoch: number; n: number }> {
    this.fault("relay.ingest.begin");
    const now = this.now();
    const taken = this.sequencer.transaction(() => {
      const outcome = ingest(this.sequencer, rows, now);
      this.fault("relay.ingest.transaction");
      return outcome;
    });
    if (!taken.ok) return taken;
    this.fault("relay.ingest.committed");
    this.sequencer.publish(taken.value, rows[0]?.did ?? "", now);
    if (taken.value.frames.length > 0) {
      this.#news?.appended();
      this.#crawl.noticed();
    }
    return ok(taken.value.position);
  }

  async noteStanding(note: StandingNote): Promise<{ isHeld: boolean }> {
    return { isHeld: this.sequencer.transaction(() => noteStanding(this.sequencer, note)) };
  }

  async started(): Promise<void> {
    this.#crawl.noticed();
  }

  async crawlers(): Promise<CrawlView> {
    return this.#crawl.view();
  }

  async requestCrawl(): Promise<CrawlView> {
    await this.#crawl.askNow();
    return this.#crawl.view();
  }

  /** A relay that leaves was here until now. */
  override async webSocketClose(ws: WebSocket, code: number): Promise<void> {
    this.#crawl.leaving();
    await super.webSocketClose(ws, code);
  }

  override async webSocketError(ws: WebSocket): Promise<void> {
    this.#crawl.leaving();
    await super.webSocketError(ws);
  }

  async readLog({ after, rows, bytes }: { after: number; rows: number; bytes: number }): Promise<LogSlice> {
    this.#news?.read();
    const { log, gaps } = this.sequencer;
    const { lastSeq, prunedThrough } = log;
    const wentBackTo = gaps.before(after) ?? (after > lastSeq ? lastSeq : undefined);
    if (wentBackTo !== undefined) return { frames: [], lastSeq, prunedThrough, wentBackTo };
    const frames = Array.from(log.read(Math.max(after, prunedThrough), rows, bytes), ({ seq, frame }) => ({ seq, frame }));
    return { frames, lastSeq, prunedThrough };
  }
}
