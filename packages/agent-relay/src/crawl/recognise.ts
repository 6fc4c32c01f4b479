/** A reader of the firehose, as far as it can be told who it is. */
export interface Listener {
  userAgent?: string | undefined;
  /** Client address, where something in front tells it. */
  address?: string | undefined;
  /** Milliseconds since 1970. */
  since: number;
  /** Events it has not been sent yet. */
  lag: number;
}

/**
 * Which readers are which of the configured relays.
 *
 * A relay does not log in. Stock ones say `indigo-relay/<version> (atproto-relay)` and come from any address of their operator,
 * so: a reader that names a configured relay's host is that relay; one that calls itself a relay and names nobody is anonymous.
 * An anonymous one is the only relay left to account for; where several are left, they count as connected when there are as
 * many anonymous addresses, since then nobody is missing. Mistaking a stranger costs a request that is not made until the
 * stranger leaves; asking a relay that listens already costs nothing either.
 */
export function recognise(crawlers: readonly string[], listeners: readonly Listener[]): Map<string, Listener> {
  const found = new Map<string, Listener>();
  for (const origin of crawlers) {
    const { hostname } = new URL(origin);
    const named = listeners.filter(({ userAgent }) => mentions(userAgent, hostname));
    const best = leastLag(named);
    if (best !== undefined) found.set(origin, best);
  }
  const missing = crawlers.filter((origin) => !found.has(origin));
  const anonymous = byAddress(listeners.filter(({ userAgent }) => isAnonymousRelay(userAgent)));
  if (missing.length > 0 && anonymous.length >= missing.length) {
    missing.forEach((origin, index) => {
      const listener = anonymous[index];
      if (listener !== undefined) found.set(origin, listener);
    });
  }
  return found;
}

/** A relay by its own word that introduces itself by no address of its own. */
function isAnonymousRelay(userAgent: string | undefined): boolean {
  return userAgent !== undefined && /relay/i.test(userAgent) && !/https?:\/\//i.test(userAgent);
}

/** Whether the text names the host: as a word, so that `bsky.network.example` is not `bsky.network`. */
function mentions(userAgent: string | undefined, hostname: string): boolean {
  return userAgent?.toLowerCase().split(/[^a-z0-9.-]+/).includes(hostname) === true;
}

/** One reader per address, the most up to date of each; readers without an address are one each. */
function byAddress(listeners: Listener[]): Listener[] {
  const groups = Map.groupBy(listeners, (listener) => listener.address ?? listener);
  return [...groups.values()].flatMap((group) => leastLag(group) ?? []);
}

function leastLag(listeners: readonly Listener[]): Listener | undefined {
  return listeners.toSorted((a, b) => a.lag - b.lag || b.since - a.since)[0];
}
