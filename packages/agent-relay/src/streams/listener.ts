/** One socket that reads a stream, as the admin and the crawl state see it. */
export interface Listener {
  format: StreamFormat;
  /** What the client said of itself in `User-Agent`; empty when nothing. */
  userAgent: string;
  /** Network address, as whoever stands in front names it, of IPv6 the first 64 bits; empty where nobody is believed to. */
  address: string;
  /** When it connected, in milliseconds since 1970. */
  since: number;
  /** Seqs between the end of the log and what it was sent; 0 when it is live. */
  lag: number;
}

/**
 * What a reader is sent: com.atproto.sync.subscribeRepos in its default framing or by subprotocol, Jetstream v1 (`/subscribe`)
 * as text or as zstd, or network.bsky.jetstream.subscribeEvents.
 */
export type StreamFormat = "subscribeRepos" | "subscribeRepos+xrpc.v1.cbor" | "subscribeRepos+xrpc.v1.json" | "jetstream" | "jetstream+zstd" | "subscribeEvents";
