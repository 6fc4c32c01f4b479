/** Where the engine keeps what it must remember: JSON values under a kind and a name. Synchronous, so that it can share a transaction. */
export interface Store {
  get<T>(kind: string, name: string): T | undefined;
  put(kind: string, name: string, value: unknown): void;
  delete(kind: string, name: string): void;
  /** In no particular order; what is changed meanwhile may or may not be among it. */
  list<T>(kind: string): { name: string; value: T }[];
  count(kind: string): number;
}

/** Delete all of some kinds. */
export const clearKinds = (store: Store, kinds: readonly string[]): void => {
  for (const kind of kinds) for (const { name } of store.list(kind)) store.delete(kind, name);
};

/** Everything that the engine is given of the world. */
export interface Ports {
  /** DID of the agent whose messages these are. */
  did: string;
  store: Store;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Call `tick` at this time (milliseconds since 1970) or soon after. */
  wakeAt: (time: number) => void;
  /** Call `due` at this time or soon after: there are answers to be written. */
  flushAt: (time: number) => void;
  /** A short digest of a text that nobody can find two texts for, e.g. SHA-256 in base64. */
  digest: (text: string) => string;
  /** A record key for a text that says nothing of it to others, always the same one: a keyed hash. */
  opaqueKey: (text: string) => string;
}
