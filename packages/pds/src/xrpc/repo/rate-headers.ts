import type { WriteResult } from "../../agent-api.ts";

/** The reference's RateLimit-* headers for what is left of the caller's write points. */
export const rateHeaders = (rate: WriteResult["rate"]): Record<string, string> =>
  rate === undefined
    ? {}
    : {
        "RateLimit-Limit": String(rate.limit),
        "RateLimit-Remaining": String(rate.remaining),
        "RateLimit-Reset": String(rate.reset),
        "RateLimit-Policy": rate.policy,
      };
