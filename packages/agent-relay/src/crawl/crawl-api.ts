import type { NEW_HOST_LIMITS } from "./limits.ts";

/** What asking relays needs to know; the composition root gives it. */
export interface CrawlSettings {
  /** Origins of the relays, e.g. `https://bsky.network`. None: nobody is ever asked. */
  crawlers: readonly string[];
  /** What relays are to crawl: the colony's host name, with its port on loopback only. */
  hostname: string;
  /** Sends a request; the runtime's own fetch unless a test says otherwise. */
  fetch?: (request: Request) => Promise<Response>;
}

/** One relay that this colony wants to be crawled by, as the admin sees it. */
export interface CrawlerState {
  origin: string;
  /** Whether a reader recognised as this relay is connected now. */
  connected: boolean;
  /** Events it has not taken yet, while connected. */
  lag?: number;
  /** What it says it is, and where it comes from, while connected. */
  userAgent?: string;
  address?: string;
  /** ISO datetimes. */
  connectedAt?: string;
  lastSeenAt?: string;
  lastAskedAt?: string;
  /** Absent until the relay was asked, and while it is being asked. */
  lastAnswer?: CrawlAnswer;
  /** Not asked again by itself before this. */
  nextAskAt?: string;
  /** The above in one sentence. */
  summary: string;
}

/** What came of asking a relay. */
export interface CrawlAnswer {
  ok: boolean;
  /** HTTP status; absent when there was no answer. */
  status?: number;
  /** One sentence, bounded. */
  message: string;
}

/** Everything about being crawled. */
export interface CrawlView {
  hostname: string;
  /** Accounts that are active now: what relays count. */
  activeAccounts: number;
  crawlers: CrawlerState[];
  /** What stock relays allow a host that is new to them. */
  newHostLimits: typeof NEW_HOST_LIMITS;
  /** What to do, in sentences; empty when there is nothing to do. */
  advice: string[];
}
