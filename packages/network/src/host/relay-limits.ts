import { DEFAULT_LIMITS, type RelayLimits } from "@rookery/agent-relay";
import type { Env } from "../env.ts";

/** The window of both relays' logs, as the operator set it. */
export const relayLimits = ({ LOG_MAX_AGE_MS, LOG_MAX_BYTES }: Env): RelayLimits => ({
  ...DEFAULT_LIMITS,
  ...(LOG_MAX_AGE_MS === undefined ? {} : { maxAgeMs: Number(LOG_MAX_AGE_MS) }),
  ...(LOG_MAX_BYTES === undefined ? {} : { maxBytes: Number(LOG_MAX_BYTES) }),
});
