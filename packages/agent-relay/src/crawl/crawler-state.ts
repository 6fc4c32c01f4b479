import type { Listener } from "../streams/listener.ts";
import type { CrawlAnswer, CrawlerState } from "./crawl-api.ts";
import type { CrawlerRow } from "./crawler-rows.ts";

/** What the admin sees of one relay. */
export function crawlerState(row: CrawlerRow, listener: Listener | undefined, now: number): CrawlerState {
  const { origin, askedAt, nextAt, seenAt } = row;
  const answer = answerOf(row);
  return {
    origin,
    connected: listener !== undefined,
    ...(listener === undefined ? {} : connectionOf(listener, now)),
    ...(listener !== undefined || seenAt === null ? {} : { lastSeenAt: iso(seenAt) }),
    ...(askedAt === null ? {} : { lastAskedAt: iso(askedAt) }),
    ...(answer === undefined ? {} : { lastAnswer: answer }),
    ...(listener !== undefined || nextAt <= now ? {} : { nextAskAt: iso(nextAt) }),
    summary: summaryOf(row, answer, listener),
  };
}

function connectionOf({ lag, since, userAgent, address }: Listener, now: number): Partial<CrawlerState> {
  return {
    lag,
    connectedAt: iso(since),
    lastSeenAt: iso(now),
    ...(userAgent === "" ? {} : { userAgent }),
    ...(address === "" ? {} : { address }),
  };
}

function answerOf({ status, answer }: CrawlerRow): CrawlAnswer | undefined {
  if (answer === null) return undefined;
  if (status === null) return { ok: false, message: answer };
  return { ok: status >= 200 && status < 300, status, message: answer };
}

function summaryOf({ origin, askedAt, seenAt }: CrawlerRow, answer: CrawlAnswer | undefined, listener: Listener | undefined): string {
  const { host } = new URL(origin);
  if (listener !== undefined) return listener.lag === 0 ? `${host} is listening and has everything.` : `${host} is listening, ${listener.lag} events behind.`;
  if (askedAt === null) return `${host} is not listening and was not asked yet: it is, as soon as something is written.`;
  const seen = seenAt === null ? "has not come yet" : "has left";
  if (answer === undefined) return `${host} ${seen}; it is being asked.`;
  if (answer.ok) return `${host} ${seen}; it was asked and agreed to come.`;
  return `${host} ${seen}; it was asked and did not agree (${answer.message}).`;
}

const iso = (at: number): string => new Date(at).toISOString();
