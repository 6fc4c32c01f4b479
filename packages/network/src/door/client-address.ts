import { isIP } from "node:net";

/** The client of a request for which nobody names one: on loopback this machine, and behind a proxy that is silent everybody. */
const UNNAMED = "loopback";

/** Where the relay's objects look for the address of a reader (packages/agent-relay/src/streams/attachment.ts). */
const FOR_RELAY = "cf-connecting-ip";

/**
 * Addresses of this machine and of private networks, where proxies stand: loopback, link-local, and what is the network's own
 * (RFC 1918, 3927, 4193, 4291). The official PDS trusts the same.
 */
const NEAR = /^(?:(?:::ffff:)?(?:127\.|10\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)|::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/i;

/** An address to which a proxy has added the port. */
const WITH_PORT = /^(?:\[([^\]]+)\](?::\d+)?|(\d+(?:\.\d+){3}):\d+)$/;

/** IPv6 in full: eight groups of up to four hexadecimal digits, or fewer around one `::`. */
const IPV6 = /^[0-9a-f:.]+$/i;

/**
 * What counts as one client for limits, by its address: an IPv4 address, but of IPv6 the first 64 bits, since every subscriber has all
 * the addresses below those (RFC 6177, RFC 4291 2.5.4). An IPv4 address in IPv6 is that.
 */
export const clientOf = (address: string): string => {
  if (!address.includes(":") || !IPV6.test(address)) return address;
  const embedded = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (embedded !== undefined) return embedded;
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  const whole = [...groups, ...Array.from({ length: missing }, () => "0"), ...after];
  return `${whole.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
};

/**
 * Who asks, by the header in which whoever stands in front names its client; without one, nobody is believed. Each proxy on the
 * way adds at the end whom it was asked by, and what stands before that may be anybody's invention: so it is the last address that is
 * not a proxy's by its network, or the first when all are. That is the official PDS's rule for X-Forwarded-For.
 */
export const clientIn = (headers: Headers, name: string | undefined): string => {
  const named = name === undefined ? null : headers.get(name);
  if (named === null) return UNNAMED;
  const addresses = named.split(",").map(bare);
  const address = addresses.findLast((each) => !NEAR.test(each)) ?? addresses[0] ?? "";
  return isIP(address) === 0 ? UNNAMED : clientOf(address);
};

const bare = (entry: string): string => {
  const address = entry.trim();
  const [, ipv6, ipv4] = WITH_PORT.exec(address) ?? [];
  return ipv6 ?? ipv4 ?? address;
};

/**
 * The same request, of those without a body, with its client, as this colony knows it, where the relay's objects look for it, whatever
 * the caller wrote there. Nothing else is taken over: `request.cf` is the caller's own on a local colony, and throws when it is no JSON.
 */
export const withClient = ({ url, method, headers: said }: Request, client: string): Request => {
  const headers = new Headers(said);
  if (client === UNNAMED) headers.delete(FOR_RELAY);
  else headers.set(FOR_RELAY, client);
  return new Request(url, { method, headers });
};
