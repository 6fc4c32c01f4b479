/** An error as data: what crosses RPC and becomes an XRPC answer. An exception means a bug. */
export interface XrpcFault {
  /** HTTP status. */
  status: number;
  /** XRPC error name, e.g. `InvalidSwap`. */
  name: string;
  /** For people; carries the offending value. */
  message: string;
  /** The limit that was reached, for a 429 that knows it. */
  rate?: RateStatus;
  /** Methods that are allowed there, for a 405. */
  allow?: string;
}

/** A rate limit and what is left of it, as the reference's RateLimit-* headers say it. */
export interface RateStatus {
  limit: number;
  remaining: number;
  /** Seconds since 1970 at which the window ends. */
  reset: number;
  /** `<limit>;w=<seconds of the window>` */
  policy: string;
}

/** What a call that may be refused gives. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error: XrpcFault };

/** An outcome that went well. */
export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });

/** An outcome that is a refusal, in the terms of XRPC. */
export const fail = (status: number, name: string, message: string): { ok: false; error: XrpcFault } => ({
  ok: false,
  error: { status, name, message },
});
