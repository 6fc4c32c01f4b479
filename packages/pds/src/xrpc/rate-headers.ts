import type { RateStatus } from "@rookery/sync";

/** The reference's RateLimit-* headers for what is left of a limit. */
export const rateHeaders = (rate: RateStatus | undefined): Record<string, string> =>
  rate === undefined
    ? {}
    : {
        "RateLimit-Limit": String(rate.limit),
        "RateLimit-Remaining": String(rate.remaining),
        "RateLimit-Reset": String(rate.reset),
        "RateLimit-Policy": rate.policy,
      };
