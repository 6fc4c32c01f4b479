import type { RelayLimits, RelayStats } from "@rookery/agent-relay";
import { type Handler, json } from "@rookery/pds";
import { envOf } from "../host/host.ts";
import { relayLimits } from "../host/relay-limits.ts";
import { networkStub, relayStub } from "../host/stubs.ts";

/** GET /admin/relay: logs, readers and deliveries of the colony's own relay and of the one that carries peers too. */
export const relayState: Handler = async ({ host }) => {
  const env = envOf(host);
  const limits = relayLimits(env);
  const [colony, network] = await Promise.all([relayStub(env).stats(), networkStub(env).stats()]);
  const { followedThrough, followError } = network;
  return json({
    colony: viewOf(colony, limits),
    network: { ...viewOf(network, limits), hostname: env.RELAY_HOSTNAME || null, followedThrough, ...(followError === undefined ? {} : { followError }) },
  });
};

const viewOf = (stats: RelayStats, { maxAgeMs, maxBytes }: RelayLimits) => ({
  log: { firstSeq: stats.firstSeq, lastSeq: stats.lastSeq, rows: stats.rows, bytes: stats.bytes },
  window: { maxAgeHours: maxAgeMs / 3_600_000, maxBytes },
  subscribers: { total: stats.subscribers, byFormat: stats.readers },
  deliveries: {
    pending: stats.pendingDeliveries,
    silentRecipients: stats.parkedRecipients,
    parked: stats.parkedDeliveries,
    parkedLost: stats.lostParked,
    expired: stats.expiredDeliveries,
  },
});

/** GET /admin/crawlers: which relays crawl this colony, and what to do about it. */
export const crawlers: Handler = async ({ host }) => json(await relayStub(envOf(host)).crawlers());

/** POST /admin/crawlers/request: ask them all, now. */
export const requestCrawl: Handler = async ({ host }) => json(await relayStub(envOf(host)).requestCrawl());
