/**
 * Being crawled: has the configured relays asked when there is news and they are not listening. An indigo relay gives a host
 * up after 15 failed connections and never comes back by itself; asking again is what brings it back.
 *
 * The rule, per relay: it is not connected, it was never asked or events came since, and it was not asked within 20 minutes
 * (longer after failures). Nothing here is on the way of an event: `noticed` is a comparison most of the time, and asking runs
 * beside the scheduler's job, which never waits for it.
 */
import { adviceOn } from "./advice.ts";
import type { CrawlerState, CrawlSettings, CrawlView } from "./crawl-api.ts";
import { crawlerState } from "./crawler-state.ts";
import { type CrawlerRow, CrawlerRows } from "./crawler-rows.ts";
import { ASK_INTERVAL_MAX_MS, ASK_INTERVAL_MS, LEAVING_INTERVAL_MS, LOOK_INTERVAL_MS, NEW_HOST_LIMITS, SEEN_INTERVAL_MS } from "./limits.ts";
import type { Listener } from "../streams/listener.ts";
import { recognise } from "./recognise.ts";
import { requestCrawl } from "./request-crawl.ts";

/** What it needs of the object it runs in. */
export interface CrawlContext {
  sql: SqlStorage;
  settings: CrawlSettings;
  listeners: () => Listener[];
  /** Seq of the last event, and whether there is any after a seq: seqs have gaps. */
  lastSeq: () => number;
  hasAfter: (seq: number) => boolean;
  activeAccounts: () => number;
  now: () => number;
  /** Have `run` called at this time (milliseconds since 1970), or sooner. */
  schedule: (due: number) => void;
}

/** See above. Rows of the relays are in SQLite; what is under way is in memory. */
export class Crawl {
  readonly #context: CrawlContext;
  readonly #rows: CrawlerRows;
  readonly #asking = new Map<string, Promise<void>>();
  #quietUntil = 0;
  #lookedAtLeaving = 0;

  constructor(context: CrawlContext) {
    this.#context = context;
    this.#rows = new CrawlerRows(context.sql, context.settings.crawlers);
  }

  /** Events were appended, or the colony has started: see who listens, at most every few seconds, and have the others asked. */
  noticed(): void {
    if (this.#context.settings.crawlers.length === 0) return;
    const now = this.#context.now();
    if (now < this.#quietUntil) return;
    this.#quietUntil = now + LOOK_INTERVAL_MS;
    const due = this.#nextDue(this.#look(now));
    if (due !== undefined) this.#context.schedule(Math.max(due, now));
  }

  /** A reader is about to leave: note when a relay was last here. Of many that leave at once, the first has everybody looked at. */
  leaving(): void {
    const now = this.#context.now();
    if (this.#context.settings.crawlers.length === 0 || now < this.#lookedAtLeaving + LEAVING_INTERVAL_MS) return;
    this.#lookedAtLeaving = now;
    this.#look(now, 0);
  }

  /** The job: begin to ask who is due. Returns when to look again. */
  run(now: number): number | undefined {
    const connected = this.#look(now);
    for (const row of this.#wanting(connected)) if (row.nextAt <= now) void this.#ask(row.origin, now);
    return this.#nextDue(connected);
  }

  /** Ask all relays now, whatever was asked before; done when they have answered or timed out. */
  async askNow(): Promise<void> {
    const now = this.#context.now();
    await Promise.all(this.#rows.all().map(({ origin }) => this.#ask(origin, now)));
  }

  /** For the admin. */
  view(): CrawlView {
    const { settings, activeAccounts, now } = this.#context;
    const { crawlers, hostname } = settings;
    const connected = this.#look(now());
    const accounts = activeAccounts();
    const states: CrawlerState[] = this.#rows.all().map((row) => crawlerState(row, connected.get(row.origin), now()));
    const advice = adviceOn({ hostname, activeAccounts: accounts, crawlers });
    return { hostname, activeAccounts: accounts, crawlers: states, newHostLimits: NEW_HOST_LIMITS, advice };
  }

  /** Who is connected now. Those are seen, which is written only so often. */
  #look(now: number, seenInterval = SEEN_INTERVAL_MS): Map<string, Listener> {
    const connected = recognise(this.#context.settings.crawlers, this.#context.listeners());
    for (const { origin, seenAt, failures } of this.#rows.all()) {
      if (!connected.has(origin) || (seenAt !== null && now - seenAt < seenInterval && failures === 0)) continue;
      // It came, so what it answered before does not count against it.
      this.#rows.update(origin, { seenAt: now, failures: 0 });
    }
    return connected;
  }

  #wanting(connected: Map<string, Listener>): CrawlerRow[] {
    const { hasAfter } = this.#context;
    return this.#rows
      .all()
      .filter(({ origin, askedAt, askedSeq, failures }) => !connected.has(origin) && !this.#asking.has(origin) && (askedAt === null || failures > 0 || hasAfter(askedSeq)));
  }

  #nextDue(connected: Map<string, Listener>): number | undefined {
    const times = this.#wanting(connected).map(({ nextAt }) => nextAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #ask(origin: string, now: number): Promise<void> {
    const asking = this.#asking.get(origin) ?? this.#askAndNote(origin, now).finally(() => this.#asking.delete(origin));
    this.#asking.set(origin, asking);
    return asking;
  }

  async #askAndNote(origin: string, now: number): Promise<void> {
    const { settings, lastSeq, hasAfter, schedule } = this.#context;
    // Written first: should the object stop meanwhile, the relay counts as asked.
    const askedSeq = lastSeq();
    const { failures } = this.#rows.update(origin, { askedAt: now, askedSeq, nextAt: now + ASK_INTERVAL_MS, status: null, answer: null });
    const answer = await requestCrawl(origin, settings.hostname, settings.fetch ?? ((request) => fetch(request)));
    if (!answer.ok) console.warn({ event: "relay.crawl_refused", crawler: origin, status: answer.status, message: answer.message });
    const pause = answer.ok ? ASK_INTERVAL_MS : Math.min(ASK_INTERVAL_MS * 2 ** failures, ASK_INTERVAL_MAX_MS);
    this.#rows.update(origin, { failures: answer.ok ? 0 : failures + 1, nextAt: now + pause, status: answer.status ?? null, answer: answer.message });
    // A refusal is tried again by itself; events that came meanwhile have their turn after the pause.
    if (!answer.ok || hasAfter(askedSeq)) schedule(now + pause);
  }
}
