import type { Listener } from "../streams/listener.ts";

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
  const readers = listeners.filter(({ format }) => format.startsWith("subscribeRepos"));
  const found = new Map<string, Listener>();
  for (const origin of crawlers) {
    const { host } = new URL(origin);
    const best = leastLag(readers.filter(({ userAgent }) => mentions(userAgent, host)));
    if (best !== undefined) found.set(origin, best);
  }
  const missing = crawlers.filter((origin) => !found.has(origin));
  const named = new Set(found.values());
  const anonymous = byAddress(readers.filter((reader) => isAnonymousRelay(reader.userAgent) && !named.has(reader)));
  if (missing.length > 0 && anonymous.length >= missing.length) {
    missing.forEach((origin, index) => {
      const listener = anonymous[index];
      if (listener !== undefined) found.set(origin, listener);
    });
  }
  return found;
}

/** A relay by its own word that introduces itself by no address of its own. */
function isAnonymousRelay(userAgent: string): boolean {
  return /relay/i.test(userAgent) && !/https?:\/\//i.test(userAgent);
}

/** Whether the text names the host: as a word, so that `bsky.network.example` is not `bsky.network`. */
function mentions(userAgent: string, host: string): boolean {
  return userAgent.toLowerCase().split(/[^a-z0-9.:-]+/).includes(host);
}

/** One reader per address, the most up to date of each, and of all first; readers without an address are one each. */
function byAddress(listeners: Listener[]): Listener[] {
  const groups = Map.groupBy(listeners, (listener) => listener.address || listener);
  return [...groups.values()].flatMap((group) => leastLag(group) ?? []).toSorted(byLag);
}

function leastLag(listeners: readonly Listener[]): Listener | undefined {
  return listeners.toSorted(byLag)[0];
}

const byLag = (a: Listener, b: Listener): number => a.lag - b.lag || b.since - a.since;
