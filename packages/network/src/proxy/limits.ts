/** Bounds of requests that are passed on; the reference's (pds `config.ts`, "proxy"), unless said otherwise. Milliseconds and bytes. */
export interface ProxyLimits {
  /** From the end of the request to the beginning of the answer. */
  headersTimeout: number;
  /** Between two parts of a body, ours or theirs. */
  bodyTimeout: number;
  /** Bytes of an answer. */
  maxAnswer: number;
  /** Bytes of an error that are looked at for its name and message. */
  maxError: number;
  /** Bytes of a request; the reference has no bound of its own. The largest that a service is known to take is an image of 2 MB. */
  maxRequest: number;
}

/** The bounds that hold. */
export const PROXY_LIMITS: ProxyLimits = {
  headersTimeout: 10_000,
  bodyTimeout: 30_000,
  maxAnswer: 10 * 1024 * 1024,
  maxError: 100_000,
  maxRequest: 16_000_000,
};

/**
 * Bytes of an answer that this host looks into; larger ones are passed on as they came. A hundred posts with everything they quote
 * have half a megabyte; parsed, an answer is many times as large, and the isolate has 128 MB for all.
 */
export const MAX_MUNGED_BYTES = 3_000_000;

/** Characters of an `atproto-proxy` header: a DID has 2 KB at most (AT Protocol, "DID"), and its service a word. */
export const MAX_HEADER_CHARS = 2_300;
