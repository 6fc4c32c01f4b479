import { type CrawlSettings, MAX_CRAWLERS } from "@rookery/agent-relay";
import { isLoopbackHost } from "@rookery/sync";
import type { Config } from "../config.ts";

/**
 * The origins in CRAWLERS, comma-separated. @throws Error naming the one that is none: http is for relays on this machine only,
 * since what is asked there is public anyway but the answer should be theirs.
 */
export const readCrawlers = (text: string | undefined): string[] => {
  const given = (text ?? "").split(",").map((one) => one.trim()).filter((one) => one !== "");
  const origins = [...new Set(given.map(readOrigin))];
  if (origins.length > MAX_CRAWLERS) throw new Error(`CRAWLERS names ${origins.length} relays, at most ${MAX_CRAWLERS} are possible`);
  return origins;
};

const readOrigin = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopbackHost(url.hostname));
  if (url === undefined || !secure || url.pathname !== "/" || url.search !== "" || url.username !== "")
    throw new Error(`CRAWLERS must be origins of relays like https://bsky.network, has ${text.slice(0, 200)}`);
  return url.origin;
};

/** What relays are asked, and by what name they find this colony: ports are for loopback only, no relay takes another. */
export const crawlSettings = ({ crawlers, origin, isLoopback }: Pick<Config, "crawlers" | "origin" | "isLoopback">): CrawlSettings => {
  const { host, hostname } = new URL(origin);
  return { crawlers, hostname: isLoopback ? host : hostname };
};
