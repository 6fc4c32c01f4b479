import { DEFAULT_LIMITS, type RelayLimits } from "@rookery/agent-relay";
import type { Env } from "../env.ts";

/** The window of both relays' logs and the manners of their streams, as the operator set them. */
export const relayLimits = ({ LOG_MAX_AGE_MS, LOG_MAX_BYTES, HEARTBEAT_MS, UPKEEP_MS }: Env): RelayLimits => ({
  ...DEFAULT_LIMITS,
  ...(LOG_MAX_AGE_MS === undefined ? {} : { maxAgeMs: Number(LOG_MAX_AGE_MS) }),
  ...(LOG_MAX_BYTES === undefined ? {} : { maxBytes: Number(LOG_MAX_BYTES) }),
  ...(UPKEEP_MS ? { pruneIntervalMs: Number(UPKEEP_MS) } : {}),
  heartbeatMs: heartbeatOf(Number(HEARTBEAT_MS ?? "0")),
});

/** Once a second at most, once an hour at least; what is no positive number is none. */
const heartbeatOf = (ms: number): number => (ms > 0 ? Math.min(Math.max(ms, 1_000), 3_600_000) : 0);
