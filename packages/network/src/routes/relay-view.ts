import { rateRules } from "../door/rate.ts";
import type { AnyRoute } from "../door/route.ts";
import { health } from "../http/health.ts";
import { robots } from "../http/landing.ts";
import { getHostStatus, listHosts, requestCrawl } from "../relay-view/hosts.ts";
import { relayLanding } from "../relay-view/landing.ts";
import { getLatestCommit, getRepo, getRepoStatus, listRepos, listReposByCollection } from "../relay-view/repos.ts";
import { relayStream } from "../relay-view/stream.ts";
import { global, procedure, query } from "./rows.ts";

/** A host name and a little JSON around it. */
const REQUEST_CRAWL_LIMIT = 2_000;

const stream = (path: string): AnyRoute => ({ method: "GET", path, access: "public", body: "none", maxBytes: 0, rate: global, plain: relayStream });

/** Everything the relay view answers: a host of its own beside the origin, with its own streams and nothing that needs signing in. */
export const relayViewRoutes: AnyRoute[] = [
  stream("/xrpc/com.atproto.sync.subscribeRepos"),
  stream("/subscribe"),
  stream("/xrpc/network.bsky.jetstream.subscribeEvents"),

  query("com.atproto.sync.listRepos", { handler: listRepos }),
  query("com.atproto.sync.getRepoStatus", { handler: getRepoStatus }),
  query("com.atproto.sync.getLatestCommit", { handler: getLatestCommit }),
  query("com.atproto.sync.getRepo", { handler: getRepo }),
  query("com.atproto.sync.listReposByCollection", { handler: listReposByCollection }),
  query("com.atproto.sync.listHosts", { handler: listHosts }),
  query("com.atproto.sync.getHostStatus", { handler: getHostStatus }),
  procedure("com.atproto.sync.requestCrawl", { access: "public", maxBytes: REQUEST_CRAWL_LIMIT, rate: [rateRules.global, rateRules.requestCrawl], handler: requestCrawl }),

  { method: "GET", path: "/", access: "public", body: "none", maxBytes: 0, rate: global, handler: relayLanding },
  { method: "GET", path: "/robots.txt", access: "public", body: "none", maxBytes: 0, rate: global, handler: robots },
  { method: "GET", path: "/xrpc/_health", access: "public", body: "none", maxBytes: 0, rate: [], plain: health },
];
