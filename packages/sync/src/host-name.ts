/**
 * What may be said of a host by its name alone. A name that is public may still resolve to a private address: what stands
 * between a server and its own network (egress rules, the platform) must refuse that, a name cannot tell.
 */

/**
 * Domains that never name a host on the public internet (RFC 6761, RFC 6762, RFC 8375, RFC 9476, ICANN's `internal`), and those that
 * clusters of containers give their own services (`kubernetes.default.svc`), of which none is in the root zone.
 */
const PRIVATE_SUFFIXES = ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "test", "invalid", "example", "onion", "alt", "svc", "cluster", "consul", "docker", "localdomain"];

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const NAME = new RegExp(`^(?=.{4,253}$)(?:${LABEL}\\.)+([a-z][a-z0-9-]{0,61}[a-z0-9])$`);

/** Whether a host name, without port, is this machine's own: `localhost`, `*.localhost`, 127.0.0.0/8, `[::1]`. */
export const isLoopbackHost = (hostname: string): boolean => /^(?:(?:.+\.)?localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i.test(hostname);

/** Whether a host name, without port, can be one of the public internet: a name with a real top-level domain, no address. */
export const isPublicHost = (hostname: string): boolean => {
  const topLevel = NAME.exec(hostname.toLowerCase())?.[1];
  return topLevel !== undefined && !PRIVATE_SUFFIXES.includes(topLevel);
};

/**
 * The host name and port that a `did:web` of the AT Protocol names: a whole host, never a path. A port, percent-encoded as
 * the did:web method says, and loopback names are for development and given out only when `allowLoopback` says so; then the
 * answer's `origin` is plain http. Undefined for every other DID, and for addresses and private names.
 *
 * @see https://atproto.com/specs/did
 */
export const webDidOrigin = (did: string, allowLoopback: boolean): { hostname: string; origin: string } | undefined => {
  const encoded = /^did:web:([a-zA-Z0-9.%-]{1,260})$/.exec(did)?.[1];
  if (encoded === undefined) return undefined;
  if (isPublicHost(encoded)) return { hostname: encoded.toLowerCase(), origin: `https://${encoded.toLowerCase()}` };
  if (!allowLoopback) return undefined;
  const decoded = decodeText(encoded);
  if (decoded === undefined || !URL.canParse(`http://${decoded}`)) return undefined;
  const url = new URL(`http://${decoded}`);
  return url.host === decoded && isLoopbackHost(url.hostname) ? { hostname: url.hostname, origin: url.origin } : undefined;
};

/** The `did:web` of an origin; a port is percent-encoded. */
export const webDidOf = (origin: string): string => `did:web:${encodeURIComponent(new URL(origin).host)}`;

const decodeText = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text).toLowerCase();
  } catch {
    return undefined;
  }
};
