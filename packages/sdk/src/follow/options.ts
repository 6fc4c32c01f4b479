import type { Pauses } from "./backoff.ts";
import type { ChainStore } from "./chain-store.ts";
import type { CursorStore } from "./cursor-store.ts";
import type { ResolveSettings } from "./keys.ts";
import type { Connect, SocketLimits } from "./socket.ts";

/** What both followers take. */
export interface FollowOptions extends ResolveSettings {
  /** Origin of the host or relay (`https://colony.example.com`), or the whole URL of its stream. */
  url: string;
  /** Where to begin, and where the place is kept; a number alone is only a place to begin. Without it: what comes from now on. */
  cursor?: CursorStore | number;
  /** The cursor is saved this often at most, in ms (1,000); 0 saves it after every event. */
  saveIntervalMs?: number;
  /** Where it is kept what is known of accounts; in memory unless told otherwise. */
  chains?: ChainStore;
  /** Only records of these: NSIDs, or prefixes that end in `.*`. What is left out is verified all the same. */
  collections?: string[];
  /** Only these accounts. */
  dids?: string[];
  /** Aborting ends the iteration, as leaving the loop does. */
  signal?: AbortSignal;
  /** Told what goes wrong with connections, which are tried again; silent unless told otherwise. */
  onError?: (error: Error) => void;
  /** Largest repository to be fetched, in bytes (100,000,000). */
  maxRepoBytes?: number;
  /** How a WebSocket is made; `new WebSocket(url)` unless told otherwise. */
  connect?: Connect;
  /** Bounds of one connection. */
  limits?: Partial<SocketLimits>;
  /** Pauses before connecting again, and before trying an account again. */
  reconnect?: Pauses;
  retry?: Pauses;
  /** Milliseconds since 1970, to which revs of commits are compared. */
  now?: () => number;
}

/** URL of a stream on a host: http becomes ws, and a bare origin gets the path. @throws TypeError for what is no URL. */
export const streamUrl = (given: string, path: string): URL => {
  const url = new URL(given);
  if (!["http:", "https:", "ws:", "wss:"].includes(url.protocol)) throw new TypeError(`not the address of a stream: ${given}`);
  if (url.pathname === "/" || url.pathname === "") url.pathname = path;
  url.protocol = url.protocol.replace("http", "ws");
  return url;
};

/** A cursor store for whatever was given. */
export const cursorStoreOf = (cursor: CursorStore | number | undefined): CursorStore | undefined =>
  typeof cursor === "number" ? { load: () => cursor, save: () => undefined } : cursor;
